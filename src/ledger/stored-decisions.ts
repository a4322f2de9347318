import type { Kysely } from 'kysely'
import type { DecisionRecord } from '../contract/decision.ts'
import type { RiskEstimate } from '../contract/risk.ts'
import { digestOfDecision } from './append.ts'
import { predictionOf } from './entries.ts'
import { readRecord, recordOf } from './packed-record.ts'
import type { Pseudonym } from './pseudonym.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

/** A decision as it stands in the ledger, of whatever tenant: for the operator who holds the database. */
export type StoredDecision = {
  readonly seq: number
  readonly id: string
  readonly tenant: string
  /** Canonical JSON: the bytes that were sealed. */
  readonly record: string
}

export type DecisionStore = {
  find(id: string): Promise<StoredDecision | null>
  /** In order, after a number; only those made at an instant or later. */
  page(after: number, since: string | null, limit: number): Promise<readonly StoredDecision[]>
  /** Whether this record with these estimates is, to the byte, what the ledger sealed. */
  isSealed(stored: StoredDecision, record: DecisionRecord, estimates: readonly RiskEstimate[]): Promise<boolean>
}

const select = (db: Db) => db.selectFrom('decision').select(['seq', 'id', 'tenant', recordOf('decision').as('record')])

const asStored = (row: Omit<StoredDecision, 'record'> & { readonly record: string | null }): StoredDecision => ({
  ...row,
  seq: Number(row.seq),
  record: readRecord(row.record ?? ''),
})

export const makeDecisionStore = (db: () => Promise<Db>, pseudonym: Pseudonym): DecisionStore => ({
  find: async (id) => {
    const row = await select(await db())
      .where('id', '=', id)
      .executeTakeFirst()
    return row ? asStored(row) : null
  },
  page: async (after, since, limit) => {
    let query = select(await db()).where('seq', '>', after)
    if (since !== null) query = query.where('at', '>=', since)
    return (await query.orderBy('seq').limit(limit).execute()).map(asStored)
  },
  isSealed: async ({ id, seq }, record, estimates) => {
    const entry = await (await db())
      .selectFrom('entry')
      .select('rows')
      .where('kind', '=', 'decision')
      .where('ref', '=', id)
      .executeTakeFirst()
    const predictions = estimates.map((estimate) => predictionOf(estimate, pseudonym))
    return entry?.rows === digestOfDecision(record, predictions, seq)
  },
})
