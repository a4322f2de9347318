import type { Dose, DrugIdentity, Ingredient, PatientFacts } from '../../contract/facts.ts'
import type { GeneCall } from '../../contract/genes.ts'
import type { Lineage } from '../../contract/lineage.ts'
import type { RiskEstimate } from '../../contract/risk.ts'
import { estimateQuestion } from '../estimate.ts'
import type { Models } from '../registry.ts'
import type { Moments } from './moments.ts'

/** A drug that the patient takes or that is being ordered in the same call. */
export type Held = {
  readonly ref: string
  readonly drug: DrugIdentity
  readonly dose: Dose
  readonly lineage: Lineage
  /** Being ordered in this call. */
  readonly draft: boolean
  /** The record does not say whether it is taken still (a prescription that ran out): never counted, and never taken for not taken. */
  readonly unclear: boolean
}

/** Everything that the rows of one call look at. Each question of a model is answered once, and only when a row asks it. */
export type Situation = {
  readonly facts: PatientFacts
  readonly moments: Moments
  readonly models: Models
  /** Medicines in use, and the drafts of the call. */
  readonly held: readonly Held[]
  estimate(model: string, question: string): Promise<RiskEstimate | null>
}

/** The drug whose order is looked at; null at a discharge or when a chart is opened. */
export type Subject = { readonly ref: string; readonly drug: Ingredient } | null

/** Not what stays on the skin, in the eye or in the ear. */
const heldIn = ({ medicines, orders }: PatientFacts): Held[] => [
  ...medicines
    .filter(({ state, local }) => (state === 'active' || state === 'unknown') && !local)
    .map(({ ref, drug, dose, lineage, state }) => ({ ref, drug, dose, lineage, draft: false, unclear: state === 'unknown' })),
  ...orders
    .filter(({ local }) => !local)
    .map(({ ref, drug, dose }) => ({ ref, drug, dose, lineage: { resource: ref }, draft: true, unclear: false })),
]

/** Every draft counts as being ordered. */
export const openSituation = (moments: Moments, models: Models, facts: PatientFacts, calls: readonly GeneCall[]): Situation => {
  const answers = new Map<string, Promise<RiskEstimate | null>>()
  return {
    facts,
    moments,
    models,
    held: heldIn(facts),
    estimate: (model, question) => {
      const key = `${model}/${question}`
      const known = answers.get(key) ?? estimateQuestion(models, model, question, facts, calls)
      answers.set(key, known)
      return known
    },
  }
}
