import type { Order } from '../../../../src/contract/facts.ts'
import type { Assessment, DrugAssessment } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import type { Level } from '../../../ui/Severity.tsx'
import type { AppContext } from '../../session/app-context.ts'
import { drugSeverity } from '../../words/severity.ts'

/** One drug in hand, with its order when there is one. */
export type DrugInHand = { readonly drug: DrugAssessment; readonly order: Order | null }

const isNamed = (drug: DrugAssessment, context: AppContext): boolean => {
  const named = context.drug
  if (named === null) return false
  if (named.rxcui !== undefined && drug.drug.rxcui === named.rxcui) return true
  return named.text !== undefined && drug.drug.name.toLowerCase() === named.text.toLowerCase()
}

const MOST_PRESSING: readonly Level[] = ['critical', 'warning', 'caution', 'unknown', 'info', 'ok', 'none']

/**
 * The drugs that the Order view shows: those of the orders that were assessed, the one that the card names first, then the most pressing:
 * of a combination, the substance to avoid stands before the one that nothing is said about.
 * Without an order, the medicine that the card names (a card at chart opening speaks of a medicine).
 */
export const drugsInHand = (assessment: Assessment, context: AppContext, words: PanelWords | null = null): DrugInHand[] => {
  const ordered = assessment.orders.flatMap(({ order, drugs }) =>
    drugs.filter(({ changedBy }) => changedBy === undefined).map((drug): DrugInHand => ({ drug, order })),
  )
  const rank = ({ drug }: DrugInHand): number => (isNamed(drug, context) ? 0 : drug.ref === context.order ? 1 : 2)
  const press = ({ drug }: DrugInHand): number => (words === null ? 0 : MOST_PRESSING.indexOf(drugSeverity(drug, words).level))
  if (ordered.length > 0) return ordered.toSorted((a, b) => rank(a) - rank(b) || press(a) - press(b))
  return assessment.medicines.filter((drug) => isNamed(drug, context) || drug.ref === context.order).map((drug) => ({ drug, order: null }))
}

/** Medicines in use that what is being ordered would change. */
export const changedByOrder = (assessment: Assessment): DrugAssessment[] =>
  assessment.orders.flatMap(({ drugs }) => drugs.filter(({ changedBy }) => changedBy !== undefined))
