import type { DrugIdentity, Ingredient, Medicine, Order, PatientFacts } from '../contract/facts.ts'
import type { Assessment, DrugAssessment, GuidanceSource } from '../contract/findings.ts'
import type { GeneCall } from '../contract/genes.ts'
import type { Gap } from '../contract/lineage.ts'
import { inOneGo, type Slices } from '../slices.ts'
import { type Advice, advise, type Kit } from './advise.ts'
import { asOrdered } from './alternatives/genes.ts'
import { findAlternatives } from './alternatives.ts'
import { changedMedicines } from './changed-medicines.ts'
import { describeDisagreement } from './consequence.ts'
import { pairGaps } from './cpic-pairs.ts'
import { prepareGuidance } from './prepare.ts'
import type { Knowledge } from './rules.ts'
import { type Subject, takenAlong } from './subject.ts'
import { switchedTestGaps, testFirst, waitingGaps } from './test-first.ts'
import { unreadMedicineGaps } from './unread-medicines.ts'
import { unreadResultGaps } from './unread-results.ts'

/** Gaps over the whole record that explain a missing gene result better than "not tested". */
const explainMissing = (gaps: readonly Gap[], facts: PatientFacts): Gap[] => {
  if (!gaps.some((gap) => gap.code === 'not-tested')) return [...gaps]
  return [...gaps, ...facts.gaps.filter(mayHideResult)]
}

const GENETIC = new Set(['genomics', 'genotypes'])

/** A result under a local code comes with the laboratory results only: where those were not read at all, it may stand there. */
const mayHideResult = ({ about, code }: Gap): boolean =>
  GENETIC.has(about) || code === 'unread-document' || (about === 'labs' && code !== 'incomplete')

const stateOf = ({ findings, genes }: Advice, gaps: readonly Gap[]): DrugAssessment['state'] => {
  if (genes.length === 0) return 'no-guidance'
  if (findings.some((finding) => finding.kind === 'guidance')) return gaps.length > 0 ? 'assessed-with-gaps' : 'assessed'
  return gaps.every((gap) => gap.code === 'no-guidance') ? 'assessed' : 'not-assessed'
}

const listedOnly: Gap = {
  about: 'FDA',
  code: 'no-guidance',
  because: 'the FDA lists this drug, but the entry was not read for this release',
}

/** What is known of a drug for which no source has advice: who lists it. */
const withoutGuidance = ({ findings }: Advice, subject: Subject, { knowledge }: Kit): Gap[] => [
  ...(findings.length > 0 ? [listedOnly] : []),
  ...pairGaps(subject.drug.name, knowledge),
]

/** Everything the engine says about one ingredient of an order or a medicine. */
const assessDrug = (subject: Subject, kit: Kit): DrugAssessment => {
  const advice = advise(subject, kit)
  const own = advice.genes.length === 0 ? withoutGuidance(advice, subject, kit) : explainMissing(advice.gaps, subject.facts)
  const gaps = [
    ...waitingGaps(subject, kit),
    ...switchedTestGaps(subject, kit),
    ...own,
    ...unreadMedicineGaps(subject.facts, advice.genes, kit),
    ...unreadResultGaps(subject.facts, advice.genes, kit),
  ]
  return {
    ref: subject.ref,
    about: subject.about,
    identity: subject.identity,
    drug: subject.drug,
    state: stateOf(advice, gaps),
    genes: advice.genes.length > 0 ? advice.genes : [...new Set(advice.findings.flatMap((finding) => finding.genes))].sort(),
    findings: advice.findings,
    disagreement: describeDisagreement(advice.findings),
    alternatives: findAlternatives(advice.findings, subject, kit),
    testFirst: testFirst(subject, kit),
    estimates: [],
    gaps,
  }
}

/** A drug in the place of another: as if it were ordered instead, without a dose. The same rules, so that ordering it says the same. */
export const assessInstead = (drug: Ingredient, subject: Omit<Subject, 'drug'>, kit: Kit): DrugAssessment =>
  assessDrug(asOrdered(drug, { ...subject, drug }), kit)

const WORD = /[\p{L}\p{N}]+(?:[-'][\p{L}\p{N}]+)*/gu

/** A drug with guidance whose name stands as a whole word in a text that could not be mapped. */
const plausibleDrug = (text: string, kit: Kit): Ingredient | null => {
  const words = text.toLowerCase().match(WORD) ?? []
  for (const word of words) {
    const ingredient = kit.prepared.drugs.has(word) ? kit.knowledge.drugs.ingredient(word) : null
    if (ingredient) return ingredient
  }
  return null
}

const unmappedGap = (identity: DrugIdentity, ref: string): Gap => ({
  about: identity.text === '' ? ref : identity.text,
  code: 'unmapped',
  because: identity.unmapped ?? 'the drug could not be matched to a known substance',
  resource: ref,
})

/**
 * A drug text that no code or name matches is a silence, said on the order. Only when the name of a drug with guidance stands in it
 * is there something that a prescriber must know was not assessed; then it is an assessment of its own.
 */
const notMapped = (subject: Omit<Subject, 'drug'>, kit: Kit): DrugAssessment[] => {
  const drug = plausibleDrug(subject.identity.text, kit)
  if (!drug) return []
  const guidance = kit.prepared.drugs.get(drug.name)
  return [
    {
      ref: subject.ref,
      about: subject.about,
      identity: subject.identity,
      drug,
      state: 'not-assessed',
      genes: guidance?.genes ?? [],
      findings: [],
      disagreement: null,
      alternatives: [],
      testFirst: null,
      estimates: [],
      gaps: [
        {
          about: drug.name,
          code: 'unreadable',
          because: `the text names ${drug.name}, but the drug of the order is not certain`,
          resource: subject.ref,
        },
      ],
    },
  ]
}

const assessOne = (subject: Omit<Subject, 'drug'>, kit: Kit): DrugAssessment[] =>
  subject.identity.ingredients.length === 0
    ? notMapped(subject, kit)
    : subject.identity.ingredients.map((drug) => assessDrug({ ...subject, drug }, kit))

const orderGaps = (order: Order): Gap[] => {
  if (order.drug.ingredients.length === 0) return [unmappedGap(order.drug, order.ref)]
  if (!order.drug.flags.includes('medication-conflict')) return []
  return [{ about: order.drug.text, code: 'conflict', because: 'text and code of the order name different drugs', resource: order.ref }]
}

/** What every step of an assessment needs, of one patient. */
export const kitOf = (calls: readonly GeneCall[], knowledge: Knowledge, precedence: readonly GuidanceSource[]): Kit => ({
  knowledge,
  prepared: prepareGuidance(knowledge),
  calls: new Map(calls.map((call) => [call.gene, call])),
  precedence,
})

/** What is assessed of an order or a medicine in use, but for the ingredient. */
export const subjectOfOrder = (order: Order, facts: PatientFacts): Omit<Subject, 'drug'> => ({
  facts,
  about: 'order',
  ref: order.ref,
  identity: order.drug,
  dose: order.dose,
  reasons: order.reasons,
  beside: takenAlong(facts, order),
})

export const subjectOfMedicine = (medicine: Medicine, facts: PatientFacts): Omit<Subject, 'drug'> => ({
  facts,
  about: 'medicine',
  ref: medicine.ref,
  identity: medicine.drug,
  dose: medicine.dose,
  reasons: [],
  beside: [],
})

/**
 * Guidance on one patient's orders and medicines in use. Pure: the same facts give the same answer, findings in the same order.
 * Draft orders come first, each with the medicines in use that it changes; a medicine in use is assessed by the same rules,
 * without test-first advice.
 */
export function* assessInSlices(
  facts: PatientFacts,
  calls: readonly GeneCall[],
  knowledge: Knowledge,
  options: { readonly precedence: readonly GuidanceSource[] },
): Slices<Assessment> {
  const kit = kitOf(calls, knowledge, options.precedence)
  const orders: Assessment['orders'][number][] = []
  for (const order of facts.orders) {
    yield
    const own = assessOne(subjectOfOrder(order, facts), kit)
    const changed = yield* changedMedicines(order, facts, kit, (medicine) => subjectOfMedicine(medicine, facts), assessDrug)
    orders.push({ order, drugs: [...own, ...changed], gaps: orderGaps(order) })
  }
  const medicines: DrugAssessment[] = []
  for (const medicine of facts.medicines) {
    if (medicine.state !== 'active') continue
    yield
    medicines.push(...assessOne(subjectOfMedicine(medicine, facts), kit))
  }
  return { knowledge: { version: knowledge.version, asOf: knowledge.asOf }, geneCalls: calls, orders, medicines, gaps: facts.gaps }
}

/** The same at once, for who has nobody waiting. */
export const assess = (...of: Parameters<typeof assessInSlices>): Assessment => inOneGo(assessInSlices(...of))
