import { type Kysely, sql, type Transaction } from 'kysely'
import type { ModelTally, TallyMeasure } from '../contract/monitoring.ts'
import type { ShadowRecord } from './entries.ts'
import type { LedgerTables } from './tables.ts'

type Day = LedgerTables['model_day']
type Tallied = { readonly call: ShadowRecord; readonly tallies: readonly ModelTally[] }

const KEY = ['day', 'tenant', 'model', 'release', 'mode', 'place', 'subject', 'measure', 'bin'] as const

const rowsOf = ({ call, tallies }: Tallied): Day[] =>
  tallies.flatMap(({ model, release, mode, cells }) =>
    cells.map(([subject, measure, bin, value = 0]) => ({
      day: call.at.slice(0, 10),
      tenant: call.tenant,
      model,
      release,
      mode,
      place: call.service,
      subject,
      measure,
      bin,
      n: 1,
      total: value,
      squares: value * value,
    })),
  )

/** Equal rows of a batch in one; in one order everywhere, so that two processes never wait for each other crosswise. */
const merge = (rows: readonly Day[]): Day[] => {
  const merged = new Map<string, Day>()
  for (const row of rows) {
    const key = KEY.map((column) => row[column]).join('\n')
    const there = merged.get(key)
    if (there === undefined) merged.set(key, row)
    else merged.set(key, { ...there, n: there.n + row.n, total: there.total + row.total, squares: there.squares + row.squares })
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

/** Adds the counts of a batch to those of its days (UTC), in the transaction that stores the calls themselves. */
export const addTallies = async (transaction: Transaction<LedgerTables>, entries: readonly Tallied[]): Promise<void> => {
  const rows = merge(entries.flatMap(rowsOf))
  if (rows.length === 0) return
  await sql`insert into model_first (tenant, model, release, mode, day)
    select tenant, model, release, mode, min(day) from jsonb_populate_recordset(null::model_day, ${JSON.stringify(rows)}::jsonb)
    group by tenant, model, release, mode order by tenant, model, release, mode
    on conflict do nothing`.execute(transaction)
  await sql`insert into model_day select * from jsonb_populate_recordset(null::model_day, ${JSON.stringify(rows)}::jsonb)
    on conflict (tenant, model, release, mode, day, place, subject, measure, bin) do update
    set n = model_day.n + excluded.n, total = model_day.total + excluded.total, squares = model_day.squares + excluded.squares`.execute(
    transaction,
  )
}

/** Counts of one bin, added up over the days of a window. */
export type Counted = {
  readonly tenant: string
  readonly model: string
  readonly release: string
  readonly mode: 'shown' | 'shadow' | 'unseen'
  /** Only for `asked`; empty elsewhere. */
  readonly place: string
  readonly subject: string
  readonly measure: TallyMeasure
  readonly bin: string
  /** Of the first days of the release at this tenant. */
  readonly early: boolean
  /** Windows ago; 0 is the current one. Null: before all of them. */
  readonly age: number | null
  readonly n: number
  readonly total: number
  readonly squares: number
}

export type Windows = {
  /** Last day, `YYYY-MM-DD`. */
  readonly today: string
  /** Days of a window, and how many windows are read. */
  readonly days: number
  readonly windows: number
  /** First days of a release that others are compared with. */
  readonly early: number
  /** Of one tenant, or of all when null. */
  readonly tenant: string | null
  /** Only of these; absent: of all. */
  readonly releases?: readonly string[]
}

/** bigint and sums come as text from PostgreSQL. */
const numbers = (row: Omit<Counted, 'n' | 'age'> & { readonly n: unknown; readonly age: unknown }): Counted => ({
  ...row,
  n: Number(row.n),
  age: row.age === null ? null : Number(row.age),
})

export type FirstDay = {
  readonly tenant: string
  readonly model: string
  readonly release: string
  readonly mode: string
  readonly day: string
}

/** Day on which each release was first asked. */
export const readFirstDays = async (db: Kysely<LedgerTables>): Promise<FirstDay[]> => {
  const { rows } = await sql<FirstDay>`select tenant, model, release, mode, day::text as day from model_first order by 1, 2, 3, 4`.execute(
    db,
  )
  return rows
}

/** Counts of one release at one tenant: the last windows and its first days. */
const readSeries = async (db: Kysely<LedgerTables>, series: FirstDay, { today, days, windows, early }: Windows): Promise<Counted[]> => {
  const { tenant, model, release, mode, day } = series
  const { rows } = await sql<Parameters<typeof numbers>[0]>`
    with counted as (
      select *, day < ${day}::date + ${sql.lit(early)} as early,
        case when day > ${today}::date - ${sql.lit(days * windows)} then (${today}::date - day) / ${sql.lit(days)} end as age
      from model_day
      where tenant = ${tenant} and model = ${model} and release = ${release} and mode = ${mode} and day <= ${today}::date
        and (day > ${today}::date - ${sql.lit(days * windows)} or day < ${day}::date + ${sql.lit(early)})
    )
    select tenant, model, release, mode, case when measure = 'asked' then place else '' end as place, subject, measure, bin, early, age,
      sum(n) as n, sum(total) as total, sum(squares) as squares
    from counted
    group by tenant, model, release, mode, 5, subject, measure, bin, early, age
    order by subject, measure, bin, 5, early, age`.execute(db)
  return rows.map(numbers)
}

/** Counts of the last windows and of each release's first days, one release after the other, so that no query takes long. */
export const readTallies = async (db: Kysely<LedgerTables>, windows: Windows): Promise<Counted[]> => {
  const counted: Counted[] = []
  for (const series of await readFirstDays(db))
    if (windows.tenant === null || windows.tenant === series.tenant)
      if (windows.releases === undefined || windows.releases.includes(series.release))
        counted.push(...(await readSeries(db, series, windows)))
  return counted
}

/** Lets go of days before one; the first days of each release stay, because later ones are compared with them. */
export const forgetTallies = async (db: Kysely<LedgerTables>, before: string, early: number): Promise<void> => {
  await sql`delete from model_day d using model_first first
    where d.tenant = first.tenant and d.model = first.model and d.release = first.release and d.mode = first.mode
      and d.day < ${before}::date and d.day >= first.day + ${sql.lit(early)}`.execute(db)
}
