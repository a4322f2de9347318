import { type Kysely, sql, type Transaction } from 'kysely'
import type { OutcomeItem, OutcomeReceipt } from '../contract/monitoring.ts'
import { addRow } from './add-row.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

/** An item whose patient, if it names one, is a key already. */
export type KeyedOutcome = { readonly item: OutcomeItem; readonly patientKey: string | null }

export type Sender = { readonly tenant: string; readonly client: string }

type Said = { readonly decision: string; readonly variant: string }
type Found = Said | OutcomeReceipt

const NO_CALL: OutcomeReceipt = { state: 'unknown', because: 'No such decision, card or patient is known to this tenant.' }
const NO_ESTIMATE: OutcomeReceipt = { state: 'unknown', because: 'The model gave no estimate there.' }

const refused = (because: string): OutcomeReceipt => ({ state: 'refused', because })

const estimates = (db: Db, tenant: string, model: string) =>
  db
    .selectFrom('prediction')
    .select(['decision', 'variant'])
    .where('prediction.tenant', '=', tenant)
    .where('prediction.model', '=', model)
    .where('prediction.state', '=', 'estimated')

const choose = (rows: readonly { readonly variant: string | null }[], decision: string, variant: string | undefined): Found => {
  const variants = [...new Set(rows.flatMap((row) => (row.variant === null ? [] : [row.variant])))].filter(
    (one) => variant === undefined || one === variant,
  )
  const [only] = variants
  if (only === undefined) return NO_ESTIMATE
  return variants.length === 1
    ? { decision, variant: only }
    : { state: 'ambiguous', because: `The model gave several numbers there; name the variant: ${variants.sort().join(', ')}.` }
}

const ofCall = async (db: Db, tenant: string, decision: string, { model, variant }: OutcomeItem): Promise<Found> => {
  const rows = await estimates(db, tenant, model).where('decision', '=', decision).execute()
  if (rows.length > 0) return choose(rows, decision, variant)
  const call = await db.selectFrom('decision').select('id').where('tenant', '=', tenant).where('id', '=', decision).executeTakeFirst()
  return call ? NO_ESTIMATE : NO_CALL
}

/** The day after a partial date has ended: what happened in 2026-03 may have been known on the 31st. */
const endOf = (date: string): string => {
  const [year = 0, month = 12, day] = date.slice(0, 10).split('-').map(Number)
  return new Date(day === undefined ? Date.UTC(year, month, 1) : Date.UTC(year, month - 1, day + 1)).toISOString()
}

/** The latest call in which the model gave this patient an estimate before the outcome was known. */
const ofPatient = async (db: Db, tenant: string, patientKey: string, item: OutcomeItem): Promise<Found> => {
  const last = await estimates(db, tenant, item.model)
    .innerJoin('decision', (join) =>
      join.onRef('decision.id', '=', 'prediction.decision').onRef('decision.tenant', '=', 'prediction.tenant'),
    )
    .where('decision.patient_key', '=', patientKey)
    .where('prediction.at', '<', endOf(item.date))
    .$if(item.variant !== undefined, (query) => query.where('prediction.variant', '=', item.variant ?? null))
    .orderBy('prediction.at', 'desc')
    .executeTakeFirst()
  return last ? ofCall(db, tenant, last.decision, item) : NO_CALL
}

const find = async (db: Db, tenant: string, { item, patientKey }: KeyedOutcome): Promise<Found> => {
  if ('decision' in item) return ofCall(db, tenant, item.decision, item)
  if ('card' in item) {
    const card = await db
      .selectFrom('card')
      .select('decision')
      .where('tenant', '=', tenant)
      .where('card', '=', item.card)
      .executeTakeFirst()
    return card ? ofCall(db, tenant, card.decision, item) : NO_CALL
  }
  return patientKey === null ? NO_CALL : ofPatient(db, tenant, patientKey, item)
}

const DAY_MS = 86_400_000

/** Probabilities, scores and ranks are of an event, which came or did not. */
const isOfEvent = (unit: string | null): boolean => unit === '%' || unit === '1' || /^\{[^}]*\}$/.test(unit ?? '')

/** Why it cannot be what became of an estimate. Days are the sender's, instants are UTC: a day of difference is none. */
const against = (
  { outcome, date }: OutcomeItem,
  estimate: { readonly at: string | Date; readonly unit: string | null },
  received: string,
): OutcomeReceipt | null => {
  if (isOfEvent(estimate.unit) && outcome !== 0 && outcome !== 1) return refused('The estimate is of an event: its outcome is 1 or 0.')
  if (Date.parse(date) > Date.parse(received) + DAY_MS) return refused('The date is in the future.')
  if (Date.parse(endOf(date)) + DAY_MS <= new Date(estimate.at).getTime()) return refused('The date is before the estimate.')
  return null
}

const store = async (
  db: Transaction<LedgerTables>,
  { tenant, client }: Sender,
  one: KeyedOutcome,
  received: string,
): Promise<OutcomeReceipt> => {
  const found = await find(db, tenant, one)
  if ('state' in found) return found
  const estimate = await estimates(db, tenant, one.item.model)
    .select(['prediction.at', 'prediction.unit'])
    .where('decision', '=', found.decision)
    .where('variant', '=', found.variant)
    .executeTakeFirstOrThrow()
  const problem = against(one.item, estimate, received)
  if (problem) return problem
  const { model, outcome, date } = one.item
  const key = { tenant, model, ...found }
  const before = await db
    .selectFrom('outcome')
    .select('outcome')
    .where('tenant', '=', tenant)
    .where('decision', '=', found.decision)
    .where('model', '=', model)
    .where('variant', '=', found.variant)
    .orderBy('seq', 'desc')
    .executeTakeFirst()
  if (before && Number(before.outcome) === outcome) return { state: 'repeated' }
  const known_on = new Date(Date.parse(endOf(date)) - DAY_MS).toISOString().slice(0, 10)
  await addRow(db, 'outcome', { ...key, outcome, known_on, received, client })
  return before ? { state: 'corrected' } : { state: 'stored' }
}

/** Any number that no one else locks: of two senders of the same outcome one stores it. */
const LOCK = 4_117_900_002

/** In order; each item has its receipt. All of them are stored, or none when the database fails. */
export const addOutcomes = (db: Db, sender: Sender, items: readonly KeyedOutcome[], received: string): Promise<OutcomeReceipt[]> =>
  db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(transaction)
    const receipts: OutcomeReceipt[] = []
    for (const item of items) receipts.push(await store(transaction, sender, item, received))
    return receipts
  })

/** An estimate and what became of the patient. */
export type Judged = {
  readonly tenant: string
  readonly model: string
  readonly release: string
  readonly mode: string
  readonly variant: string
  readonly unit: string
  readonly value: number
  readonly outcome: number
}

/** Estimates made since an instant whose outcome is known; the newest word on each counts. An estimate shown for several drugs of a call counts once. */
export const readJudged = async (db: Db, since: string, tenant: string | null): Promise<Judged[]> => {
  const { rows } = await sql<Judged>`
    with newest as (
      select distinct on (tenant, decision, model, variant) tenant, decision, model, variant, outcome
      from outcome ${tenant === null ? sql`` : sql`where tenant = ${tenant}`}
      order by tenant, decision, model, variant, seq desc
    )
    select distinct on (n.tenant, n.decision, n.model, n.variant, p.sha256, p.mode)
      n.tenant, n.model, p.version || '+' || left(p.sha256, 12) as release, p.mode, n.variant, p.unit, p.value, n.outcome
    from newest n join prediction p on p.tenant = n.tenant and p.decision = n.decision and p.model = n.model and p.variant = n.variant
    where p.state = 'estimated' and p.at >= ${since}::timestamptz
    order by n.tenant, n.decision, n.model, n.variant, p.sha256, p.mode`.execute(db)
  return rows.map((row) => ({ ...row, value: Number(row.value), outcome: Number(row.outcome) }))
}
