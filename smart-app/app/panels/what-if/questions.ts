import type { ModelInput, Modifiable, RiskEstimate } from '../../../../src/contract/risk.ts'
import { whyOf } from '../risks/sort.ts'

/** An input that may be changed, with what the model takes for it now. */
export type Changeable = ModelInput & { readonly modifiable: Modifiable }

export type Value = number | string
/** What was chosen, by name of the input; an input that is not named is as recorded. */
export type Draft = Readonly<Record<string, Value>>

const isChangeable = (input: ModelInput): input is Changeable => input.modifiable !== undefined

/** A refusal for want of a value may be tried with one; what was ruled out stays so. */
const mayBeTried = (estimate: RiskEstimate): boolean => estimate.state === 'estimated' || ['missing', 'stale'].includes(whyOf(estimate))

export const changeableOf = (estimate: RiskEstimate): readonly Changeable[] => {
  const further = estimate.state === 'estimated' ? (estimate.alsoRead ?? []) : []
  const all = [...estimate.inputs, ...further].filter(isChangeable)
  return all.filter((one, at) => all.findIndex(({ name }) => name === one.name) === at)
}

/** Questions of this patient in which something may be changed, those with a number first. */
export const questionsIn = (estimates: readonly RiskEstimate[]): readonly RiskEstimate[] =>
  estimates
    .filter((one) => one.question !== undefined && mayBeTried(one) && changeableOf(one).length > 0)
    .sort((a, b) => Number(a.state === 'refused') - Number(b.state === 'refused'))

export const recorded = ({ taken, value }: ModelInput): Value | null => taken ?? value

export const isYesNo = (modifiable: Modifiable): boolean =>
  'values' in modifiable && modifiable.values.length === 2 && modifiable.values.every((value) => value === 0 || value === 1)

/** A number within the limits. */
export const fits = (modifiable: Modifiable, value: Value): boolean =>
  'values' in modifiable
    ? modifiable.values.includes(value)
    : typeof value === 'number' && value >= modifiable.low && value <= modifiable.high
