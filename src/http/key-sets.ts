import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ClientConfig } from '../config.ts'

/** A public key of a client, ready to verify with: parsed once, not per call. */
export type ClientKey = { readonly key: KeyObject; readonly alg: string | null }

/** The keys of one client. */
export type KeySet = {
  find(kid: string): Promise<readonly ClientKey[]>
  /** Why the last read failed, for the log; null when it did not. */
  trouble(): string | null
}

/** Reads the document at a registered address: deadline, size limit, no redirects (the outbound door does that). */
export type ReadKeySet = (url: string) => Promise<unknown>

const COOL_DOWN_MS = 30_000
/** A set older than this is read again beside the calls, so that a withdrawn key stops working. */
const REFRESH_MS = 10 * 60_000
/** Without any successful read for so long, its keys are trusted no more. */
const EXPIRY_MS = 24 * 3_600_000
/** Further ones are not looked at. */
export const MOST_KEYS = 100
/** Of one read. */
export const KEY_SET_LIMITS = { deadlineMs: 1500, maxBytes: 256_000 } as const

const isVerifying = (jwk: JsonWebKey): boolean =>
  (jwk.kty === 'EC' || jwk.kty === 'RSA') &&
  (jwk.use === undefined || jwk.use === 'sig') &&
  (jwk.key_ops === undefined || (Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify')))

const readKey = (jwk: JsonWebKey): KeyObject | null => {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    return null // one broken key does not spoil the set
  }
}

/** Usable keys by `kid`; null when the document is no key set or holds no usable key. */
const readKeys = (document: unknown): ReadonlyMap<string, readonly ClientKey[]> | null => {
  const list = (document as { keys?: unknown } | null)?.keys
  if (!Array.isArray(list)) return null
  const keys = new Map<string, ClientKey[]>()
  for (const jwk of list.slice(0, MOST_KEYS) as (JsonWebKey | null)[]) {
    const { kid, alg } = jwk ?? {}
    if (!jwk || typeof kid !== 'string' || kid === '' || !isVerifying(jwk)) continue
    const key = readKey(jwk)
    if (key) keys.set(kid, [...(keys.get(kid) ?? []), { key, alg: typeof alg === 'string' ? alg : null }])
  }
  return keys.size > 0 ? keys : null
}

/** Ages are measured by the clock that nobody sets: a jump of the other one neither holds a read back nor makes keys old. */
const monotonic = (): number => performance.now()

type KeySource = Pick<ClientConfig, 'jwks' | 'jwksFile' | 'jku'>

const sourceOf = (client: KeySource, readKeySet: ReadKeySet): (() => Promise<unknown>) | null => {
  const { jwks, jwksFile, jku } = client
  if (jwks) return async () => jwks
  if (jwksFile) return async () => JSON.parse(await readFile(jwksFile, 'utf8'))
  return jku ? () => readKeySet(jku) : null
}

/** Never the message of a parser, which quotes what came. */
const whyOf = (error: unknown): string => {
  if (error instanceof SyntaxError) return 'no JSON'
  const { code, message } = error as NodeJS.ErrnoException
  return code ?? message
}

type Watching = { readonly now?: () => number /** Told how each read ended. */; readonly onRead?: (why: string | null) => void }

/**
 * Keys of a client from its own registered source and no other. An unknown `kid` causes one read, at most every 30 seconds; a failed
 * or empty read leaves the known keys in force. Null when the client has no source of keys.
 */
export const makeKeySet = (
  client: KeySource,
  readKeySet: ReadKeySet,
  { now = monotonic, onRead = () => undefined }: Watching = {},
): KeySet | null => {
  const load = sourceOf(client, readKeySet)
  if (!load) return null
  let keys: ReadonlyMap<string, readonly ClientKey[]> = new Map()
  let readAt = Number.NEGATIVE_INFINITY
  let triedAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | null = null
  let trouble: string | null = null

  const take = (document: unknown): string | null => {
    const fresh = readKeys(document)
    if (!fresh) return 'no key that can verify'
    keys = fresh
    readAt = now()
    return null
  }

  const refresh = (): Promise<void> => {
    if (reading) return reading
    if (now() - triedAt < COOL_DOWN_MS) return Promise.resolve()
    triedAt = now()
    reading = load()
      .then(take)
      .catch(whyOf) // of a failure the caller sees an unknown key; the known ones stay
      .then((why) => {
        trouble = why
        reading = null
        onRead(why)
      })
    return reading
  }

  return {
    async find(kid) {
      const age = now() - readAt
      if (!keys.has(kid) || age > EXPIRY_MS) await refresh()
      else if (age > REFRESH_MS) void refresh()
      return now() - readAt > EXPIRY_MS ? [] : (keys.get(kid) ?? [])
    },
    trouble: () => trouble,
  }
}
