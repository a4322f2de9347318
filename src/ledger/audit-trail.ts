import type { Kysely } from 'kysely'
import type { DecisionRecord, FeedbackEvent } from '../contract/decision.ts'
import { readRecord, recordOf } from './packed-record.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

/** What the chain tells of one thing that was done with a patient's data. `at` is when the entry was written. */
export type Trace = { readonly seq: number; readonly at: string } & (
  | { readonly kind: 'decision'; readonly record: DecisionRecord }
  /** `patientKey`: of the decision whose card it is about; null for a card that is not known. */
  | { readonly kind: 'feedback'; readonly event: FeedbackEvent; readonly patientKey: string | null }
  | { readonly kind: 'review'; readonly id: string; readonly tenant: string; readonly patientKey: string; readonly step: string }
)

export type Span = { readonly since: string | null; readonly until: string | null; readonly tenant: string | null }

/** `gone`: entries whose content retention or an erasure removed: of them nothing can be told but that they were. */
export type TrailPage = { readonly traces: readonly Trace[]; readonly gone: number }

const PAGE = 200
const KINDS = ['decision', 'feedback', 'review'] as const

type Entry = { readonly seq: number; readonly at: string; readonly ref: string }

const decisionsOf = async (db: Db, refs: readonly string[]): Promise<ReadonlyMap<string, DecisionRecord>> => {
  const rows = await db
    .selectFrom('decision')
    .select(['id', recordOf('decision').as('record')])
    .where('id', 'in', refs)
    .execute()
  return new Map(rows.map(({ id, record }) => [id, JSON.parse(readRecord(record ?? '')) as DecisionRecord])) // written by us
}

const feedbackOf = async (db: Db, refs: readonly string[]) => {
  const rows = await db
    .selectFrom('feedback')
    .leftJoin('card', (join) => join.onRef('card.tenant', '=', 'feedback.tenant').onRef('card.card', '=', 'feedback.card'))
    .leftJoin('decision', 'decision.id', 'card.decision')
    .select(['feedback.id', 'feedback.record', 'decision.patient_key'])
    .where('feedback.id', 'in', refs)
    .execute()
  return new Map(rows.map(({ id, record, patient_key }) => [id, { event: JSON.parse(record) as FeedbackEvent, patientKey: patient_key }])) // as above
}

const reviewsOf = async (db: Db, refs: readonly string[]) => {
  const rows = await db.selectFrom('review').select(['id', 'tenant', 'patient_key', 'kind']).where('id', 'in', refs).execute()
  return new Map(rows.map((row) => [row.id, row]))
}

const NONE = ['']
const some = (refs: readonly string[]): readonly string[] => (refs.length > 0 ? refs : NONE)

/** What was done with patients' data, in the order of the chain, a page at a time. */
export async function* readTrail(db: Db, { since, until, tenant }: Span): AsyncGenerator<TrailPage> {
  let after = 0
  for (;;) {
    let query = db.selectFrom('entry').select(['seq', 'at', 'kind', 'ref']).where('seq', '>', after).where('kind', 'in', KINDS)
    if (since !== null) query = query.where('at', '>=', since)
    if (until !== null) query = query.where('at', '<', until)
    const page = await query.orderBy('seq').limit(PAGE).execute()
    const refs = (kind: string) => some(page.filter((entry) => entry.kind === kind).map(({ ref }) => ref))
    const decisions = await decisionsOf(db, refs('decision'))
    const feedback = await feedbackOf(db, refs('feedback'))
    const reviews = await reviewsOf(db, refs('review'))
    const find = ({ seq, at, ref }: Entry, kind: string): Trace | null => {
      const place = { seq: Number(seq), at }
      const record = decisions.get(ref)
      const told = feedback.get(ref)
      const step = reviews.get(ref)
      if (kind === 'decision') return record ? { ...place, kind, record } : null
      if (kind === 'feedback') return told ? { ...place, kind, ...told } : null
      return step ? { ...place, kind: 'review', id: step.id, tenant: step.tenant, patientKey: step.patient_key, step: step.kind } : null
    }
    const found = page.map((entry) => find(entry, entry.kind))
    const traces = found.filter((trace) => trace !== null)
    yield { traces: tenant === null ? traces : traces.filter((trace) => tenantOf(trace) === tenant), gone: found.length - traces.length }
    after = Number(page.at(-1)?.seq ?? after)
    if (page.length < PAGE) return
  }
}

export const tenantOf = (trace: Trace): string =>
  trace.kind === 'decision' ? trace.record.tenant : trace.kind === 'feedback' ? trace.event.tenant : trace.tenant
