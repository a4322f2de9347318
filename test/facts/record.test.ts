import { describe, expect, test } from 'vitest'
import type { PatientRecord } from '../../src/contract/facts.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { deepFreeze, theTerms } from '../builders/knowledge.ts'
import { aPatient } from '../builders/patient.ts'

const read = (record: PatientRecord) => readFacts(deepFreeze(record), theTerms())
/** A record whose resources are whatever a careless client sends. */
const sent = (...resources: unknown[]): PatientRecord => ({ ...aPatient().record(), resources: resources as PatientRecord['resources'] })
const patient = { resourceType: 'Patient', id: 'p1', gender: 'female', birthDate: '1961-04-02' }
const potassium = {
  resourceType: 'Observation',
  id: 'k',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '2823-3', display: 'Potassium' }] },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2026-11-01',
  valueQuantity: { value: 4.1, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
}
const names = (record: PatientRecord) => read(record).labs.map((lab) => lab.name)

describe('whatever form a record comes in', () => {
  const plain = read(sent(patient, potassium))

  test.each([
    [
      'a searchset Bundle',
      [patient, { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: potassium, search: { mode: 'match' } }] }],
    ],
    ['a Bundle whose entry is an object instead of a list', [patient, { resourceType: 'Bundle', entry: { resource: potassium } }]],
    ['entries with response and resource', [patient, { response: { status: '200' }, resource: potassium }]],
    [
      'Parameters of an operation',
      [patient, { resourceType: 'Parameters', parameter: [{ name: 'r', part: [{ name: 'x', resource: potassium }] }] }],
    ],
    ['null members and empty strings', [null, patient, { ...potassium, note: null, interpretation: [null], language: '' }, undefined]],
    ['the same resource twice', [potassium, patient, potassium]],
    [
      'with a search warning',
      [patient, potassium, { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'processing' }] }],
    ],
    [
      'with resources of other kinds',
      [patient, potassium, { resourceType: 'Practitioner', id: 'd' }, { resourceType: 'Organization', id: 'e' }],
    ],
    ['objects where lists belong', [patient, { ...potassium, code: { coding: potassium.code.coding[0] } }]],
    ['an upper-case status', [patient, { ...potassium, status: 'FINAL' }]],
  ])('%s reads like the plain record', (_title, resources) => {
    expect(read(sent(...resources))).toEqual(plain)
  })

  test('of two versions the later one counts', () => {
    const corrected = { ...potassium, meta: { versionId: '10' }, valueQuantity: { ...potassium.valueQuantity, value: 5.9 } }
    const first = { ...potassium, meta: { versionId: '9' } }
    for (const resources of [
      [patient, first, corrected],
      [corrected, first, patient],
    ])
      expect(read(sent(...resources)).labs.map((lab) => lab.value)).toEqual([{ kind: 'quantity', value: 5.9, unit: 'mmol/L' }])
  })
})

describe('whose a resource is', () => {
  test.each([
    ['a relative reference', { reference: 'Patient/p1' }],
    ['an absolute URL', { reference: 'https://ehr.example.org/fhir/Patient/p1' }],
    ['a reference to one version', { reference: 'Patient/p1/_history/3' }],
    ['a urn with the same id', { reference: 'urn:uuid:p1' }],
    ['an identifier that the patient has', { identifier: { system: 'urn:mrn', value: 'MRN-1' } }],
  ])('%s names this patient', (_title, subject) => {
    const known = { ...patient, identifier: [{ system: 'urn:mrn', value: 'MRN-1' }] }
    const facts = read(sent(known, { ...potassium, subject }))
    expect([facts.labs.length, facts.gaps]).toEqual([1, []])
  })

  test.each([
    ['another patient', { reference: 'Patient/p2' }],
    ['another patient on the same server', { reference: 'https://ehr.example.org/fhir/Patient/p2' }],
    ['a group', { reference: 'Group/p1' }],
    ['an identifier of the same kind with another value', { identifier: { system: 'urn:mrn', value: 'MRN-2' } }],
  ])('%s is not this patient: not used, and said', (_title, subject) => {
    const known = { ...patient, identifier: [{ system: 'urn:mrn', value: 'MRN-1' }] }
    const facts = read(sent(known, { ...potassium, subject }))
    expect(facts.labs).toEqual([])
    expect(facts.gaps).toEqual([
      { about: 'labs', code: 'other-patient', because: 'It is about another person, so it was not used.', resource: 'Observation/k' },
    ])
  })

  test('a result about the fetus is not the mother’s', () => {
    expect(names(sent(patient, { ...potassium, focus: [{ display: 'Fetus' }] }))).toEqual([])
  })

  test('a result with its focus on an implanted device stays the patient’s', () => {
    expect(names(sent(patient, { ...potassium, focus: [{ reference: 'Device/1' }] }))).toEqual(['Potassium'])
  })

  test('a result without subject is taken, and that is said once', () => {
    const { subject, ...nobody } = potassium
    const facts = read(sent(patient, nobody, { ...nobody, id: 'k2' }))
    expect([subject.reference, facts.labs.length, facts.gaps.map((gap) => gap.code)]).toEqual(['Patient/p1', 2, ['undecided']])
  })

  test('a second Patient is not mixed in', () => {
    const facts = read(sent(patient, { ...patient, id: 'p2', birthDate: '1990-01-01' }))
    expect([facts.patient?.birthDate, facts.gaps.map((gap) => gap.code)]).toEqual(['1961-04-02', ['other-patient']])
  })
})

describe('what could not be read is said', () => {
  test('searches that failed, by reason', () => {
    const record = aPatient()
      .failing('pgxByCode', 403)
      .failing('medications', 503)
      .failing('allergies', undefined, 'out of time')
      .asking({ key: 'vitals', query: 'Observation', from: 'none', state: 'not-asked', resources: 0 })
      .asking({ key: 'problems', query: 'Condition', from: 'fetch', state: 'partial', resources: 100 })
      .asking({ key: 'family', query: 'FamilyMemberHistory', from: 'fetch', state: 'empty', resources: 0 })
      .record()
    expect(read(record).gaps.map(({ about, code }) => `${about}: ${code}`)).toEqual([
      'allergies: timeout',
      'conditions: incomplete',
      'genomics: incomplete',
      'genomics: not-authorized',
      'medicines: unavailable',
      'vitals: not-asked',
    ])
  })

  test('an error in an OperationOutcome', () => {
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'forbidden' }] }
    expect(read(sent(patient, outcome)).gaps.map((gap) => gap.code)).toEqual(['not-authorized'])
  })

  test('no Patient resource', () => {
    const facts = read(aPatient().unknown().record())
    expect([facts.patient, facts.gaps.map(({ about, code }) => [about, code])]).toEqual([null, [['patient', 'not-found']]])
  })

  test('things that are no resources', () => {
    expect(
      read(sent(patient, 'text', 7, { id: 'x' }, { resourceType: 'Potion', id: 'y' }))
        .gaps.map((gap) => gap.because)
        .sort(),
    ).toEqual([
      'An entry of the record does not say what kind of resource it is.',
      'An entry of the record is no resource.',
      'This kind of resource is not known here.',
    ])
  })

  test('many of one kind in one line', () => {
    const withdrawn = Array.from({ length: 40 }, (_, at) => ({ ...potassium, id: `k${at}`, status: 'entered-in-error' }))
    expect(read(sent(patient, ...withdrawn)).gaps).toEqual([
      { about: 'labs', code: 'withdrawn', because: '40 entries of the record: A result is marked entered-in-error, so it was not used.' },
    ])
  })
})

describe('the patient', () => {
  const ageOf = (birthDate: string | undefined, now: string) => read({ ...sent({ ...patient, birthDate }), now }).patient?.ageYears

  test.each([
    ['the day before the birthday', '1961-04-02', '2026-04-01T12:00:00Z', 64],
    ['on the birthday', '1961-04-02', '2026-04-02T00:00:00Z', 65],
    ['born on 29 February, on 28 February', '2004-02-29', '2026-02-28T12:00:00Z', 21],
    ['born on 29 February, on 1 March', '2004-02-29', '2026-03-01T12:00:00Z', 22],
    ['only the month known, another month now', '1961-04', '2026-11-21T12:00:00Z', 65],
    ['only the month known, the same month now', '1961-04', '2026-04-21T12:00:00Z', null],
    ['only the year known', '1961', '2026-11-21T12:00:00Z', null],
    ['not known', undefined, '2026-11-21T12:00:00Z', null],
    ['not a date', 'unknown', '2026-11-21T12:00:00Z', null],
    ['in the future', '2030-01-01', '2026-11-21T12:00:00Z', null],
  ])('age in completed years: %s', (_title, birthDate, now, age) => {
    expect(ageOf(birthDate, now)).toBe(age)
  })

  test('race, sex and death as recorded', () => {
    expect(read(aPatient().male().ofRace('asian').died('2024-01-01').record()).patient).toMatchObject({
      sex: 'male',
      deceased: true,
      race: { text: 'Asian', codes: [{ system: 'urn:oid:2.16.840.1.113883.6.238', code: '2028-9', display: 'Asian' }] },
    })
  })

  const typed = (code: string, value: unknown, more: object = {}): object => ({
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code }] },
    value,
    ...more,
  })

  test('of its numbers only those that a chart shows beside the name are read, and none that has ended', () => {
    const identifier = [
      typed('MR', 'SYN-1', { assigner: { display: 'Clinic' } }),
      typed('NI', '943 476 5919'),
      typed('SS', '000-00-0000'),
      typed('MR', 'SYN-0', { use: 'old' }),
      typed('PI', 'P-0', { period: { end: '2020-01-01' } }),
      typed('PI', 7),
      { value: 'of no type' },
      'broken',
    ]
    expect(read({ ...sent({ ...patient, identifier }) }).patient?.identifiers).toEqual([
      { type: 'MR', value: 'SYN-1', assigner: 'Clinic' },
      { type: 'NI', value: '943 476 5919', assigner: null },
    ])
    expect(read(sent(patient)).patient).not.toHaveProperty('identifiers')
  })

  test.each([
    [['N'], undefined],
    [['R'], 'restricted'],
    [['R', 'V'], 'very-restricted'],
  ])('confidentiality %j reads %s', (codes, confidentiality) => {
    const security = codes.map((code) => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code }))
    expect(read(sent({ ...patient, meta: { security } })).patient?.confidentiality).toBe(confidentiality)
  })

  test('race that is not recorded is null', () => {
    expect(read(aPatient().record()).patient?.race).toBeNull()
  })
})

test('a fault of the rules is raised, never told as a gap of the record', () => {
  expect(() => readFacts(aPatient().record(), { ...theTerms(), genes: new Map(), tables: new Map() })).toThrow('rules-invalid')
})
