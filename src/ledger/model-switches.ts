import type { Kysely } from 'kysely'
import type { ModelSwitch } from '../contract/monitoring.ts'
import { addRow } from './add-row.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

export const addSwitch = (db: Db, { at, model, use, by, because }: ModelSwitch): Promise<void> =>
  db.transaction().execute((transaction) => addRow(transaction, 'model_switch', { at, model, use, by, because }))

/** Newest first. */
export const readSwitches = async (db: Db): Promise<ModelSwitch[]> => {
  const rows = await db.selectFrom('model_switch').select(['at', 'model', 'use', 'by', 'because']).orderBy('seq', 'desc').execute()
  return rows.map(({ at, use, ...row }) => ({ ...row, at: new Date(at).toISOString(), use: use === 'on' ? 'on' : 'off' }))
}
