import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Resource = { readonly resourceType: string; readonly id?: string; readonly [member: string]: unknown }

/** What the FHIR server does with one request; true when it has answered (or never will). */
export type Fault = (url: URL, response: ServerResponse, token: string) => boolean

export type HostileEhr = {
  readonly fhir: string
  fault: Fault
  /** Whether a refresh token is given out and honoured. */
  renews: boolean
  readonly tokens: string[]
  readonly close: () => Promise<void>
}

const PAGE = 100

const json = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(value))
}

const codesOf = (value: unknown): string[] => [...JSON.stringify(value ?? '').matchAll(/"code":"([^"]+)"/g)].map(([, code]) => code ?? '')

const fits = (resource: Resource, url: URL): boolean => {
  const categories = url.searchParams.get('category')?.split(',')
  const codes = url.searchParams
    .get('code')
    ?.split(',')
    .map((one) => one.split('|').at(-1) ?? '')
  return (
    (!categories || codesOf(resource.category).some((code) => categories.includes(code))) &&
    (!codes || codesOf(resource.code).some((code) => codes.includes(code)))
  )
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** An EHR of one patient with login and FHIR over real HTTP, which fails in the way that a test says. Pages of a hundred. */
export const startHostileEhr = async (patient: string, resources: readonly Resource[]): Promise<HostileEhr> => {
  let count = 0
  const ehr = { fault: (() => false) as Fault, renews: false, tokens: [] as string[] }

  const answerFhir = (url: URL, response: ServerResponse): void => {
    const [type = '', id] = url.pathname.slice('/fhir/'.length).split('/')
    if (id) {
      const found = resources.find((one) => one.resourceType === type && one.id === id)
      json(response, found ?? { resourceType: 'OperationOutcome', issue: [] }, found ? 200 : 404)
      return
    }
    const included = url.searchParams.get('_include')?.split(':').at(-1)
    const beside = resources.filter((one) => one.resourceType.toLowerCase() === included && url.searchParams.get('page') === null)
    const found = resources.filter((one) => one.resourceType === type && fits(one, url))
    const from = Number(url.searchParams.get('page') ?? 0) * PAGE
    const next = new URL(url)
    next.searchParams.set('page', String(from / PAGE + 1))
    json(response, {
      resourceType: 'Bundle',
      type: 'searchset',
      entry: [...found.slice(from, from + PAGE), ...beside].map((resource) => ({ resource })),
      ...(from + PAGE < found.length ? { link: [{ relation: 'next', url: next.href }] } : {}),
    })
  }

  const giveToken = (response: ServerResponse): void => {
    count += 1
    const token = `token-of-the-record-system-${count}`
    ehr.tokens.push(token)
    json(response, {
      access_token: token,
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'openid fhirUser launch launch/patient patient/*.rs offline_access',
      patient,
      ...(ehr.renews ? { refresh_token: `renew-${count}` } : {}),
    })
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*')
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    if (url.pathname === '/fhir/.well-known/smart-configuration')
      return json(response, {
        authorization_endpoint: `${url.origin}/authorize`,
        token_endpoint: `${url.origin}/token`,
        code_challenge_methods_supported: ['S256'],
        capabilities: ['launch-ehr', 'client-public'],
      })
    if (url.pathname === '/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') ?? '/')
      back.searchParams.set('state', url.searchParams.get('state') ?? '')
      back.searchParams.set('code', 'code')
      return void response.writeHead(302, { location: back.href }).end()
    }
    if (url.pathname === '/token') {
      const form = new URLSearchParams(await bodyOf(request))
      if (form.get('grant_type') === 'refresh_token' && !ehr.renews) return json(response, { error: 'invalid_grant' }, 400)
      return giveToken(response)
    }
    const token = (request.headers.authorization ?? '').replace('Bearer ', '')
    if (!ehr.fault(url, response, token)) answerFhir(url, response)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return Object.assign(ehr, { fhir: `${origin}/fhir`, close })
}
