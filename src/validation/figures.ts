import { brier, calibrationError, expectedByObserved, fitCalibration, fitIntercept, scaledBrier, smoothCurve } from './calibration.ts'
import { auroc, averagePrecision } from './discrimination.ts'
import type { Scale } from './levels.ts'
import { type NetBenefit, netBenefit } from './net-benefit.ts'
import { type Cells, cellsOf, drawAgain, type Interval, percentileInterval, randomOf, shiftedInterval } from './resample.ts'
import type { Tally } from './tally.ts'

type Measure = (tally: Tally) => number | null

/** Figures of a probability, by the name that reports carry. */
const OF_PROBABILITY = {
  auroc,
  auprc: averagePrecision,
  brier,
  scaledBrier,
  intercept: (tally) => fitIntercept(tally)?.intercept ?? null,
  slope: (tally) => fitCalibration(tally)?.slope ?? null,
  eo: expectedByObserved,
  ece: calibrationError,
} as const satisfies Record<string, Measure>

/** Points say who is higher, not how likely. */
const OF_SCORE = { auroc, auprc: averagePrecision } as const satisfies Record<string, Measure>

export type FigureName = keyof typeof OF_PROBABILITY
export const MEASURES: { readonly [S in Scale]: Readonly<Partial<Record<FigureName, Measure>>> } = {
  probability: OF_PROBABILITY,
  score: OF_SCORE,
}

/** A figure with its 95 % interval, or why there is none. */
export type Figure =
  | { readonly value: number; readonly interval: Interval | null; readonly because?: string }
  | { readonly value: null; readonly because: string }

export type Figures = Readonly<Partial<Record<FigureName, Figure>>>

export type Draws = { readonly replicates: number; readonly seed: number }

/** A table of counts, and the rows to draw from where patients have several. */
export type Sample = { readonly scale: Scale; readonly tally: Tally; readonly cells?: Cells }

const NOT_HERE = 'It cannot be computed from these people: one outcome only, one score only, or scores that separate the outcomes.'
const NO_INTERVAL = 'Too many resamples are without this figure to give an interval.'

/** Figures that resampling raises by itself. */
const RAISED: ReadonlySet<string> = new Set(['ece'])

const figureOf = (name: string, value: number | null, drawn: readonly (number | null)[]): Figure => {
  if (value === null) return { value, because: NOT_HERE }
  if (drawn.length === 0) return { value, interval: null, because: 'No resampling was asked for.' }
  const interval = RAISED.has(name) ? shiftedInterval(value, drawn) : percentileInterval(drawn)
  return interval ? { value, interval } : { value, interval, because: NO_INTERVAL }
}

/** Resamples of one group; `name` makes them independent of the other groups. */
export const resamples = function* ({ tally, cells }: Sample, { replicates, seed }: Draws, name: string): Generator<Tally> {
  const random = randomOf(`${seed}/${name}`)
  const rows = cells ?? cellsOf(tally)
  for (let n = 0; n < replicates; n += 1) yield drawAgain(tally, rows, random)
}

export type CurveFigures = {
  readonly smooth: readonly { readonly predicted: number; readonly observed: number; readonly interval: Interval | null }[]
  readonly netBenefit: readonly (NetBenefit & { readonly interval: Interval | null })[]
}
export type Asked = { readonly thresholds: readonly number[]; readonly smoothAt: readonly number[] }
const NOTHING_ASKED: Asked = { thresholds: [], smoothAt: [] }

/** All figures of one group, and the curves asked for, from one set of resamples. */
export const figuresOf = (
  sample: Sample,
  draws: Draws,
  name: string,
  { thresholds, smoothAt } = NOTHING_ASKED,
): { figures: Figures; curves: CurveFigures } => {
  const measures = Object.entries(MEASURES[sample.scale])
  const drawn = new Map(measures.map(([id]) => [id, [] as (number | null)[]]))
  const benefits = thresholds.map(() => [] as (number | null)[])
  const curves = smoothAt.map(() => [] as (number | null)[])
  for (const again of resamples(sample, draws, name)) {
    for (const [id, measure] of measures) drawn.get(id)?.push(measure(again))
    for (const [n, threshold] of thresholds.entries()) benefits[n]?.push(netBenefit(again, threshold)?.model ?? null)
    if (smoothAt.length > 0) for (const [n, value] of smoothCurve(again, smoothAt).entries()) curves[n]?.push(value)
  }
  const { tally } = sample
  return {
    figures: Object.fromEntries(measures.map(([id, measure]) => [id, figureOf(id, measure(tally), drawn.get(id) ?? [])])),
    curves: {
      netBenefit: thresholds.flatMap((threshold, n) => {
        const one = netBenefit(tally, threshold)
        return one ? [{ ...one, interval: percentileInterval(benefits[n] ?? []) }] : []
      }),
      smooth: smoothCurve(tally, smoothAt).flatMap((observed, n) =>
        observed === null ? [] : [{ predicted: smoothAt[n] ?? 0, observed, interval: percentileInterval(curves[n] ?? []) }],
      ),
    },
  }
}

/** Neighbouring levels put together until each holds at least `least` people, so that no drawn curve shows a few. */
export const joinLevels = (tally: Tally, least: number): Tally => {
  const joined: { level: number; events: number; others: number }[] = []
  let open = { weight: 0, events: 0, others: 0 }
  const put = (into: typeof open) => {
    const people = into.events + into.others
    if (people > 0) joined.push({ level: into.weight / people, events: into.events, others: into.others })
  }
  for (let n = 0; n < tally.levels.length; n += 1) {
    const [e, o] = [tally.events[n] ?? 0, tally.others[n] ?? 0]
    open = { weight: open.weight + (tally.levels[n] ?? 0) * (e + o), events: open.events + e, others: open.others + o }
    if (open.events + open.others < least) continue
    put(open)
    open = { weight: 0, events: 0, others: 0 }
  }
  const last = joined.at(-1)
  if (last && open.events + open.others > 0) {
    const [here, there] = [last.events + last.others, open.events + open.others]
    last.level = (last.level * here + open.weight) / (here + there)
    last.events += open.events
    last.others += open.others
  } else put(open)
  return {
    levels: Float64Array.from(joined, ({ level }) => level),
    events: Float64Array.from(joined, ({ events }) => events),
    others: Float64Array.from(joined, ({ others }) => others),
  }
}
