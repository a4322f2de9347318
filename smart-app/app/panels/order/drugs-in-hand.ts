import type { Order } from '../../../../src/contract/facts.ts'
import type { Assessment, DrugAssessment } from '../../../../src/contract/findings.ts'
import type { AppContext } from '../../session/app-context.ts'

/** One drug in hand, with its order when there is one. */
export type DrugInHand = { readonly drug: DrugAssessment; readonly order: Order | null }

const isNamed = (drug: DrugAssessment, context: AppContext): boolean => {
  const named = context.drug
  if (named === null) return false
  if (named.rxcui !== undefined && drug.drug.rxcui === named.rxcui) return true
  return named.text !== undefined && drug.drug.name.toLowerCase() === named.text.toLowerCase()
}

/**
 * The drugs that the Order view shows: those of the orders that were assessed, the one that the card names first.
 * Without an order, the medicine that the card names (a card at chart opening speaks of a medicine).
 */
export const drugsInHand = (assessment: Assessment, context: AppContext): DrugInHand[] => {
  const ordered = assessment.orders.flatMap(({ order, drugs }) => drugs.map((drug): DrugInHand => ({ drug, order })))
  const rank = ({ drug }: DrugInHand): number => (isNamed(drug, context) ? 0 : drug.ref === context.order ? 1 : 2)
  if (ordered.length > 0) return ordered.toSorted((a, b) => rank(a) - rank(b))
  return assessment.medicines.filter((drug) => isNamed(drug, context) || drug.ref === context.order).map((drug) => ({ drug, order: null }))
}
