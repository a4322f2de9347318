import { type Kysely, sql, type Transaction } from 'kysely'
import type { ServiceTally, WatchedKind } from '../contract/service-watch.ts'
import type { ShadowRecord } from './entries.ts'
import type { LedgerTables } from './tables.ts'

type Day = LedgerTables['service_day']
type Hour = LedgerTables['service_hour']
export type CountedCall = { readonly call: ShadowRecord; readonly tally: ServiceTally }

const rowsOf = ({ call, tally }: CountedCall): Day[] =>
  tally.cells.map(([kind, subject, measure, n = 1]) => ({
    day: call.at.slice(0, 10),
    tenant: call.tenant,
    service: call.service,
    mode: tally.mode,
    kind,
    subject,
    measure,
    n,
  }))

const keyOf = ({ day, tenant, service, mode, kind, subject, measure }: Day): string =>
  `${day}\n${tenant}\n${service}\n${mode}\n${kind}\n${subject}\n${measure}`

/** Equal rows of a batch in one; in one order everywhere, so that two processes never wait for each other crosswise. */
const merge = (rows: readonly Day[]): Day[] => {
  const merged = new Map<string, Day>()
  for (const row of rows) {
    const key = keyOf(row)
    const there = merged.get(key)
    merged.set(key, there === undefined ? row : { ...there, n: there.n + row.n })
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

const hoursOf = (calls: readonly CountedCall[]): Hour[] => {
  const merged = new Map<string, Hour>()
  for (const { call, tally } of calls) {
    if (tally.mode === 'trial') continue // beside one that was shown
    const hour = `${call.at.slice(0, 13)}:00:00.000Z`
    const key = [hour, call.tenant, call.service].join('\n')
    const there = merged.get(key)
    const last = there !== undefined && there.last > call.at ? there.last : call.at
    merged.set(key, { hour, tenant: call.tenant, service: call.service, n: (there?.n ?? 0) + 1, last })
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

/** Adds what a batch of calls counts to its days and hours (UTC), in the transaction that stores the calls themselves. */
export const addServiceCounts = async (transaction: Transaction<LedgerTables>, calls: readonly CountedCall[]): Promise<void> => {
  const rows = merge(calls.flatMap(rowsOf))
  if (rows.length === 0) return
  const days = JSON.stringify(rows)
  await sql`insert into service_first (tenant, service, mode, kind, subject, day)
    select tenant, service, mode, kind, subject, min(day) from jsonb_populate_recordset(null::service_day, ${days}::jsonb)
    group by tenant, service, mode, kind, subject order by tenant, service, mode, kind, subject
    on conflict do nothing`.execute(transaction)
  await sql`insert into service_day select * from jsonb_populate_recordset(null::service_day, ${days}::jsonb)
    on conflict (tenant, service, mode, day, kind, subject, measure) do update set n = service_day.n + excluded.n`.execute(transaction)
  const hours = hoursOf(calls)
  if (hours.length > 0)
    await sql`insert into service_hour select * from jsonb_populate_recordset(null::service_hour, ${JSON.stringify(hours)}::jsonb)
      on conflict (tenant, service, hour) do update
      set n = service_hour.n + excluded.n, last = greatest(service_hour.last, excluded.last)`.execute(transaction)
}

export type ServiceCount = Omit<Day, 'kind' | 'mode'> & { readonly kind: WatchedKind; readonly mode: ServiceTally['mode'] }
export type ServiceFirst = Pick<ServiceCount, 'tenant' | 'service' | 'mode' | 'kind' | 'subject' | 'day'>
/** `last`: instant of the hour's last call. */
export type HourCount = Hour

export type CountSpan = {
  /** First and last day, `YYYY-MM-DD`. */
  readonly from: string
  readonly to: string
  readonly mode: ServiceTally['mode']
  /** Of one tenant, or of all when null. */
  readonly tenant: string | null
}

const ofTenant = (tenant: string | null) => (tenant === null ? sql`` : sql`and tenant = ${tenant}`)

/** bigint comes as text from PostgreSQL. */
export const readServiceCounts = async (db: Kysely<LedgerTables>, { from, to, mode, tenant }: CountSpan): Promise<ServiceCount[]> => {
  const { rows } = await sql<ServiceCount>`
    select day::text as day, tenant, service, mode, kind, subject, measure, n from service_day
    where day >= ${from}::date and day <= ${to}::date and mode = ${mode} ${ofTenant(tenant)}`.execute(db)
  return rows.map((row) => ({ ...row, n: Number(row.n) }))
}

/** Day on which each subject was first counted. */
export const readServiceFirsts = async (db: Kysely<LedgerTables>, tenant: string | null): Promise<ServiceFirst[]> => {
  const { rows } = await sql<ServiceFirst>`
    select tenant, service, mode, kind, subject, day::text as day from service_first where true ${ofTenant(tenant)}`.execute(db)
  return rows
}

/** Calls by hour since an instant. */
export const readServiceHours = async (db: Kysely<LedgerTables>, since: Date, tenant: string | null): Promise<HourCount[]> => {
  const { rows } = await sql<{ hour: Date | string; tenant: string; service: string; n: unknown; last: Date | string }>`
    select hour, tenant, service, n, last from service_hour where hour >= ${since.toISOString()} ${ofTenant(tenant)}`.execute(db)
  const instant = (at: Date | string): string => new Date(at).toISOString()
  return rows.map((row) => ({ ...row, hour: instant(row.hour), last: instant(row.last), n: Number(row.n) }))
}

/** Lets go of days and hours before a day. First days stay. */
export const forgetServiceCounts = async (db: Kysely<LedgerTables>, before: string): Promise<void> => {
  await sql`delete from service_day where day < ${before}::date`.execute(db)
  await sql`delete from service_hour where hour < ${before}::date`.execute(db)
}
