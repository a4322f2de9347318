import type { MomentNumber } from '../../contract/moments.ts'
import type { RiskEstimate } from '../../contract/risk.ts'
import type { Models } from '../registry.ts'
import type { MomentAsk } from './moment-rows.ts'

/**
 * A number that a row asked for, or why there is none. `applies` false: the question is not for this patient, which is no lack.
 * `partial`: a sum of which a part could not be counted, so that it is at least so much.
 */
export type Asked =
  | {
      readonly name: string
      readonly state: 'number'
      readonly number: MomentNumber
      readonly fits: boolean
      readonly bandId: string | null
      readonly partial: boolean
      readonly estimate: RiskEstimate | null
    }
  | {
      readonly name: string
      readonly state: 'none'
      readonly because: string
      readonly applies: boolean
      readonly estimate: RiskEstimate | null
    }

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

const numberOf = ({ output }: MomentAsk, estimate: Estimated, models: Models): { value: number; unit: string } | null => {
  const spec = models.get(estimate.model.id)?.variants.find((variant) => variant.spec.id === estimate.variant)?.spec
  const wanted = output === undefined ? spec?.outputs[0] : spec?.outputs.find(({ id }) => id === output)
  if (!spec || !wanted) return null
  if (wanted === spec.outputs[0]) return { value: estimate.value, unit: estimate.unit }
  return estimate.also?.find(({ label }) => label === wanted.label) ?? null
}

/** Id of the class, which the estimate has in words only. */
const bandIdOf = (estimate: Estimated, models: Models): string | null => {
  const spec = models.get(estimate.model.id)?.variants.find((variant) => variant.spec.id === estimate.variant)?.spec
  return spec?.outputs[0]?.bands?.find(({ label }) => label === estimate.band)?.id ?? null
}

const isMain = ({ output }: MomentAsk, estimate: Estimated, models: Models): boolean =>
  output === undefined ||
  models.get(estimate.model.id)?.variants.find((variant) => variant.spec.id === estimate.variant)?.spec.outputs[0]?.id === output

/** The variant's own words: what stands in brackets after the question's title. */
const byWords = ({ title }: Estimated): string => /\(([^()]*(?:\([^()]*\)[^()]*)*)\)$/.exec(title)?.[1] ?? title

const FEW = 3

/** The first reasons, whole; of a record without anything there would be one for each input. */
const fewOf = (reasons: readonly string[]): string =>
  [...reasons.slice(0, FEW), ...(reasons.length > FEW ? [`And ${reasons.length - FEW} more.`] : [])].join(' ')

/** What a model answers, as the row's sentences need it. */
export const readAsked = (ask: MomentAsk, estimate: RiskEstimate | null, models: Models): Asked => {
  const { name, says, model } = ask
  if (estimate === null) return { name, state: 'none', because: `The model ${model} is not served here.`, applies: true, estimate }
  if (estimate.state === 'refused') {
    // What the question presumes or rules out is told under the model's own name.
    const applies = !estimate.because.every((gap) => gap.about === estimate.model.id && gap.code === 'not-asked')
    return { name, state: 'none', because: fewOf(estimate.because.map(({ because }) => because)), applies, estimate }
  }
  const found = numberOf(ask, estimate, models)
  if (found === null) return { name, state: 'none', because: `${says} is not among what could be computed.`, applies: true, estimate }
  const main = isMain(ask, estimate, models)
  const number: MomentNumber = {
    name,
    says,
    ...found,
    ...(main && estimate.band !== undefined ? { band: estimate.band } : {}),
    ...(main && estimate.interval !== null
      ? { interval: { low: estimate.interval.low, high: estimate.interval.high, level: estimate.interval.level } }
      : {}),
    by: main && estimate.label !== undefined ? `${byWords(estimate)}, ${estimate.label}` : byWords(estimate),
    ...(main && estimate.comparison.length > 0
      ? { others: estimate.comparison.map(({ variant, value, unit }) => ({ by: variant, value, unit })) }
      : {}),
  }
  const bandId = main ? bandIdOf(estimate, models) : null
  return { name, state: 'number', number, fits: estimate.population.fits, bandId, partial: false, estimate }
}
