import type { RiskEstimate } from '../contract/risk.ts'
import { AttuneError } from '../errors.ts'
import { holds } from './encode.ts'
import type { IntervalRow, Manifest, Values } from './model-folder.ts'
import type { Output } from './run-variant.ts'

type Interval = Extract<RiskEstimate, { state: 'estimated' }>['interval']

/** First row whose condition holds; the last one is for everyone (checked at load). */
const rowFor = (rows: readonly IntervalRow[], values: Values): IntervalRow | undefined =>
  rows.find(({ when }) => when.length === 0 || when.some((condition) => holds(condition, values)))

/** Interval from the residual quantiles of the row that fits, on the model's own scale; null where the source gives none. */
export const intervalFor = ({ intervals }: Manifest, variant: string, values: Values, { output, raw }: Output): Interval => {
  if (!intervals) return null
  const row = rowFor(intervals.variants[variant] ?? [], values)
  if (!row) throw new AttuneError('model-failed', `no interval row for ${variant}`)
  const floor = output.spec.rawAbove ?? Number.NEGATIVE_INFINITY
  const bound = (quantile: string): number => output.correct(output.valueOf(Math.max(floor, raw + (row.quantiles[quantile] ?? Number.NaN))))
  const { level, low, high, basis } = intervals
  return { low: bound(low), high: bound(high), level, basis: `${basis}; ${row.label}, n = ${row.n}` }
}
