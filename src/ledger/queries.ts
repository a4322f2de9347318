import { type Kysely, sql } from 'kysely'
import type { DecisionRecord, FeedbackEvent } from '../contract/decision.ts'
import { CHAIN_START, canonicalJson, chainHash } from './canonical.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

const asRecord = (row: { readonly record: string } | undefined): DecisionRecord | null =>
  row ? (JSON.parse(row.record) as DecisionRecord) : null // written by us, sealed by its hash

export const findDecision = async (db: Db, id: string, tenant: string): Promise<DecisionRecord | null> =>
  asRecord(await db.selectFrom('decision').select('record').where('id', '=', id).where('tenant', '=', tenant).executeTakeFirst())

export const findByCard = async (db: Db, card: string, tenant: string): Promise<DecisionRecord | null> => {
  const row = await db.selectFrom('card').select('decision').where('tenant', '=', tenant).where('card', '=', card).executeTakeFirst()
  return row ? findDecision(db, row.decision, tenant) : null
}

/** Newest first. */
export const recentDecisions = async (db: Db, n: number, tenant: string): Promise<DecisionRecord[]> => {
  const rows = await db
    .selectFrom('decision')
    .select('record')
    .where('tenant', '=', tenant)
    .orderBy('seq', 'desc')
    .limit(Math.max(0, Math.trunc(n)))
    .execute()
  return rows.map((row) => JSON.parse(row.record) as DecisionRecord) // as above
}

/** The newest decision of the app about a patient until an instant that kept what it advised. */
export const lastSeen = async (db: Db, tenant: string, patientKey: string, until: string): Promise<DecisionRecord | null> => {
  const rows = await db
    .selectFrom('decision')
    .select('record')
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
  | { readonly state: 'intact'; readonly rows: number; readonly head: string }
  | { readonly state: 'broken'; readonly seq: number; readonly because: string }

const PAGE = 500
type Row = Pick<
  LedgerTables['decision'],
  'seq' | 'id' | 'tenant' | 'service' | 'outcome' | 'patient_key' | 'previous_hash' | 'hash' | 'record'
>

const faultOf = (row: Row, seq: number, previous: string): string | null => {
  if (Number(row.seq) !== seq) return 'a row is missing'
  if (row.previous_hash !== previous) return 'the row does not follow the one before it'
  if (row.hash !== chainHash(previous, row.record)) return 'the record is not what was sealed'
  const { id, tenant, service, outcome, patientKey } = JSON.parse(row.record) as DecisionRecord // its hash is right, so it is ours
  const columns = canonicalJson([row.id, row.tenant, row.service, row.outcome, row.patient_key])
  return columns === canonicalJson([id, tenant, service, outcome, patientKey])
    ? null
    : 'a column says something else than the sealed record'
}

/** Recomputes every hash from the first row to the head. Finds changed, removed, added and reordered rows. */
export const checkChain = async (db: Db): Promise<ChainState> => {
  let previous = CHAIN_START
  let seq = 0
  for (;;) {
    const rows = await db
      .selectFrom('decision')
      .select(['seq', 'id', 'tenant', 'service', 'outcome', 'patient_key', 'previous_hash', 'hash', 'record'])
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(PAGE)
      .execute()
    for (const row of rows) {
      seq += 1
      const because = faultOf(row, seq, previous)
      if (because !== null) return { state: 'broken', seq, because }
      previous = row.hash
    }
    if (rows.length < PAGE) break
  }
  const head = await db.selectFrom('chain_head').selectAll().executeTakeFirst()
  if (!head || Number(head.seq) < seq) return { state: 'broken', seq, because: 'the end of the chain was changed' }
  if (Number(head.seq) > seq) return { state: 'broken', seq: seq + 1, because: 'rows are missing at the end' }
  return head.hash === previous
    ? { state: 'intact', rows: seq, head: previous }
    : { state: 'broken', seq, because: 'the end of the chain was changed' }
}

export const ping = async (db: Db): Promise<void> => {
  await sql`select 1`.execute(db)
}
