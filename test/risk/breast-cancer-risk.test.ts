import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROFILE_QUESTIONS } from '../../cds-services/profile/questions.ts'
import type { FhirResource } from '../../src/contract/facts.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { estimateFrom, estimatePerson } from '../../src/risk/estimate.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { theTerms } from '../builders/knowledge.ts'

let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu' })
})
afterAll(() => models.close())

const NOW = '2026-06-01T09:00:00Z'
const ROLE = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode'
const SNOMED = 'http://snomed.info/sct'
const US_CORE = 'http://hl7.org/fhir/us/core/StructureDefinition'
const CDC = 'urn:oid:2.16.840.1.113883.6.238'
const BREAST_CANCER = { coding: [{ system: SNOMED, code: '254837009', display: 'Malignant neoplasm of breast' }] }
const DIABETES = { coding: [{ system: SNOMED, code: '44054006', display: 'Diabetes mellitus type 2' }] }

type Members = Record<string, unknown>
const origin = (kind: string, code: string, display: string) => ({
  url: `${US_CORE}/us-core-${kind}`,
  extension: [
    { url: 'ombCategory', valueCoding: { system: CDC, code, display } },
    { url: 'text', valueString: display },
  ],
})
const detailed = (code: string, display: string) => ({
  url: `${US_CORE}/us-core-race`,
  extension: [
    { url: 'ombCategory', valueCoding: { system: CDC, code: '2028-9', display: 'Asian' } },
    { url: 'detailed', valueCoding: { system: CDC, code, display } },
    { url: 'text', valueString: display },
  ],
})
const bornIn = (country: string) => ({
  url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
  valueAddress: { country },
})
const WHITE = origin('race', '2106-3', 'White')
const HISPANIC = origin('ethnicity', '2135-2', 'Hispanic or Latino')

const woman = (members: Members = {}): FhirResource => ({
  resourceType: 'Patient',
  id: 'p',
  gender: 'female',
  birthDate: '1976-02-01',
  extension: [WHITE],
  ...members,
})

let next = 0
const about = { reference: 'Patient/p' }
const relative = (code: string, conditions: readonly unknown[], members: Members = {}): FhirResource => {
  next += 1
  return {
    resourceType: 'FamilyMemberHistory',
    id: `f${next}`,
    status: 'completed',
    patient: about,
    date: '2026-05-20',
    relationship: { coding: [{ system: ROLE, code }], text: code },
    condition: conditions.map((one) => ({ code: one })),
    ...members,
  }
}
const named = (words: string, conditions: readonly unknown[], members: Members = {}) =>
  relative('', conditions, { relationship: { text: words }, ...members })
const observed = (loinc: string, value: number, members: Members = {}): FhirResource => ({
  resourceType: 'Observation',
  id: `o${loinc}`,
  status: 'final',
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'social-history' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: loinc }] },
  subject: about,
  effectiveDateTime: '2026-05-20',
  valueQuantity: { value, unit: '1', system: 'http://unitsofmeasure.org', code: '1' },
  ...members,
})
const births = (value: number) => observed('11636-8', value)
const menarche = (value: number, code = 'a') =>
  observed('42798-9', value, { valueQuantity: { value, unit: 'years', system: 'http://unitsofmeasure.org', code } })
const problem = (system: string, code: string, display: string, members: Members = {}): FhirResource => ({
  resourceType: 'Condition',
  id: `c${code}`,
  clinicalStatus: { coding: [{ code: 'active' }] },
  verificationStatus: { coding: [{ code: 'confirmed' }] },
  code: { coding: [{ system, code, display }] },
  subject: about,
  recordedDate: '2026-01-10',
  ...members,
})
const biopsy = (date: string | null, members: Members = {}): FhirResource => {
  next += 1
  return {
    resourceType: 'Procedure',
    id: `b${next}`,
    status: 'completed',
    code: { coding: [{ system: SNOMED, code: '122548005', display: 'Biopsy of breast' }] },
    subject: about,
    ...(date === null ? {} : { performedDateTime: date }),
    ...members,
  }
}

const estimateOf = async (resources: readonly FhirResource[], failed: readonly string[] = []) => {
  const questions = Object.entries(PROFILE_QUESTIONS).map(([key, query]) => ({
    key,
    query: query.replaceAll('{patient}', 'p'),
    from: 'fetch' as const,
    state: failed.includes(key) ? ('failed' as const) : ('answered' as const),
    resources: 1,
  }))
  const facts = readFacts({ patientId: 'p', now: NOW, resources, questions, draftOrders: [], selections: null }, theTerms())
  const one = (await estimatePerson(models, facts, [])).find(({ model }) => model.id === 'bcrat')
  if (!one) throw new Error('no answer')
  return one
}
const taken = async (resources: readonly FhirResource[]) => {
  const one = await estimateOf(resources)
  if (one.state !== 'estimated') throw new Error(one.because.map(({ because }) => because).join(' '))
  return Object.fromEntries(one.inputs.map(({ name, value, taken: own }) => [name, own ?? value]))
}
const refusal = async (resources: readonly FhirResource[], failed: readonly string[] = []) => {
  const one = await estimateOf(resources, failed)
  return one.state === 'refused' ? one.because.map(({ because }) => because).join(' ') : `estimated ${one.value}`
}
const relatives = async (...family: readonly FhirResource[]) => (await taken([woman(), births(2), ...family])).relatives
const noRelatives = (...family: readonly FhirResource[]) => refusal([woman(), births(2), ...family])

const MOTHER = relative('MTH', [BREAST_CANCER])
const HEALTHY_MOTHER = relative('MTH', [DIABETES])

describe('the risk of breast cancer', () => {
  it('is computed from a record that holds its inputs, for the next five years, and is what the same inputs give by hand', async () => {
    const one = await estimateOf([woman(), births(2), menarche(11), MOTHER, biopsy('2019-03-01'), biopsy('2022-07-09')])
    if (one.state !== 'estimated') throw new Error(JSON.stringify(one.because))
    const model = models.get('bcrat')
    if (!model) throw new Error('no model')
    const [byHand] = await estimateFrom(model, {
      age: 50,
      project_to: 55,
      biopsies: 2,
      age_menarche: 11,
      nulliparous: 0,
      relatives: 1,
      race: 'white',
    })
    expect({ value: one.value, also: one.also }).toEqual(
      byHand?.state === 'estimated' ? { value: byHand.value, also: byHand.also } : 'not estimated',
    )
    expect(one.value).toBeGreaterThan(1)
    expect(one.also?.map(({ label }) => label)).toContain('to the age of 90')
    expect(one.comparison.map(({ variant }) => variant)).toEqual(['with the figures of the source for unknown race'])
    expect(one.missing.map(({ name }) => name)).toEqual(['atypical_hyperplasia', 'age_first_birth'])
    expect(one.inputs.find(({ name }) => name === 'relatives')?.facts.map(({ resource }) => resource)).toEqual([
      `FamilyMemberHistory/${MOTHER.id}`,
    ])
  })

  it('takes an age at menarche in the units in which profiles send it', async () => {
    expect((await taken([woman(), births(2), MOTHER, menarche(12, '{age}')])).age_menarche).toBe(12)
  })

  it('knows from a parity of 0 that she has had no birth, and not from nothing', async () => {
    expect((await taken([woman(), observed('11977-6', 0), MOTHER])).nulliparous).toBe(1)
    expect(await refusal([woman(), MOTHER])).toBe('No births is in the record.')
    expect(await refusal([woman(), observed('11977-6', 0, { effectiveDateTime: '2020-01-01' }), MOTHER])).toBe(
      'The latest births is of 2020-01-01, older than 730 days.',
    )
  })
})

describe('relatives with breast cancer', () => {
  it('are mother, sisters and daughters, each once', async () => {
    expect(await relatives(MOTHER)).toBe(1)
    expect(await relatives(MOTHER, relative('NMTH', [BREAST_CANCER]))).toBe(1)
    expect(await relatives(MOTHER, relative('SIS', [BREAST_CANCER]), relative('NSIS', [BREAST_CANCER]))).toBe(3)
    expect(await relatives(relative('SIS', [BREAST_CANCER], { name: 'Ann' }), relative('SIS', [BREAST_CANCER], { name: 'Ann' }))).toBe(1)
    expect(await relatives(relative('DAUC', [BREAST_CANCER], { deceasedBoolean: true }))).toBe(1)
    expect(await relatives(named('Mother', [{ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'C50.911' }] }]))).toBe(1)
    expect(await relatives(relative('NSIB', [BREAST_CANCER], { sex: { coding: [{ code: 'female' }] } }), HEALTHY_MOTHER)).toBe(1)
  })

  it('of the second degree, by marriage or by adoption, and men, do not count', async () => {
    for (const code of ['HSIS', 'STPMTH', 'STPSIS', 'MTHINLAW', 'SISINLAW', 'ADOPTM', 'DAUADOPT', 'MAUNT', 'MGRMTH', 'COUSN', 'FTH', 'BRO'])
      expect([code, await relatives(HEALTHY_MOTHER, relative(code, [BREAST_CANCER]))]).toEqual([code, 0])
    const both = { coding: [{ system: ROLE, code: 'MTH' }, { system: ROLE, code: 'STPMTH' }] } // biome-ignore format: one line
    expect(await relatives(HEALTHY_MOTHER, relative('MTH', [BREAST_CANCER], { relationship: both }))).toBe(0)
    expect(await relatives(HEALTHY_MOTHER, relative('NSIB', [BREAST_CANCER], { sex: { coding: [{ code: 'male' }] } }))).toBe(0)
  })

  it('are none only when the history of the mother is complete', async () => {
    const ask = 'Mother, sisters or daughters with breast cancer: the record has no complete history of the mother; ask about the family.'
    expect(await relatives(HEALTHY_MOTHER)).toBe(0)
    expect(await noRelatives()).toBe(ask)
    expect(await noRelatives(relative('FTH', [DIABETES]))).toBe(ask)
    expect(await noRelatives(relative('MTH', [DIABETES], { status: 'partial' }))).toBe(ask)
    expect(await noRelatives(relative('MTH', [DIABETES], { status: 'entered-in-error' }))).toBe(ask)
    expect(await noRelatives(relative('MTH', [BREAST_CANCER], { status: 'entered-in-error' }))).toBe(ask)
  })

  it('whom nobody knows of are the unknown of the source, counted as none, and said', async () => {
    for (const members of [{ status: 'health-unknown' }, { dataAbsentReason: { coding: [{ code: 'subject-unknown' }] } }]) {
      const one = await estimateOf([woman(), births(2), relative('MTH', [], members)])
      expect(one.state === 'estimated' && one.missing.find(({ name }) => name === 'relatives')?.effect).toBe(
        'Not known: counted as none, as the source does.',
      )
    }
  })

  it('that could not be read, or are not clear, give no number', async () => {
    expect(await refusal([woman(), births(2)], ['family'])).toContain('the family history was not read')
    for (const unclear of [
      relative('MTH', [{ text: 'Breast cancer' }]),
      relative('MTH', [{ text: 'No breast cancer' }]),
      relative('MTH', [{ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'Z80.3' }] }]),
      relative('FAMMEMB', [BREAST_CANCER]),
      relative('NSIB', [BREAST_CANCER]),
      named('Cousin of the mother', [BREAST_CANCER]),
    ])
      expect(await noRelatives(HEALTHY_MOTHER, unclear)).toContain('an entry of the family history is not clear')
  })

  it('that are only mentioned contradict a count of none, and not a count of one', async () => {
    const mentioned = problem('http://hl7.org/fhir/sid/icd-10-cm', 'Z80.3', 'Family history of malignant neoplasm of breast')
    expect(await noRelatives(HEALTHY_MOTHER, mentioned)).toContain('the record says that a relative has it, and not who')
    expect(await relatives(MOTHER, mentioned)).toBe(1)
    const snomed = problem(SNOMED, '429740004', 'Family history of malignant neoplasm of breast')
    expect(await relatives(MOTHER, snomed)).toBe(1)
  })
})

describe('breast biopsies', () => {
  const counted = async (...procedures: readonly FhirResource[]) => (await taken([woman(), births(2), MOTHER, ...procedures])).biopsies

  it('are counted by day; a record without one says nothing', async () => {
    expect(await counted(biopsy('2019-03-01'), biopsy('2019-03-01'), biopsy('2021-05-05'))).toBe(2)
    expect(await counted(biopsy('2019-03-01', { status: 'not-done' }), biopsy('2019-04-01', { status: 'entered-in-error' }))).toBeNull()
    expect(await counted(biopsy(null))).toBe(1)
  })

  it('without a date beside others, or under an unknown code, give no number', async () => {
    const record = [woman(), births(2), MOTHER]
    expect(await refusal([...record, biopsy('2019-03-01'), biopsy(null)])).toContain('one of several has no date')
    const local = { coding: [{ system: 'urn:local', code: '7', display: 'Stereotactic breast biopsy' }] }
    expect(await refusal([...record, biopsy('2019-03-01', { code: local })])).toContain('its code is not among those that are known')
    expect(await refusal(record, ['procedures'])).toContain('the procedures could not be read to their end')
  })

  it('with atypical hyperplasia raise the number; atypical hyperplasia without a biopsy on record gives none', async () => {
    const atypia = problem(SNOMED, '427785007', 'Atypical ductal hyperplasia of breast')
    const record = [woman(), births(2), MOTHER, biopsy('2019-03-01')]
    const [plain, raised] = [await estimateOf(record), await estimateOf([...record, atypia])]
    expect(plain.state === 'estimated' && raised.state === 'estimated' && raised.value > 1.5 * plain.value).toBe(true)
    expect(await refusal([woman(), births(2), MOTHER, atypia])).toContain('without the biopsy that showed it')
  })
})

describe('race as the source groups it', () => {
  const group = async (...extension: readonly unknown[]) => (await taken([woman({ extension }), births(2), MOTHER])).race
  const open = (...extension: readonly unknown[]) => refusal([woman({ extension }), births(2), MOTHER])

  it('follows race, ethnicity and country of birth', async () => {
    expect(await group(WHITE)).toBe('white')
    expect(await group(WHITE, origin('ethnicity', '2186-5', 'Not Hispanic or Latino'))).toBe('white')
    expect(await group(origin('race', '2054-5', 'Black or African American'))).toBe('african_american')
    expect(await group(WHITE, HISPANIC, bornIn('US'))).toBe('hispanic_us_born')
    expect(await group(WHITE, HISPANIC, bornIn('MX'))).toBe('hispanic_foreign_born')
    expect(await group(detailed('2034-7', 'Chinese'))).toBe('chinese')
    expect(await group(origin('race', '1002-5', 'American Indian or Alaska Native'))).toBe('native_american_or_unknown')
  })

  it('that is not recorded is the unknown of the source, and said; several at once are, too', async () => {
    const one = await estimateOf([woman({ extension: [] }), births(2), MOTHER])
    expect(one.state === 'estimated' && one.missing.map(({ name }) => name)).toContain('race')
    expect(await group(WHITE, HISPANIC, bornIn('US'))).not.toBe('white')
    const two = { ...WHITE, extension: [...WHITE.extension, ...origin('race', '2054-5', 'Black or African American').extension] }
    expect(await group(two)).toBe('native_american_or_unknown')
  })

  it('that the record leaves open gives no number', async () => {
    expect(await open(WHITE, HISPANIC)).toContain('country of birth is not recorded')
    expect(await open(WHITE, HISPANIC, bornIn('Puerto Rico'))).toContain('not clear')
    expect(await open(origin('race', '2028-9', 'Asian'))).toContain('the record says Asian only')
  })
})

describe('nobody but a woman for whom the tool is', () => {
  const record = (...more: readonly FhirResource[]) => refusal([woman(), births(2), MOTHER, ...more])

  it('gets a number', async () => {
    expect(await refusal([woman({ gender: 'male' }), births(2), MOTHER])).toBe('The tool is for women.')
    expect(await refusal([woman({ gender: 'unknown' }), births(2), MOTHER])).toContain('The sex is not recorded.')
    expect(await refusal([woman({ birthDate: '1995-01-01' }), births(2), MOTHER])).toBe('The tool is for women of 35 and more.')
    expect(await refusal([woman({ birthDate: '1938-01-01' }), births(2), MOTHER])).toContain('outside 21 to 90')
    expect(await record(problem(SNOMED, '254837009', 'Malignant neoplasm of breast'))).toContain('Breast cancer is on record')
    expect(await record(problem(SNOMED, '109888004', 'Lobular carcinoma in situ of breast'))).toContain('A carcinoma in situ')
    expect(await record(problem(SNOMED, '412734009', 'BRCA1 gene mutation detected'))).toContain('A high-risk variant or syndrome')
    expect(await record(problem('http://hl7.org/fhir/sid/icd-10-cm', 'Z85.71', 'Personal history of Hodgkin lymphoma'))).toContain(
      'Hodgkin',
    )
    expect(await record(problem('http://hl7.org/fhir/sid/icd-10-cm', 'Z92.3', 'Personal history of irradiation'))).toContain('may be one')
    expect(await record(problem('urn:local', '1', 'Li-Fraumeni syndrome'))).toContain('may be one')
  })
})
