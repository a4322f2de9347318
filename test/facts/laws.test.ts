import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FhirResource, PatientFacts, PatientRecord } from '../../src/contract/facts.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { deepFreeze, theTerms } from '../builders/knowledge.ts'
import { aPatient } from '../builders/patient.ts'

/** A chart with something of everything, and drafts. */
const chart = (): PatientRecord =>
  aPatient()
    .ofRace('white')
    .on('paroxetine 20 mg oral tablet', { rxcui: '32937', dose: '20 mg', times: 1, since: '2025-03-01' })
    .on('simvastatin 40 mg oral tablet', { status: 'completed', since: '2021-01-01' })
    .reportsTaking('ibuprofen', { since: '2026-01-01' })
    .ordering('codeine', { rxcui: '2670' })
    .measuring('weight', 70)
    .measuring('weight', 71, { date: '2025-03-05' })
    .measuring('creatinine', 1.1, { date: '2025-03-05' })
    .measuring('potassium', 4.1, { status: 'entered-in-error' })
    .withBloodPressure(120, 80)
    .smoking('former')
    .withCondition('Atrial fibrillation', { snomed: '49436004' })
    .withProcedure('Appendectomy', { snomed: '80146002' })
    .allergicTo('penicillin', { reaction: 'rash' })
    .withRelative('mother', 'stroke')
    .withGenotype('CYP2D6', '*1/*4', { date: '2024-01-01', lab: 'Gene Lab' })
    .withTextResult('Comment', 'sample haemolysed')
    .with({ resourceType: 'ServiceRequest', id: 'x' })
    .record()

const read = (resources: readonly unknown[]): PatientFacts =>
  readFacts(deepFreeze({ ...chart(), resources: resources as readonly FhirResource[] }), theTerms())

/** Anything at all in any member of a resource. */
const junk = fc.oneof(fc.jsonValue(), fc.constant(null), fc.constant(''), fc.constant([]), fc.constant({}), fc.constant({ coding: [null] }))

const { resources } = chart()
const whole = read(resources)

describe('laws of reading a record', () => {
  test('the order in which resources arrive never changes the facts', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...resources], { minLength: resources.length }), (shuffled) => {
        expect(read(shuffled)).toEqual(whole)
      }),
      { numRuns: 60 },
    )
  })

  test('a resource that comes twice counts once', () => {
    fc.assert(
      fc.property(fc.subarray([...resources]), (again) => {
        expect(read([...again, ...resources, ...again])).toEqual(whole)
      }),
      { numRuns: 60 },
    )
  })

  test('a malformed resource never throws and costs only itself', () => {
    const types = [...new Set(resources.map((resource) => resource.resourceType))].filter((type) => type !== 'Patient')
    const members =
      'status code subject category valueQuantity valueCodeableConcept component dosageInstruction medicationCodeableConcept effectivePeriod performer reaction condition meta contained extension'
    const broken = fc.record({
      type: fc.constantFrom(...types),
      fields: fc.dictionary(fc.constantFrom(...members.split(' ')), junk, { maxKeys: 6 }),
    })
    fc.assert(
      fc.property(broken, ({ type, fields }) => {
        const facts = read([...resources, { ...fields, resourceType: type, id: 'broken' }])
        expect(withoutBroken(facts)).toEqual(withoutBroken(whole))
      }),
      { numRuns: 400 },
    )
  })

  test('a malformed draft order never throws and costs only itself', () => {
    const members =
      'status intent subject medicationCodeableConcept medicationReference dosageInstruction reasonCode reasonReference encounter priority'
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...members.split(' ')), junk, { maxKeys: 6 }), (fields) => {
        const record = chart()
        const draft = { ...fields, resourceType: 'MedicationRequest', id: 'broken' }
        const facts = readFacts(deepFreeze({ ...record, draftOrders: [...record.draftOrders, draft] }), theTerms())
        expect(facts.orders.filter((order) => order.ref !== 'MedicationRequest/broken')).toEqual(whole.orders)
      }),
      { numRuns: 300 },
    )
  })

  test('anything at all in place of the record leaves gaps, not a crash', () => {
    fc.assert(
      fc.property(fc.array(junk, { maxLength: 5 }), fc.array(junk, { maxLength: 3 }), (received, drafts) => {
        const record = { ...chart(), resources: received as never, draftOrders: drafts as never }
        expect(readFacts(deepFreeze(record), theTerms()).now).toBe(record.now)
      }),
      { numRuns: 300 },
    )
  })
})

/** Facts of the sound resources: what the broken one added, and what was said about it, left out. */
const withoutBroken = (facts: PatientFacts) => {
  const sound = <T extends { readonly ref: string }>(list: readonly T[]): T[] => list.filter((fact) => !fact.ref.endsWith('/broken'))
  const { labs, vitals, lifestyle, conditions, procedures, allergies, family, medicines, patient, orders } = facts
  return {
    patient,
    orders,
    labs: sound(labs),
    vitals: sound(vitals),
    lifestyle: sound(lifestyle),
    conditions: sound(conditions),
    procedures: sound(procedures),
    allergies: sound(allergies),
    family: sound(family),
    medicines: sound(medicines),
    readings: facts.readings
      .filter((reading) => !reading.ref.endsWith('/broken'))
      .map(({ ref, genotype, use }) => ({ ref, genotype, use })),
  }
}
