import type { Kysely, Transaction } from 'kysely'
import { canonicalJson, chainHash, digest } from './canonical.ts'
import { addCardsShown } from './cards-shown.ts'
import type { Entry, PredictionEntry, ShadowRecord } from './entries.ts'
import { addServiceCounts } from './service-counts.ts'
import type { SpoolMark } from './spool.ts'
import type { LedgerTables } from './tables.ts'
import { addTallies } from './tallies.ts'

type DecisionEntry = Extract<Entry, { kind: 'decision' }>
type FeedbackEntry = Extract<Entry, { kind: 'feedback' }>
type ReviewEntry = Extract<Entry, { kind: 'review' }>
type ShadowEntry = Extract<Entry, { kind: 'shadow' }>

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
  await appendPredictions(
    transaction,
    fresh.map(({ record, predictions }) => ({ call: record, predictions, mode: 'shown' })),
  )
  await addTallies(
    transaction,
    fresh.map(({ record, tallies = [] }) => ({ call: record, tallies })),
  )
  await addServiceCounts(
    transaction,
    fresh.flatMap(({ record, counted = [] }) => counted.map((tally) => ({ call: record, tally }))),
  )
  await addCardsShown(
    transaction,
    fresh.map(({ record }) => record),
  )
}

/** A call comes again when its spool line is replayed; it is counted once. */
const appendShadows = async (transaction: Transaction<LedgerTables>, entries: readonly ShadowEntry[]): Promise<void> => {
  const marked = await transaction
    .insertInto('shadow_call')
    .values([...new Map(entries.map(({ call }) => [call.id, { decision: call.id, at: call.at }])).values()])
    .onConflict((conflict) => conflict.doNothing())
    .returning('decision')
    .execute()
  const fresh = new Set(marked.map(({ decision }) => decision))
  const once = [...new Map(entries.map((entry) => [entry.call.id, entry])).values()].filter(({ call }) => fresh.has(call.id))
  await appendPredictions(
    transaction,
    once.map(({ call, predictions }) => ({ call, predictions, mode: 'shadow' })),
  )
  await addTallies(transaction, once)
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

type Predicted = { readonly call: ShadowRecord; readonly predictions: readonly PredictionEntry[]; readonly mode: 'shown' | 'shadow' }

const appendPredictions = async (transaction: Transaction<LedgerTables>, entries: readonly Predicted[]): Promise<void> => {
  const rows = entries.flatMap(({ call: { id, tenant, at }, predictions, mode }) =>
    predictions.map((prediction) => ({ decision: id, tenant, at, mode, ...prediction })),
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

const appendReviews = async (transaction: Transaction<LedgerTables>, entries: readonly ReviewEntry[]): Promise<void> => {
  const rows = entries.map(({ row: { patientKey, ...row } }) => ({ ...row, patient_key: patientKey }))
  await transaction
    .insertInto('review')
    .values(rows)
    .onConflict((conflict) => conflict.column('id').doNothing())
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
    const shadows = entries.filter((entry) => entry.kind === 'shadow')
    if (shadows.length > 0) await appendShadows(transaction, shadows)
    const reviews = entries.filter((entry) => entry.kind === 'review')
    if (reviews.length > 0) await appendReviews(transaction, reviews)
    if (mark) await setMark(transaction, mark)
  })
