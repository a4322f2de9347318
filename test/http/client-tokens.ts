import { constants, createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject, randomUUID, sign } from 'node:crypto'

export const ISSUER = 'https://ehr.example.org'

export type Pair = {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly jwk: JsonWebKey & { kid: string }
}

const pairOf = (kid: string, keys: { privateKey: KeyObject; publicKey: KeyObject }, alg?: string): Pair => ({
  kid,
  ...keys,
  jwk: { ...keys.publicKey.export({ format: 'jwk' }), kid, ...(alg ? { alg, use: 'sig' } : {}) },
})

export const ecPair = (kid: string, namedCurve = 'P-384', alg?: string): Pair => pairOf(kid, generateKeyPairSync('ec', { namedCurve }), alg)
export const rsaPair = (kid: string, modulusLength = 2048, alg?: string): Pair =>
  pairOf(kid, generateKeyPairSync('rsa', { modulusLength }), alg)

export const edPair = (kid: string): Pair => pairOf(kid, generateKeyPairSync('ed25519'))

const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

const withSalt =
  (hash: string, saltLength: number) =>
  (input: string, key: KeyObject | string): Buffer =>
    sign(hash, Buffer.from(input), { key: key as KeyObject, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })

/** Signatures by hand, so that tests can do what no library would. */
const SIGNERS: Readonly<Record<string, (input: string, key: KeyObject | string) => Buffer>> = {
  ES384: (input, key) => sign('sha384', Buffer.from(input), { key: key as KeyObject, dsaEncoding: 'ieee-p1363' }),
  ES256: (input, key) => sign('sha256', Buffer.from(input), { key: key as KeyObject, dsaEncoding: 'ieee-p1363' }),
  RS384: (input, key) => sign('sha384', Buffer.from(input), key as KeyObject),
  RS256: (input, key) => sign('sha256', Buffer.from(input), key as KeyObject),
  PS256: withSalt('sha256', 32),
  PS384: withSalt('sha384', 48),
  UNSALTED384: withSalt('sha384', 0),
  LONGSALT384: withSalt('sha384', 64),
  EdDSA: (input, key) => sign(null, Buffer.from(input), key as KeyObject),
  ZERODER384: (input, key) => Buffer.concat([Buffer.alloc(1), sign('sha384', Buffer.from(input), key as KeyObject)]),
  DER384: (input, key) => sign('sha384', Buffer.from(input), key as KeyObject),
  HS256: (input, key) =>
    createHmac('sha256', key as string)
      .update(input)
      .digest(),
  HS384: (input, key) =>
    createHmac('sha384', key as string)
      .update(input)
      .digest(),
}

export type Recipe = {
  readonly header?: Readonly<Record<string, unknown>>
  readonly payload?: Readonly<Record<string, unknown>>
  readonly key: KeyObject | string
  readonly signer?: string
}

/** A token by recipe; without changes it is one that must be accepted. Members set to undefined are left out. */
export const makeToken = (audience: string, { header = {}, payload = {}, key, signer = 'ES384' }: Recipe): string => {
  const now = Math.floor(Date.now() / 1000)
  const whole = encode({ alg: 'ES384', typ: 'JWT', kid: 'k1', ...header })
  const claims = encode({ iss: ISSUER, aud: audience, iat: now, exp: now + 300, jti: randomUUID(), ...payload })
  const input = `${whole}.${claims}`
  return `${input}.${SIGNERS[signer]?.(input, key).toString('base64url')}`
}

/** What a busy machine may add to a limit on time, in milliseconds; who hangs, hangs for longer. */
export const BUSY_MS = 20_000
