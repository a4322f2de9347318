import { type Kysely, sql } from 'kysely'
import type { DecisionRecord, FeedbackEvent } from '../contract/decision.ts'
import { readRecord, recordOf } from './packed-record.ts'
import type { LedgerTables } from './tables.ts'
import { walkChain } from './walk.ts'

type Db = Kysely<LedgerTables>

const asRecord = (row: { readonly record: string | null } | undefined): DecisionRecord | null =>
  row ? (JSON.parse(readRecord(row.record ?? '')) as DecisionRecord) : null // written by us, sealed by its hash

const RECORD = recordOf('decision').as('record')

export const findDecision = async (db: Db, id: string, tenant: string): Promise<DecisionRecord | null> =>
  asRecord(await db.selectFrom('decision').select(RECORD).where('id', '=', id).where('tenant', '=', tenant).executeTakeFirst())

export const findByCard = async (db: Db, card: string, tenant: string): Promise<DecisionRecord | null> => {
  const row = await db.selectFrom('card').select('decision').where('tenant', '=', tenant).where('card', '=', card).executeTakeFirst()
  return row ? findDecision(db, row.decision, tenant) : null
}

/** Newest first. */
export const recentDecisions = async (db: Db, n: number, tenant: string): Promise<DecisionRecord[]> => {
  const rows = await db
    .selectFrom('decision')
    .select(RECORD)
    .where('tenant', '=', tenant)
    .orderBy('seq', 'desc')
    .limit(Math.max(0, Math.trunc(n)))
    .execute()
  return rows.flatMap((row) => asRecord(row) ?? [])
}

/** The newest decision of the app about a patient until an instant that kept what it advised. */
export const lastSeen = async (db: Db, tenant: string, patientKey: string, until: string): Promise<DecisionRecord | null> => {
  const rows = await db
    .selectFrom('decision')
    .select(RECORD)
    .where('tenant', '=', tenant)
    .where('patient_key', '=', patientKey)
    .where('service', '=', 'smart-app')
    .where('at', '<=', until)
    .orderBy('seq', 'desc')
    .limit(1)
    .execute()
  const record = asRecord(rows[0])
  return record?.seen ? record : null
}

/** Feedback of a tenant, newest first, joined to the decision that made the card; `decision` stays null for unknown cards. */
export const findFeedback = async (
  db: Db,
  tenant: string,
  { card, decision, limit = 200 }: { readonly card?: string; readonly decision?: string; readonly limit?: number },
): Promise<FeedbackEvent[]> => {
  let query = db
    .selectFrom('feedback')
    .leftJoin('card', (join) => join.onRef('card.tenant', '=', 'feedback.tenant').onRef('card.card', '=', 'feedback.card'))
    .select(['feedback.record', 'card.decision'])
    .where('feedback.tenant', '=', tenant)
  if (card !== undefined) query = query.where('feedback.card', '=', card)
  if (decision !== undefined) query = query.where('card.decision', '=', decision)
  const rows = await query.orderBy('feedback.at', 'desc').orderBy('feedback.id').limit(limit).execute()
  return rows.map((row) => ({ ...(JSON.parse(row.record) as FeedbackEvent), decision: row.decision })) // written by us
}

export type Counts = { readonly decisions: number; readonly feedback: number; readonly predictions: number }

export const countRows = async (db: Db, tenant: string | null): Promise<Counts> => {
  const count = async (table: 'decision' | 'feedback' | 'prediction') => {
    let query = db.selectFrom(table).select(({ fn }) => fn.countAll().as('n'))
    if (tenant !== null) query = query.where('tenant', '=', tenant)
    return Number((await query.executeTakeFirstOrThrow()).n)
  }
  return { decisions: await count('decision'), feedback: await count('feedback'), predictions: await count('prediction') }
}

export type ChainState =
  /** `rows`: decisions that are kept. */
  | { readonly state: 'intact'; readonly rows: number; readonly head: string }
  | { readonly state: 'broken'; readonly seq: number; readonly because: string }

/** Walks the chain with every row that it seals; `seq` is the number of the first entry that is not as it was written. */
export const checkChain = async (db: Db): Promise<ChainState> => {
  const { decisions, head, faults } = await walkChain(db)
  const [fault] = faults
  return fault ? { state: 'broken', seq: fault.entry ?? 0, because: fault.because } : { state: 'intact', rows: decisions, head }
}

export const ping = async (db: Db): Promise<void> => {
  await sql`select 1`.execute(db)
}
