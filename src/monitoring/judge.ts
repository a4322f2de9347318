import type { FigureId, WatchFigure, WatchState } from '../contract/monitoring.ts'
import { psi, psiByChance, sum, type Two } from './psi.ts'
import type { Threshold, Thresholds } from './thresholds.ts'

type Named = Pick<WatchFigure, 'figure' | 'subject' | 'label'>

const thresholdOf = ({ of }: Thresholds, figure: FigureId): Threshold => {
  const one = of.get(figure)
  if (!one) throw new TypeError(`no threshold for ${figure}`)
  return one
}

export const share = (value: number): string => `${Number((value * 100).toPrecision(2))} %`
const number = (value: number): string => String(Number(value.toPrecision(2)))

const band = ({ watch, act }: Pick<Threshold, 'watch' | 'act'>, value: number): WatchState =>
  value >= act ? 'act' : value >= watch ? 'watch' : 'ok'

/** By the lower limits that a state is left by. */
const easedBand = ({ watch, act }: Threshold, value: number, { ease }: Thresholds): WatchState =>
  band({ watch: watch * ease, act: act * ease }, value)

/** How an index is judged: nothing is called changed that chance may have done, nor unchanged where chance would hide a change. */
const judgeIndex = (
  figure: FigureId,
  two: Two,
  thresholds: Thresholds,
): { state: WatchState; eased: WatchState; index: number; chance: number } => {
  const threshold = thresholdOf(thresholds, figure)
  const index = psi(two) ?? 0
  const chance = psiByChance(two, thresholds.z)
  const both = (state: WatchState) => ({ state, eased: state, index, chance })
  if (sum(two.now) === 0 || sum(two.reference) === 0) return both('not-enough-data')
  if (index > chance) return { state: band(threshold, index), eased: easedBand(threshold, index, thresholds), index, chance }
  return both(chance >= threshold.watch ? 'not-enough-data' : 'ok')
}

const WORDS: Readonly<Partial<Record<WatchState, string>>> = {
  ok: 'as in the reference',
  watch: 'changed',
  act: 'changed much',
}

/** Distribution of an input or of estimates against the reference. */
export const judgeDistribution = (named: Named, two: Two, thresholds: Thresholds): WatchFigure => {
  const n = sum(two.now)
  const { state, eased, index, chance } = judgeIndex(named.figure, two, thresholds)
  const because =
    n === 0
      ? 'No value in this window.'
      : state === 'not-enough-data'
        ? `${n} values: chance alone may bring the index to ${number(chance)}.`
        : `Index ${number(index)} from ${n} values: ${WORDS[state]}.`
  return { ...named, value: n === 0 ? null : index, reference: 0, n, state, eased, because }
}

/** Calls in which something was so, of those in which it could have been. */
export type Rate = { readonly count: number; readonly of: number }
const rest = ({ count, of }: Rate): number[] => [count, Math.max(0, of - count)]
const rateOf = ({ count, of }: Rate): number | null => (of > 0 ? count / of : null)

/** A rate against the reference's; only a move in the bad direction is an alarm. */
export const judgeRate = (named: Named, now: Rate, reference: Rate, bad: 'rises' | 'falls', thresholds: Thresholds): WatchFigure => {
  const [value, before] = [rateOf(now), rateOf(reference)]
  const figure = { ...named, value, reference: before, n: now.of }
  if (value === null) return { ...figure, state: 'not-enough-data', because: 'No call in this window.' }
  if (before === null) return { ...figure, state: 'not-enough-data', because: `${share(value)} of ${now.of}; nothing to compare with yet.` }
  const judged = judgeIndex(named.figure, { now: rest(now), reference: rest(reference) }, thresholds)
  const worse = bad === 'rises' ? value > before : value < before
  const told = worse || judged.state === 'not-enough-data'
  const [state, eased] = told ? [judged.state, judged.eased] : (['ok', 'ok'] as const)
  return { ...figure, state, eased, because: `${share(value)} of ${now.of}; reference ${share(before)} of ${Math.round(reference.of)}.` }
}

export type Measured = { readonly value: number; readonly error: number; readonly n: number; readonly low?: number; readonly high?: number }
export type Against = { readonly value: number; readonly error?: number }

/** Scale on which standard errors are counted. */
type Scale = { readonly worse: 'lower' | 'higher' | 'either'; readonly by?: (value: number) => number }

/** A measured figure against what it should be, in standard errors. */
export const judgeErrors = (
  named: Named,
  measured: Measured | null,
  against: Against | null,
  scale: Scale,
  thresholds: Thresholds,
): WatchFigure => {
  const by = scale.by ?? ((value) => value)
  if (measured === null || !Number.isFinite(measured.error) || measured.error <= 0)
    return {
      ...named,
      value: measured?.value ?? null,
      reference: against?.value ?? null,
      n: measured?.n ?? 0,
      state: 'not-enough-data',
      because: 'Too few to say.',
    }
  const { value, error, n } = measured
  const interval = { low: measured.low ?? value - 1.96 * error, high: measured.high ?? value + 1.96 * error }
  const figure = { ...named, value, ...interval, reference: against?.value ?? null, n }
  if (against === null) return { ...figure, state: 'not-judged', because: `From ${n}; the model states none to compare with.` }
  const apart = (by(value) - by(against.value)) / Math.hypot(error, against.error ?? 0)
  const worse = scale.worse === 'either' ? Math.abs(apart) : scale.worse === 'lower' ? -apart : apart
  const threshold = thresholdOf(thresholds, named.figure)
  const [state, eased] = [band(threshold, worse), easedBand(threshold, worse, thresholds)]
  return { ...figure, state, eased, because: `From ${n}: ${number(Math.abs(apart))} standard errors from ${number(against.value)}.` }
}

export const notApplicable = (named: Named, because: string): WatchFigure => ({
  ...named,
  value: null,
  reference: null,
  n: 0,
  state: 'not-applicable',
  because,
})

const ORDER: readonly WatchState[] = ['act', 'watch', 'ok', 'not-enough-data', 'not-judged', 'not-applicable']

/** The most serious state. */
export const worst = (states: readonly WatchState[]): WatchState => ORDER.find((state) => states.includes(state)) ?? 'not-enough-data'
