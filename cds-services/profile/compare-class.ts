import { binOf, decidingFinding } from '../../src/cards/bins.ts'
import { concernOf } from '../../src/cards/card-policy.ts'
import { headWords } from '../../src/cards/panel-words.ts'
import { basisWords } from '../../src/cards/phrases.ts'
import type { Medicine, PatientFacts } from '../../src/contract/facts.ts'
import type { Assessment, Bin, ClassComparison, Classmate, DrugAssessment, Finding } from '../../src/contract/findings.ts'
import { assessInstead, kitOf, subjectOfOrder } from '../../src/guidance/assess.ts'
import { classOf } from '../../src/guidance/class-of.ts'
import { sameIngredient } from '../../src/guidance/subject.ts'
import type { ServiceKit } from '../pgx/kit.ts'

type ComparingKit = Pick<ServiceKit, 'knowledge' | 'wording' | 'policy' | 'precedence'>

/** What needs nothing first, then what is not known, then what speaks against a drug: the order in which a prescriber looks for another one. */
const BINS: readonly Bin[] = ['directed', 'care', 'change-dose', 'change-drug', 'unassessed', 'nothing']

/** Each source once, with the guideline of its first finding; the source of the headline first. */
const guidelinesOf = (findings: readonly Finding[]): Classmate['guidelines'] => {
  const once = new Map<string, Classmate['guidelines'][number]>()
  for (const { source, guideline } of findings)
    if (!once.has(source)) once.set(source, { source, year: guideline.year, url: guideline.url })
  return [...once.values()]
}

const isTaken = (drug: DrugAssessment, medicines: readonly Medicine[]): boolean =>
  medicines.some(({ state, drug: taken }) => state === 'active' && taken.ingredients.some((one) => sameIngredient(one, drug.drug)))

/** Why nothing is said: the gap, or that no source speaks of the drug. */
const silenceOf = (drug: DrugAssessment): string[] => drug.gaps.slice(0, 1).map(({ about, because }) => `${about}: ${because}`)

const mateOf = (drug: DrugAssessment, assessment: Assessment, facts: PatientFacts, { wording, policy }: ComparingKit): Classmate => {
  const concern = concernOf(drug, policy)
  const said = headWords(drug, assessment, wording, policy)
  const deciding = decidingFinding(drug, concern)
  const speaking = drug.findings.filter(({ kind }) => kind === 'guidance')
  const findings = deciding ? [deciding, ...speaking.filter(({ id }) => id !== deciding.id)] : speaking
  return {
    drug: drug.drug,
    bin: binOf(drug, concern),
    concern: concern?.kind ?? null,
    consequence: deciding?.consequence ?? null,
    headline: said?.headline ?? null,
    because: said?.basis ?? deciding?.basis.map((basis) => basisWords(basis, assessment.geneCalls)) ?? silenceOf(drug),
    sources: findings.map(({ id, source, strength, consequence }) => ({ id, source, strength, consequence })),
    guidelines: guidelinesOf(findings),
    taken: isTaken(drug, facts.medicines),
  }
}

const byUse = (a: Classmate, b: Classmate): number =>
  BINS.indexOf(a.bin) - BINS.indexOf(b.bin) || a.drug.name.localeCompare(b.drug.name, 'en')

/**
 * What guidance says of every drug of the class of each drug in hand, by the same engine as if it were ordered instead, without a dose.
 * For the app alone: hooks have no time for it, and nothing but the genes is looked at.
 */
export const compareClasses = (assessment: Assessment, facts: PatientFacts, kit: ComparingKit): Assessment['orders'] => {
  const own = kitOf(assessment.geneCalls, kit.knowledge, kit.precedence)
  return assessment.orders.map((entry) => ({
    ...entry,
    drugs: entry.drugs.map((drug): DrugAssessment => {
      const found = drug.about === 'order' && drug.identity.ingredients.length > 0 ? classOf(drug.drug, own) : null
      if (!found) return drug
      const subject = subjectOfOrder(entry.order, facts)
      const others = found.members.filter((one) => !sameIngredient(one, drug.drug)).map((one) => assessInstead(one, subject, own))
      const members = [drug, ...others].map((one) => mateOf(one, assessment, facts, kit)).sort(byUse)
      const { label, source, url } = found
      return { ...drug, classmates: { label, source, url, members } satisfies ClassComparison }
    }),
  }))
}
