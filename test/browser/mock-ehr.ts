import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { READ_TYPES } from '../../smart-app/app/session/scopes.ts'
import type { Allergy, PatientIdentity } from '../../src/contract/facts.ts'
import type { ProfileEvent, ProfileRequest } from '../../src/contract/profile.ts'
import { events, questions } from '../smart-app/sample-profile.ts'

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
  | 'banner'
  | 'banner-unread'
  | 'styled'
  | 'styled-badly'
  | 'styled-elsewhere'
  | 'no-token'
  | 'no-access-token'
  | 'moved'
  | 'moved-to-nobody'
  | 'other-patient'
  | 'type-by-type'
  | 'no-writing'
  | 'answered-by-another'
  | 'answered-by-itself'
  | `error-${string}`

/** What reached the stand-in, for tests to look at. */
export type Seen = {
  readonly authorize: URLSearchParams[]
  readonly token: URLSearchParams[]
  readonly profile: ProfileRequest[]
  readonly revoked: URLSearchParams[]
}

export type MockEhr = { readonly origin: string; readonly seen: Seen; readonly close: () => Promise<void> }

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types 'none'"

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

const STYLES: { readonly [path: string]: object } = {
  '/styled.json': { color_background: '#fafafa', color_text: '#101010', color_highlight: '#5b2a86', dim_border_radius: '2px' },
  '/styled-badly.json': {
    color_background: 'url(https://evil.example/x)',
    color_text: '#c0c0c0',
    color_highlight: '#ffee00',
    font_family_body: "x; } @import 'https://evil.example/x.css'",
    dim_font_size: '400px',
    position: 'fixed',
  },
}

const SCOPES: { readonly [story: string]: string } = {
  'few-scopes': 'openid fhirUser launch/patient patient/Observation.rs patient/Patient.r patient/Condition.rs?category=problem-list-item',
  'type-by-type': `openid offline_access ${READ_TYPES.map((type) => `patient/${type}.rs`).join(' ')}`,
}

/** Who a token is for. */
const patientOf = (story: Story): object => {
  if (story === 'no-patient') return {}
  return { patient: story === 'other-patient' ? 'another' : 'sample' }
}

/** Sessions that end in a moment, to be renewed. */
const SHORT: ReadonlySet<string> = new Set(['ended', 'moved', 'moved-to-nobody'])

const tokenFor = (story: Story, origin: string): object => ({
  access_token: story,
  token_type: 'Bearer',
  expires_in: SHORT.has(story) ? 2 : 3600,
  scope: SCOPES[story] ?? FULL_SCOPE,
  ...patientOf(story),
  ...(story === 'no-drug' ? {} : { appContext: APP_CONTEXT }),
  ...(story === 'renewed' ? { refresh_token: 'renew-me' } : {}),
  ...(story.startsWith('moved') ? { refresh_token: story } : {}),
  ...(story.startsWith('banner') ? { need_patient_banner: true } : {}),
  ...(story.startsWith('styled')
    ? { smart_style_url: `${story === 'styled-elsewhere' ? 'https://evil.example' : origin}/${story}.json` }
    : {}),
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

/** A patient about whom a banner has much to say. */
const bannered = (event: ProfileEvent): ProfileEvent => {
  if (event.event !== 'facts' || event.facts.patient === null) return event
  const patient: PatientIdentity = {
    ...event.facts.patient,
    identifiers: [
      { type: 'MR', value: 'SYN-000001', assigner: null },
      { type: 'NI', value: '943 476 5919', assigner: 'National register' },
    ],
    confidentiality: 'restricted',
    deceased: true,
  }
  const allergy = (name: string, criticality?: 'high'): Allergy => ({
    ref: `AllergyIntolerance/${name}`,
    name,
    codes: [],
    ingredients: [],
    verificationStatus: 'confirmed',
    clinicalStatus: 'active',
    reactions: [],
    ...(criticality ? { criticality } : {}),
    lineage: patient.lineage,
  })
  return { ...event, facts: { ...event.facts, patient, allergies: [allergy('<b>Latex</b>'), allergy('Penicillin', 'high')] } }
}

const withAllergiesUnread = (event: ProfileEvent): ProfileEvent => {
  if (event.event !== 'facts') return event
  const questions = event.facts.questions.map((one) => (one.key === 'allergies' ? { ...one, state: 'failed' as const } : one))
  return { ...event, facts: { ...event.facts, allergies: [], questions } }
}

const eventsFor = (story: Story): readonly ProfileEvent[] => {
  if (story === 'banner') return events.map(bannered)
  if (story === 'banner-unread') return events.map(withAllergiesUnread)
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

/** What can be wrong with a record system before anyone signs in; each has a FHIR base of its own. */
export type Fault = 'no-pkce' | 'no-login' | 'gone'

/**
 * A stand-in for an EHR, its authorization server and Attune's own server around the built pages in `folder`.
 * It answers with a sample patient and plays one story per launch code; the pages get the strict Content-Security-Policy.
 */
export const startMockEhr = async (
  folder: string,
  options: {
    readonly sandbox?: boolean
    /** Further FHIR bases, by what is wrong with their sign-in. */
    readonly faults?: readonly Fault[]
    readonly optionalScopes?: readonly string[]
  } = {},
): Promise<MockEhr> => {
  const seen: Seen = { authorize: [], token: [], profile: [], revoked: [] }

  const profile = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bearer = (request.headers.authorization ?? '').replace('Bearer ', '')
    seen.profile.push(JSON.parse(await bodyOf(request)) as ProfileRequest)
    if (bearer === 'renewed') return json(response, {}, 401)
    if (bearer === 'forbidden') return json(response, {}, 403)
    const story = (bearer === 'fresh' ? 'good' : bearer) as Story
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    const plan: ProfileEvent = { event: 'plan', questions: questions.map(({ key, query }) => ({ key, query })) }
    for (const event of story === 'slow' ? [plan, ...eventsFor(story)] : eventsFor(story)) {
      if (story === 'slow') await pause(event.event === 'facts' ? 1500 : 400)
      response.write(`${JSON.stringify(event)}\n`)
    }
    response.end()
  }

  const token = async (origin: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await bodyOf(request))
    seen.token.push(form)
    if (form.get('refresh_token') === 'moved') return json(response, { ...tokenFor('good', origin), patient: 'another' })
    if (form.get('refresh_token') === 'moved-to-nobody') return json(response, { ...tokenFor('good', origin), patient: null })
    if (form.get('code') === 'no-token') return json(response, { error: 'invalid_grant' }, 400)
    if (form.get('code') === 'no-access-token') return json(response, { token_type: 'Bearer' })
    // A refreshed token need not name the patient again.
    if (form.get('grant_type') === 'refresh_token')
      return json(response, { ...tokenFor('good', origin), access_token: 'fresh', patient: undefined })
    json(response, tokenFor((form.get('code') ?? 'good') as Story, origin))
  }

  const authorize = (url: URL, response: ServerResponse): void => {
    seen.authorize.push(url.searchParams)
    const story = url.searchParams.get('launch') ?? 'no-drug'
    const back = new URL(url.searchParams.get('redirect_uri') ?? '/', url)
    back.searchParams.set('state', url.searchParams.get('state') ?? '')
    const error = story === 'denied' ? 'access_denied' : story.startsWith('error-') ? story.slice(6) : null
    if (error !== null) back.searchParams.set('error', error)
    else back.searchParams.set('code', story)
    if (story === 'answered-by-itself') back.searchParams.set('iss', `${url.origin}/fhir`)
    if (story === 'answered-by-another') back.searchParams.set('iss', 'https://evil.example/fhir')
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
    const bases = ['fhir', ...(options.faults ?? [])].map((base) => `${url.origin}/${base}`)
    const answer = async (): Promise<void> => {
      switch (url.pathname) {
        case '/app/config.json':
          return json(response, {
            issuers: bases,
            clientIds: Object.fromEntries(bases.map((base) => [base, 'app-7f3a'])),
            sandbox: options.sandbox ?? true,
            optionalScopes: options.optionalScopes ?? [],
          })
        case '/gone/.well-known/smart-configuration':
          return void response.destroy()
        case '/no-pkce/.well-known/smart-configuration':
          return json(response, { authorization_endpoint: `${url.origin}/authorize`, token_endpoint: `${url.origin}/token` })
        case '/revoke':
          seen.revoked.push(new URLSearchParams(await bodyOf(request)))
          return json(response, {})
        case '/fhir/.well-known/smart-configuration':
          return json(response, {
            issuer: `${url.origin}/fhir`,
            authorization_endpoint: `${url.origin}/authorize`,
            token_endpoint: `${url.origin}/token`,
            revocation_endpoint: `${url.origin}/revoke`,
            code_challenge_methods_supported: ['S256'],
          })
        case '/authorize':
          return authorize(url, response)
        case '/chart':
          return chart(url, response)
        case '/token':
          return token(url.origin, request, response)
        case '/styled.json':
        case '/styled-badly.json':
          return json(response, STYLES[url.pathname] ?? {})
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
