import { expit, logit } from './levels.ts'
import { eachLevel, sizeOf, type Tally } from './tally.ts'

/** Mean squared distance between probability and outcome (Brier 1950). */
export const brier = (tally: Tally): number | null => {
  const { people } = sizeOf(tally)
  let total = 0
  eachLevel(tally, (p, e, o) => {
    total += e * (1 - p) ** 2 + o * p ** 2
  })
  return people === 0 ? null : total / people
}

/** Share by which the Brier score is below that of telling everyone the event rate. Null when everyone has the same outcome. */
export const scaledBrier = (tally: Tally): number | null => {
  const { people, events, others } = sizeOf(tally)
  const score = brier(tally)
  if (score === null || events === 0 || others === 0) return null
  return 1 - score / ((events / people) * (others / people))
}

/** Events expected by the model for one that happened. */
export const expectedByObserved = (tally: Tally): number | null => {
  const { events } = sizeOf(tally)
  let expected = 0
  eachLevel(tally, (p, e, o) => {
    expected += p * (e + o)
  })
  return events === 0 ? null : expected / events
}

export type CalibrationGroup = { readonly people: number; readonly events: number; readonly predicted: number; readonly observed: number }

/** Groups of about equal size by rising probability; people of one level stay together, so a group may be larger than its share. */
export const calibrationGroups = (tally: Tally, wanted = 10): CalibrationGroup[] => {
  const { people } = sizeOf(tally)
  const groups: CalibrationGroup[] = []
  let [n, events, expected, before] = [0, 0, 0, 0]
  eachLevel(tally, (p, e, o) => {
    n += e + o
    events += e
    expected += p * (e + o)
    before += e + o
    if (n === 0 || before < ((groups.length + 1) * people) / wanted) return
    groups.push({ people: n, events, predicted: expected / n, observed: events / n })
    ;[n, events, expected] = [0, 0, 0]
  })
  if (n > 0) groups.push({ people: n, events, predicted: expected / n, observed: events / n })
  return groups
}

/** Expected calibration error: mean distance between predicted and observed share over ten groups of about equal size. */
export const calibrationError = (tally: Tally): number | null => {
  const { people } = sizeOf(tally)
  if (people === 0) return null
  return calibrationGroups(tally).reduce((sum, group) => sum + (group.people / people) * Math.abs(group.predicted - group.observed), 0)
}

/** Log odds of levels; resamples share the levels of what they are drawn from, so each set is computed once. */
const LOG_ODDS = new WeakMap<Float64Array, Float64Array>()
const logOddsOf = ({ levels }: Tally): Float64Array => {
  const known = LOG_ODDS.get(levels) ?? levels.map(logit)
  LOG_ODDS.set(levels, known)
  return known
}

/** As `eachLevel`, with the log odds of the level. */
const eachLogOdds = (tally: Tally, see: (logOdds: number, events: number, others: number) => void): void => {
  const all = logOddsOf(tally)
  for (let n = 0; n < all.length; n += 1) {
    const [events, others] = [tally.events[n] ?? 0, tally.others[n] ?? 0]
    if (events + others > 0) see(all[n] ?? 0, events, others)
  }
}

/** Log likelihood of the outcomes under `expit(intercept + slope x logit p)`. */
export const logLikelihood = (tally: Tally, intercept: number, slope: number): number => {
  let total = 0
  eachLogOdds(tally, (logOdds, e, o) => {
    const x = intercept + slope * logOdds
    // ln(1 + exp(±x)) without overflow
    const both = Math.log1p(Math.exp(-Math.abs(x)))
    total -= e * (both + Math.max(0, -x)) + o * (both + Math.max(0, x))
  })
  return total
}

export type LogisticFit = { readonly intercept: number; readonly slope: number; readonly logLikelihood: number }

type Step = { readonly intercept: number; readonly slope: number }

/** Newton step towards the maximum; null where the curvature vanishes. */
const newton = (tally: Tally, { intercept, slope }: Step, free: boolean): Step | null => {
  let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0]
  eachLogOdds(tally, (x, e, o) => {
    const q = expit(intercept + slope * x)
    const residual = e - (e + o) * q
    const weight = (e + o) * q * (1 - q)
    g0 += residual
    g1 += residual * x
    h00 += weight
    h01 += weight * x
    h11 += weight * x * x
  })
  if (!free) return h00 > 0 ? { intercept: g0 / h00, slope: 0 } : null
  const determinant = h00 * h11 - h01 * h01
  if (!(determinant > 1e-12 * h00 * h11)) return null
  return { intercept: (h11 * g0 - h01 * g1) / determinant, slope: (h00 * g1 - h01 * g0) / determinant }
}

const CLOSE = 1e-10
/** A slope or intercept beyond this is a separation of the outcomes, not a fit. */
const WILD = 50
/** A step this small is taken as it is; a longer one must raise the likelihood, and is halved until it does. */
const SMALL_STEP = 0.5

const climb = (tally: Tally, free: boolean): LogisticFit | null => {
  const { events, others } = sizeOf(tally)
  if (events === 0 || others === 0) return null
  let at: Step = { intercept: 0, slope: 1 }
  for (let round = 0; round < 100; round += 1) {
    const step = newton(tally, at, free)
    if (step === null) return null
    const length = Math.abs(step.intercept) + Math.abs(step.slope)
    const after = (scale: number): Step => ({ intercept: at.intercept + scale * step.intercept, slope: at.slope + scale * step.slope })
    const reached = ({ intercept, slope }: Step): number => logLikelihood(tally, intercept, slope)
    let scale = 1
    if (length > SMALL_STEP) while (!(reached(after(scale)) >= reached(at)) && scale > 1e-8) scale /= 2
    at = after(scale)
    if (Math.abs(at.intercept) > WILD || Math.abs(at.slope) > WILD) return null
    if (length * scale < CLOSE) return { ...at, logLikelihood: reached(at) }
  }
  return null
}

/**
 * Logistic regression of the outcome on the log odds of the prediction (Cox 1958): slope 1 and intercept 0 mean calibrated.
 * Null when it has no finite answer (one outcome only, one level only, or scores that separate the outcomes).
 */
export const fitCalibration = (tally: Tally): LogisticFit | null => climb(tally, true)

/** The same with the slope held at 1: calibration in the large. Above 0 the model says too little, below 0 too much. */
export const fitIntercept = (tally: Tally): LogisticFit | null => climb(tally, false)

/** Wide enough to smooth ten groups' worth of noise, and never narrower than five levels. */
const bandwidthOf = (tally: Tally): number => {
  const { people } = sizeOf(tally)
  let [mean, square] = [0, 0]
  eachLogOdds(tally, (x, e, o) => {
    mean += ((e + o) * x) / people
    square += ((e + o) * x * x) / people
  })
  return Math.max(0.25, 2 * Math.sqrt(Math.max(0, square - mean * mean)) * people ** -0.2)
}

/** Observed share at probabilities, by local linear regression on the log odds with a Gaussian window. */
export const smoothCurve = (tally: Tally, at: readonly number[]): (number | null)[] => {
  const width = bandwidthOf(tally)
  return at.map((p) => {
    const centre = logit(p)
    let [s0, s1, s2, t0, t1] = [0, 0, 0, 0, 0]
    eachLogOdds(tally, (logOdds, e, o) => {
      const x = logOdds - centre
      const weight = Math.exp(-0.5 * (x / width) ** 2)
      s0 += weight * (e + o)
      s1 += weight * (e + o) * x
      s2 += weight * (e + o) * x * x
      t0 += weight * e
      t1 += weight * e * x
    })
    const determinant = s0 * s2 - s1 * s1
    const value = determinant > 1e-9 * s0 * s0 ? (s2 * t0 - s1 * t1) / determinant : s0 > 0 ? t0 / s0 : Number.NaN
    return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : null
  })
}
