import type { Level } from '../Severity.tsx'

/**
 * One point of a series. `at` is the record's own wall clock in milliseconds, read as if it were UTC (see `recordTime`): a date that
 * the record wrote is never moved into the reader's time zone. A null value with no low and high is a gap, drawn as one.
 */
export type Point = {
  readonly at: number
  readonly value: number | null
  readonly low?: number | undefined
  readonly high?: number | undefined
  /** What was measured, where the point is drawn elsewhere: a part that stands on the other parts of its total. */
  readonly own?: number | undefined
  /** Shape and colour of the point; its word belongs in `text` or in what `describe` says. */
  readonly mark?: Level | undefined
  /** What the source says instead of the bare number, for example `<0.5`. */
  readonly text?: string | undefined
}

export type Series = {
  readonly id: string
  readonly name: string
  /** As shown. Series with the same unit share a value axis; each further unit gets its own strip under the same time axis. */
  readonly unit: string
  readonly kind: 'line' | 'points' | 'step' | 'bars'
  readonly points: readonly Point[]
  /** Neighbours further apart than this are not joined (milliseconds). */
  readonly gap?: number | undefined
}

/** A reference range, a target: open on the side that is not stated. */
export type Band = {
  readonly low?: number | undefined
  readonly high?: number | undefined
  readonly name: string
  /** The strip it belongs to; without it, the first. */
  readonly unit?: string | undefined
}

export type Span = { readonly from: number; readonly to: number }

/** A bar from low to high needs no value of its own. */
export const isGap = (point: Point): boolean => lowestOf(point) === null

export const lowestOf = (point: Point): number | null => point.low ?? point.value
export const highestOf = (point: Point): number | null => point.high ?? point.value

const isSorted = (points: readonly Point[]): boolean => points.every((point, at) => at === 0 || (points[at - 1]?.at ?? 0) <= point.at)

/** Oldest first, and only points whose time and numbers can be placed. */
export const ordered = (points: readonly Point[]): readonly Point[] => {
  const placed = points.every(isPlaceable) ? points : points.filter(isPlaceable)
  return isSorted(placed) ? placed : placed.toSorted((a, b) => a.at - b.at)
}

const isPlaceable = (point: Point): boolean =>
  Number.isFinite(point.at) && [point.value, point.low, point.high].every((number) => number == null || Number.isFinite(number))

/** Index of the first point at or after `at`; the length when there is none. Points are in order of time. */
export const firstFrom = (points: readonly Point[], at: number): number => {
  let [low, high] = [0, points.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((points[middle]?.at ?? 0) < at) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the point nearest in time; -1 in an empty series. */
export const nearestTo = (points: readonly Point[], at: number): number => {
  const after = firstFrom(points, at)
  if (after === 0) return points.length === 0 ? -1 : 0
  if (after === points.length) return after - 1
  return at - (points[after - 1]?.at ?? 0) <= (points[after]?.at ?? 0) - at ? after - 1 : after
}
