import type { Kysely, Transaction } from 'kysely'
import { canonicalJson, chainHash, digest } from './canonical.ts'
import type { Entry } from './entries.ts'
import type { SpoolMark } from './spool.ts'
import type { LedgerTables } from './tables.ts'

type DecisionEntry = Extract<Entry, { kind: 'decision' }>
type FeedbackEntry = Extract<Entry, { kind: 'feedback' }>

/** Text columns of PostgreSQL cannot hold NUL; the record keeps it, escaped as JSON. */
const column = (text: string): string => text.replaceAll('\0', '\uFFFD')

/** Rows not yet in the table, each once: an entry that comes again from the spool is the same entry. */
const newOnes = async (transaction: Transaction<LedgerTables>, entries: readonly DecisionEntry[]): Promise<DecisionEntry[]> => {
  const byId = new Map(entries.map((entry) => [entry.record.id, entry]))
  const there = await transaction
    .selectFrom('decision')
    .select('id')
    .where('id', 'in', [...byId.keys()])
    .execute()
  for (const { id } of there) byId.delete(id)
  return [...byId.values()]
}

const appendDecisions = async (transaction: Transaction<LedgerTables>, entries: readonly DecisionEntry[]): Promise<void> => {
  const head = await transaction.selectFrom('chain_head').selectAll().forUpdate().executeTakeFirstOrThrow()
  const fresh = await newOnes(transaction, entries)
  if (fresh.length === 0) return
  let seq = Number(head.seq) // bigint columns come as text from PostgreSQL
  let previous = head.hash
  const rows = fresh.map(({ record }) => {
    const text = canonicalJson(record)
    const row = { previous_hash: previous, hash: chainHash(previous, text), record: text }
    previous = row.hash
    seq += 1
    const { id, at, tenant, service, outcome, patientKey } = record
    return { seq, id, at, tenant, service, outcome, patient_key: patientKey, ...row }
  })
  await transaction.insertInto('decision').values(rows).execute()
  await transaction.updateTable('chain_head').set({ seq, hash: previous }).execute()
  await appendCards(transaction, fresh)
  await appendConcerns(transaction, fresh)
  await appendPredictions(transaction, fresh)
}

const appendCards = async (transaction: Transaction<LedgerTables>, entries: readonly DecisionEntry[]): Promise<void> => {
  const rows = entries.flatMap(({ record: { id, tenant, cards } }) => cards.map(({ uuid }) => ({ tenant, card: uuid, decision: id })))
  if (rows.length > 0)
    await transaction
      .insertInto('card')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
}

/** A card that only sums up others is none on which a concern could be overridden. Entries spooled by an older release name no user. */
const concernsOf = ({ record: { tenant, patientKey, userKey, traces } }: DecisionEntry): LedgerTables['concern'][] =>
  typeof userKey !== 'string'
    ? []
    : traces.flatMap(({ card, concern, concerns }) =>
        concern === 'summary' ? [] : concerns.map(({ facts }) => ({ tenant, card, patient_key: patientKey, user_key: userKey, facts })),
      )

const appendConcerns = async (transaction: Transaction<LedgerTables>, entries: readonly DecisionEntry[]): Promise<void> => {
  const rows = entries.flatMap(concernsOf)
  if (rows.length > 0)
    await transaction
      .insertInto('concern')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
}

const appendPredictions = async (transaction: Transaction<LedgerTables>, entries: readonly DecisionEntry[]): Promise<void> => {
  const rows = entries.flatMap(({ record: { id, tenant, at }, predictions }) =>
    predictions.map((prediction) => ({ decision: id, tenant, at, ...prediction })),
  )
  if (rows.length > 0) await transaction.insertInto('prediction').values(rows).execute()
}

const appendFeedback = async (transaction: Transaction<LedgerTables>, entries: readonly FeedbackEntry[]): Promise<void> => {
  const rows = entries.map(({ event }) => {
    const { id, at, decision: _, ...sent } = event
    const { tenant, card, outcome } = sent
    return { id, at, tenant, card: column(card), outcome, digest: digest(sent), record: canonicalJson(event) }
  })
  if (rows.length > 0)
    await transaction
      .insertInto('feedback')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
}

const setMark = async (transaction: Transaction<LedgerTables>, mark: SpoolMark): Promise<void> => {
  await transaction
    .insertInto('spool_mark')
    .values(mark)
    .onConflict((conflict) => conflict.column('file').doUpdateSet({ lines: mark.lines }))
    .execute()
}

/** Writes a batch and how far the spool is stored in one transaction: all of it or nothing. Entries that are there already stay as they are. */
export const appendEntries = (db: Kysely<LedgerTables>, entries: readonly Entry[], mark: SpoolMark | null): Promise<void> =>
  db.transaction().execute(async (transaction) => {
    const decisions = entries.filter((entry) => entry.kind === 'decision')
    if (decisions.length > 0) await appendDecisions(transaction, decisions)
    const feedback = entries.filter((entry) => entry.kind === 'feedback')
    await appendFeedback(transaction, feedback)
    if (mark) await setMark(transaction, mark)
  })
