import { describe, expect, it, test } from 'vitest'
import type { PatientRecord } from '../../src/contract/facts.ts'
import { foldGaps, gap } from '../../src/facts/gaps.ts'
import { factsInSlices, readFacts } from '../../src/facts/read-facts.ts'
import { inOneGo, inTurns } from '../../src/slices.ts'
import { deepFreeze, theTerms } from '../builders/knowledge.ts'
import { aPatient, LOINC, UCUM } from '../builders/patient.ts'

type Resources = PatientRecord['resources']

const observation = (n: number, code: object, members: object) => ({
  resourceType: 'Observation',
  id: `o${n}`,
  status: 'final',
  code,
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: `2025-0${1 + (n % 9)}-11T08:00:00Z`,
  ...members,
})

const laboratory = { category: [{ coding: [{ code: 'laboratory' }] }] }
const creatinine = (n: number) =>
  observation(
    n,
    { coding: [{ system: LOINC, code: '2160-0', display: 'Creatinine' }] },
    { ...laboratory, valueQuantity: { value: 1 + (n % 7) / 10, unit: 'mg/dL', system: UCUM, code: 'mg/dL' } },
  )
const pulse = (n: number) =>
  observation(
    n,
    { coding: [{ system: LOINC, code: '8867-4', display: 'Heart rate' }] },
    { valueQuantity: { value: 60 + (n % 30), unit: '/min', system: UCUM, code: '/min' } },
  )
const steps = (n: number) =>
  observation(
    n,
    { coding: [{ system: LOINC, code: '41950-7', display: 'Steps' }] },
    { valueQuantity: { value: 4000 + n, unit: '{steps}', system: UCUM, code: '{steps}' } },
  )
const genotype = (n: number) =>
  observation(
    n,
    { coding: [{ system: LOINC, code: '84413-4', display: 'Genotype display name' }] },
    {
      ...laboratory,
      valueCodeableConcept: { text: n % 2 === 0 ? '*1/*2' : '*1/*17' },
      component: [{ code: { coding: [{ system: LOINC, code: '48018-6' }] }, valueCodeableConcept: { coding: [{ display: 'CYP2C19' }] } }],
    },
  )
const order = (n: number) => ({
  resourceType: 'MedicationRequest',
  id: `m${n}`,
  status: 'active',
  intent: 'order',
  subject: { reference: 'Patient/p1' },
  authoredOn: '2025-03-01',
  medicationCodeableConcept: { text: n % 2 === 0 ? 'Clopidogrel 75 MG Oral Tablet' : 'Codeine 30 MG Oral Tablet' },
  dosageInstruction: [{ text: 'Take 1 tablet daily', timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } } }],
})

const many = (make: (n: number) => object, count: number): PatientRecord => ({
  ...aPatient().record(),
  resources: [...aPatient().record().resources, ...Array.from({ length: count }, (_, n) => make(n))] as unknown as Resources, // as an EHR sends them
})

const condition = (n: number) => ({
  resourceType: 'Condition',
  id: `c${n}`,
  subject: { reference: 'Patient/p1' },
  code: { text: `Problem ${n}`, coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: `E${n}` }] },
})
const procedure = (n: number) => ({
  resourceType: 'Procedure',
  id: `p${n}`,
  status: 'completed',
  subject: { reference: 'Patient/p1' },
  code: { text: `Procedure ${n}` },
})

const KINDS = { 'laboratory results': creatinine, 'vital signs': pulse, 'readings of a sensor': steps, genotypes: genotype, orders: order }

const pausesFor = (make: (n: number) => object, count: number): number => [...factsInSlices(many(make, count), theTerms())].length

describe('A long record', () => {
  it.each(Object.entries(KINDS))('of %s is read in slices as in one go', async (_name, make) => {
    const record = deepFreeze(many(make, 500))
    expect(await inTurns(factsInSlices(record, theTerms()))).toEqual(readFacts(record, theTerms()))
  })

  it.each(Object.entries(KINDS))('of %s is put down at least once for every 32 of its resources', (_name, make) => {
    expect(pausesFor(make, 3200) - pausesFor(make, 0)).toBeGreaterThanOrEqual(100 * 3) // they are sorted, looked through for genes, and read
  })

  it('of conditions or procedures is put down, too, where transplants and groups of families are looked for', () => {
    const pauses = (make: (n: number) => object): number => pausesFor(make, 3200) - pausesFor(make, 0)
    expect(pauses(condition)).toBeGreaterThanOrEqual(100 * 11)
    expect(pauses(procedure)).toBeGreaterThanOrEqual(100 * 10)
  })
})

test('many gaps of one kind are told as one line, and put down at least once for every 32', () => {
  const gaps = Array.from({ length: 3200 }, (_, n) => gap('record', 'unreadable', 'Not known here.', `Basic/${(n * 7) % 3200}`))
  expect([...foldGaps(gaps)].length).toBeGreaterThanOrEqual(100 * 2)
  expect(inOneGo(foldGaps([...gaps, ...gaps, gap('labs', 'incomplete', 'Cut.')]))).toEqual([
    gap('labs', 'incomplete', 'Cut.'),
    gap('record', 'unreadable', '3200 entries of the record: Not known here.'),
  ])
})

test('two patients with the same drug, test and dose each keep what is their own', () => {
  const read = (...resources: readonly object[]) =>
    readFacts({ ...aPatient().record(), resources: resources as unknown as Resources }, theTerms())
  const [first, second] = [read(order(0), genotype(0)), read({ ...order(2), id: 'other' }, { ...genotype(2), id: 'result' })]
  const own = ({ medicines, readings }: typeof first) => [medicines.map(({ ref }) => ref), readings.map(({ ref }) => ref)]
  expect([own(first), own(second)]).toEqual([
    [['MedicationRequest/m0'], ['Observation/o0']],
    [['MedicationRequest/other'], ['Observation/result']],
  ])
  expect([first, second].map(({ medicines }) => medicines[0]?.drug.ingredients.map(({ name }) => name))).toEqual([
    ['clopidogrel'],
    ['clopidogrel'],
  ])
  expect([first, second].map(({ readings }) => readings[0]?.genotype.diplotype)).toEqual(['*1/*2', '*1/*2'])
})
