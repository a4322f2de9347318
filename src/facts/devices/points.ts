import type { DevicePoints, DeviceValue } from '../../contract/devices.ts'
import { spanOf } from '../../terminology/dates.ts'

/** One reading before it is put in columns. */
export type Reading = { readonly at: number; readonly offset: number | null; readonly value: DeviceValue }

const OFFSET = /([+-])(\d{2}):(\d{2})$/

/** Minutes east of UTC that a FHIR instant states; null for `Z` and `-00:00`, which say nothing of the place (RFC 3339, section 4.3). */
export const offsetOf = (instant: string): number | null => {
  const [all, sign, hours, minutes] = OFFSET.exec(instant) ?? []
  if (all === undefined || all === '-00:00') return null
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

/** Where a reading stands on the time axis: its instant, or the middle of its period, so that a day's total stands on its own day. */
export const instantOf = (start: string | null, end: string | null): { readonly at: number; readonly offset: number | null } | null => {
  const [first, last] = [start === null ? null : spanOf(start), end === null ? null : spanOf(end)]
  const from = first?.first ?? last?.first
  const text = start ?? end
  if (from === undefined || text === null) return null
  return { at: last === null || last.first < from ? from : Math.round((from + last.first) / 2), offset: offsetOf(text) }
}

type Runs<T> = [what: T, times: number][]

const add = <T>(runs: Runs<T>, what: T): void => {
  const last = runs.at(-1)
  if (last && last[0] === what) last[1] += 1
  else runs.push([what, 1])
}

/** Equal instants in a fixed order, so that order of arrival never shows. */
const order = (a: Reading, b: Reading): number => a.at - b.at || (String(a.value) < String(b.value) ? -1 : 1)

/** Readings in columns, oldest first, whatever order they came in. */
export const columns = (readings: readonly Reading[]): DevicePoints => {
  const sorted = [...readings].sort(order)
  const [steps, offsets]: [Runs<number>, Runs<number | null>] = [[], []]
  const values: DeviceValue[] = []
  let before: number | null = null
  for (const { at, offset, value } of sorted) {
    if (before !== null) add(steps, at - before)
    add(offsets, offset)
    values.push(value)
    before = at
  }
  return { from: sorted[0]?.at ?? 0, steps, offsets, values }
}
