import type { DrugAssessment, Finding } from '../contract/findings.ts'
import type { MomentAnswer } from '../contract/moments.ts'
import type { RiskEstimate } from '../contract/risk.ts'
import { unitWords } from '../terminology/unit-words.ts'
import { amount } from './moment-section.ts'
import { plainAmount } from './more-serious.ts'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

const isEstimated = (estimate: RiskEstimate): estimate is Estimated => estimate.state === 'estimated'

/** Whether every gene result that the finding rests on went into the number. */
export const countsGenes = ({ inputs }: Estimated, { basis }: Finding): boolean =>
  basis.every(({ gene, state }) => state === 'no-result' || inputs.some((input) => input.gene === gene && input.value !== null))

const ofDrug = ({ estimates }: DrugAssessment, { estimates: told }: MomentAnswer): Estimated[] =>
  told.filter(isEstimated).filter(({ model }) => estimates.some((one) => one.model.id === model.id))

/**
 * Whether a moment's remark may stand beside the head's clause: not a dose that was computed without the result that the head is
 * about, and not a second dose beside the one that the head gives.
 */
export const mayStandBeside = (answer: MomentAnswer, head: Finding, drug: DrugAssessment): boolean =>
  ofDrug(drug, answer).every((estimate) => plainAmount(head) === null && countsGenes(estimate, head))

/** Where the head gives a dose and an equation gives another: that these are two ways to a dose is said. */
export const twoDoses = (drug: DrugAssessment, head: Finding): string[] => {
  const estimate = drug.estimates.filter(isEstimated).find(({ population }) => population.fits)
  if (plainAmount(head) === null || estimate === undefined) return []
  return [
    `The estimate further down (${amount(estimate.value)} ${unitWords(estimate.unit)}) is another way to a dose and need not agree: this share is of the usual dose, by the named gene alone; the estimate is computed from all values listed with it.`,
  ]
}
