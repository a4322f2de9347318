import type { Kysely } from 'kysely'
import type { PracticeSwitch, RulesOrder } from '../contract/switches.ts'
import { addRow } from './add-row.ts'
import type { LedgerTables } from './tables.ts'

/** What operators changed while servers ran. All of it throws AttuneError `ledger-failed` while the database is away. */
export type PracticeStore = {
  turn(one: PracticeSwitch): Promise<void>
  /** Newest first. */
  switches(): Promise<readonly PracticeSwitch[]>
  orderRules(order: Omit<RulesOrder, 'seq'>): Promise<void>
  /** The newest; null when nobody ever asked for other rules. */
  rulesOrder(): Promise<RulesOrder | null>
}

const SWITCH = ['at', 'kind', 'subject', 'tenant', 'use', 'by', 'because'] as const

const instant = (at: string): string => new Date(at).toISOString()

export const makePracticeStore = (db: () => Promise<Kysely<LedgerTables>>): PracticeStore => ({
  turn: async ({ at, kind, subject, tenant, use, by, because }) => {
    const row = { at, kind, subject, tenant, use, by, because }
    await (await db()).transaction().execute((transaction) => addRow(transaction, 'practice_switch', row))
  },
  switches: async () => {
    const rows = await (await db())
      .selectFrom('practice_switch')
      .select(SWITCH)
      .where('kind', '<>', 'model')
      .orderBy('seq', 'desc')
      .execute()
    return rows.map((row) => ({ ...row, at: instant(row.at) }) as PracticeSwitch) // the table's own checks hold kind and use
  },
  orderRules: async ({ at, folder, by }) => {
    await (await db()).transaction().execute((transaction) => addRow(transaction, 'rules_order', { at, folder, by }))
  },
  rulesOrder: async () => {
    const row = await (await db())
      .selectFrom('rules_order')
      .select(['seq', 'at', 'folder', 'by'])
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row ? { ...row, seq: Number(row.seq), at: instant(row.at) } : null
  },
})
