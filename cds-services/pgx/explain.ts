import type { WrittenCards } from '../../src/contract/cards.ts'
import type { DrugFate, Explained } from '../../src/contract/explained.ts'
import type { PatientFacts } from '../../src/contract/facts.ts'
import type { Assessment, DrugAssessment } from '../../src/contract/findings.ts'
import { kitOf, subjectOfMedicine, subjectOfOrder } from '../../src/guidance/assess.ts'
import { explainRows } from '../../src/guidance/explain-rows.ts'
import type { ServiceKit } from './kit.ts'

type Subjects = ReturnType<typeof subjectOfOrder>

/** What became of one drug, or of an order without one: found again in what was written. */
const fateOf = (ref: string, drug: string | null, { traces, silences }: WrittenCards): DrugFate => {
  const trace = traces.find(({ concerns }) => concerns.some((mark) => mark.order === ref && mark.drug === drug))
  if (trace) return { shown: trace.concern === 'summary' ? 'summarised' : 'card', card: trace.card }
  const own = silences.filter(({ order }) => order === ref)
  const silence = own.find(({ about }) => about === drug) ?? own[0]
  return silence
    ? { shown: 'silent', code: silence.code, because: silence.because }
    : { shown: 'silent', code: 'not-asked', because: 'this hook does not speak about it' }
}

const explainSubject = (
  subject: Subjects,
  drugs: readonly DrugAssessment[],
  written: WrittenCards,
  kit: ReturnType<typeof kitOf>,
): Explained[] => {
  const { about, ref, identity } = subject
  const base = { about, ref, text: identity.text }
  if (drugs.length === 0) return [{ ...base, drug: null, fate: fateOf(ref, null, written), rows: [] }]
  return drugs.map((drug) => ({
    ...base,
    drug: drug.drug.name,
    fate: fateOf(ref, drug.drug.name, written),
    rows: explainRows({ ...subject, drug: drug.drug }, drug, kit),
  }))
}

/** Every order of the call, every drug in it, every row that was considered. */
export const explainOrders = (assessment: Assessment, facts: PatientFacts, kit: ServiceKit, written: WrittenCards): Explained[] => {
  const own = kitOf(assessment.geneCalls, kit.knowledge, kit.precedence)
  return assessment.orders.flatMap(({ order, drugs }) => explainSubject(subjectOfOrder(order, facts), drugs, written, own))
}

/** The same for the medicines in use. */
export const explainMedicines = (assessment: Assessment, facts: PatientFacts, kit: ServiceKit, written: WrittenCards): Explained[] => {
  const own = kitOf(assessment.geneCalls, kit.knowledge, kit.precedence)
  return facts.medicines
    .filter(({ state }) => state === 'active')
    .flatMap((medicine) =>
      explainSubject(
        subjectOfMedicine(medicine, facts),
        assessment.medicines.filter(({ ref }) => ref === medicine.ref),
        written,
        own,
      ),
    )
}
