import type { DecisionRecord } from '../contract/decision.ts'
import type { ModelTally, TallyCell } from '../contract/monitoring.ts'
import type { ModelInput, ModelRef, RiskEstimate } from '../contract/risk.ts'
import type { Model } from '../risk/load-model.ts'
import type { Models } from '../risk/registry.ts'
import { binOf, binsOfInput, binsOfScore, indexIn, LATENCIES } from './bins.ts'

/** What is counted of an input depends on what its model says of it; a model that is switched off is not blamed for saying nothing. */
export type Lookup = Pick<Models, 'get' | 'standing'>

/** Counts of two releases are never added up. */
export const releaseOf = ({ version, sha256 }: Pick<ModelRef, 'version' | 'sha256'>): string => `${version}+${sha256.slice(0, 12)}`

/** A model that holds itself back says so with this code; the others say what was missing. */
const HELD_BACK = 'undecided'

/** The question does not arise for this person (known disease, dialysis): no call that the model should have answered. */
const isNotEligible = (estimate: Extract<RiskEstimate, { state: 'refused' }>): boolean =>
  estimate.because.some(({ about, code }) => code === 'not-asked' && about === estimate.model.id)

type Ending = 'estimated' | 'refused' | 'abstained' | 'not-eligible' | 'off'

const endingOf = (estimate: RiskEstimate, off: boolean): Ending => {
  if (estimate.state === 'estimated') return 'estimated'
  if (off) return 'off'
  if (isNotEligible(estimate)) return 'not-eligible'
  return estimate.because.some(({ code }) => code === HELD_BACK) ? 'abstained' : 'refused'
}

const ofEstimate = (estimate: RiskEstimate, model: Model | null, off: boolean): TallyCell[] => {
  const asked: TallyCell = ['', 'asked', endingOf(estimate, off)]
  if (estimate.state === 'refused') {
    const codes = new Set(estimate.because.map(({ code }) => code))
    return [asked, ...[...codes].map((code): TallyCell => ['', 'refusal', code])]
  }
  const { variant, value, unit, band, population, execution } = estimate
  const bin = model ? binOf(binsOfScore(variant, unit, model.manifest), value) : ''
  return [
    asked,
    ...(model ? [[variant, 'score', bin, value] satisfies TallyCell] : []),
    ...(band === undefined ? [] : [[variant, 'band', band] satisfies TallyCell]),
    ['', 'population', population.fits ? 'fits' : 'outside'],
    ['', 'execution', execution],
  ]
}

const readBy = (estimate: RiskEstimate): readonly ModelInput[] =>
  estimate.state === 'estimated' ? [...estimate.inputs, ...(estimate.alsoRead ?? [])] : estimate.inputs

/** Why an input has no value, or the bin of the one it has. What the model's own term for missing stands in for is marked. */
const ofInput = (input: ModelInput, model: Model): TallyCell[] => {
  const spec = model.inputs.find(({ name }) => name === input.name)
  if (!spec) return []
  if (input.gap !== undefined) return [[input.name, 'state', input.origin === 'default' ? `default:${input.gap}` : input.gap]]
  const value = input.taken ?? input.value
  return value === null ? [] : [[input.name, 'value', binOf(binsOfInput(spec, model.manifest), value)]]
}

/** A genome has hundreds of places: of those only the share that could be read is counted, in tenths. */
const ofPlaces = (inputs: readonly ModelInput[], model: Model): { readonly cells: TallyCell[]; readonly others: readonly ModelInput[] } => {
  const places = new Set(model.inputs.filter(({ kind }) => String(kind) === 'dosage').map(({ name }) => name))
  const read = inputs.filter(({ name }) => places.has(name))
  if (read.length === 0) return { cells: [], others: inputs }
  const known = read.filter(({ gap, value }) => gap === undefined && value !== null).length
  const tenth = Math.floor((known / read.length) * 10)
  return { cells: [['places of the genome', 'value', String(tenth)]], others: inputs.filter(({ name }) => !places.has(name)) }
}

/** Each input once, however many questions of the model used it. */
const ofInputs = (estimates: readonly RiskEstimate[], model: Model): TallyCell[] => {
  const inputs = [...new Map(estimates.flatMap(readBy).map((input) => [input.name, input])).values()]
  const { cells, others } = ofPlaces(inputs, model)
  return [...cells, ...others.flatMap((input) => ofInput(input, model))]
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
    return { model: id, release, mode, cells: mode === 'shown' ? [...cells, latency(call.ms)] : cells }
  })
}
