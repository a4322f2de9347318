import type { Figure } from './figures.ts'
import { wilson } from './wilson.ts'

/** Sums over people with a predicted and an observed number (dose, eGFR): all that its figures need. They add up over sites. */
export type Sums = {
  readonly people: number
  readonly observed: number
  readonly observedSquared: number
  /** Of predicted less observed. */
  readonly error: number
  readonly errorSquared: number
  readonly absoluteError: number
  /** People whose prediction is within 20 % of what was observed. */
  readonly within20: number
  /** People for whom the model gave an interval, and those of them whose observed number is in it. */
  readonly intervals: number
  readonly covered: number
}

export const NO_SUMS: Sums = {
  people: 0,
  observed: 0,
  observedSquared: 0,
  error: 0,
  errorSquared: 0,
  absoluteError: 0,
  within20: 0,
  intervals: 0,
  covered: 0,
}

export type Pair = {
  readonly predicted: number
  readonly observed: number
  readonly interval: { readonly low: number; readonly high: number } | null
}

export const sumsOf = ({ predicted, observed, interval }: Pair): Sums => {
  const error = predicted - observed
  return {
    people: 1,
    observed,
    observedSquared: observed * observed,
    error,
    errorSquared: error * error,
    absoluteError: Math.abs(error),
    within20: Number(Math.abs(error) <= 0.2 * Math.abs(observed)),
    intervals: interval ? 1 : 0,
    covered: interval && observed >= interval.low && observed <= interval.high ? 1 : 0,
  }
}

export const addSums = (a: Sums, b: Sums): Sums =>
  Object.fromEntries(Object.keys(a).map((key) => [key, a[key as keyof Sums] + b[key as keyof Sums]])) as Sums // the same keys

export const NUMBER_FIGURES = ['mae', 'bias', 'rmse', 'within20', 'r2', 'coverage'] as const
export type NumberFigures = Readonly<Record<(typeof NUMBER_FIGURES)[number], Figure>>

const Z = 1.959963984540054
const none = (because: string): Figure => ({ value: null, because })

/** Mean of n numbers from their sum and sum of squares, with the large-sample 95 % interval. */
const mean = (sum: number, squares: number, n: number): Figure => {
  const value = sum / n
  if (n < 2) return { value, interval: null, because: 'One person only.' }
  const error = Z * Math.sqrt(Math.max(0, squares - n * value * value) / (n - 1) / n)
  return { value, interval: { low: value - error, high: value + error } }
}

const share = (count: number, of: number, because: string): Figure =>
  of === 0 ? none(because) : { value: count / of, interval: wilson(count, of) }

/**
 * Mean absolute error, bias (predicted less observed), root mean squared error, share within 20 %, R², and how often the model's own
 * interval held what was observed.
 */
export const numberFigures = (sums: Sums): NumberFigures => {
  const { people: n } = sums
  if (n === 0) return Object.fromEntries(NUMBER_FIGURES.map((name) => [name, none('Nobody is in this group.')])) as NumberFigures // all names
  const spread = sums.observedSquared - (sums.observed * sums.observed) / n
  return {
    mae: mean(sums.absoluteError, sums.errorSquared, n),
    bias: mean(sums.error, sums.errorSquared, n),
    rmse: { value: Math.sqrt(sums.errorSquared / n), interval: null, because: 'No interval is computed for it.' },
    within20: share(sums.within20, n, ''),
    r2:
      spread > 1e-9 * sums.observedSquared
        ? { value: 1 - sums.errorSquared / spread, interval: null, because: 'No interval is computed for it.' }
        : none('Everyone has the same observed number.'),
    coverage: share(sums.covered, sums.intervals, 'The model gives no interval.'),
  }
}
