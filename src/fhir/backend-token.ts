import { createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto'
import { AttuneError } from '../errors.ts'
import type { Outbound } from './outbound.ts'

/** Who asks, by SMART Backend Services (SMART App Launch 2.2, "Backend Services" and "Client Authentication: Asymmetric"). */
export type BackendClient = {
  readonly clientId: string
  readonly key: KeyObject
  /** Name of the key in the key set that the server knows. */
  readonly kid: string
  readonly tokenUrl: string
  readonly scope: string
}

export type BackendToken = { readonly value: string; readonly until: number }

/** An assertion lives for at most five minutes; less leaves less to steal. */
const ASSERTION_S = 120
/** Life of a token whose server does not say. */
const LIFE_S = 300
/** A token is asked for anew so long before it ends. */
const EARLY_MS = 30_000
const TIMEOUT_MS = 15_000
const MOST_BYTES = 100_000

type Algorithm = 'RS384' | 'ES384'

/** @throws AttuneError `config-invalid` when the key is neither RSA of 2048 bits and more nor EC P-384 */
export const algorithmOf = (key: KeyObject): Algorithm => {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= 2048) return 'RS384'
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'secp384r1') return 'ES384'
  throw new AttuneError('config-invalid', 'the key for backend services is neither RSA (2048 bits or more, RS384) nor EC P-384 (ES384)')
}

/** A private key as PEM, or as a JWK with its `kid`. @throws AttuneError `config-invalid` */
export const readPrivateKey = (text: string): { readonly key: KeyObject; readonly kid: string | null } => {
  try {
    if (!text.trimStart().startsWith('{')) return { key: createPrivateKey(text), kid: null }
    const jwk = JSON.parse(text)
    return { key: createPrivateKey({ key: jwk, format: 'jwk' }), kid: typeof jwk.kid === 'string' ? jwk.kid : null }
  } catch {
    throw new AttuneError('config-invalid', 'the key for backend services is no private key (PEM or JWK)') // its text is told to nobody
  }
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The signed statement that stands for a secret: who we are, for this token endpoint alone, once. */
export const clientAssertion = ({ clientId, key, kid, tokenUrl }: BackendClient, now: number): string => {
  const alg = algorithmOf(key)
  const seconds = Math.floor(now / 1000)
  const claims = { iss: clientId, sub: clientId, aud: tokenUrl, jti: randomUUID(), iat: seconds, exp: seconds + ASSERTION_S }
  const signed = `${part({ alg, kid, typ: 'JWT' })}.${part(claims)}`
  const signature = sign('sha384', Buffer.from(signed), alg === 'ES384' ? { key, dsaEncoding: 'ieee-p1363' } : key)
  return `${signed}.${signature.toString('base64url')}`
}

const refuse = (detail: string): never => {
  throw new AttuneError('fhir-failed', detail)
}

const isObject = (value: unknown): value is { readonly [member: string]: unknown } => typeof value === 'object' && value !== null

const parse = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}

/** The error code of OAuth, which is one word of a list (RFC 6749, section 5.2); its description is left where it is. */
const oauthError = (body: Buffer): string => {
  const answer = parse(body)
  return isObject(answer) && typeof answer.error === 'string' && /^[a-z_]{1,40}$/.test(answer.error) ? `, ${answer.error}` : ''
}

/** @throws AttuneError `fhir-failed`; never says what was sent */
const fetchToken = async (client: BackendClient, outbound: Outbound): Promise<BackendToken> => {
  const now = Date.now()
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: client.scope,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: clientAssertion(client, now),
  }).toString()
  const received = await outbound.post(
    new URL(client.tokenUrl),
    {
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      budget: { bytes: MOST_BYTES },
    },
    body,
  )
  if (!received.ok) return refuse(`the token endpoint could not be used: ${received.why}`)
  if (received.status !== 200) return refuse(`the token endpoint answered ${received.status}${oauthError(received.body)}`)
  const answer = parse(received.body)
  if (!isObject(answer) || typeof answer.access_token !== 'string' || String(answer.token_type).toLowerCase() !== 'bearer')
    return refuse('the token endpoint gave no bearer token')
  const life = typeof answer.expires_in === 'number' && answer.expires_in > 0 ? answer.expires_in : LIFE_S
  return { value: answer.access_token, until: now + life * 1000 }
}

/** The token of the moment: asked for when the last one is about to end. In memory alone. */
export const makeBackendToken = (client: BackendClient, outbound: Outbound): (() => Promise<string>) => {
  let token: BackendToken | null = null
  return async () => {
    if (token === null || Date.now() > token.until - EARLY_MS) token = await fetchToken(client, outbound)
    return token.value
  }
}
