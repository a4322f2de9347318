import type { Insertable, Transaction } from 'kysely'
import { openChain } from './chain.ts'
import { digestRows, readRows } from './evidence.ts'
import type { LedgerTables } from './tables.ts'

const KINDS = { outcome: 'outcome', model_switch: 'switch', practice_switch: 'practice', rules_order: 'rules' } as const

/** Stores a row of which few come, and its entry of the chain. */
export const addRow = async <Table extends keyof typeof KINDS>(
  transaction: Transaction<LedgerTables>,
  table: Table,
  row: Insertable<LedgerTables[Table]>,
): Promise<void> => {
  const chain = await openChain(transaction)
  const { seq } = (await transaction
    .insertInto(table)
    .values(row as never) // kysely cannot follow the table through the type
    .returning('seq')
    .executeTakeFirstOrThrow()) as { seq: number }
  const ref = String(seq)
  const rows = await readRows(transaction, KINDS[table], [ref])
  chain.add({ kind: KINDS[table], ref, rows: digestRows(rows.get(ref) ?? {}) })
  await chain.commit()
}
