import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { ProfileEvent, ProfileRequest } from '../../src/contract/profile.ts'
import { events } from '../smart-app/sample-profile.ts'

/** What the stand-in does, chosen by the launch code. Each is one story of the app's states. */
export type Story =
  | 'good'
  | 'no-drug'
  | 'denied'
  | 'no-patient'
  | 'few-scopes'
  | 'slow'
  | 'cut-off'
  | 'broken'
  | 'forbidden'
  | 'empty'
  | 'renewed'
  | 'ended'

/** What reached the stand-in, for tests to look at. */
export type Seen = { readonly authorize: URLSearchParams[]; readonly token: URLSearchParams[]; readonly profile: ProfileRequest[] }

export type MockEhr = { readonly origin: string; readonly seen: Seen; readonly close: () => Promise<void> }

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

const TYPES: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const APP_CONTEXT = JSON.stringify({
  v: 1,
  drug: { rxcui: '32968', text: 'clopidogrel' },
  order: 'MedicationRequest/draft-1',
  card: '6a1d1d7c-0f3e-4a58-9d0e-0a5f6b1c2d3e',
})

const FULL_SCOPE = 'openid fhirUser launch launch/patient patient/*.rs offline_access'

const tokenFor = (story: Story): object => ({
  access_token: story,
  token_type: 'Bearer',
  expires_in: story === 'ended' ? 2 : 3600,
  scope: story === 'few-scopes' ? 'openid fhirUser launch/patient patient/Observation.rs' : FULL_SCOPE,
  ...(story === 'no-patient' ? {} : { patient: 'sample' }),
  ...(story === 'no-drug' ? {} : { appContext: APP_CONTEXT }),
  ...(story === 'renewed' ? { refresh_token: 'renew-me' } : {}),
})

const emptied = (event: ProfileEvent): ProfileEvent[] => {
  if (event.event === 'source') return []
  if (event.event === 'estimates') return [{ ...event, estimates: [] }]
  if (event.event === 'assessment')
    return [{ ...event, assessment: { ...event.assessment, orders: [], medicines: [], geneCalls: [], gaps: [] } }]
  if (event.event !== 'facts') return [event]
  const nothing = { readings: [], orders: [], medicines: [], labs: [], vitals: [], conditions: [], devices: [], documents: [], gaps: [] }
  return [{ ...event, facts: { ...event.facts, ...nothing, questions: [] } }]
}

const eventsFor = (story: Story): readonly ProfileEvent[] => {
  if (story === 'empty') return events.flatMap(emptied)
  if (story === 'no-drug')
    return events.map((event) => (event.event === 'assessment' ? { ...event, assessment: { ...event.assessment, orders: [] } } : event))
  if (story === 'cut-off') return events.filter((event) => event.event === 'source' || event.event === 'facts')
  if (story === 'broken')
    return [...events.slice(0, 2), { event: 'error', code: 'unexpected', text: 'Something went wrong here. The operator has been told.' }]
  return events
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

const json = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(value))
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * A stand-in for an EHR, its authorization server and Attune's own server around the built pages in `folder`.
 * It answers with a sample patient and plays one story per launch code; the pages get the strict Content-Security-Policy.
 */
export const startMockEhr = async (folder: string, options: { readonly sandbox?: boolean } = {}): Promise<MockEhr> => {
  const seen: Seen = { authorize: [], token: [], profile: [] }

  const profile = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bearer = (request.headers.authorization ?? '').replace('Bearer ', '')
    seen.profile.push(JSON.parse(await bodyOf(request)) as ProfileRequest)
    if (bearer === 'renewed') return json(response, {}, 401)
    if (bearer === 'forbidden') return json(response, {}, 403)
    const story = (bearer === 'fresh' ? 'good' : bearer) as Story
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    for (const event of eventsFor(story)) {
      if (story === 'slow') await pause(event.event === 'facts' ? 1500 : 400)
      response.write(`${JSON.stringify(event)}\n`)
    }
    response.end()
  }

  const token = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await bodyOf(request))
    seen.token.push(form)
    if (form.get('grant_type') === 'refresh_token') return json(response, { ...tokenFor('good'), access_token: 'fresh' })
    json(response, tokenFor((form.get('code') ?? 'good') as Story))
  }

  const authorize = (url: URL, response: ServerResponse): void => {
    seen.authorize.push(url.searchParams)
    const story = url.searchParams.get('launch') ?? 'no-drug'
    const back = new URL(url.searchParams.get('redirect_uri') ?? '/', url)
    back.searchParams.set('state', url.searchParams.get('state') ?? '')
    if (story === 'denied') back.searchParams.set('error', 'access_denied')
    else back.searchParams.set('code', story)
    response.writeHead(302, { location: back.href }).end()
  }

  /** A chart that shows the app in a frame, as EHRs do. */
  const chart = (url: URL, response: ServerResponse): void => {
    const address = launchAddress(url.origin, 'good').replaceAll('&', '&amp;')
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(`<!doctype html><iframe title="app" width="980" height="620" src="${address}"></iframe>`)
  }

  const page = async (path: string, response: ServerResponse): Promise<void> => {
    const file = normalize(path.endsWith('/') ? `${path}index.html` : path)
    try {
      const body = await readFile(join(folder, file))
      response
        .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': CSP })
        .end(body)
    } catch {
      response.writeHead(404).end()
    }
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    const answer = async (): Promise<void> => {
      switch (url.pathname) {
        case '/app/config.json':
          return json(response, { issuers: [`${url.origin}/fhir`], clientId: 'attune-app', sandbox: options.sandbox ?? true })
        case '/fhir/.well-known/smart-configuration':
          return json(response, {
            authorization_endpoint: `${url.origin}/authorize`,
            token_endpoint: `${url.origin}/token`,
            code_challenge_methods_supported: ['S256'],
          })
        case '/authorize':
          return authorize(url, response)
        case '/chart':
          return chart(url, response)
        case '/token':
          return token(request, response)
        case '/api/profile':
          return profile(request, response)
        default:
          return page(url.pathname, response)
      }
    }
    answer().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return { origin: `http://127.0.0.1:${port}`, seen, close }
}

/** The address at which an EHR opens the app. */
export const launchAddress = (origin: string, story: Story): string =>
  `${origin}/app/launch.html?${new URLSearchParams({ iss: `${origin}/fhir`, launch: story })}`
