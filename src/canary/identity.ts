import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { type ClientConfig, CONFIG_SCHEMAS } from '../config.ts'
import { CANARY } from '../contract/canary.ts'

const ISSUER = 'urn:attune:canary'
const LIFE_S = 60

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A client of the service's own: its key is made at the start, never leaves this process, and ends with it. */
export type CanaryIdentity = { readonly client: ClientConfig; readonly tokenFor: (audience: string) => string }

/** A token by the rules of every other client (ES384), so that its check is part of what is watched. */
export const makeCanaryIdentity = (): CanaryIdentity => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const kid = randomUUID()
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES384', use: 'sig' }
  const header = base64({ alg: 'ES384', typ: 'JWT', kid })
  return {
    client: CONFIG_SCHEMAS.client.parse({ id: CANARY, tenant: CANARY, iss: ISSUER, jwks: { keys: [jwk] }, algorithms: ['ES384'] }),
    tokenFor: (aud) => {
      const iat = Math.floor(Date.now() / 1000)
      const payload = base64({ iss: ISSUER, sub: CANARY, tenant: CANARY, aud, iat, exp: iat + LIFE_S, jti: randomUUID() })
      const signature = sign('sha384', Buffer.from(`${header}.${payload}`), { key: privateKey, dsaEncoding: 'ieee-p1363' })
      return `${header}.${payload}.${signature.toString('base64url')}`
    },
  }
}
