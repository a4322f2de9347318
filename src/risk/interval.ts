import type { RiskEstimate } from '../contract/risk.ts'
import { AttuneError } from '../errors.ts'
import { holds } from './encode.ts'
import { compile, parseFormula } from './formula.ts'
import type { IntervalRow, Manifest, Values } from './model-folder.ts'
import type { Output } from './run-variant.ts'

type Interval = Extract<RiskEstimate, { state: 'estimated' }>['interval']

/** First row whose condition holds; the last one is for everyone (checked at load). */
const rowFor = (rows: readonly IntervalRow[], values: Values): IntervalRow | undefined =>
  rows.find(({ when }) => when.length === 0 || when.some((condition) => holds(condition, values)))

/** Bound of an interval by a residual quantile: on the model's own scale, or by the formula that the manifest gives. */
const boundBy = (formula: string | undefined, { output, raw, value }: Output): ((quantile: number) => number) => {
  if (formula !== undefined) {
    const bound = compile(parseFormula(formula))
    return (quantile) => bound({ value, quantile })
  }
  const floor = output.spec.rawAbove ?? Number.NEGATIVE_INFINITY
  return (quantile) => output.correct(output.valueOf(Math.max(floor, raw + quantile)))
}

/** Interval from the residual quantiles of the row that fits; null where the source gives none. */
export const intervalFor = ({ intervals }: Manifest, variant: string, values: Values, output: Output): Interval => {
  if (!intervals || intervals.none?.[variant] !== undefined) return null
  const row = rowFor(intervals.variants[variant] ?? [], values)
  if (!row) throw new AttuneError('model-failed', `no interval row for ${variant}`)
  const bound = boundBy(intervals.bound, output)
  const at = (quantile: string): number => bound(row.quantiles[quantile] ?? Number.NaN)
  const { level, low, high, basis } = intervals
  return { low: at(low), high: at(high), level, basis: `${basis}; ${row.label}, n = ${row.n}` }
}

/** Why a variant of a model with intervals has none. */
export const whyNoInterval = ({ intervals }: Manifest, variant: string): string[] => {
  const because = intervals?.none?.[variant]
  return because === undefined ? [] : [because]
}
