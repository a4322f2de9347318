import { generateKeyPairSync, type KeyObject, randomUUID, sign as signBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FhirResource } from '../../src/contract/facts.ts'
import { answerOf } from './ehr-answers.ts'

/** How client JWTs are signed (RFC 7518, 3.3 and 3.4). */
const ALGORITHMS = {
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  RS384: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
} as const
export type Algorithm = keyof typeof ALGORITHMS

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const makeToken = (alg: Algorithm, key: KeyObject, claims: object): string => {
  const text = `${encode({ alg, typ: 'JWT', kid: alg })}.${encode(claims)}`
  const signature = signBytes('sha384', Buffer.from(text), alg === 'ES384' ? { key, dsaEncoding: 'ieee-p1363' } : key)
  return `${text}.${signature.toString('base64url')}`
}

/** Milliseconds until a read is answered, by the first part of the path; null: never. */
const DELAYS: Readonly<Record<string, number | null>> = { prompt: 0, late: 100, silent: null }

/** An EHR on loopback: a key set, client JWTs, and one FHIR server per delay (`/prompt/fhir`, `/late/fhir`, `/silent/fhir`). */
export const startEhr = async (chart: readonly FhirResource[]) => {
  const keys = { ES384: ALGORITHMS.ES384(), RS384: ALGORITHMS.RS384() }
  const keySet = JSON.stringify({
    keys: (Object.keys(keys) as Algorithm[]).map((alg) => ({
      ...keys[alg].publicKey.export({ format: 'jwk' }),
      kid: alg,
      alg,
      use: 'sig',
    })),
  })
  const answers = new Map<string, string>()
  const answerTo = (query: string): string => {
    const text = answers.get(query) ?? JSON.stringify(answerOf(chart, query))
    answers.set(query, text)
    return text
  }
  const server = createServer((request, response) => {
    const [first = '', , ...query] = (request.url ?? '/').slice(1).split('/')
    const send = (text: string) => response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(text)
    const delay = first === 'jwks.json' ? 0 : DELAYS[first]
    if (typeof delay === 'number') setTimeout(() => send(first === 'jwks.json' ? keySet : answerTo(query.join('/'))), delay)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer = `${base}/ehr`
  return {
    issuer,
    jku: `${base}/jwks.json`,
    fhir: (which: keyof typeof DELAYS): string => `${base}/${which}/fhir`,
    fhirServers: Object.keys(DELAYS).map((which) => `${base}/${which}/fhir`),
    /** A token of its own for a call to `audience`. */
    sign: (audience: string, alg: Algorithm): string =>
      makeToken(alg, keys[alg].privateKey, {
        iss: issuer,
        aud: audience,
        iat: Math.floor(Date.now() / 1000),
        exp: Math.floor(Date.now() / 1000) + 290,
        jti: randomUUID(),
      }),
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
