import type { KeyObject } from 'node:crypto'
import { compactVerify } from 'jose'
import type { ClientConfig } from '../config.ts'
import { AttuneError } from '../errors.ts'
import type { ClockWatch } from './clock-watch.ts'
import { type ClientKey, type KeySet, makeKeySet, type ReadKeySet } from './key-sets.ts'
import type { KeyWatch } from './key-watch.ts'
import type { ReplayGuard } from './replay-guard.ts'

/** Establishes which registered client made a call to `audience` (the URL called). Throws AttuneError `client-unknown`. */
export type VerifyClient = (authorization: string | undefined, audience: string) => Promise<ClientConfig>

type Algorithm = ClientConfig['algorithms'][number]
type Json = Readonly<Record<string, unknown>>

/** What a key and a signature must be for each algorithm (RFC 7518, sections 3.3 to 3.5). The token never widens this. */
const ALGORITHMS: Readonly<Record<Algorithm, { readonly type: 'ec' | 'rsa'; readonly curve?: string; readonly signatureBytes?: number }>> =
  {
    ES256: { type: 'ec', curve: 'prime256v1', signatureBytes: 64 },
    ES384: { type: 'ec', curve: 'secp384r1', signatureBytes: 96 },
    RS256: { type: 'rsa' },
    RS384: { type: 'rsa' },
    PS256: { type: 'rsa' },
    PS384: { type: 'rsa' },
  }

const MAX_TOKEN_CHARS = 8192
const MAX_TEXT_CHARS = 1024
const MIN_RSA_BITS = 2048
const MAX_LIFE_S = 3600
/** How far the clocks of EHR and server may differ, either way. */
const CLOCK_S = 300
/** How long after its end a token that is not fresh may still come: transport, not clocks. */
const LATE_S = 60

const BEARER = /^Bearer +([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/i

const refuse = (reason: string): never => {
  throw new AttuneError('client-unknown', reason)
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= MAX_TEXT_CHARS

const decode = (part: string, what: string): Json => {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return refuse(`${what} is not JSON`)
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : refuse(`${what} is not an object`)
}

type Token = { readonly text: string; readonly header: Json; readonly payload: Json; readonly signature: string }

const takeApart = (authorization: string | undefined): Token => {
  if (authorization === undefined) return refuse('no token')
  if (authorization.length > MAX_TOKEN_CHARS) return refuse('token too long')
  const [, header, payload, signature] = authorization.match(BEARER) ?? []
  if (header === undefined || payload === undefined || signature === undefined) return refuse('not a bearer token of three parts')
  return { text: `${header}.${payload}.${signature}`, header: decode(header, 'header'), payload: decode(payload, 'payload'), signature }
}

/** Who a token says it is from; anybody can write that. Null where it says nothing. */
export const claimedIssuer = (authorization: string | undefined): string | null => {
  if (authorization === undefined) return null // every call where none is asked for: an error costs more than this look
  try {
    const { iss } = takeApart(authorization).payload
    return isText(iss) ? iss : null
  } catch {
    return null
  }
}

type Signing = Pick<ClientConfig, 'algorithms'>

const algorithmOf = ({ header, signature }: Token, client: Signing): Algorithm => {
  const alg = client.algorithms.find((one) => one === header.alg) ?? refuse('algorithm not allowed')
  const { signatureBytes } = ALGORITHMS[alg]
  const bytes = Buffer.from(signature, 'base64url').length
  return signatureBytes === undefined || signatureBytes === bytes ? alg : refuse('signature of the wrong length')
}

/** `jwk`, `x5u` and `x5c` are never looked at: the token does not choose the key it is checked with. */
const checkHeader = ({ header }: Token, client: ClientConfig): void => {
  if (header.crit !== undefined || header.b64 !== undefined) refuse('critical header members')
  if (header.typ !== undefined && (typeof header.typ !== 'string' || header.typ.toUpperCase() !== 'JWT')) refuse('another type of token')
  if (header.cty !== undefined) refuse('nested token')
  if (client.jku !== undefined && header.jku !== undefined && header.jku !== client.jku) refuse('another jku than registered')
}

const fits = ({ key, alg }: ClientKey, wanted: Algorithm): boolean => {
  const { type, curve } = ALGORITHMS[wanted]
  if (alg !== null && alg !== wanted) return false
  if (key.asymmetricKeyType !== type) return false
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {}
  return type === 'ec' ? namedCurve === curve : (modulusLength ?? 0) >= MIN_RSA_BITS
}

/** Off the thread that answers calls: half a millisecond for ES384. The key decides what is checked, never the token. */
const isSignedWith = ({ text }: Token, key: KeyObject, alg: Algorithm): Promise<boolean> =>
  compactVerify(text, key, { algorithms: [alg] }).then(
    () => true,
    () => false,
  )

const checkSignature = async (token: Token, client: Signing, keySet: KeySet): Promise<void> => {
  const { kid } = token.header
  if (!isText(kid)) return refuse('no kid')
  const alg = algorithmOf(token, client)
  const keys = await keySet.find(kid)
  const trouble = keySet.trouble()
  if (keys.length === 0) refuse(trouble === null ? 'unknown kid' : `unknown kid; the key set could not be read: ${trouble}`)
  const usable = keys.filter((key) => fits(key, alg))
  if (usable.length === 0) refuse('key does not fit the algorithm')
  for (const { key } of usable) if (await isSignedWith(token, key, alg)) return
  refuse('signature does not match')
}

/** What OpenID Connect signs id tokens with; RS256 is its default (OpenID Connect Core, section 3.1.3.7). */
const ID_TOKEN: Signing = { algorithms: Object.keys(ALGORITHMS) as Algorithm[] }

/** Claims of a token whose signature one of these keys made; null for any other. What the claims mean, the caller checks. */
export const readSigned = async (text: string, keySet: KeySet): Promise<Json | null> => {
  try {
    const token = takeApart(`Bearer ${text}`)
    await checkSignature(token, ID_TOKEN, keySet)
    return token.payload
  } catch {
    return null
  }
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0

type Times = { readonly exp: number; readonly iat: number; readonly nbf: number | null }

const readTimes = ({ exp, iat, nbf }: Json): Times => {
  if (!isTime(exp) || !isTime(iat)) return refuse('exp or iat missing')
  if (nbf !== undefined && !isTime(nbf)) return refuse('nbf is no time')
  if (exp <= iat || exp - iat > MAX_LIFE_S) refuse('valid for too long')
  return { exp, iat, nbf: nbf ?? null }
}

type OutOfTime = { readonly reason: string /** Late above 0, early below. */; readonly seconds: number }

/**
 * The instant, in seconds, at which the token is over. A token that was made just now by a clock that is behind may look over
 * already: it is taken as long as its beginning lies within what clocks may differ.
 */
const endOf = ({ exp, iat }: Times): number => Math.max(exp + LATE_S, iat + CLOCK_S)

/** What a clock may be to blame for. */
const outOfTime = (times: Times, nowS: number): OutOfTime | null => {
  const { exp, iat, nbf } = times
  if (nowS >= endOf(times)) return { reason: 'expired', seconds: nowS - exp }
  if (iat > nowS + CLOCK_S) return { reason: 'issued in the future', seconds: nowS - iat }
  return nbf !== null && nbf > nowS + CLOCK_S ? { reason: 'not valid yet', seconds: nowS - nbf } : null
}

const LONGEST_QUOTE = 200

/** What a stranger wrote, fit for the log: one line of plain characters, short, and nothing like a token. */
const quote = (text: string): string => {
  const plain = text.replace(/[^\x20-\x7e]/g, '?').replace(/\beyJ[\w.-]+|[\w-]{80,}/g, '…')
  return plain.length > LONGEST_QUOTE ? `"${plain.slice(0, LONGEST_QUOTE)}…"` : `"${plain}"`
}

const checkAudience = ({ aud }: Json, client: ClientConfig, audience: string): void => {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (!named.every((one) => typeof one === 'string')) refuse('aud is no text')
  if (!named.some((one) => one === audience || client.audiences.includes(one as string)))
    refuse(`another audience: ${quote(named.join(', '))} came, ${[audience, ...client.audiences].map(quote).join(' or ')} is expected`)
}

const checkSubject = ({ sub }: Json, { subject }: ClientConfig): void => {
  if (subject !== undefined && sub !== subject) refuse('another subject')
}

type Registered = { readonly client: ClientConfig; readonly keySet: KeySet }

/** By issuer. Two clients may share one only when the token's `tenant` tells them apart. */
const register = (
  clients: readonly ClientConfig[],
  { readKeySet, keys }: { readonly readKeySet: ReadKeySet; readonly keys?: KeyWatch },
): ReadonlyMap<string, readonly Registered[]> => {
  const byIssuer = new Map<string, Registered[]>()
  for (const client of clients) {
    const keySet = makeKeySet(client, readKeySet, { onRead: (why) => keys?.note(client.id, why) })
    if (client.iss === undefined || !keySet) continue
    const same = byIssuer.get(client.iss) ?? []
    if (same.some((other) => other.client.tenant === client.tenant)) {
      throw new AttuneError('config-invalid', `clients ${client.id} and another have the same iss and tenant`)
    }
    byIssuer.set(client.iss, [...same, { client, keySet }])
  }
  return byIssuer
}

/** A `tenant` in the token must be the registered one wherever the registration names one. */
const choose = (candidates: readonly Registered[], iss: string, { tenant }: Json): Registered => {
  const [only, ...others] = candidates
  if (!only) return refuse(`unknown issuer: ${quote(iss)} is the iss of no client`)
  if (tenant !== undefined && !isText(tenant)) return refuse('tenant is no text')
  if (others.length === 0 && (tenant === undefined || only.client.tenant === 'default')) return only
  return candidates.find(({ client }) => client.tenant === tenant) ?? refuse('unknown tenant')
}

/**
 * Client authentication of CDS Hooks (2.0.1, "Trusting CDS Clients"): key by registered source, algorithm bound to the key, exact
 * issuer and audience, single use. The only file that knows jose, which checks the signatures.
 */
export const makeVerifyClient = (
  clients: readonly ClientConfig[],
  doors: {
    readonly readKeySet: ReadKeySet
    readonly replay: ReplayGuard
    readonly clocks?: ClockWatch
    readonly keys?: KeyWatch
    readonly now?: () => number
  },
): VerifyClient => {
  const byIssuer = register(clients, doors)
  const now = doors.now ?? Date.now
  return async (authorization, audience) => {
    const token = takeApart(authorization)
    const { iss, jti } = token.payload
    if (!isText(iss)) return refuse('no issuer')
    const { client, keySet } = choose(byIssuer.get(iss) ?? [], iss, token.payload)
    checkHeader(token, client)
    const times = readTimes(token.payload)
    checkAudience(token.payload, client, audience)
    checkSubject(token.payload, client)
    if (!isText(jti)) return refuse('no jti')
    await checkSignature(token, client, keySet)
    const off = outOfTime(times, now() / 1000) // after the signature: strangers cannot make health speak of clocks
    if (off) {
      doors.clocks?.note(client.id, off.seconds)
      return refuse(off.reason)
    }
    const until = endOf(times) + CLOCK_S // for another process whose clock is behind
    return (await doors.replay.claim(iss, jti, until)) ? client : refuse('used before')
  }
}
