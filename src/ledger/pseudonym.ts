import { createHmac, randomBytes } from 'node:crypto'
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
  }
}
