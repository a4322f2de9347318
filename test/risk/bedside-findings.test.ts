import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROFILE_QUESTIONS } from '../../cds-services/profile/questions.ts'
import type { FhirResource } from '../../src/contract/facts.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { estimatePerson } from '../../src/risk/estimate.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { theTerms } from '../builders/knowledge.ts'

let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu' })
})
afterAll(() => models.close())

const NOW = '2026-06-01T09:00:00Z'
const LOINC = 'http://loinc.org'
const SNOMED = 'http://snomed.info/sct'
const ICD10 = 'http://hl7.org/fhir/sid/icd-10-cm'
const about = { reference: 'Patient/p' }
type Members = Record<string, unknown>

const PATIENT: FhirResource = { resourceType: 'Patient', id: 'p', gender: 'female', birthDate: '1950-01-01' }

let next = 0
const observed = (category: string, system: string, code: string, members: Members): FhirResource => {
  next += 1
  return {
    resourceType: 'Observation',
    id: `o${next}`,
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }] }],
    code: { coding: [{ system, code }] },
    subject: about,
    effectiveDateTime: '2026-05-31T20:00:00Z',
    ...members,
  }
}
const amount = (value: number, code: string) => ({ valueQuantity: { value, unit: code, system: 'http://unitsofmeasure.org', code } })
const coded = (system: string, code: string, display: string) => ({ valueCodeableConcept: { coding: [{ system, code, display }] } })
const lab = (loinc: string, value: number, unit: string) => observed('laboratory', LOINC, loinc, amount(value, unit))
const vital = (loinc: string, value: number, unit: string) => observed('vital-signs', LOINC, loinc, amount(value, unit))
const problem = (system: string, code: string, display: string, members: Members = {}): FhirResource => {
  next += 1
  return {
    resourceType: 'Condition',
    id: `c${next}`,
    clinicalStatus: { coding: [{ code: 'active' }] },
    verificationStatus: { coding: [{ code: 'confirmed' }] },
    code: { coding: [{ system, code, display }] },
    subject: about,
    recordedDate: '2026-05-25',
    ...members,
  }
}
const severity = (code: string, display: string) => ({ severity: { coding: [{ system: SNOMED, code, display }] } })
const REFUTED = { verificationStatus: { coding: [{ code: 'refuted' }] } }

const answerTo = async (title: string, ...resources: readonly FhirResource[]) => {
  const questions = Object.entries(PROFILE_QUESTIONS).map(([key, query]) => ({
    key,
    query: query.replaceAll('{patient}', 'p'),
    from: 'fetch' as const,
    state: 'answered' as const,
    resources: 1,
  }))
  const record = { patientId: 'p', now: NOW, resources: [PATIENT, ...resources], questions, draftOrders: [], selections: null }
  const one = (await estimatePerson(models, readFacts(record, theTerms()), [])).find((estimate) => estimate.title.startsWith(title))
  if (!one) throw new Error(`no answer to ${title}`)
  return one.state === 'estimated' ? one.value : one.because.map(({ because }) => because).join(' ')
}

describe('Child-Pugh', () => {
  const CIRRHOSIS = [
    problem(SNOMED, '19943007', 'Cirrhosis of liver'),
    lab('1975-2', 2.5, 'mg/dL'),
    lab('1751-7', 3.0, 'g/dL'),
    lab('6301-6', 1.5, '1'),
  ]
  const points = (...findings: readonly FhirResource[]) => answerTo('Child-Pugh', ...CIRRHOSIS, ...findings)
  const ascites = (code: string, display: string) => observed('exam', SNOMED, '389026000', coded(SNOMED, code, display))
  const NO_ENCEPHALOPATHY = observed('exam', SNOMED, '13920009', coded(SNOMED, '2667000', 'Absent'))

  it('counts ascites as it was examined: bilirubin 2, albumin 2, INR 1, encephalopathy 1', async () => {
    expect(await points(ascites('860638000', 'No ascites'), NO_ENCEPHALOPATHY)).toBe(7)
    expect(await points(ascites('255604002', 'Mild'), NO_ENCEPHALOPATHY)).toBe(8)
    expect(await points(ascites('24484000', 'Severe'), NO_ENCEPHALOPATHY)).toBe(9)
  })

  it('counts ascites as it is listed with a severity, and as absent where it was refuted lately', async () => {
    expect(await points(problem(ICD10, 'R18.8', 'Other ascites', severity('6736007', 'Moderate')), NO_ENCEPHALOPATHY)).toBe(9)
    expect(
      await points(problem(SNOMED, '389026000', 'Ascites', REFUTED), problem(SNOMED, '13920009', 'Hepatic encephalopathy', REFUTED)),
    ).toBe(7)
    expect(await points(problem(SNOMED, '389026000', 'Ascites', { ...REFUTED, recordedDate: '2025-01-01' }), NO_ENCEPHALOPATHY)).toBe(
      'Ascites is not in the record.',
    )
  })

  it('is not computed because nobody wrote of ascites or encephalopathy', async () => {
    expect(await points()).toBe('Ascites is not in the record. Encephalopathy is not in the record.')
    expect(await points(ascites('860638000', 'No ascites'))).toBe('Encephalopathy is not in the record.')
    expect(await points(problem(ICD10, 'K70.30', 'Alcoholic cirrhosis of liver without ascites'), NO_ENCEPHALOPATHY)).toBe(
      'Ascites is not in the record.',
    )
  })

  it('is not computed from ascites or encephalopathy without a grade', async () => {
    expect(await points(problem(ICD10, 'K70.31', 'Alcoholic cirrhosis of liver with ascites'), NO_ENCEPHALOPATHY)).toBe(
      'Ascites, as listed is on record without a grade.',
    )
    const listed = problem(ICD10, 'K76.82', 'Hepatic encephalopathy', severity('255604002', 'Mild'))
    expect(await points(ascites('860638000', 'No ascites'), listed)).toBe('Encephalopathy, as listed is on record without a grade.')
    expect(await points(ascites('52101004', 'Present'), NO_ENCEPHALOPATHY)).toBe(
      'The latest ascites, as examined has an answer that is not known.',
    )
  })

  it('takes the grade that was examined for ascites that is only listed, and no contradiction', async () => {
    const listed = problem(ICD10, 'R18.8', 'Other ascites')
    expect(await points(listed, ascites('255604002', 'Mild'), NO_ENCEPHALOPATHY)).toBe(8)
    expect(await points(listed, ascites('860638000', 'No ascites'), NO_ENCEPHALOPATHY)).toBe(
      'Ascites, as listed is on record without a grade.',
    )
    const severe = problem(ICD10, 'R18.8', 'Other ascites', severity('24484000', 'Severe'))
    expect(await points(severe, ascites('255604002', 'Mild'), NO_ENCEPHALOPATHY)).toBe('Ascites: what the record says contradicts itself.')
  })
})

describe('NEWS2', () => {
  const SIGNS = [
    vital('9279-1', 18, '/min'),
    vital('59408-5', 95, '%'),
    vital('8480-6', 118, 'mm[Hg]'),
    vital('8867-4', 84, '/min'),
    vital('8310-5', 37.1, 'Cel'),
  ]
  const ALERT = observed('survey', LOINC, '67775-7', coded(LOINC, 'LA9340-6', 'Alert'))
  const AIR = observed('exam', SNOMED, '371825009', coded(SNOMED, '373067005', 'No'))
  const news = (...more: readonly FhirResource[]) => answerTo('NEWS2', ...SIGNS, ...more)

  it('is computed where consciousness and oxygen were recorded', async () => {
    expect(await news(ALERT, AIR)).toBe(1)
    expect(await news(ALERT, vital('3151-8', 2, 'L/min'))).toBe(3)
    expect(await news(ALERT, vital('3150-0', 0.21, '1'))).toBe(1)
    expect(await news(observed('survey', LOINC, '67775-7', coded(LOINC, 'LA17108-4', 'Verbal')), AIR)).toBe(4)
  })

  it('is not computed because nobody wrote of oxygen or consciousness, or because the entries contradict each other', async () => {
    expect(await news(ALERT)).toBe('Oxygen is not in the record.')
    expect(await news(AIR)).toBe('No consciousness is in the record.')
    expect(await news(ALERT, AIR, vital('3151-8', 2, 'L/min'))).toBe('Oxygen: what the record says contradicts itself.')
    expect(await news(observed('survey', LOINC, '67775-7', coded('urn:local', 'x', 'Drowsy')), AIR)).toBe(
      'The latest consciousness has an answer that is not known.',
    )
  })

  it('is not computed where the second oxygen scale may be prescribed', async () => {
    expect(await news(ALERT, AIR, problem(SNOMED, '13645005', 'Chronic obstructive lung disease'))).toContain('(scale 2)')
  })
})

it('delirium after cardiac surgery takes the mini-mental state and the depression scale from questionnaires', async () => {
  const survey = (loinc: string, value: number) => observed('survey', LOINC, loinc, amount(value, '{score}'))
  expect(await answerTo('Delirium after cardiac surgery', survey('72106-8', 22), survey('48545-8', 2), lab('1751-7', 3.1, 'g/dL'))).toBe(87)
  expect(await answerTo('Delirium after cardiac surgery', survey('48545-8', 2), lab('1751-7', 3.1, 'g/dL'))).toBe(
    'No mini-mental state is in the record.',
  )
})
