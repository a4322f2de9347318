import type { Kysely } from 'kysely'
import type { ModelSwitch } from '../contract/monitoring.ts'
import { addRow } from './add-row.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

export const addSwitch = (db: Db, { model, ...one }: ModelSwitch): Promise<void> =>
  db.transaction().execute((transaction) => addRow(transaction, 'practice_switch', { kind: 'model', subject: model, ...one }))

/** Before switches had tenants: a table of its own, to which nothing is added any more. */
const readOld = async (db: Db): Promise<ModelSwitch[]> => {
  const rows = await db.selectFrom('model_switch').select(['at', 'model', 'use', 'by', 'because']).orderBy('seq', 'desc').execute()
  return rows.map(({ at, use, model, by, because }) => ({
    model,
    tenant: null,
    use: use === 'on' ? 'on' : 'off',
    at: new Date(at).toISOString(),
    by,
    because,
  }))
}

/** Newest first. */
export const readSwitches = async (db: Db): Promise<ModelSwitch[]> => {
  const rows = await db
    .selectFrom('practice_switch')
    .select(['at', 'subject', 'tenant', 'use', 'by', 'because'])
    .where('kind', '=', 'model')
    .orderBy('seq', 'desc')
    .execute()
  const newer = rows.map(({ at, subject, tenant, use, by, because }): ModelSwitch => {
    return { model: subject, tenant, use: use as ModelSwitch['use'], at: new Date(at).toISOString(), by, because } // the table's own check
  })
  return [...newer, ...(await readOld(db))]
}
