import { sql, type Transaction } from 'kysely'
import type { LedgerTables } from './tables.ts'

/** Tables whose rows come in batches, with all their columns. */
type BatchTable = 'entry' | 'card' | 'concern' | 'feedback' | 'card_shown'

/** Columns by their names: those that a later release has added get the value that it gave them. */
const insertion = <Table extends BatchTable>(table: Table, rows: readonly LedgerTables[Table][]) => {
  const columns = sql.join(Object.keys(rows[0] ?? {}).map((name) => sql.ref(name)))
  return sql`insert into ${sql.table(table)} (${columns}) select ${columns}
    from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::jsonb)`
}

/** One parameter for a batch: the database reads it in half the time that as many parameters as cells take. */
export const insertRows = async <Table extends BatchTable>(
  transaction: Transaction<LedgerTables>,
  table: Table,
  rows: readonly LedgerTables[Table][],
): Promise<void> => {
  if (rows.length > 0) await insertion(table, rows).execute(transaction)
}

/** Leaves alone what is there. @returns the new rows, by one of their columns */
export const insertNew = async <Table extends BatchTable>(
  transaction: Transaction<LedgerTables>,
  table: Table,
  rows: readonly LedgerTables[Table][],
  column: keyof LedgerTables[Table] & string,
): Promise<ReadonlySet<string>> => {
  if (rows.length === 0) return new Set()
  const { rows: stored } = await sql<{ readonly one: string }>`${insertion(table, rows)} on conflict do nothing
    returning ${sql.ref(column)} as one`.execute(transaction)
  return new Set(stored.map(({ one }) => one))
}
