import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { AttuneError } from '../errors.ts'

export type Pseudonym = {
  /** The same patient of the same server and tenant always has the same key; without the key file it leads nowhere. */
  patientKey(tenant: string, fhirBase: string | null, patientId: string): string
  /** The same user of the same server and tenant always has the same key. */
  userKey(tenant: string, fhirBase: string | null, userId: string): string
  /** Keyed digest of anything else that could be guessed by trying (model inputs, what a concern rests on). */
  seal(text: string): string
  /** Free text, encrypted (AES-256-GCM, a key derived from the same file); `bound` must be the same again to open it. */
  lock(text: string, bound: string): string
  /** Null when it was locked under another key or for something else, or was changed. */
  open(locked: string, bound: string): string | null
}

const IV_BYTES = 12
const TAG_BYTES = 16

/** A key of its own, so that no digest and no ciphertext ever share one (HKDF, RFC 5869). */
const textKey = (key: string): Buffer => Buffer.from(hkdfSync('sha256', Buffer.from(key, 'hex'), '', 'attune/ledger/text/1', 32))

const lockWith =
  (key: Buffer) =>
  (text: string, bound: string): string => {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(bound, 'utf8'))
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([iv, body, cipher.getAuthTag()]).toString('base64')
  }

const openWith =
  (key: Buffer) =>
  (locked: string, bound: string): string | null => {
    try {
      const bytes = Buffer.from(locked, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES)).setAAD(Buffer.from(bound, 'utf8'))
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8')
    } catch {
      return null
    }
  }

const KEY = /^[0-9a-f]{64}$/

const makeKey = (path: string): string => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = openSync(path, 'wx', 0o600) // x: two starts at once never overwrite each other's key
  try {
    const key = randomBytes(32).toString('hex')
    writeSync(file, key)
    fsyncSync(file)
    return key
  } finally {
    closeSync(file)
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason')

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code

const readKey = (path: string, make: boolean): string => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    if (!make || !isCode(cause, 'ENOENT'))
      throw new AttuneError('config-invalid', `the pseudonym key ${path} cannot be read (${codeOf(cause)})`, { cause })
  }
  try {
    return makeKey(path)
  } catch (cause) {
    if (isCode(cause, 'EEXIST')) return readFileSync(path, 'utf8').trim()
    throw new AttuneError('config-invalid', `the pseudonym key ${path} cannot be written (${codeOf(cause)})`, { cause })
  }
}

/**
 * Key of the HMAC-SHA-256 that stands for patients in the ledger. A configured file must exist; the default one is made at the
 * first start (mode 0600). Losing it loses the link between old and new records, nothing else.
 * @throws AttuneError `config-invalid`
 */
export const openPseudonym = (config: { readonly dataDir: string; readonly pseudonymKeyFile?: string | undefined }): Pseudonym => {
  const key = readKey(config.pseudonymKeyFile ?? `${config.dataDir}/pseudonym.key`, config.pseudonymKeyFile === undefined)
  if (!KEY.test(key)) throw new AttuneError('config-invalid', 'the pseudonym key is not 64 hexadecimal digits')
  const seal = (text: string): string => createHmac('sha256', Buffer.from(key, 'hex')).update(text, 'utf8').digest('hex')
  const baseOf = (fhirBase: string | null): string | null => fhirBase?.replace(/\/+$/, '') ?? null
  return {
    // JSON keeps the parts apart whatever characters they hold, and a user from a patient with the same id.
    patientKey: (tenant, fhirBase, patientId) => seal(JSON.stringify([tenant, baseOf(fhirBase), patientId])),
    userKey: (tenant, fhirBase, userId) => seal(JSON.stringify(['user', tenant, baseOf(fhirBase), userId])),
    seal,
    lock: lockWith(textKey(key)),
    open: openWith(textKey(key)),
  }
}
