import { describe, expect, test } from 'vitest'
import { readFacts } from '../../src/facts/read-facts.ts'
import { deepFreeze, theTerms } from '../builders/knowledge.ts'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'

/** Read on 21 November 2026. */
const medicines = (patient: PatientBuilder) => readFacts(deepFreeze(patient.record()), theTerms()).medicines
const stateOf = (patient: PatientBuilder) => medicines(patient)[0]?.state

const codeine = { medicationCodeableConcept: { text: 'codeine' }, subject: { reference: 'Patient/p1' } }
const statement = (members: object) => ({ resourceType: 'MedicationStatement', id: 's', ...codeine, ...members })
const dispense = (members: object) => ({ resourceType: 'MedicationDispense', id: 'd', ...codeine, ...members })
const given = (members: object) => ({ resourceType: 'MedicationAdministration', id: 'g', ...codeine, ...members })
const request = (members: object) => ({ resourceType: 'MedicationRequest', id: 'r', intent: 'order', ...codeine, ...members })
const bounds = (start: string | undefined, end?: string) => ({
  dosageInstruction: [{ timing: { repeat: { boundsPeriod: { start, end } } } }],
})

describe('whether a medicine is taken now', () => {
  test.each([
    ['an active prescription', request({ status: 'active' }), 'active'],
    ['an active prescription whose course is over', request({ status: 'active', ...bounds('2026-01-01', '2026-02-01') }), 'stopped'],
    ['an active prescription whose course ends today', request({ status: 'active', ...bounds('2026-11-01', '2026-11-21') }), 'active'],
    ['an active prescription that begins next month', request({ status: 'active', ...bounds('2026-12-24') }), 'planned'],
    [
      'an active prescription no longer valid for dispensing',
      request({ status: 'active', dispenseRequest: { validityPeriod: { end: '2016-01-15' } } }),
      'unknown',
    ],
    ['a proposal', request({ status: 'active', intent: 'proposal' }), 'planned'],
    [
      'a plan that reports what the patient takes by herself',
      request({ status: 'active', intent: 'plan', reportedBoolean: true }),
      'active',
    ],
    ['a draft', request({ status: 'draft' }), 'planned'],
    ['a prescription on hold', request({ status: 'on-hold' }), 'planned'],
    ['a completed prescription', request({ status: 'completed' }), 'stopped'],
    ['a cancelled prescription', request({ status: 'cancelled' }), 'stopped'],
    ['an order not to give it', request({ status: 'active', doNotPerform: true }), 'stopped'],
    ['a prescription of unknown status', request({ status: 'unknown' }), 'unknown'],
    ['a prescription without status', request({}), 'unknown'],
    ['an active statement', statement({ status: 'active' }), 'active'],
    [
      'an active statement whose period ended in 2024',
      statement({ status: 'active', effectivePeriod: { start: '2023', end: '2024' } }),
      'stopped',
    ],
    ['an intended medicine', statement({ status: 'intended' }), 'planned'],
    ['a medicine that is not taken', statement({ status: 'not-taken' }), 'stopped'],
    ['a dispense that covers today', dispense({ status: 'completed', whenHandedOver: '2026-11-01', daysSupply: { value: 30 } }), 'active'],
    ['a dispense that is used up', dispense({ status: 'completed', whenHandedOver: '2026-05-01', daysSupply: { value: 30 } }), 'stopped'],
    ['a dispense that does not say for how long', dispense({ status: 'completed', whenHandedOver: '2026-11-01' }), 'unknown'],
    ['an infusion that is running', given({ status: 'in-progress', effectivePeriod: { start: '2026-11-21T09:00:00Z' } }), 'active'],
    ['a dose given this morning', given({ status: 'completed', effectiveDateTime: '2026-11-21T07:00:00Z' }), 'active'],
    ['a dose given last week', given({ status: 'completed', effectiveDateTime: '2026-11-14T07:00:00Z' }), 'stopped'],
  ] as const)('%s', (_title, resource, state) => {
    expect(stateOf(aPatient().with(resource))).toBe(state)
  })
})

test.each([
  ['eye drops, by their route', { text: 'timolol' }, '54485002', true],
  ['an ointment, by its name', { text: 'hydrocortisone 10 MG/G Topical Cream' }, null, true],
  ['a tablet', { text: 'timolol 10 MG Oral Tablet' }, '26643006', undefined],
])('%s: whether it stays where it is put', (_title, medicationCodeableConcept, route, local) => {
  const dosageInstruction = route === null ? [] : [{ route: { coding: [{ system: 'http://snomed.info/sct', code: route }] } }]
  const [medicine] = medicines(aPatient().with({ ...request({ status: 'active' }), medicationCodeableConcept, dosageInstruction }))
  expect(medicine?.local).toBe(local)
})

test('a medicine that was entered in error is not used, and that is said', () => {
  const facts = readFacts(aPatient().on('paroxetine 20 mg oral tablet', { id: 'm', status: 'entered-in-error' }).record(), theTerms())
  expect(facts.medicines).toEqual([])
  expect(facts.gaps).toEqual([
    {
      about: 'medicines',
      code: 'withdrawn',
      because: 'A medication entry is marked entered in error, so it was not used.',
      resource: 'MedicationRequest/m',
    },
  ])
})

test('the order being signed is not at the same time a medicine of the chart', () => {
  const patient = aPatient().on('simvastatin 40 mg tablet', { id: 'same' }).ordering('simvastatin 40 mg tablet', { id: 'same' })
  expect(medicines(patient)).toEqual([])
})

test('a medicine keeps its source, its dates and the code it was read from', () => {
  const [medicine] = medicines(
    aPatient().on('paroxetine 20 mg oral tablet', { id: 'm', rxcui: '32937', since: '2025-03-01', dose: '20 mg', times: 1 }),
  )
  expect(medicine).toMatchObject({
    ref: 'MedicationRequest/m',
    drug: { ingredients: [{ name: 'paroxetine', rxcui: '32937' }], how: 'rxnorm-ingredient' },
    dose: { mgPerDay: 20 },
    state: 'active',
    start: '2025-03-01',
    end: null,
    lineage: { resource: 'MedicationRequest/m', date: '2025-03-01', dateSource: 'order', code: { code: '32937' } },
  })
})
