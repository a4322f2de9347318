import { type Kysely, sql } from 'kysely'
import { CANARY } from '../contract/canary.ts'
import type { FeedbackEvent } from '../contract/decision.ts'
import type { LedgerTables } from './tables.ts'

type Db = Kysely<LedgerTables>

/** Instants in UTC, the second one excluded; of one tenant, or of all when null. */
export type Period = { readonly since: Date; readonly until: Date; readonly tenant: string | null }

type About = {
  readonly tenant: string
  readonly service: string
  readonly concern: string
  readonly drug: string | null
  /** Rows of the rules that the card rests on. */
  readonly rows: readonly string[]
  /** Monday of the week. */
  readonly week: string
}

/** Equal cards of a period, and how many there are. */
export type CardCount = About & {
  readonly outcome: 'accepted' | 'overridden' | 'ignored'
  readonly repeated: boolean
  /** Whether the drug was still ordered when the patient was next looked at within 24 hours; null: nobody looked, or the card is about no drug. */
  readonly after: 'kept' | 'changed' | null
  readonly n: number
}

/** Releases before this one counted the cards of their canary patients. */
const ofTenant = (tenant: string | null) => (tenant === null ? sql`and c.tenant <> ${CANARY}` : sql`and c.tenant = ${tenant}`)

/** A JSON array that we wrote. */
const rowsOf = (text: string): readonly string[] => JSON.parse(text) as readonly string[]

/**
 * Cards that were shown in a period, counted by what they were about and what became of them: the newest word of feedback counts.
 * `services`: those that look at orders; a later call of one of them shows whether the drug is still ordered.
 */
export const countCards = async (db: Db, { since, until, tenant }: Period, services: readonly string[]): Promise<CardCount[]> => {
  const { rows } = await sql<Omit<CardCount, 'rows' | 'n'> & { readonly rows: string; readonly n: unknown }>`
    with shown as (
      select c.*, to_char(date_trunc('week', c.at at time zone 'UTC'), 'YYYY-MM-DD') as week,
        coalesce((select f.outcome from feedback f where f.tenant = c.tenant and f.card = c.card order by f.at desc, f.id limit 1), 'ignored') as outcome,
        c.concern_key is not null and exists (
          select 1 from card_shown p
          where p.tenant = c.tenant and p.patient_key = c.patient_key and p.concern_key = c.concern_key and p.mode = 'shown'
            and p.at < c.at and p.at >= c.at - interval '24 hours'
        ) as repeated,
        (
          select case when position('"about":' || to_json(c.drug)::text in coalesce(d.record, d.about)) > 0
            or position('"drug":' || to_json(c.drug)::text in coalesce(d.record, d.about)) > 0 then 'kept' else 'changed' end
          from decision d
          where c.drug is not null and d.tenant = c.tenant and d.patient_key = c.patient_key and d.at > c.at
            and d.at <= c.at + interval '24 hours' and d.service in (${sql.join([...services, ''])})
          order by d.at, d.seq limit 1
        ) as after
      from card_shown c
      where c.at >= ${since.toISOString()} and c.at < ${until.toISOString()} and c.mode = 'shown' ${ofTenant(tenant)}
    )
    select tenant, service, concern, drug, rows, week, outcome, repeated, after, count(*) as n
    from shown group by tenant, service, concern, drug, rows, week, outcome, repeated, after`.execute(db)
  return rows.map((row) => ({ ...row, rows: rowsOf(row.rows), n: Number(row.n) }))
}

/** Why one card was overridden. `comment` may hold patient data. */
export type OverrideWord = About & Pick<NonNullable<FeedbackEvent['overrideReason']>, 'code' | 'comment'>

const PAGE = 1000

/** Overrides of the cards of a period with their reasons, oldest feedback first. */
export const readOverrideWords = async (db: Db, { since, until, tenant }: Period): Promise<OverrideWord[]> => {
  const words: OverrideWord[] = []
  for (let after = ''; ; ) {
    const { rows } = await sql<Omit<About, 'rows'> & { readonly rows: string; readonly id: string; readonly record: string }>`
      select f.id, f.record, c.tenant, c.service, c.concern, c.drug, c.rows,
        to_char(date_trunc('week', c.at at time zone 'UTC'), 'YYYY-MM-DD') as week
      from feedback f join card_shown c on c.tenant = f.tenant and c.card = f.card
      where c.at >= ${since.toISOString()} and c.at < ${until.toISOString()} and c.mode = 'shown' and f.outcome = 'overridden'
        and f.id > ${after} ${ofTenant(tenant)}
      order by f.id limit ${sql.lit(PAGE)}`.execute(db)
    for (const { id: _, record, ...about } of rows) {
      const { overrideReason } = JSON.parse(record) as FeedbackEvent // written by us
      if (overrideReason) words.push({ ...about, rows: rowsOf(about.rows), code: overrideReason.code, comment: overrideReason.comment })
    }
    if (rows.length < PAGE) return words
    after = rows.at(-1)?.id ?? ''
  }
}

/** A decision of the shadow, by the rules that its cards rest on. */
export type ShadowSample = {
  readonly tenant: string
  readonly service: string
  readonly mode: string
  readonly decision: string
  readonly rows: readonly string[]
}

const MOST_SAMPLES = 5000

/** Cards that nobody saw, newest first. */
export const readShadowSamples = async (db: Db, { since, until, tenant }: Period): Promise<ShadowSample[]> => {
  const { rows } = await sql<Omit<ShadowSample, 'rows'> & { readonly rows: string }>`
    select c.tenant, c.service, c.mode, c.decision, c.rows from card_shown c
    where c.at >= ${since.toISOString()} and c.at < ${until.toISOString()} and c.mode <> 'shown' ${ofTenant(tenant)}
    order by c.at desc limit ${sql.lit(MOST_SAMPLES)}`.execute(db)
  return rows.map((row) => ({ ...row, rows: rowsOf(row.rows) }))
}
