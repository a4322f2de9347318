import { setImmediate } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import { type DecisionRecord, isUnseen } from '../contract/decision.ts'
import { inOneGo, inTurns, type Slices } from '../slices.ts'
import { canonicalJson, digest } from './canonical.ts'
import { addCardsShown } from './cards-shown.ts'
import { type Chain, openChain } from './chain.ts'
import type { Database } from './database.ts'
import type { Entry, PredictionEntry, ShadowRecord } from './entries.ts'
import { digestRows, digestRowsInSlices, type Rows, sealedRow } from './evidence.ts'
import { insertNew, insertRows } from './insert-rows.ts'
import { type WrittenRecord, writeRecord } from './packed-record.ts'
import { addServiceCounts } from './service-counts.ts'
import type { SpoolMark } from './spool.ts'
import type { LedgerTables } from './tables.ts'
import { addTallies } from './tallies.ts'

type DecisionEntry = Extract<Entry, { kind: 'decision' }>
type FeedbackEntry = Extract<Entry, { kind: 'feedback' }>
type ReviewEntry = Extract<Entry, { kind: 'review' }>
type ShadowEntry = Extract<Entry, { kind: 'shadow' }>

/** Text columns of PostgreSQL hold neither NUL nor half a character; the record keeps them, escaped as JSON. */
const column = (text: string): string => Buffer.from(text.replaceAll('\0', '\uFFFD'), 'utf8').toString('utf8')

/** Entries not yet in the chain, each once: one that comes again from the spool is the same entry. */
const newOnes = async (transaction: Transaction<LedgerTables>, entries: readonly WrittenDecision[]): Promise<WrittenDecision[]> => {
  const byId = new Map(entries.map((entry) => [entry.record.id, entry]))
  const there = await transaction
    .selectFrom('entry')
    .select('ref')
    .where('kind', '=', 'decision')
    .where('ref', 'in', [...byId.keys()])
    .execute()
  for (const { ref } of there) byId.delete(ref)
  return [...byId.values()]
}

type DecisionRows = {
  readonly decision: LedgerTables['decision']
  /** Its record as it is sealed. */
  readonly text: string
  readonly cards: readonly LedgerTables['card'][]
  readonly concerns: readonly LedgerTables['concern'][]
  readonly predictions: readonly LedgerTables['prediction'][]
}

const once = <Row>(rows: readonly Row[], key: (row: Row) => string): Row[] => [...new Map(rows.map((row) => [key(row), row])).values()]

const rowsOfDecision = (entry: DecisionEntry, seq: number, { text, columns }: WrittenRecord): DecisionRows => {
  const { record, predictions } = entry
  const { id, at, tenant, service, outcome, patientKey, cards } = record
  return {
    decision: { seq, id, at, tenant, service, outcome, patient_key: patientKey, ...columns },
    text,
    cards: once(
      cards.map(({ uuid }) => ({ tenant, card: uuid, decision: id })),
      ({ card }) => card,
    ),
    concerns: once(concernsOf(entry), ({ card, facts }) => `${card} ${facts}`),
    predictions: predictionRows({ call: record, predictions, mode: isUnseen(record) ? 'unseen' : 'shown' }),
  }
}

const sealDecision = ({ decision, text, cards, concerns, predictions }: DecisionRows): Slices<string> => {
  const rows: Rows = {
    decision: [sealedRow('decision', { ...decision, record: text })],
    card: cards.map((row) => sealedRow('card', row)),
    concern: concerns.map((row) => sealedRow('concern', row)),
    prediction: predictions.map((row) => sealedRow('prediction', row)),
  }
  return digestRowsInSlices(rows)
}

/** Digest of all rows of a decision: equal for an equal record with equal estimates, and for no other. */
export const digestOfDecision = (record: DecisionRecord, predictions: readonly PredictionEntry[], seq: number): string =>
  inOneGo(sealDecision(rowsOfDecision({ kind: 'decision', record, predictions }, seq, inOneGo(writeRecord(record, false)))))

/** Decisions that are written out, or sealed, before the calls have their turn: some 0.2 ms each. */
const AT_A_TIME = 16

type WrittenDecision = DecisionEntry & { readonly written: WrittenRecord }

const isDecision = (entry: Entry): entry is DecisionEntry => entry.kind === 'decision'

/** Most of the work on a long record, and none of it needs the place in the chain: other processes do not wait for it. */
const writeDecisions = async (entries: readonly DecisionEntry[], packs: boolean): Promise<WrittenDecision[]> => {
  const all: WrittenDecision[] = []
  for (const entry of entries) {
    if (all.length % AT_A_TIME === AT_A_TIME - 1) await setImmediate()
    all.push({ ...entry, written: await inTurns(writeRecord(entry.record, packs)) })
  }
  return all
}

const appendDecisions = async (
  transaction: Transaction<LedgerTables>,
  chain: Chain,
  entries: readonly WrittenDecision[],
): Promise<void> => {
  const fresh = await newOnes(transaction, entries)
  if (fresh.length === 0) return
  const rows: DecisionRows[] = []
  for (const entry of fresh) {
    if (rows.length % AT_A_TIME === AT_A_TIME - 1) await setImmediate()
    const one = rowsOfDecision(entry, chain.next, entry.written)
    chain.add({ kind: 'decision', ref: entry.record.id, rows: await inTurns(sealDecision(one)), box: entry.inputs ?? null })
    rows.push(one)
  }
  await transaction
    .insertInto('decision')
    .values(rows.map(({ decision }) => decision))
    .execute()
  await insertRows(
    transaction,
    'card',
    rows.flatMap(({ cards }) => cards),
  )
  await insertRows(
    transaction,
    'concern',
    rows.flatMap(({ concerns }) => concerns),
  )
  await insertPredictions(
    transaction,
    rows.flatMap(({ predictions }) => predictions),
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

const insertPredictions = async (transaction: Transaction<LedgerTables>, rows: readonly LedgerTables['prediction'][]): Promise<void> => {
  if (rows.length > 0) await transaction.insertInto('prediction').values(rows).execute()
}

/** A call comes again when its spool line is replayed; it is counted once. */
const appendShadows = async (transaction: Transaction<LedgerTables>, chain: Chain, entries: readonly ShadowEntry[]): Promise<void> => {
  const calls = once(entries, ({ call }) => call.id)
  const marked = await transaction
    .insertInto('shadow_call')
    .values(calls.map(({ call }) => ({ decision: call.id, at: call.at })))
    .onConflict((conflict) => conflict.doNothing())
    .returning('decision')
    .execute()
  const fresh = new Set(marked.map(({ decision }) => decision))
  const counted = calls.filter(({ call }) => fresh.has(call.id))
  const predictions = counted.map(({ call, predictions }) => {
    const rows = predictionRows({ call, predictions, mode: 'shadow' })
    const shadow_call = [sealedRow('shadow_call', { decision: call.id, at: call.at })]
    chain.add({
      kind: 'shadow',
      ref: call.id,
      rows: digestRows({ shadow_call, prediction: rows.map((row) => sealedRow('prediction', row)) }),
    })
    return rows
  })
  await insertPredictions(transaction, predictions.flat())
  await addTallies(transaction, counted)
}

/** A card that only sums up others is none on which a concern could be overridden. Entries spooled by an older release name no user. */
const concernsOf = ({ record: { tenant, patientKey, userKey, traces } }: DecisionEntry): LedgerTables['concern'][] =>
  typeof userKey !== 'string'
    ? []
    : traces.flatMap(({ card, concern, concerns }) =>
        concern === 'summary' ? [] : concerns.map(({ facts }) => ({ tenant, card, patient_key: patientKey, user_key: userKey, facts })),
      )

type Predicted = {
  readonly call: ShadowRecord
  readonly predictions: readonly PredictionEntry[]
  readonly mode: 'shown' | 'shadow' | 'unseen'
}

const predictionRows = ({ call: { id, tenant, at }, predictions, mode }: Predicted): LedgerTables['prediction'][] =>
  predictions.map((prediction) => ({ decision: id, tenant, at, mode, ...prediction }))

const appendFeedback = async (transaction: Transaction<LedgerTables>, chain: Chain, entries: readonly FeedbackEntry[]): Promise<void> => {
  const rows = entries.map(({ event }) => {
    const { id, at, decision: _, ...sent } = event
    const { tenant, card, outcome } = sent
    return { id, at, tenant, card: column(card), outcome, digest: digest(sent), record: canonicalJson(event) }
  })
  const fresh = new Set(await insertNew(transaction, 'feedback', rows, 'id'))
  for (const row of rows)
    if (fresh.delete(row.id)) chain.add({ kind: 'feedback', ref: row.id, rows: digestRows({ feedback: [sealedRow('feedback', row)] }) })
}

const appendReviews = async (transaction: Transaction<LedgerTables>, chain: Chain, entries: readonly ReviewEntry[]): Promise<void> => {
  const rows = entries.map(({ row: { patientKey, locked: _, ...row } }) => ({ ...row, patient_key: patientKey }))
  const stored = await transaction
    .insertInto('review')
    .values(rows)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning(['id', 'seq'])
    .execute()
  const numbers = new Map(stored.map(({ id, seq }) => [id, seq]))
  for (const [at, row] of rows.entries()) {
    const seq = numbers.get(row.id)
    if (seq === undefined || !numbers.delete(row.id)) continue
    const box = entries[at]?.row.locked ?? null
    chain.add({ kind: 'review', ref: row.id, rows: digestRows({ review: [sealedRow('review', { ...row, seq })] }), box })
  }
}

const setMark = async (transaction: Transaction<LedgerTables>, mark: SpoolMark): Promise<void> => {
  await transaction
    .insertInto('spool_mark')
    .values(mark)
    .onConflict((conflict) => conflict.column('file').doUpdateSet({ lines: mark.lines }))
    .execute()
}

/** Writes a batch and how far the spool is stored in one transaction: all of it or nothing. Entries that are there already stay as they are. */
export const appendEntries = async ({ db, packs }: Database, entries: readonly Entry[], mark: SpoolMark | null): Promise<void> => {
  const decisions = await writeDecisions(entries.filter(isDecision), packs)
  await db.transaction().execute(async (transaction) => {
    if (entries.length > 0) await appendAll(transaction, entries, decisions)
    if (mark) await setMark(transaction, mark)
  })
}

const appendAll = async (
  transaction: Transaction<LedgerTables>,
  entries: readonly Entry[],
  decisions: readonly WrittenDecision[],
): Promise<void> => {
  const chain = await openChain(transaction)
  if (decisions.length > 0) await appendDecisions(transaction, chain, decisions)
  const feedback = entries.filter((entry) => entry.kind === 'feedback')
  if (feedback.length > 0) await appendFeedback(transaction, chain, feedback)
  const shadows = entries.filter((entry) => entry.kind === 'shadow')
  if (shadows.length > 0) await appendShadows(transaction, chain, shadows)
  const reviews = entries.filter((entry) => entry.kind === 'review')
  if (reviews.length > 0) await appendReviews(transaction, chain, reviews)
  await chain.commit()
}
