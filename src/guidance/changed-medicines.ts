import type { Ingredient, Medicine, Order, PatientFacts } from '../contract/facts.ts'
import type { DrugAssessment } from '../contract/findings.ts'
import type { EnzymeModifier } from '../contract/genes.ts'
import { oncePer } from '../once-per.ts'
import { isLocal } from '../pgx/local-use.ts'
import { asTaken, isModifier, modifiersOf } from '../pgx/phenoconversion.ts'
import { SLICE, type Slices } from '../slices.ts'
import { callFor, type Kit } from './advise.ts'
import { seriousness } from './consequence.ts'
import { keysOf, type Subject, takenAlong } from './subject.ts'

/** Genes whose product the order acts on. */
const genesOf = (order: Order, facts: PatientFacts, { calls, knowledge }: Kit): Set<string> => {
  const taken = asTaken(order)
  if (!isModifier(taken, knowledge.modifiers)) return new Set()
  return new Set([...calls.keys()].filter((gene) => modifiersOf(gene, [taken], knowledge.modifiers, facts.now).active.length > 0))
}

/** What the drafts do to the genes of one medicine. */
const orderedModifiers = (genes: readonly string[], subject: Subject, kit: Kit): EnzymeModifier[] => {
  const found = genes.flatMap((gene) => {
    const call = callFor(gene, subject, kit)
    return call && 'phenoconversion' in call && call.phenoconversion.state !== 'none' ? call.phenoconversion.by : []
  })
  return [...new Map(found.filter(({ ordered }) => ordered).map((one) => [`${one.drug} ${one.kind}`, one])).values()]
}

const answerOf = ({ findings }: DrugAssessment): string =>
  JSON.stringify(findings.filter(({ kind }) => kind === 'guidance').map(({ row, actions }) => [row, actions]))

/** Whether a source asks for a change already, whatever is ordered now. */
const alreadyAsks = ({ findings }: DrugAssessment): boolean =>
  findings.some(
    ({ kind, consequence, population }) =>
      kind === 'guidance' && population?.state !== 'undecided' && seriousness(consequence) <= seriousness('dose'),
  )

const gapsOf = ({ gaps }: DrugAssessment): string[] => gaps.map((gap) => `${gap.about} ${gap.code} ${gap.because}`)

/** Other advice than without the order; or the same, but no longer sure of it, where nothing was asked for so far. */
const isChanged = (before: DrugAssessment, after: DrugAssessment): boolean => {
  if (answerOf(before) !== answerOf(after)) return true
  const known = new Set(gapsOf(before))
  return !alreadyAsks(before) && gapsOf(after).some((gap) => !known.has(gap))
}

/** Medicines in use that are not being ordered again. */
const takenOnly = oncePer((facts: PatientFacts): readonly Medicine[] => {
  const ordered = new Set(facts.orders.flatMap(({ drug }) => drug.ingredients.flatMap(keysOf)))
  return facts.medicines.filter(
    ({ state, drug, dose }) =>
      state === 'active' && !isLocal({ drug, dose }) && !drug.ingredients.some((one) => keysOf(one).some((key) => ordered.has(key))),
  )
})

/**
 * Medicines in use whose guidance is another one once this order is taken along: an inhibitor or inducer is being ordered.
 * Each stands with the first order that changes it. A medicine that is itself ordered again is assessed there.
 */
export function* changedMedicines(
  order: Order,
  facts: PatientFacts,
  kit: Kit,
  subjectOf: (medicine: Medicine) => Omit<Subject, 'drug'>,
  assessDrug: (subject: Subject, kit: Kit) => DrugAssessment,
): Slices<DrugAssessment[]> {
  const genes = genesOf(order, facts, kit)
  if (genes.size === 0) return []
  const beside = takenAlong(facts, null)
  const assessChanged = (medicine: Medicine, drug: Ingredient): DrugAssessment[] => {
    const own = kit.prepared.drugs.get(drug.name)?.genes ?? []
    if (!own.some((gene) => genes.has(gene))) return []
    const now: Subject = { ...subjectOf(medicine), drug }
    const then: Subject = { ...now, beside }
    const changedBy = orderedModifiers(own, then, kit)
    const first = facts.orders.find(({ ref }) => changedBy.some(({ lineage }) => lineage.resource === ref))
    if (first !== order) return []
    const after = assessDrug(then, kit)
    return isChanged(assessDrug(now, kit), after) ? [{ ...after, changedBy }] : []
  }
  const changed: DrugAssessment[] = []
  let steps = 0
  for (const medicine of takenOnly(facts)) {
    const before = changed.length
    changed.push(...medicine.drug.ingredients.flatMap((drug) => assessChanged(medicine, drug)))
    if (changed.length > before || ++steps % SLICE === 0) yield
  }
  // The same drug listed twice in the chart is said once.
  return [...new Map(changed.map((one) => [one.drug.name, one])).values()]
}
