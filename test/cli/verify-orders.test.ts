import { expect, test } from 'vitest'
import { verifyOrders } from '../../src/cli/verify-orders.ts'
import { theTerms } from '../builders/knowledge.ts'
import { aPatient } from '../builders/patient.ts'

const bundle = (patient: ReturnType<typeof aPatient>) => ({
  resourceType: 'Bundle',
  entry: patient.drafts().map((resource) => ({ resource })),
})

const FILES: Readonly<Record<string, unknown>> = {
  'orders.json': bundle(
    aPatient()
      .ordering('clopidogrel 75 mg tablet', { id: 'a', rxcui: '309362', dose: '1 {tbl}', times: 1 })
      .ordering('codeine', { id: 'b', also: { doNotPerform: true } })
      .ordering('moondust 5 mg tablet', { id: 'c', dose: '1 {tbl}', times: 2 }),
  ),
}
const check = (medications: readonly object[]) =>
  verifyOrders({ files: { 'orders.json': { contextPatient: 'Patient/p1', medications } } }, (path) => FILES[path], theTerms())

test('orders that come out as expected pass; a drug outside the tables passes by its name only, and says so', () => {
  const results = check([
    { ref: 'MedicationRequest/a', drug: 'clopidogrel', rxnormIngredient: '32968', dose: '75 mg/day (1 tablet a day)', orderState: 'draft' },
    { ref: 'b', drug: 'codeine', use: 'ignore', flags: ['do-not-perform'] },
    { ref: 'c', drug: 'moondust', dose: '10 mg/day', flags: ['text-only'] },
  ])
  expect(results.map(({ ref, passed, named }) => ({ ref, passed, named }))).toEqual([
    { ref: 'MedicationRequest/a', passed: true, named: false },
    { ref: 'b', passed: true, named: false },
    { ref: 'c', passed: true, named: true },
  ])
})

test.each([
  ['another drug', { ref: 'a', drug: 'aspirin' }, 'drug aspirin: not among clopidogrel'],
  ['another dose', { ref: 'a', drug: 'clopidogrel', dose: '150 mg/day' }, 'dose: expected 150 mg/day, got 75 mg/day'],
  ['a dose where none should be', { ref: 'a', drug: 'clopidogrel', dose: null }, 'dose: expected no number, got 75 mg/day'],
  [
    'a dose in words that nobody can check',
    { ref: 'a', drug: 'clopidogrel', dose: 'plenty' },
    'dose: this wording cannot be checked: plenty',
  ],
  ['a flag that is not set', { ref: 'a', drug: 'clopidogrel', flags: ['prn'] }, 'flag prn: not set'],
  ['a flag that does not exist', { ref: 'a', drug: 'clopidogrel', flags: ['shiny'] }, 'flag shiny: cannot be checked'],
  ['an order that should not count', { ref: 'a', drug: 'clopidogrel', use: 'ignore' }, 'taken as an order'],
  ['an order that should count', { ref: 'b', drug: 'codeine' }, 'not taken as an order'],
  ['an order that is not there', { ref: 'z', drug: 'codeine' }, 'the order was not read'],
])('%s is a difference', (_title, expected, difference) => {
  expect(check([expected])).toEqual([
    { file: 'orders.json', ref: expected.ref, passed: false, named: expect.any(Boolean), differences: [difference] },
  ])
})
