import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PatientRecord } from '../../../src/contract/facts.ts'
import type { RiskEstimate } from '../../../src/contract/risk.ts'
import { readFacts } from '../../../src/facts/read-facts.ts'
import { estimatePerson } from '../../../src/risk/estimate.ts'
import { loadModels, type Models } from '../../../src/risk/registry.ts'
import { runRows } from '../../../src/risk/run-variant.ts'
import { randomOf } from '../../../src/validation/resample.ts'
import { madeUp } from '../../../tools/models/readmission/made-up.ts'
import { deepFreeze, theTerms } from '../../builders/knowledge.ts'
import { aPatient } from '../../builders/patient.ts'

const ID = 'readmission-diabetes'

let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu' })
})
afterAll(() => models.close())

const subject = { reference: 'Patient/p1' }
const act = (code: string) => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code })

const encounter = (id: string, kind: string, start: string, end: string | null, more: object = {}) => ({
  resourceType: 'Encounter',
  id,
  status: end === null ? 'in-progress' : 'finished',
  class: act(kind),
  subject,
  period: { start, ...(end === null ? {} : { end }) },
  ...more,
})

const disposition = (code: string) => ({
  hospitalization: {
    dischargeDisposition: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/discharge-disposition', code }] },
  },
})

const hba1c = (value: number, date: string) => ({
  resourceType: 'Observation',
  id: `hba1c-${date}`,
  status: 'final',
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }] },
  subject,
  effectiveDateTime: date,
  valueQuantity: { value, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
})

const diabetes = {
  resourceType: 'Condition',
  id: 'dm',
  clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
  code: { coding: [{ system: 'http://snomed.info/sct', code: '44054006', display: 'Diabetes mellitus type 2' }] },
  subject,
}

const asked = ['Encounter?patient=p1', 'Condition?patient=p1', 'MedicationRequest?patient=p1', 'Observation?patient=p1'].map(
  (query, n) => ({
    key: `q${n}`,
    query,
    from: 'prefetch' as const,
    state: 'answered' as const,
    resources: 1,
  }),
)

/** A woman of 75 with diabetes, on the day that she leaves after five days; two stays and a visit in the year before. */
const record = (stay: object, ...more: object[]): PatientRecord => {
  const base = aPatient().record()
  const resources = [
    { resourceType: 'Patient', id: 'p1', gender: 'female', birthDate: '1951-03-01' },
    diabetes,
    encounter('now', 'IMP', '2026-11-10', null, stay),
    encounter('before', 'IMP', '2026-08-01', '2026-08-06'),
    encounter('earlier', 'IMP', '2026-03-01', '2026-03-03'),
    encounter('long-ago', 'IMP', '2024-03-01', '2024-03-03'),
    encounter('visit', 'EMER', '2026-09-01', '2026-09-01'),
    ...more,
  ]
  return { ...base, now: '2026-11-15T12:00:00Z', encounterId: 'now', resources: resources as PatientRecord['resources'], questions: asked }
}

const estimateOf = async (given: PatientRecord): Promise<RiskEstimate> => {
  const all = await estimatePerson(models, readFacts(deepFreeze(given), theTerms()), [])
  const found = all.find(({ model }) => model.id === ID)
  if (!found) throw new Error('the model said nothing')
  return found
}

const shown = (estimate: RiskEstimate): Record<string, unknown> =>
  Object.fromEntries(estimate.inputs.filter(({ value }) => value !== null).map(({ name, value }) => [name, value]))

describe('readmission after a stay with diabetes, from a record', () => {
  it('reads what the record holds, leaves out what it does not hold, and says so', async () => {
    const estimate = await estimateOf(record(disposition('snf'), hba1c(8.6, '2026-11-12')))
    expect(estimate).toMatchObject({ state: 'estimated', unit: '%', population: { fits: true } })
    expect(shown(estimate)).toEqual({
      age: 75,
      sex: 'female',
      los_days: 5,
      admissions_prior_year: 2,
      ed_visits_prior_year: 1,
      outpatient_visits_prior_year: 0,
      discharged_to: 'skilled-nursing',
      hba1c: 8.6,
      metformin: 'no',
      sulfonylurea: 'no',
    })
    if (estimate.state !== 'estimated') throw new Error('refused')
    expect(estimate.value).toBeGreaterThan(15)
    expect(estimate.missing.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['acute', 'main_diagnosis', 'heart_failure', 'insulin']),
    )
    expect(estimate.reasons[0]?.label).toBe('Admissions in the year before: 2')
    expect(estimate.limits.join(' ')).toContain('Weak')
  })

  it('an HbA1c from before the stay is not one of the stay: not used, and said', async () => {
    const estimate = await estimateOf(record(disposition('home'), hba1c(8.6, '2026-05-12')))
    const found = estimate.inputs.find(({ name }) => name === 'hba1c')
    expect(found).toMatchObject({ value: null, note: expect.stringContaining('older than 14 days') })
    expect(estimate.state).toBe('estimated')
  })

  it.each([
    ['hosp', 'The model does not speak of people who go to a hospice.'],
    ['exp', 'The patient died during the stay.'],
  ])('is refused for a stay that ends in %s', async (code, because) => {
    expect(await estimateOf(record(disposition(code)))).toMatchObject({ state: 'refused', because: [{ because }] })
  })

  it('codes of the stay that contradict each other are not used, and said', async () => {
    const both = {
      hospitalization: {
        dischargeDisposition: {
          coding: ['home', 'snf'].map((code) => ({ system: 'http://terminology.hl7.org/CodeSystem/discharge-disposition', code })),
        },
      },
    }
    const found = (await estimateOf(record(both))).inputs.find(({ name }) => name === 'discharged_to')
    expect(found).toMatchObject({ value: null, note: expect.stringContaining('contradict each other') })
  })

  it('without a stay in context it is refused with what is lacking', async () => {
    const estimate = await estimateOf({ ...record({}), encounterId: null })
    if (estimate.state !== 'refused') throw new Error('estimated')
    expect(estimate.because.map(({ about }) => about)).toEqual(['los_days', 'admissions_prior_year'])
  })

  it('a stay longer than those of the training data is refused', async () => {
    const long = record({ period: { start: '2026-10-20' } })
    expect(await estimateOf(long)).toMatchObject({ state: 'refused', because: [{ about: 'los_days', code: 'out-of-range' }] })
  })

  it('a person without diabetes is not asked about', async () => {
    const whole = record(disposition('home'))
    const without = { ...whole, resources: whole.resources.filter(({ resourceType }) => resourceType !== 'Condition') }
    expect(await estimateOf(without)).toMatchObject({
      state: 'refused',
      because: [{ because: 'The model speaks of people with diabetes only.' }],
    })
  })
})

describe('signs that medicine fixes', () => {
  const { monotone } = JSON.parse(readFileSync(`models/${ID}/manifest.json`, 'utf8')).training as { monotone: { input: string }[] }

  it('are those of the manifest: more of them never lowers the estimate, whatever else is so', async () => {
    const model = models.get(ID)
    const variant = model?.variants[0]
    if (!model || !variant) throw new Error('not served')
    const random = randomOf('monotone')
    const people = madeUp(model.inputs, [], 60, () => random() / 2 ** 32)
    for (const { input } of monotone) {
      const most = input.endsWith('_year') ? 8 : 1
      const rows = people.flatMap((person) => Array.from({ length: most + 1 }, (_, value) => ({ ...person, [input]: value })))
      const raws = (await runRows(variant, rows)).map(([{ raw }]) => raw)
      const falls = raws.filter((raw, n) => n % (most + 1) > 0 && raw < (raws[n - 1] ?? 0) - 1e-12)
      expect([input, falls]).toEqual([input, []])
    }
    expect(monotone).toHaveLength(6)
  })
})
