/** One number out of several measurements of one quantity, as `features.json` names it. */
export type Point = {
  /** Hours, from any fixed instant; equal times keep their order. */
  readonly hour: number
  readonly value: number
}

export const AGGREGATE_NAMES = ['first', 'last', 'min', 'max', 'mean', 'slope', 'count', 'sum'] as const
export type Aggregate = (typeof AGGREGATE_NAMES)[number]

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length

/** Least-squares change per hour; null when all points are of one time. */
const slope = (points: readonly Point[]): number | null => {
  const hours = mean(points.map(({ hour }) => hour))
  const values = mean(points.map(({ value }) => value))
  const spread = sum(points.map(({ hour }) => (hour - hours) ** 2))
  return spread === 0 ? null : sum(points.map(({ hour, value }) => (hour - hours) * (value - values))) / spread
}

const valuesOf = (points: readonly Point[]): number[] => points.map(({ value }) => value)
const smallest = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b))
const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b))

/** Of points in rising order of time, at least one. */
const AGGREGATES: { readonly [A in Aggregate]: (points: readonly Point[]) => number | null } = {
  first: (points) => points[0]?.value ?? null,
  last: (points) => points.at(-1)?.value ?? null,
  min: (points) => smallest(valuesOf(points)),
  max: (points) => largest(valuesOf(points)),
  mean: (points) => mean(valuesOf(points)),
  slope,
  count: (points) => points.length,
  sum: (points) => sum(valuesOf(points)),
}

/**
 * The aggregate of the points from `from` (inclusive) to `to` (exclusive) hours. No point gives null, and a count of 0:
 * only how often something was measured is known where it was not measured.
 */
export const aggregate = (points: readonly Point[], kind: Aggregate, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY) => {
  const within = points.filter(({ hour }) => hour >= from && hour < to).sort((a, b) => a.hour - b.hour)
  if (within.length === 0) return kind === 'count' ? 0 : null
  return AGGREGATES[kind](within)
}
