import { expect, test } from 'vitest'
import { readFacts } from '../../src/facts/read-facts.ts'
import { deepFreeze, theTerms } from '../builders/knowledge.ts'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'

const read = (patient: PatientBuilder) => readFacts(deepFreeze(patient.record()), theTerms())

test('a condition keeps both its statuses and the date it was recorded', () => {
  const patient = aPatient().withCondition('Atrial fibrillation', {
    id: 'af',
    snomed: '49436004',
    clinicalStatus: 'resolved',
    status: 'provisional',
  })
  const code = { system: 'http://snomed.info/sct', code: '49436004', display: 'Atrial fibrillation' }
  expect(read(patient).conditions).toEqual([
    {
      ref: 'Condition/af',
      name: 'Atrial fibrillation',
      codes: [code],
      clinicalStatus: 'resolved',
      verificationStatus: 'provisional',
      onset: null,
      abatement: null,
      lineage: { resource: 'Condition/af', date: '2024-03-05', dateSource: 'recorded', code },
    },
  ])
})

test('a condition that was entered in error is not used, and that is said', () => {
  const facts = read(aPatient().withCondition('Epilepsy', { id: 'e', status: 'entered-in-error' }))
  expect([facts.conditions, facts.gaps.map((gap) => gap.code)]).toEqual([[], ['withdrawn']])
})

test('planned and not-done procedures keep their status, so that nobody takes them for done', () => {
  const patient = aPatient()
    .withProcedure('Transplantation of liver', { id: 'a', snomed: '18027006', status: 'preparation' })
    .withProcedure('Transplantation of liver', { id: 'b', snomed: '18027006', status: 'not-done' })
    .withProcedure('Transplantation of liver', { id: 'c', snomed: '18027006' })
  expect(read(patient).procedures.map(({ ref, status }) => [ref, status])).toEqual([
    ['Procedure/a', 'preparation'],
    ['Procedure/b', 'not-done'],
    ['Procedure/c', 'completed'],
  ])
})

test('an allergy to a drug names its ingredient', () => {
  const [allergy] = read(aPatient().allergicTo('carbamazepine', { rxcui: '2002', reaction: 'rash' })).allergies
  expect(allergy).toMatchObject({
    ingredients: [{ name: 'carbamazepine', rxcui: '2002' }],
    reactions: ['rash'],
    verificationStatus: 'confirmed',
  })
})

test('"no known allergy to" a drug is no allergy to it', () => {
  const [allergy] = read(aPatient().allergicTo('No known allergy to carbamazepine')).allergies
  expect(allergy).toMatchObject({ name: 'No known allergy to carbamazepine', ingredients: [] })
})

test('a relative’s disease stays with the relative', () => {
  const facts = read(aPatient().withRelative('mother', 'CYP2D6 poor metabolizer'))
  expect(facts.family.map(({ relationship, conditions }) => [relationship, conditions])).toEqual([
    ['mother', [{ name: 'CYP2D6 poor metabolizer', codes: [] }]],
  ])
  expect(facts.conditions).toEqual([])
})

test('imaging studies and documents are listed, not read', () => {
  const facts = read(
    aPatient()
      .with({
        resourceType: 'ImagingStudy',
        id: 'ct',
        status: 'available',
        subject: { reference: 'Patient/p1' },
        started: '2025-05-01',
        modality: [{ system: 'http://dicom.nema.org/resources/ontology/DCM', code: 'CT' }],
        description: 'CT of the head',
        numberOfSeries: 2,
        numberOfInstances: 120,
      })
      .with({
        resourceType: 'DocumentReference',
        id: 'note',
        status: 'current',
        subject: { reference: 'Patient/p1' },
        type: { text: 'Discharge summary' },
        date: '2025-05-02T10:00:00Z',
        content: [{ attachment: { contentType: 'text/plain' } }],
      }),
  )
  expect(facts.imaging).toEqual([
    {
      ref: 'ImagingStudy/ct',
      description: 'CT of the head',
      modalities: ['CT'],
      started: '2025-05-01',
      series: 2,
      instances: 120,
      status: 'available',
      lineage: { resource: 'ImagingStudy/ct', date: '2025-05-01', dateSource: 'effective' },
    },
  ])
  expect(facts.documents).toEqual([
    {
      ref: 'DocumentReference/note',
      kind: 'note',
      title: 'Discharge summary',
      status: 'current',
      geneticUnread: false,
      lineage: { resource: 'DocumentReference/note', date: '2025-05-02T10:00:00Z', dateSource: 'recorded' },
    },
  ])
})

test('a value that the patient reported names no person as its source', () => {
  const facts = read(
    aPatient().with({
      resourceType: 'Observation',
      id: 'w',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
      subject: { reference: 'Patient/p1' },
      performer: [{ reference: 'Patient/p1', display: 'Test Person' }],
      valueQuantity: { value: 70, code: 'kg' },
    }),
  )
  expect(facts.vitals[0]?.lineage.source).toBe('patient')
})
