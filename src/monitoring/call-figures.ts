import type { WatchedModel, WatchFigure } from '../contract/monitoring.ts'
import { binNames, LATENCIES, sayRange } from './bins.ts'
import { type ByBin, nOf } from './counts.ts'
import type { Frame } from './frame.ts'
import { judgeRate } from './judge.ts'

/** Calls in which the question arose: whoever has the disease already is no call that a model of it should have answered. */
const eligible = (asked: ByBin): number => estimated(asked) + nOf(asked, 'refused') + nOf(asked, 'abstained')

/** An estimate in the band in which the model decides for neither outcome is a number, and held back all the same. */
const estimated = (asked: ByBin): number => nOf(asked, 'estimated') + nOf(asked, 'undecided')
const heldBack = (asked: ByBin): number => nOf(asked, 'abstained') + nOf(asked, 'undecided')

/** Coverage and abstention. */
export const callFigures = ({ view, now, early, thresholds }: Frame): WatchFigure[] => {
  const [current, first] = [view.bins('', 'asked', now), view.bins('', 'asked', early)]
  const rate = (asked: ByBin, count: (asked: ByBin) => number) => ({ count: count(asked), of: eligible(asked) })
  return [
    judgeRate(
      { figure: 'coverage', subject: '', label: 'Eligible calls with an estimate' },
      rate(current, estimated),
      rate(first, estimated),
      'falls',
      thresholds,
    ),
    judgeRate(
      { figure: 'abstention', subject: '', label: 'Estimates held back by the model' },
      rate(current, heldBack),
      rate(first, heldBack),
      'rises',
      thresholds,
    ),
  ]
}

const most = (bins: ByBin): { name: string; n: number }[] =>
  [...bins].map(([name, { n }]) => ({ name, n })).sort((a, b) => b.n - a.n || (a.name < b.name ? -1 : 1))

/** Counts of the window, for people. */
export const callCounts = ({ view, now, before, model }: Frame): WatchedModel['calls'] => {
  const asked = view.bins('', 'asked', now)
  const bins = (measure: Parameters<typeof view.bins>[1]) => view.bins('', measure, now)
  const bands = model.variants.flatMap(({ spec }) => most(view.bins(spec.id, 'band', now)))
  const latencies = bins('latency')
  const all = (counts: ByBin) => eligible(counts) + nOf(counts, 'not-eligible')
  return {
    asked: all(asked),
    estimated: estimated(asked),
    refused: nOf(asked, 'refused'),
    abstained: heldBack(asked),
    notEligible: nOf(asked, 'not-eligible'),
    byPlace: most(view.places(now)).map(({ name, n }) => ({ place: name, n })),
    trend: [...before, now].map((take) => {
      const then = view.bins('', 'asked', take)
      return { asked: all(then), estimated: estimated(then) }
    }),
    refusals: most(bins('refusal')).map(({ name, n }) => ({ code: name, n })),
    execution: most(bins('execution')).map(({ name, n }) => ({ provider: name, n })),
    bands: bands.map(({ name, n }) => ({ band: name, n })),
    outsidePopulation: nOf(bins('population'), 'outside'),
    latency: binNames({ kind: 'numbers', edges: LATENCIES }).map((name, at) => ({
      upTo: `${sayRange(LATENCIES, at, at)} ms`,
      n: nOf(latencies, name),
    })),
  }
}
