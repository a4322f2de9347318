import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ClientConfig } from '../../config.ts'
import { KEY_SET_LIMITS, MOST_KEYS } from '../../http/key-sets.ts'
import { addressOf, type Finding, findingsOf, tame } from './finding.ts'
import { type Probe, readJson, sayFailure } from './probe.ts'

type Algorithm = ClientConfig['algorithms'][number]
type Say = ReturnType<typeof findingsOf>

/** Members that hold the secret half of a key (RFC 7518, sections 6.2.2, 6.3.2, 6.4.1). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const
const LEAST_RSA_BITS = 2048
const CURVES: Readonly<Partial<Record<Algorithm, string>>> = { ES256: 'prime256v1', ES384: 'secp384r1' }

const WHY = 'Calls signed with a key that cannot be used are refused with 401, and the prescriber sees nothing.'

const publicKeyOf = (jwk: JsonWebKey): KeyObject | null => {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    return null
  }
}

const fits = (key: KeyObject, algorithm: Algorithm): boolean => {
  const curve = CURVES[algorithm]
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  return curve === undefined ? key.asymmetricKeyType === 'rsa' && modulusLength >= LEAST_RSA_BITS : namedCurve === curve
}

/** Why this key cannot verify a call; null when it can. */
const flawOf = (jwk: JsonWebKey, algorithms: readonly Algorithm[]): string | null => {
  if (typeof jwk.kid !== 'string' || jwk.kid === '') return 'has no kid'
  if (jwk.kty !== 'EC' && jwk.kty !== 'RSA') return `is of the kind ${tame(jwk.kty)}, not EC or RSA`
  if (jwk.use !== undefined && jwk.use !== 'sig') return 'is not for signatures (use)'
  if (Array.isArray(jwk.key_ops) && !jwk.key_ops.includes('verify')) return 'is not for verifying (key_ops)'
  const key = publicKeyOf(jwk)
  if (!key) return 'is not readable'
  const wanted = typeof jwk.alg === 'string' ? algorithms.filter((one) => one === jwk.alg) : algorithms
  if (wanted.length === 0) return `is for ${tame(jwk.alg)}, which is not among this client's algorithms (${algorithms.join(', ')})`
  return wanted.some((one) => fits(key, one)) ? null : `fits none of ${wanted.join(', ')} (curve, or fewer than ${LEAST_RSA_BITS} bits)`
}

const privateFindings = (say: Say, keys: readonly JsonWebKey[]): Finding[] =>
  keys.some((jwk) => PRIVATE.some((member) => jwk[member] !== undefined))
    ? [
        say.fail(
          'The key set holds private parts of a key.',
          'Whoever reads it can sign calls in the name of this EHR.',
          'Have the EHR make new keys and publish the public parts only. Treat the old ones as stolen.',
        ),
      ]
    : []

const repeatedKids = (keys: readonly JsonWebKey[]): string[] => {
  const kids = keys.map(({ kid }) => kid).filter((kid) => typeof kid === 'string')
  return [...new Set(kids.filter((kid, at) => kids.indexOf(kid) !== at))].map(tame)
}

/** A key set as it was read, against the algorithms of its client. */
const judgeKeys = (say: Say, document: Readonly<Record<string, unknown>>, { algorithms }: ClientConfig): Finding[] => {
  const listed = document.keys
  const keys = (Array.isArray(listed) ? listed : []).filter((one): one is JsonWebKey => typeof one === 'object' && one !== null)
  if (keys.length === 0) return [say.fail('The key set holds no keys.', WHY, 'Have the EHR publish its public keys there.')]
  const flaws = keys.map((jwk) => flawOf(jwk, algorithms))
  const usable = flaws.filter((flaw) => flaw === null).length
  const named = flaws.flatMap((flaw, at) => (flaw === null ? [] : [`key ${tame(keys[at]?.kid) || `number ${at + 1}`} ${flaw}`]))
  const twice = repeatedKids(keys)
  return [
    ...privateFindings(say, keys),
    ...(twice.length === 0
      ? []
      : [
          say.warn(
            `Two keys share a kid: ${twice.join(', ')}.`,
            'Each of them is tried, which costs time.',
            'Have each key named differently.',
          ),
        ]),
    ...(keys.length > MOST_KEYS
      ? [
          say.warn(
            `The key set holds ${keys.length} keys; only the first ${MOST_KEYS} are read.`,
            WHY,
            'Have the EHR publish the keys in use only.',
          ),
        ]
      : []),
    ...(usable === 0
      ? [say.fail(`No key can verify a call: ${named.join('; ')}.`, WHY, 'Compare the kind of the keys with clients[].algorithms.')]
      : [say.ok(`${usable} of ${keys.length} keys can verify calls.`)]),
    ...(usable > 0 && named.length > 0
      ? [
          say.warn(
            `Some keys cannot be used: ${named.join('; ')}.`,
            WHY,
            'Nothing, if the EHR does not sign calls with them; else compare with clients[].algorithms.',
          ),
        ]
      : []),
  ]
}

const fromAddress = async (say: Say, jku: string, client: ClientConfig, probe: Probe): Promise<Finding[]> => {
  const answer = await probe(jku, { headers: { accept: 'application/json' } })
  const todo = 'Check jku with the EHR. Where it cannot be reached from here, ask for the keys as a file and name it in jwksFile.'
  if (!answer.ok) {
    const { what, todo: more } = sayFailure(answer)
    return [say.fail(`The key set at ${addressOf(jku)} cannot be read: ${what}.`, WHY, `${more} ${todo}`)]
  }
  const { deadlineMs, maxBytes } = KEY_SET_LIMITS
  if (Buffer.byteLength(answer.body) > maxBytes)
    return [say.fail(`The key set at ${addressOf(jku)} is larger than ${maxBytes / 1000} kB, and not read.`, WHY, todo)]
  if (answer.ms > deadlineMs)
    return [say.fail(`The key set at ${addressOf(jku)} took longer than ${deadlineMs / 1000} seconds, and is not waited for.`, WHY, todo)]
  const read = readJson(answer)
  if (typeof read === 'string') return [say.fail(`The key set at ${addressOf(jku)} cannot be read: it answers with ${read}.`, WHY, todo)]
  return judgeKeys(say, read.value, client)
}

const fromFile = (say: Say, path: string, client: ClientConfig): Finding[] => {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return judgeKeys(say, (value ?? {}) as Readonly<Record<string, unknown>>, client)
  } catch {
    return [say.fail('The jwksFile is not readable JSON.', WHY, 'Check the file and its rights.')]
  }
}

/** The keys with which a client's calls are verified. */
export const checkKeys = async (client: ClientConfig, probe: Probe): Promise<Finding[]> => {
  const say = findingsOf('keys', client.id)
  const { iss, jku, jwks, jwksFile } = client
  if (iss === undefined)
    return [
      say.warn(
        'The client has no iss and no keys.',
        'No JWT can be its own: it may only describe FHIR servers of the app, or callers in open mode.',
        'Ask the EHR for the iss of its CDS Hooks JWTs and for its key set, and set iss and jku or jwksFile.',
      ),
    ]
  if (jku !== undefined) return fromAddress(say, jku, client, probe)
  return jwksFile === undefined ? judgeKeys(say, jwks ?? {}, client) : fromFile(say, jwksFile, client)
}
