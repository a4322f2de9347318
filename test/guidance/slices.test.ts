import { describe, expect, it } from 'vitest'
import { orderCardsInSlices, writeOrderCards } from '../../src/cards/write-cards.ts'
import { medicineCardsInSlices, writeMedicineCards } from '../../src/cards/write-medicine-cards.ts'
import type { PatientRecord } from '../../src/contract/facts.ts'
import { factsInSlices, readFacts } from '../../src/facts/read-facts.ts'
import { assess, assessInSlices } from '../../src/guidance/assess.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { inTurns } from '../../src/slices.ts'
import { deepFreeze, theKnowledge, theTerms } from '../builders/knowledge.ts'
import { aPatient, LOINC } from '../builders/patient.ts'
import { theWriting } from '../cards/row-patients.ts'

type Resources = PatientRecord['resources']

const knowledge = theKnowledge()
const options = { precedence: ['CPIC', 'DPWG', 'FDA'] } as const
const DRUGS = ['clopidogrel 75 MG', 'codeine 30 MG', 'fluoxetine 20 MG', 'omeprazole 20 MG', 'paroxetine 20 MG']

const request = (n: number, status: string, text: string) => ({
  resourceType: 'MedicationRequest',
  id: `${status}-${n}`,
  status,
  intent: 'order',
  subject: { reference: 'Patient/p1' },
  medicationCodeableConcept: { text: `${text} Oral Tablet` },
})
const gene = (code: string, text: string) => ({
  code: { coding: [{ system: LOINC, code }] },
  valueCodeableConcept: { text, coding: [{ system: LOINC, code: text, display: text }] },
})
const variant = (n: number) => ({
  resourceType: 'Observation',
  id: `v${n}`,
  status: 'final',
  subject: { reference: 'Patient/p1' },
  code: { coding: [{ system: LOINC, code: '69548-6' }] },
  valueCodeableConcept: { coding: [{ system: LOINC, code: 'LA9633-4' }] },
  component: [gene('48018-6', 'BRCA1'), gene('48004-6', `NM_007294.3:c.${n}A>G`), gene('53037-8', 'Pathogenic')],
})

const each = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))
const drugOf = (n: number): string => DRUGS[n % DRUGS.length] ?? ''

const record = ({ medicines = 0, drafts = 0, variants = 0 }): PatientRecord => ({
  ...aPatient().record(),
  resources: [
    ...aPatient().record().resources,
    ...each(medicines, (n) => request(n, 'active', drugOf(n))),
    ...each(variants, variant),
  ] as unknown as Resources, // as an EHR sends them
  draftOrders: each(drafts, (n) => request(n, 'draft', drugOf(n + 1))) as unknown as Resources,
})

const factsOf = (of: Parameters<typeof record>[0]) => deepFreeze(readFacts(record(of), theTerms()))
const pausesIn = (work: Iterable<undefined>): number => [...work].length

describe('A long list of one patient', () => {
  it('of medicines and orders is assessed in slices as in one go', async () => {
    const facts = factsOf({ medicines: 60, drafts: 12 })
    const calls = callGenes(facts, knowledge.genes, knowledge.modifiers)
    const whole = assess(facts, calls, knowledge, options)
    expect(await inTurns(assessInSlices(facts, calls, knowledge, options))).toEqual(whole)
    expect(await inTurns(orderCardsInSlices(whole, facts, theWriting({ newUuid: () => 'id' })))).toEqual(
      writeOrderCards(whole, facts, theWriting({ newUuid: () => 'id' })),
    )
    expect(await inTurns(medicineCardsInSlices(whole, facts, theWriting({ newUuid: () => 'id' })))).toEqual(
      writeMedicineCards(whole, facts, theWriting({ newUuid: () => 'id' })),
    )
  })

  it('of medicines and orders is put down between any two of them', () => {
    const facts = factsOf({ medicines: 60, drafts: 12 })
    const calls = callGenes(facts, knowledge.genes, knowledge.modifiers)
    expect(pausesIn(assessInSlices(facts, calls, knowledge, options))).toBeGreaterThanOrEqual(60 + 12)
    expect(
      pausesIn(orderCardsInSlices(assess(facts, calls, knowledge, options), facts, theWriting({ newUuid: () => 'id' }))),
    ).toBeGreaterThanOrEqual(12)
  })

  it('of variants, and one of drafts, is put down at least once for every 32 at each step', () => {
    const pauses = (of: Parameters<typeof record>[0]): number => pausesIn(factsInSlices(record(of), theTerms()))
    const [none, variants, drafts] = [pauses({}), pauses({ variants: 3200 }), pauses({ drafts: 3200 })]
    expect(variants - none).toBeGreaterThanOrEqual(100 * 8) // sorted, looked through for genes, collected, read, and told as variants
    expect(drafts - none).toBeGreaterThanOrEqual(100)
  })
})
