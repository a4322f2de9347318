import type { RiskEstimate } from '../contract/risk.ts'
import { AttuneError } from '../errors.ts'
import { holds } from './encode.ts'
import type { IntervalRow, Manifest, Values } from './model-folder.ts'

type Interval = NonNullable<Extract<RiskEstimate, { state: 'estimated' }>['interval']>

/** First row whose condition holds; the last one is for everyone (checked at load). */
const rowFor = (rows: readonly IntervalRow[], values: Values): IntervalRow | undefined =>
  rows.find(({ when }) => when.length === 0 || when.some((condition) => holds(condition, values)))

/** Interval from the residual quantiles of the row that fits, on the model's square-root scale, never below zero. */
export const intervalFor = ({ intervals }: Manifest, variant: string, values: Values, raw: number): Interval => {
  const row = rowFor(intervals.variants[variant] ?? [], values)
  if (!row) throw new AttuneError('model-failed', `no interval row for ${variant}`)
  const bound = (quantile: string): number => Math.max(0, raw + (row.quantiles[quantile] ?? Number.NaN)) ** 2
  const { level, low, high, basis } = intervals
  return { low: bound(low), high: bound(high), level, basis: `${basis}; ${row.label}, n = ${row.n}` }
}
