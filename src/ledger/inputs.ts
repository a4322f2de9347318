import type { Kysely } from 'kysely'
import { inputsBound, type Keyring } from './keyring.ts'
import type { LedgerTables } from './tables.ts'

/** What a decision was made of, as it was given to the ledger, or why it is not there. */
export type StoredInputs =
  | { readonly state: 'kept'; readonly content: Buffer }
  | { readonly state: 'not-kept' | 'removed' | 'key-missing' | 'unreadable' }

export const readInputs = async (db: Kysely<LedgerTables>, keyring: Keyring, id: string, tenant: string): Promise<StoredInputs> => {
  const entry = await db.selectFrom('entry').select(['seq', 'box']).where('kind', '=', 'decision').where('ref', '=', id).executeTakeFirst()
  if (!entry || entry.box === null) return { state: 'not-kept' }
  const row = await db.selectFrom('sealed_box').select('box').where('seq', '=', entry.seq).executeTakeFirst()
  if (!row) return { state: 'removed' }
  if (!keyring.has(row.box)) return { state: 'key-missing' }
  const content = keyring.open(row.box, inputsBound(tenant, id))
  return content === null ? { state: 'unreadable' } : { state: 'kept', content }
}
