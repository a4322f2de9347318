import { expect, test } from 'vitest'
import type { FhirResource, Measurement, PatientFacts, PatientRecord } from '../../src/contract/facts.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { loadPatients } from '../../src/sandbox/load-patients.ts'
import { theTerms } from '../builders/knowledge.ts'

const { resources, stories } = loadPatients()

const recordOf = (patientId: string, more: readonly object[] = []): PatientRecord => ({
  patientId,
  now: '2026-11-22T06:00:00Z',
  resources: [
    ...[...resources].filter((one) => JSON.stringify(one).includes(`Patient/${patientId}"`) || one.id === patientId),
    ...more,
  ] as FhirResource[],
  questions: [],
  draftOrders: [],
  selections: null,
})

const valueAlone = ({ flag: _, method: _m, specimen: _s, device: _d, issued: _i, note: _n, ...rest }: Measurement): Measurement => ({
  ...rest,
  range: null,
  interpretation: [],
})

/** What is left of facts for advice alone. */
const forAdvice = ({ laboratory: _, ...facts }: PatientFacts): PatientFacts => ({
  ...facts,
  labs: facts.labs.map(valueAlone),
  vitals: facts.vitals.map(valueAlone),
  lifestyle: facts.lifestyle.map(valueAlone),
  devices: [],
  ecgs: (facts.ecgs ?? []).filter(({ name }) => name !== ''), // recordings have one, intervals that stand alone have none
})

const withoutIntervals = (facts: PatientFacts): PatientFacts => ({
  ...facts,
  ecgs: (facts.ecgs ?? []).map((ecg) => ({ ...ecg, intervals: [] })),
})

const expectSame = (record: PatientRecord): PatientFacts => {
  const whole = readFacts(record, theTerms())
  const advice = readFacts({ ...record, adviceOnly: true }, theTerms())
  expect(withoutIntervals(advice)).toEqual(withoutIntervals(forAdvice(whole)))
  expect(JSON.stringify(advice.gaps)).toBe(JSON.stringify(whole.gaps))
  return whole
}

test.each(stories.map(({ patient }) => patient))(
  'the record of %s read for advice alone lacks nothing but what is only shown',
  (patient) => {
    expectSame(recordOf(patient))
  },
)

test('what is wrong with readings of devices is said, though no series is made of them', () => {
  const steps = {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '55423-8' }] },
    subject: { reference: 'Patient/p' },
    device: { display: 'Wristband' },
    effectiveDateTime: '2026-11-01T08:00:00Z',
  }
  const flawed = [
    { ...steps, id: 'no-value' },
    { ...steps, id: 'no-unit', valueQuantity: { value: 3 } },
    { ...steps, id: 'no-time', effectiveDateTime: undefined, valueQuantity: { value: 3, unit: 'steps' } },
    { ...steps, id: 'withdrawn', status: 'entered-in-error', valueQuantity: { value: 3, unit: 'steps' } },
    { ...steps, id: 'samples', valueSampledData: { period: 1 } },
    { ...steps, id: 'fine', valueQuantity: { value: 3, unit: 'steps' } },
  ]
  const { gaps, devices } = expectSame(recordOf('p', [{ resourceType: 'Patient', id: 'p' }, ...flawed]))
  expect(devices.length).toBeGreaterThan(0)
  expect(gaps.filter(({ about }) => about === 'devices').length).toBeGreaterThanOrEqual(4)
})
