import type { Gap } from '../contract/lineage.ts'
import type { FigureId, WatchDistribution, WatchFigure } from '../contract/monitoring.ts'
import type { InputSpec } from '../risk/model-folder.ts'
import { binsOfInput, sayWord } from './bins.ts'
import { type ByBin, totalOf } from './counts.ts'
import { compareDistribution } from './distributions.ts'
import type { Frame } from './frame.ts'
import { judgeRate, type Rate } from './judge.ts'
import { PLACES } from './tally.ts'

/** Why an input had no value, by the figure that counts it; whatever is not here is `missing`. */
const CODES: Readonly<Partial<Record<FigureId, readonly Gap['code'][]>>> = {
  'out-of-range': ['out-of-range'],
  'unit-unknown': ['unit-unknown'],
  stale: ['stale'],
  contradictory: ['conflict'],
}
const OWN = new Set<string>(Object.values(CODES).flat())
const RATES = ['missing', 'out-of-range', 'unit-unknown', 'stale', 'contradictory'] as const satisfies readonly FigureId[]

/** Inputs that can have a unit, a range and an age; of others only what was seen is told. */
const MEASURED = new Set<InputSpec['kind']>(['measurement', 'computed', 'answer'])

/** `default:not-found` is a `not-found` that the model's own term stands in for. */
const codeOf = (bin: string): string => bin.slice(bin.indexOf(':') + 1)

const countOf = (states: ByBin, figure: FigureId): number => {
  const codes = CODES[figure]
  const wanted = (bin: string) => (codes ? codes.some((code) => code === codeOf(bin)) : !OWN.has(codeOf(bin)))
  return [...states].reduce((sum, [bin, { n }]) => sum + (wanted(bin) ? n : 0), 0)
}

type Read = { readonly states: ByBin; readonly values: ByBin }
const rateOf = ({ states, values }: Read, figure: FigureId): Rate => ({
  count: countOf(states, figure),
  of: totalOf(states) + totalOf(values),
})

const ratesOf = (spec: InputSpec, now: Read, early: Read, { model, thresholds }: Frame): WatchFigure[] =>
  RATES.flatMap((figure) => {
    const [rate, seen] = [rateOf(now, figure), rateOf(early, figure)]
    const stated = figure === 'missing' ? model.manifest.monitoring?.inputs[spec.name]?.missing : undefined
    const n = model.manifest.monitoring?.n ?? 0
    const reference = stated === undefined ? seen : { count: stated * n, of: n }
    if (rate.of === 0) return []
    if (figure !== 'missing' && !MEASURED.has(spec.kind) && rate.count === 0 && reference.count === 0) return []
    return [judgeRate({ figure, subject: spec.name, label: spec.label }, rate, reference, 'rises', thresholds)]
  })

/** Nothing is drawn of an input that never had a value. */
type Watched = { readonly figures: readonly WatchFigure[]; readonly drawn: WatchDistribution | null }

const ofInput = (spec: InputSpec, frame: Frame): Watched | null => {
  const { view, early, now, before, model, thresholds } = frame
  const at = (take: typeof now): Read => ({ states: view.bins(spec.name, 'state', take), values: view.bins(spec.name, 'value', take) })
  const [current, first] = [at(now), at(early)]
  if (totalOf(current.states) + totalOf(current.values) + totalOf(first.states) + totalOf(first.values) === 0) return null
  const stated = model.manifest.monitoring?.inputs[spec.name]
  const { figure, drawn } = compareDistribution(
    {
      figure: 'psi',
      subject: spec.name,
      label: spec.label,
      unit: spec.unit,
      bins: binsOfInput(spec, model.manifest),
      say: (word) => sayWord(spec, word),
      stated: stated ? { shares: stated.shares, n: (model.manifest.monitoring?.n ?? 0) * (1 - stated.missing) } : null,
      early: first.values,
      now: current.values,
      before: before.map((take) => view.bins(spec.name, 'value', take)),
    },
    thresholds,
  )
  const asked = totalOf(current.values) > 0 || totalOf(first.values) > 0
  return { figures: [...(asked ? [figure] : []), ...ratesOf(spec, current, first, frame)], drawn: asked ? drawn : null }
}

const TENTHS = { kind: 'numbers', edges: Array.from({ length: 10 }, (_, n) => n + 1) } as const

/** Places of a genome stand together: the share of them that could be read. */
const ofPlaces = ({ view, early, now, before, thresholds }: Frame): Watched | null => {
  const at = (take: typeof now) => view.bins(PLACES, 'value', take)
  if (totalOf(at(now)) + totalOf(at(early)) === 0) return null
  const { figure, drawn } = compareDistribution(
    {
      figure: 'psi',
      subject: PLACES,
      label: 'Places of the genome that could be read',
      unit: 'tenths',
      bins: TENTHS,
      stated: null,
      early: at(early),
      now: at(now),
      before: before.map(at),
    },
    thresholds,
  )
  return { figures: [figure], drawn }
}

/** Figures and drawings of every input that was ever asked. */
export const inputFigures = (frame: Frame): readonly Watched[] => {
  const own = frame.model.inputs.flatMap((spec) => (spec.kind === 'dosage' ? [] : [ofInput(spec, frame)]))
  return [...own, ofPlaces(frame)].flatMap((one) => (one ? [one] : []))
}
