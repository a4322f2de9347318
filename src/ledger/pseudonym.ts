import { createHmac } from 'node:crypto'
import { withoutEndSlashes } from '../end-slashes.ts'
import { readKey } from './key-file.ts'

export type Pseudonym = {
  /** The same patient of the same server and tenant always has the same key; without the key file it leads nowhere. */
  patientKey(tenant: string, fhirBase: string | null, patientId: string): string
  /** The same user of the same server and tenant always has the same key. */
  userKey(tenant: string, fhirBase: string | null, userId: string): string
  /** Keyed digest of anything else that could be guessed by trying (model inputs, what a concern rests on). */
  seal(text: string): string
}

/**
 * Key of the HMAC-SHA-256 that stands for patients in the ledger, 32 bytes. A configured file must exist; the default one is made at the
 * first start (mode 0600). Losing it loses the link between old and new records, and what was encrypted or signed under keys derived from it.
 * @throws AttuneError `config-invalid`
 */
export const readPseudonymKey = (config: { readonly dataDir: string; readonly pseudonymKeyFile?: string | undefined }): Buffer =>
  readKey(config.pseudonymKeyFile ?? `${config.dataDir}/pseudonym.key`, 'pseudonym key', config.pseudonymKeyFile === undefined)

export const makePseudonym = (key: Buffer): Pseudonym => {
  const seal = (text: string): string => createHmac('sha256', key).update(text, 'utf8').digest('hex')
  const baseOf = (fhirBase: string | null): string | null => (fhirBase === null ? null : withoutEndSlashes(fhirBase))
  return {
    // JSON keeps the parts apart whatever characters they hold, and a user from a patient with the same id.
    patientKey: (tenant, fhirBase, patientId) => seal(JSON.stringify([tenant, baseOf(fhirBase), patientId])),
    userKey: (tenant, fhirBase, userId) => seal(JSON.stringify(['user', tenant, baseOf(fhirBase), userId])),
    seal,
  }
}
