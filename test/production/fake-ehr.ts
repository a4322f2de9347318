import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import jwt from 'jsonwebtoken'

/** One request that reached the EHR: what was asked, with which token, and when it began and ended (milliseconds). */
export type Seen = {
  readonly path: string
  readonly authorization: string | undefined
  readonly traceparent?: string | undefined
  readonly began: number
  ended: number
}

type Resource = { readonly resourceType: string; readonly id: string; readonly [member: string]: unknown }

const ALGORITHMS = { ES384: ['ec', { namedCurve: 'P-384' }], RS384: ['rsa', { modulusLength: 2048 }] } as const
type Algorithm = keyof typeof ALGORITHMS

const makeKeys = (alg: Algorithm): { publicKey: KeyObject; privateKey: KeyObject } =>
  alg === 'ES384' ? generateKeyPairSync('ec', { namedCurve: 'P-384' }) : generateKeyPairSync('rsa', { modulusLength: 2048 })

/** A search answers with everything of its type: which code or category was asked for is not this double's business. */
const answerFhir = (resources: readonly Resource[], path: string): { status: number; body: object } => {
  const [type, id] = (path.split('?')[0] ?? '').split('/')
  const found = resources.filter(({ resourceType }) => resourceType === type)
  if (!path.includes('?')) {
    const one = found.find((resource) => resource.id === id)
    return one ? { status: 200, body: one } : { status: 404, body: { resourceType: 'OperationOutcome', issue: [] } }
  }
  return { status: 200, body: { resourceType: 'Bundle', type: 'searchset', entry: found.map((resource) => ({ resource })) } }
}

export type FakeEhr = Awaited<ReturnType<typeof startEhr>>

/**
 * An EHR as Attune meets it: a FHIR server under /fhir that wants `token`, a key set at /jwks.json, and client JWTs signed with its
 * keys. Every FHIR answer takes `delayMs`, so that reads one after another would show.
 */
export const startEhr = async (resources: readonly Resource[], { token = 'ehr-access-token', delayMs = 40 } = {}) => {
  const keys = { ES384: makeKeys('ES384'), RS384: makeKeys('RS384') }
  const seen: Seen[] = []
  const keySet = {
    keys: (Object.keys(keys) as Algorithm[]).map((alg) => ({
      ...keys[alg].publicKey.export({ format: 'jwk' }),
      kid: alg,
      alg,
      use: 'sig',
    })),
  }
  const server = http.createServer((request, response) => {
    const path = request.url ?? ''
    const one: Seen = {
      path,
      authorization: request.headers.authorization,
      traceparent: request.headers.traceparent as string | undefined,
      began: performance.now(),
      ended: 0,
    }
    seen.push(one)
    const send = (status: number, body: object) => {
      one.ended = performance.now()
      response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body))
    }
    if (path === '/jwks.json') return send(200, keySet)
    if (!path.startsWith('/fhir/') || one.authorization !== `Bearer ${token}`)
      return send(401, { resourceType: 'OperationOutcome', issue: [] })
    const { status, body } = answerFhir(resources, path.slice('/fhir/'.length))
    setTimeout(() => send(status, body), delayMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer = `${base}/fhir`

  /** A client JWT for a call to `audience` (CDS Hooks 2.0.1, "Trusting CDS Clients"); `claims` change or remove some. */
  const sign = (audience: string, alg: Algorithm = 'ES384', claims: object = {}): string =>
    jwt.sign({ iss: issuer, aud: audience, exp: Math.floor(Date.now() / 1000) + 300, jti: randomUUID(), ...claims }, keys[alg].privateKey, {
      algorithm: alg,
      keyid: alg,
    })

  return {
    base,
    issuer,
    fhir: `${base}/fhir`,
    jku: `${base}/jwks.json`,
    token,
    keySet,
    privateKeys: { ES384: keys.ES384.privateKey, RS384: keys.RS384.privateKey },
    seen,
    sign,
    /** FHIR requests since the last call of this. */
    takeReads: (): Seen[] => seen.splice(0).filter(({ path }) => path.startsWith('/fhir/')),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
