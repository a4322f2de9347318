import type { DecisionRecord } from '../contract/decision.ts'
import type { ModelTally, Standing, TallyCell } from '../contract/monitoring.ts'
import type { ModelInput, ModelRef, RiskEstimate } from '../contract/risk.ts'
import type { Model } from '../risk/load-model.ts'
import type { Models } from '../risk/registry.ts'
import { type Bins, binOf, binsOfInput, binsOfScore, indexIn, LATENCIES } from './bins.ts'

/** What is counted of an input depends on what its model says of it; a model that is switched off is not blamed for saying nothing. */
export type Lookup = Pick<Models, 'get'> & { readonly standing: (model: string) => Standing }

/** Counts of two releases are never added up. */
export const releaseOf = ({ version, sha256 }: Pick<ModelRef, 'version' | 'sha256'>): string => `${version}+${sha256.slice(0, 12)}`

/** Bins of a model's inputs and scores, made once. */
type Prepared = {
  /** Null for an input whose places are counted together. */
  readonly inputs: ReadonlyMap<string, Bins | null>
  readonly scores: Map<string, Bins>
}
const prepared = new WeakMap<Model, Prepared>()

const prepare = (model: Model): Prepared => {
  const there = prepared.get(model)
  if (there) return there
  const inputs = new Map(model.inputs.map((spec) => [spec.name, spec.kind === 'dosage' ? null : binsOfInput(spec, model.manifest)]))
  const made: Prepared = { inputs, scores: new Map() }
  prepared.set(model, made)
  return made
}

const scoreBins = (variant: string, unit: string, model: Model): Bins => {
  const { scores } = prepare(model)
  const there = scores.get(variant)
  if (there) return there
  const made = binsOfScore(variant, unit, model.manifest)
  scores.set(variant, made)
  return made
}

/** A model that holds itself back says so with this code; the others say what was missing. */
const HELD_BACK = 'undecided'

/** The question does not arise for this person (known disease, dialysis): no call that the model should have answered. */
const isNotEligible = (estimate: Extract<RiskEstimate, { state: 'refused' }>): boolean =>
  estimate.because.some(({ about, code }) => code === 'not-asked' && about === estimate.model.id)

/** `undecided`: a number in the band in which the model decides for neither outcome. */
type Ending = 'estimated' | 'undecided' | 'refused' | 'abstained' | 'not-eligible' | 'off'

const isUndecided = ({ variant, band }: Extract<RiskEstimate, { state: 'estimated' }>, model: Model | null): boolean => {
  const main = model?.variants.find(({ spec }) => spec.id === variant)?.outputs[0].spec
  const abstain = main?.bands?.find(({ id }) => id === main.conformal?.abstain)
  return abstain !== undefined && abstain.label === band
}

const endingOf = (estimate: RiskEstimate, model: Model | null, off: boolean): Ending => {
  if (estimate.state === 'estimated') return isUndecided(estimate, model) ? 'undecided' : 'estimated'
  if (off) return 'off'
  if (isNotEligible(estimate)) return 'not-eligible'
  return estimate.because.some(({ code }) => code === HELD_BACK) ? 'abstained' : 'refused'
}

/** It does not run where it was asked to. */
const hasFallenBack = (variant: string, model: Model | null): boolean =>
  (model?.variants.find(({ spec }) => spec.id === variant)?.session.fallback ?? null) !== null

const ofEstimate = (estimate: RiskEstimate, model: Model | null, off: boolean): TallyCell[] => {
  const asked: TallyCell = ['', 'asked', endingOf(estimate, model, off)]
  if (estimate.state === 'refused') {
    const codes = new Set(estimate.because.map(({ code }) => code))
    return [asked, ...[...codes].map((code): TallyCell => ['', 'refusal', code])]
  }
  const { variant, value, unit, band, population, execution } = estimate
  const bin = model ? binOf(scoreBins(variant, unit, model), value) : ''
  return [
    asked,
    ...(model ? [[variant, 'score', bin, value] satisfies TallyCell] : []),
    ...(band === undefined ? [] : [[variant, 'band', band] satisfies TallyCell]),
    ['', 'population', population.fits ? 'fits' : 'outside'],
    ['', 'execution', hasFallenBack(variant, model) ? `${execution} (fallback)` : execution],
  ]
}

const readBy = (estimate: RiskEstimate): readonly ModelInput[] =>
  estimate.state === 'estimated' ? [...estimate.inputs, ...(estimate.alsoRead ?? [])] : estimate.inputs

/** Why an input has no value, or the bin of the one it has. What the model's own term for missing stands in for is marked. */
const ofInput = (input: ModelInput, bins: Bins): TallyCell[] => {
  if (input.gap !== undefined) return [[input.name, 'state', input.origin === 'default' ? `default:${input.gap}` : input.gap]]
  const value = input.taken ?? input.value
  return value === null ? [] : [[input.name, 'value', binOf(bins, value)]]
}

export const PLACES = 'places of the genome'

/** A genome has hundreds of places: of those only the share that could be read is counted, in tenths. */
const ofPlaces = (places: readonly ModelInput[]): TallyCell[] => {
  if (places.length === 0) return []
  const known = places.filter(({ gap, value }) => gap === undefined && value !== null).length
  return [[PLACES, 'value', String(Math.floor((known / places.length) * 10))]]
}

/** Each input once, however many questions of the model used it. */
const ofInputs = (estimates: readonly RiskEstimate[], model: Model): TallyCell[] => {
  const read = [...new Map(estimates.flatMap(readBy).map((input) => [input.name, input])).values()]
  const { inputs } = prepare(model)
  const places = read.filter(({ name }) => inputs.get(name) === null)
  return [
    ...ofPlaces(places),
    ...read.flatMap((input) => {
      const bins = inputs.get(input.name)
      return bins ? ofInput(input, bins) : []
    }),
  ]
}

/** The same number shown for two drugs of one call is one estimate. */
const distinct = (estimates: readonly RiskEstimate[]): RiskEstimate[] => [
  ...new Map(estimates.map((estimate) => [`${estimate.model.id} ${estimate.title}`, estimate])).values(),
]

const latency = (ms: number): TallyCell => ['', 'latency', String(indexIn(LATENCIES, ms))]

/** What a call adds to the day's counts, by model. */
export const tally = (
  call: Pick<DecisionRecord, 'ms'>,
  estimates: readonly RiskEstimate[],
  lookup: Lookup,
  mode: ModelTally['mode'] = 'shown',
): ModelTally[] => {
  const byModel = new Map<string, RiskEstimate[]>()
  for (const estimate of distinct(estimates)) byModel.set(estimate.model.id, [...(byModel.get(estimate.model.id) ?? []), estimate])
  return [...byModel].map(([id, own]): ModelTally => {
    const model = lookup.get(id)
    const off = lookup.standing(id).use === 'off'
    const cells = [...own.flatMap((one) => ofEstimate(one, model, off)), ...(model ? ofInputs(own, model) : [])]
    const [first] = own
    const release = first ? releaseOf(first.model) : ''
    return { model: id, release, mode, cells: mode === 'shadow' ? cells : [...cells, latency(call.ms)] }
  })
}
