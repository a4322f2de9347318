import { createHash } from 'node:crypto'
import type { Tally } from './tally.ts'

/** Whole numbers below 2^32, the same for the same seed (xoshiro128++ of Blackman and Vigna, seeded by a hash). */
export const randomOf = (seed: string): (() => number) => {
  const digest = createHash('sha256').update(seed).digest()
  let [a, b, c, d] = [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12) | 1]
  const turn = (x: number, by: number): number => (x << by) | (x >>> (32 - by))
  return () => {
    const result = (turn((a + d) | 0, 7) + a) >>> 0
    const held = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= held
    d = turn(d, 11)
    return result
  }
}

/** One entry per row: twice the place of its level, and one more with the event. Rows of one patient stand together. */
export type Cells = {
  readonly cells: Uint32Array
  /** Where each patient begins; null when every row is a patient of its own. */
  readonly starts: Uint32Array | null
}

/** The rows behind a table of counts, in the order of its levels. */
export const cellsOf = ({ levels, events, others }: Tally): Cells => {
  const cells: number[] = []
  for (let n = 0; n < levels.length; n += 1) {
    for (let i = 0; i < (others[n] ?? 0); i += 1) cells.push(2 * n)
    for (let i = 0; i < (events[n] ?? 0); i += 1) cells.push(2 * n + 1)
  }
  return { cells: Uint32Array.from(cells), starts: null }
}

/** As many patients as there are, drawn with replacement, each with all rows. */
export const drawAgain = (tally: Tally, { cells, starts }: Cells, random: () => number): Tally => {
  const drawn = new Float64Array(2 * tally.levels.length)
  const patients = starts?.length ?? cells.length
  const take = (row: number): void => {
    const cell = cells[row] ?? 0
    drawn[cell] = (drawn[cell] ?? 0) + 1
  }
  for (let n = 0; n < patients; n += 1) {
    const patient = Math.floor((random() / 2 ** 32) * patients)
    if (starts === null) take(patient)
    else for (let row = starts[patient] ?? 0; row < (starts[patient + 1] ?? cells.length); row += 1) take(row)
  }
  return {
    levels: tally.levels,
    others: Float64Array.from(tally.levels, (_, n) => drawn[2 * n] ?? 0),
    events: Float64Array.from(tally.levels, (_, n) => drawn[2 * n + 1] ?? 0),
  }
}

export type Interval = { readonly low: number; readonly high: number }

/** Number between two of a sorted list, as R's quantile type 7. */
const quantile = (sorted: Float64Array, share: number): number => {
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? below
  return below + (place - Math.floor(place)) * (above - below)
}

/** Share of the resamples that may be without the figure. */
const MAY_FAIL = 0.05

/** The middle 95 % of the resampled figures; null when too many resamples do not have the figure. */
export const percentileInterval = (values: readonly (number | null)[]): Interval | null => {
  const known = Float64Array.from(values.filter((value) => value !== null)).sort()
  if (known.length === 0 || values.length - known.length > MAY_FAIL * values.length) return null
  return { low: quantile(known, 0.025), high: quantile(known, 0.975) }
}

/**
 * The same for a figure that resampling raises by itself (a sum of distances, which noise makes longer): moved back by how far the
 * resamples lie above the figure on average, and never below 0.
 */
export const shiftedInterval = (value: number, values: readonly (number | null)[]): Interval | null => {
  const interval = percentileInterval(values)
  const known = values.filter((one) => one !== null)
  if (!interval) return null
  const above = known.reduce((sum, one) => sum + one, 0) / known.length - value
  return { low: Math.max(0, interval.low - above), high: Math.max(0, interval.high - above) }
}
