import type { WatchFigure } from '../contract/monitoring.ts'
import type { Judged } from '../ledger/model-store.ts'
import type { LoadedVariant } from '../risk/load-model.ts'
import { brier, expectedByObserved, fitCalibration } from '../validation/calibration.ts'
import { auroc } from '../validation/discrimination.ts'
import { eachLevel, sizeOf, type Tally } from '../validation/tally.ts'
import { errorOfArea } from './cbpe.ts'
import type { Frame } from './frame.ts'
import { judgeErrors, type Measured } from './judge.ts'
import { probabilityFactor, sayVariant, stated, unitOf } from './score-figures.ts'

type Pair = Pick<Judged, 'value' | 'outcome'>

/** A probability of exactly 0 or 1 has no log odds. */
const EDGE = 1e-6
const inside = (p: number): number => Math.min(1 - EDGE, Math.max(EDGE, p))

const tallyOf = (pairs: readonly Pair[]): Tally => {
  const levels = [...new Set(pairs.map(({ value }) => value))].sort((a, b) => a - b)
  const at = new Map(levels.map((level, n) => [level, n]))
  const [events, others] = [new Float64Array(levels.length), new Float64Array(levels.length)]
  for (const { value, outcome } of pairs) {
    const counts = outcome === 1 ? events : others
    const n = at.get(value) ?? 0
    counts[n] = (counts[n] ?? 0) + 1
  }
  return { levels: Float64Array.from(levels), events, others }
}

const measuredAuroc = (tally: Tally): Measured | null => {
  const value = auroc(tally)
  const { people, events, others } = sizeOf(tally)
  return value === null ? null : { value, error: errorOfArea(value, events, others), n: people }
}

const measuredBrier = (tally: Tally): Measured | null => {
  const value = brier(tally)
  if (value === null) return null
  const { people } = sizeOf(tally)
  let squares = 0
  eachLevel(tally, (p, e, o) => {
    squares += e * ((1 - p) ** 2 - value) ** 2 + o * (p ** 2 - value) ** 2
  })
  return { value, error: Math.sqrt(squares) / people, n: people }
}

/** Error on the logarithm: sqrt((1 - O / N) / O), Debray et al., BMJ 2017;356:i6460. */
const measuredRatio = (tally: Tally): Measured | null => {
  const value = expectedByObserved(tally)
  if (value === null) return null
  const { people, events } = sizeOf(tally)
  const error = Math.sqrt((1 - events / people) / events)
  return { value, error, n: people, low: value * Math.exp(-1.96 * error), high: value * Math.exp(1.96 * error) }
}

/** Error of the slope from the curvature of the likelihood at its top. */
const measuredSlope = (tally: Tally): Measured | null => {
  const fit = fitCalibration(tally)
  if (fit === null) return null
  let [h00, h01, h11] = [0, 0, 0]
  eachLevel(tally, (p, e, o) => {
    const x = Math.log(p / (1 - p))
    const q = 1 / (1 + Math.exp(-(fit.intercept + fit.slope * x)))
    const w = (e + o) * q * (1 - q)
    h00 += w
    h01 += w * x
    h11 += w * x * x
  })
  const determinant = h00 * h11 - h01 * h01
  return determinant <= 0 ? null : { value: fit.slope, error: Math.sqrt(h00 / determinant), n: sizeOf(tally).people }
}

const mean = (values: readonly number[]): Measured | null => {
  const n = values.length
  if (n < 2) return null
  const value = values.reduce((sum, one) => sum + one, 0) / n
  const variance = values.reduce((sum, one) => sum + (one - value) ** 2, 0) / (n - 1)
  return { value, error: Math.sqrt(variance / n), n }
}

const isEvent = ({ outcome }: Pair): boolean => outcome === 0 || outcome === 1

const ofVariant = ({ spec, ...variant }: LoadedVariant, frame: Frame): WatchFigure[] => {
  const pairs = frame.judged.filter((one) => one.variant === spec.id)
  if (pairs.length === 0) return []
  const { thresholds } = frame
  const named = (figure: WatchFigure['figure'], label: string) => ({
    figure,
    subject: spec.id,
    label: `${label}: ${sayVariant({ spec }, frame.model)}`,
  })
  const factor = probabilityFactor(unitOf({ spec, ...variant }))
  const area = (tally: Tally) =>
    judgeErrors(named('auroc', 'Discrimination (AUROC)'), measuredAuroc(tally), stated(frame, 'auroc'), { worse: 'lower' }, thresholds)
  if (factor !== null) {
    const tally = tallyOf(pairs.filter(isEvent).map(({ value, outcome }) => ({ value: inside(value * factor), outcome })))
    return [
      area(tally),
      judgeErrors(named('brier', 'Brier score'), measuredBrier(tally), stated(frame, 'brier'), { worse: 'higher' }, thresholds),
      judgeErrors(named('calibration-slope', 'Calibration slope'), measuredSlope(tally), { value: 1 }, { worse: 'either' }, thresholds),
      judgeErrors(
        named('expected-observed', 'Expected by observed events'),
        measuredRatio(tally),
        { value: 1 },
        { worse: 'either', by: Math.log },
        thresholds,
      ),
    ]
  }
  if (pairs.every(isEvent)) return [area(tallyOf(pairs))]
  const errors = pairs.map(({ value, outcome }) => value - outcome)
  return [
    judgeErrors(named('mean-error', 'Estimate minus outcome'), mean(errors), { value: 0 }, { worse: 'either' }, thresholds),
    judgeErrors(named('mean-absolute-error', 'Mean size of the error'), mean(errors.map(Math.abs)), null, { worse: 'higher' }, thresholds),
  ]
}

/** How the estimates of each variant did where the outcome is known. */
export const performanceFigures = (frame: Frame): WatchFigure[] => frame.model.variants.flatMap((variant) => ofVariant(variant, frame))
