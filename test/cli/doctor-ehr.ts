import { generateKeyPairSync } from 'node:crypto'
import http, { type RequestListener } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { capabilityStatement } from '../../src/sandbox/capability.ts'
import { smartConfiguration } from '../../src/sandbox/smart-configuration.ts'
import type { Certified } from '../risk/remote/certificates.ts'

type Json = Readonly<Record<string, unknown>>
export type Jwk = Json

const publicJwk = (pair: { readonly publicKey: { export(options: { format: 'jwk' }): object } }, kid: string, alg?: string): Jwk => ({
  ...pair.publicKey.export({ format: 'jwk' }),
  kid,
  use: 'sig',
  ...(alg === undefined ? {} : { alg }),
})

const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })

/** Keys as EHRs publish them, good and bad. */
export const KEYS = {
  good: publicJwk(ec384, 'k1', 'ES384'),
  rsa: publicJwk(generateKeyPairSync('rsa', { modulusLength: 2048 }), 'r1'),
  weakRsa: publicJwk(generateKeyPairSync('rsa', { modulusLength: 1024 }), 'weak'),
  otherCurve: publicJwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'p256'),
  secret: { ...ec384.privateKey.export({ format: 'jwk' }), kid: 'oops', use: 'sig' } as Jwk,
  symmetric: { kty: 'oct', kid: 'hmac', k: 'c2VjcmV0' } as Jwk,
} as const

/** What one EHR answers; each member replaces that of an EHR at which all is well. */
export type Story = {
  readonly keys?: unknown
  readonly statement?: (base: string) => unknown
  readonly smart?: (origin: string) => unknown
  /** Takes the request before everything else; true when it answered. */
  readonly before?: (...args: Parameters<RequestListener>) => boolean
  readonly allowOrigin?: string | null
  readonly dateOffsetS?: number | null
  readonly client?: Json
}

export type DoctorEhr = { readonly origin: string; readonly base: string; readonly close: () => Promise<void> }

/** An EHR on a free port: FHIR description, SMART configuration, key set, token endpoint. */
export const startDoctorEhr = async (story: Story, certified: Certified | null = null): Promise<DoctorEhr> => {
  let origin = ''
  const listener: RequestListener = (request, response) => {
    if (story.before?.(request, response)) return
    const offset = story.dateOffsetS
    if (offset === null) response.sendDate = false
    else if (offset !== undefined) response.setHeader('date', new Date(Date.now() + offset * 1000).toUTCString())
    if (story.allowOrigin !== null) response.setHeader('access-control-allow-origin', story.allowOrigin ?? '*')
    const send = (value: unknown) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    switch (request.url) {
      case '/jwks.json':
        return void send(story.keys ?? { keys: [KEYS.good] })
      case '/fhir/metadata':
        return void send(story.statement?.(origin) ?? capabilityStatement(origin, '2026-11-01'))
      case '/fhir/.well-known/smart-configuration':
        return void send(story.smart?.(origin) ?? smartConfiguration(origin))
      default:
        return void response.writeHead(404).end()
    }
  }
  const server = certified ? https.createServer(certified, listener) : http.createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `${certified ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { origin, base: `${origin}/fhir`, close }
}

/** The client that a site configures for that EHR. */
export const clientFor = (id: string, { origin, base }: Pick<DoctorEhr, 'origin' | 'base'>, over: Json = {}): Json => ({
  id,
  tenant: id,
  iss: base,
  jku: `${origin}/jwks.json`,
  fhirServers: [base],
  frameAncestors: [origin],
  ...over,
})
