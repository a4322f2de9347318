import type { ServiceFigure } from '../../contract/service-watch.ts'
import type { HourCount } from '../../ledger/service-counts.ts'

const HOUR_MS = 3_600_000
const HOURS = 168
/** Weeks that the usual hours are taken from, and days that are needed at least. */
const WEEKS = 4
const LEAST_DAYS = 14

const hourOfWeek = (ms: number): number => Math.floor(ms / HOUR_MS) % HOURS

/**
 * Calls to be expected in an hour, by hour of the week: the least of the hour and of its neighbours, so that a change to summer time, or
 * a morning that begins late, is no alarm.
 */
const usualHours = (hours: readonly HourCount[], from: number, to: number): ((ms: number) => number) => {
  const weeks = (to - from) / (HOURS * HOUR_MS)
  const sums = new Array<number>(HOURS).fill(0)
  for (const { hour, n } of hours) {
    const ms = Date.parse(hour)
    if (ms >= from && ms < to) sums[hourOfWeek(ms)] = (sums[hourOfWeek(ms)] ?? 0) + n
  }
  const rate = (at: number): number => (sums[(at + HOURS) % HOURS] ?? 0) / weeks
  return (ms) => Math.min(rate(hourOfWeek(ms) - 1), rate(hourOfWeek(ms)), rate(hourOfWeek(ms) + 1))
}

const expectedBetween = (from: number, to: number, usual: (ms: number) => number): number => {
  let expected = 0
  for (let at = from; at < to; ) {
    const end = Math.min(to, (Math.floor(at / HOUR_MS) + 1) * HOUR_MS)
    expected += (usual(at) * (end - at)) / HOUR_MS
    at = end
  }
  return expected
}

type Settings = { readonly now: Date; readonly silentMinutes: number }

/**
 * How many calls were to be expected since the last one, by the usual hours; null where there are too few days to know them. Nothing is
 * expected before the shortest silence that counts.
 */
export const judgeUnheard = (
  hours: readonly HourCount[],
  first: string,
  { now, silentMinutes }: Settings,
): { readonly figure: Omit<ServiceFigure, 'state'>; readonly expected: number | null } => {
  const end = now.getTime()
  const lasts = hours.map(({ last }) => Date.parse(last)).filter((at) => at <= end)
  const last = lasts.length === 0 ? null : Math.max(...lasts)
  const named = { figure: 'unheard', kind: 'service', subject: '', sigmas: null } as const
  const start = Math.max(Date.parse(first) + 24 * HOUR_MS, end - WEEKS * HOURS * HOUR_MS)
  const days = (end - start) / (24 * HOUR_MS)
  if (last === null || days < LEAST_DAYS) {
    const minutes = last === null ? null : Math.floor((end - last) / 60_000)
    const because = `Its usual hours are known after ${LEAST_DAYS} days; this is day ${Math.max(1, Math.ceil(days) + 1)}.`
    return { figure: { ...named, value: minutes, reference: null, n: 0, because }, expected: null }
  }
  const minutes = Math.floor((end - last) / 60_000)
  const all = expectedBetween(last, end, usualHours(hours, start, Math.max(last, start + LEAST_DAYS * 24 * HOUR_MS)))
  const expected = minutes >= silentMinutes ? all : 0
  const because = `Last call ${minutes} minutes ago; ${Number(all.toPrecision(2))} were to be expected since.`
  return { figure: { ...named, value: minutes, reference: all, n: hours.length, because }, expected }
}
