import { describe, expect, test } from 'vitest'
import { readFacts } from '../../src/facts/read-facts.ts'
import { deepFreeze, theTerms } from '../builders/knowledge.ts'
import { aPatient, LOINC, type PatientBuilder, SNOMED, UCUM } from '../builders/patient.ts'

const read = (patient: PatientBuilder) => readFacts(deepFreeze(patient.record()), theTerms())
const observation = (members: object) => ({
  resourceType: 'Observation',
  id: 'o',
  status: 'final',
  code: { coding: [{ system: LOINC, code: '2160-0', display: 'Creatinine' }] },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2026-11-01',
  ...members,
})
const labOf = (members: object) => {
  const facts = read(aPatient().with(observation(members)))
  return {
    value: facts.labs[0]?.value,
    gaps: facts.gaps.filter((gap) => gap.about !== 'genomics').map(({ about, code }) => `${about}: ${code}`),
  }
}
const coded = (room: string, code: string, system = LOINC) => ({
  category: [{ coding: [{ code: room }] }],
  code: { coding: [{ system, code }] },
})

test('a lab value carries code, unit, range, interpretation, status and lineage', () => {
  const lab = observation({
    status: 'preliminary',
    meta: { versionId: '2' },
    performer: [{ reference: 'Organization/l', display: 'Central Laboratory' }],
    valueQuantity: { value: 1.9, unit: 'mg/dl', system: UCUM, code: 'mg/dL', comparator: '>' },
    referenceRange: [{ low: { value: 0.5 }, high: { value: 1.1 }, text: '0.5 to 1.1' }],
    interpretation: [{ coding: [{ code: 'H', display: 'High' }] }],
  })
  const creatinine = { system: LOINC, code: '2160-0', display: 'Creatinine' }
  expect(read(aPatient().with(lab)).labs).toEqual([
    {
      ref: 'Observation/o',
      name: 'Creatinine',
      codes: [creatinine],
      value: { kind: 'quantity', value: 1.9, unit: 'mg/dL', comparator: '>', unitText: 'mg/dl' },
      range: { low: 0.5, high: 1.1, text: '0.5 to 1.1' },
      interpretation: ['H'],
      status: 'preliminary',
      lineage: {
        resource: 'Observation/o',
        versionId: '2',
        source: 'Central Laboratory',
        date: '2026-11-01',
        dateSource: 'effective',
        code: creatinine,
      },
      flag: { code: 'H', from: 'lab', range: 'above', disagrees: false },
    },
  ])
})

describe('values', () => {
  test.each([
    ['a quantity', { valueQuantity: { value: 1.1, system: UCUM, code: 'mg/dL' } }, { kind: 'quantity', value: 1.1, unit: 'mg/dL' }],
    [
      'a unit written as a word',
      { valueQuantity: { value: 80, unit: 'lbs' } },
      { kind: 'quantity', value: 80, unit: '[lb_av]', unitText: 'lbs' },
    ],
    ['a number sent as a string', { valueQuantity: { value: '1.10', code: 'mg/dL' } }, { kind: 'quantity', value: 1.1, unit: 'mg/dL' }],
    ['zero', { valueQuantity: { value: 0, code: 'mg/dL' } }, { kind: 'quantity', value: 0, unit: 'mg/dL' }],
    ['a whole number', { valueInteger: 3 }, { kind: 'quantity', value: 3, unit: '1' }],
    [
      'a coded answer',
      { valueCodeableConcept: { coding: [{ system: SNOMED, code: '10828004', display: 'Positive' }] } },
      { kind: 'text', text: 'Positive', codings: [{ system: SNOMED, code: '10828004', display: 'Positive' }] },
    ],
    ['a text', { valueString: 'trace' }, { kind: 'text', text: 'trace', codings: [] }],
    ['yes or no', { valueBoolean: false }, { kind: 'text', text: 'false', codings: [] }],
    [
      'a range',
      { valueRange: { low: { value: 5, unit: 'mg' }, high: { value: 10, unit: 'mg' } } },
      { kind: 'text', text: '5 mg to 10 mg', codings: [] },
    ],
    [
      'nothing, with a reason',
      { dataAbsentReason: { coding: [{ code: 'not-performed', display: 'Not Performed' }] } },
      { kind: 'absent', because: 'Not Performed' },
    ],
    ['nothing at all', {}, { kind: 'absent', because: 'No value was sent.' }],
  ])('%s', (_title, members, value) => {
    expect(labOf(members)).toEqual({ value, gaps: [] })
  })

  test('a value without a unit is kept, and the missing unit is said', () => {
    expect(labOf({ valueQuantity: { value: 1.1 } })).toEqual({
      value: { kind: 'quantity', value: 1.1, unit: '' },
      gaps: ['labs: unit-unknown'],
    })
  })

  test('a unit that nobody knows is kept as sent, and that is said', () => {
    expect(labOf({ valueQuantity: { value: 1.1, unit: 'smoots' } })).toEqual({
      value: { kind: 'quantity', value: 1.1, unit: 'smoots' },
      gaps: ['labs: unit-unknown'],
    })
  })

  test('a quantity without a number is absent, not zero', () => {
    expect(labOf({ valueQuantity: { unit: 'mg/dL' } })).toEqual({
      value: { kind: 'absent', because: 'The value could not be read.' },
      gaps: ['labs: unreadable'],
    })
  })

  test('a blood pressure of which one part is missing keeps the other', () => {
    const panel = {
      ...coded('vital-signs', '85354-9'),
      component: [
        { code: { coding: [{ system: LOINC, code: '8480-6' }], text: 'Systolic' }, valueQuantity: { value: 109, code: 'mm[Hg]' } },
        { code: { coding: [{ system: LOINC, code: '8462-4' }], text: 'Diastolic' }, dataAbsentReason: { text: 'cuff slipped' } },
      ],
    }
    expect(read(aPatient().with(observation(panel))).vitals[0]?.value).toEqual({
      kind: 'components',
      parts: [
        { code: { system: LOINC, code: '8480-6' }, name: 'Systolic', value: { kind: 'quantity', value: 109, unit: 'mm[Hg]' } },
        { code: { system: LOINC, code: '8462-4' }, name: 'Diastolic', value: { kind: 'absent', because: 'cuff slipped' } },
      ],
    })
  })

  test('a panel whose members did not come says how many are missing', () => {
    const panel = { hasMember: [{ reference: 'Observation/a' }, { reference: 'Observation/b' }] }
    expect(labOf(panel)).toEqual({
      value: { kind: 'absent', because: 'A panel: its results stand on their own.' },
      gaps: ['labs: incomplete'],
    })
  })
})

test('a panel of vital signs that lacks members raises no doubt about the genes', () => {
  const panel = observation({ ...coded('vital-signs', '85353-1'), hasMember: [{ reference: 'Observation/a' }] })
  expect(read(aPatient().with(panel)).gaps.map(({ about, code }) => `${about}: ${code}`)).toEqual(['vitals: incomplete'])
})

describe('withdrawn results are not used, and that is said', () => {
  test.each(['entered-in-error', 'cancelled'])('%s', (status) => {
    expect(labOf({ status, valueQuantity: { value: 9, code: 'mg/dL' } })).toEqual({ value: undefined, gaps: ['labs: withdrawn'] })
  })
})

describe('where an observation belongs', () => {
  const rooms = ['labs', 'vitals', 'lifestyle', 'devices'] as const
  const roomOf = (members: object) => {
    const facts = read(aPatient().with(observation({ valueQuantity: { value: 1, code: '1' }, ...members })))
    return rooms.filter((room) => facts[room].length > 0)
  }

  test.each([
    ['a laboratory value', coded('laboratory', '2160-0'), ['labs']],
    ['a vital sign', coded('vital-signs', '9279-1'), ['vitals']],
    ['a weight that the sender calls an exam', coded('exam', '29463-7'), ['vitals']],
    ['a smoking status that the sender calls a survey', coded('survey', '72166-2'), ['lifestyle']],
    ['pack-years under SNOMED CT', coded('social-history', '401201003', SNOMED), ['lifestyle']],
    ['steps of a wearable', coded('activity', '41950-7'), ['devices']],
    ['a sensor glucose that comes as a laboratory value', coded('laboratory', '105272-9'), ['devices']],
    ['an imaging measure', coded('imaging', '10230-1'), ['labs']],
    ['no category at all', { category: undefined }, ['labs']],
    ['a genotype that names no gene, of which nothing can be read', coded('laboratory', '84413-4'), ['labs']],
    ['the enzyme activity of a pharmacogene is a lab value', coded('laboratory', '21563-2'), ['labs']],
  ])('%s', (_title, members, expected) => {
    expect(roomOf(members)).toEqual(expected)
  })

  test('a genotype is told once, as a genetic result', () => {
    const facts = read(aPatient().withGenotype('CYP2C19', '*1/*2'))
    expect([facts.readings.length, facts.labs.length]).toEqual([1, 0])
  })

  test('an observation of "no history of procedure" never becomes a procedure', () => {
    const transplant = { coding: [{ system: SNOMED, code: '23719005', display: 'Transplantation of bone marrow' }] }
    const denial = observation({
      code: { coding: [{ system: SNOMED, code: '416128008', display: 'No history of procedure' }] },
      valueCodeableConcept: transplant,
    })
    const facts = read(aPatient().with(denial))
    expect([facts.procedures, facts.labs.map(({ name, value }) => [name, value.kind])]).toEqual([[], [['No history of procedure', 'text']]])
  })
})

describe('devices', () => {
  const point = (id: string, at: string, value: number) =>
    observation({
      ...coded('activity', '41950-7'),
      id,
      effectivePeriod: { start: at, end: at },
      effectiveDateTime: undefined,
      valueQuantity: { value, unit: 'steps', system: UCUM, code: '1/(24.h)' },
    })

  test('many readings of one kind become one series, oldest first', () => {
    const patient = aPatient()
      .with(point('b', '2026-11-02', 9000))
      .with(point('a', '2026-11-01', 8421))
    expect(read(patient).devices.map(({ ref, unit, points }) => ({ ref, unit, points }))).toEqual([
      {
        ref: 'Observation/b',
        unit: '1/(24.h)',
        points: { from: Date.parse('2026-11-01T00:00:00Z'), steps: [[86_400_000, 1]], offsets: [[null, 2]], values: [8421, 9000] },
      },
    ])
  })

  test('readings in different units are not mixed', () => {
    const glucose = (id: string, code: string, value: number) =>
      observation({ ...coded('laboratory', '105272-9'), id, valueQuantity: { value, system: UCUM, code } })
    expect(
      read(
        aPatient()
          .with(glucose('a', 'mmol/L', 6.9))
          .with(glucose('b', 'mg/dL', 124)),
      ).devices,
    ).toHaveLength(2)
  })

  test('sampled data: error, below and above the limits keep their letters and are never the limit', () => {
    const samples = {
      ...coded('vital-signs', '8867-4'),
      effectiveDateTime: undefined,
      effectivePeriod: { start: '2025-02-01T00:00:00Z' },
      valueSampledData: {
        origin: { value: 50, unit: '/min', code: '/min' },
        period: 300000,
        factor: 0.5,
        dimensions: 1,
        data: '10 E L U 30',
      },
    }
    expect(read(aPatient().with(observation(samples))).devices[0]).toMatchObject({
      unit: '/min',
      points: {
        from: Date.parse('2025-02-01T00:00:00Z'),
        steps: [[300_000, 4]],
        offsets: [[null, 5]],
        values: [55, 'E', 'L', 'U', 65],
      },
    })
  })

  test('sampled data without a start cannot be laid out in time', () => {
    const samples = observation({ effectiveDateTime: undefined, valueSampledData: { origin: { value: 0 }, period: 1000, data: '1 2' } })
    const facts = read(aPatient().with(samples))
    expect([facts.devices, facts.gaps.map(({ about, code }) => `${about}: ${code}`)]).toEqual([[], ['devices: unreadable']])
  })

  test('an Open mHealth reading inside an attachment', () => {
    const body = {
      header: { schema_id: { namespace: 'omh', name: 'heart-rate', version: '2.0' } },
      body: { heart_rate: { unit: 'beats/min', value: 61 }, effective_time_frame: { date_time: '2025-02-01T07:59:00Z' } },
    }
    const reading = observation({
      code: { coding: [{ system: 'https://w3id.org/openmhealth', code: 'omh:heart-rate:2.0' }] },
      extension: [
        {
          url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.value',
          valueAttachment: { contentType: 'application/json', data: Buffer.from(JSON.stringify(body)).toString('base64') },
        },
      ],
    })
    expect(read(aPatient().with(reading)).devices[0]).toMatchObject({
      name: 'heart rate',
      unit: '/min',
      points: { from: Date.parse('2025-02-01T07:59:00Z'), steps: [], offsets: [[null, 1]], values: [61] },
    })
  })
})
