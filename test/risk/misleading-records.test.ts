import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import type { FhirResource, Question } from '../../src/contract/facts.ts'
import type { RiskEstimate } from '../../src/contract/risk.ts'
import { loadThinking, type Thinking } from '../../src/engine.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { projectRoot } from '../../src/project-root.ts'
import { estimatePerson } from '../../src/risk/estimate.ts'

/** Records from which a plausible number could be read that is wrong. Each is a FHIR record as an EHR sends it. */

let thinking: Thinking
beforeAll(async () => {
  thinking = await loadThinking(readConfig({}, projectRoot))
})
afterAll(() => thinking.kit.models.close())

const NOW = '2026-06-01T09:00:00Z'
const SUBJECT = { subject: { reference: 'Patient/p' } }
const ICD10 = 'http://hl7.org/fhir/sid/icd-10-cm'
const SNOMED = 'http://snomed.info/sct'
const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'

let made = 0
const resource = (resourceType: string, members: object): FhirResource => {
  made += 1
  return { resourceType, id: `r${made}`, ...SUBJECT, ...members }
}

const person = (more: object = {}): FhirResource => ({
  resourceType: 'Patient',
  id: 'p',
  gender: 'female',
  birthDate: '1966-01-01',
  ...more,
})

const lab = (code: string, value: number, unit: string, more: object = {}): FhirResource =>
  resource('Observation', {
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
    code: { coding: [{ system: 'http://loinc.org', code }] },
    effectiveDateTime: '2026-06-01T06:00:00Z',
    valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code: unit },
    ...more,
  })

const status = (of: string, code: string) => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/condition-${of}`, code }],
})

const illness = (system: string, code: string, text: string | null, more: object = {}): FhirResource =>
  resource('Condition', {
    code: { coding: [{ system, code }], ...(text === null ? {} : { text }) },
    clinicalStatus: status('clinical', 'active'),
    verificationStatus: status('ver-status', 'confirmed'),
    ...more,
  })

const medicine = (rxcui: string, name: string, more: object = {}): FhirResource =>
  resource('MedicationRequest', {
    status: 'active',
    intent: 'order',
    authoredOn: '2026-01-01',
    medicationCodeableConcept: { text: name, coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: rxcui }] },
    ...more,
  })

const visit = (kind: string, start: string | null, end: string | null, more: object = {}): FhirResource =>
  resource('Encounter', {
    status: 'finished',
    class: { system: ACT_CODE, code: kind },
    period: { ...(start === null ? {} : { start }), ...(end === null ? {} : { end }) },
    ...more,
  })

const STAY = {
  ...visit('IMP', '2026-05-29T10:00:00Z', null, { status: 'in-progress' }),
  id: 'stay',
  priority: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActPriority', code: 'EM' }] },
}

const read = (key: string, query: string): Question => ({ key, query, from: 'prefetch', state: 'answered', resources: 1 })
const ALL_READ = ['Condition', 'MedicationRequest', 'Observation', 'Encounter', 'Procedure'].map((type) => read(type, `${type}?patient=p`))

const ask = async (title: string, resources: readonly FhirResource[], who = person(), questions = ALL_READ): Promise<RiskEstimate> => {
  const facts = readFacts(
    {
      patientId: 'p',
      now: NOW,
      resources: [who, ...resources],
      questions,
      draftOrders: [],
      selections: null,
      encounterId: 'stay',
    },
    thinking.terms,
  )
  const one = (await estimatePerson(thinking.kit.models, facts, [])).find((estimate) => estimate.title.startsWith(title))
  if (!one) throw new Error(`no answer to ${title}`)
  return one
}

/** The number, or why there is none. */
const told = async (
  title: string,
  resources: readonly FhirResource[],
  who?: FhirResource,
  questions?: Question[],
): Promise<number | string> => {
  const one = await ask(title, resources, who, questions)
  return one.state === 'estimated' ? Number(one.value.toPrecision(6)) : one.because.map(({ because }) => because).join(' ')
}

const EGFR = 'Estimated glomerular'
const STROKE = 'Stroke in atrial fibrillation'
const BLEEDING = 'Bleeding on an anticoagulant'
const LACE = 'Death or unplanned readmission'
const HOSPITAL = 'Avoidable readmission'
const QT_SCORE = 'QT prolongation'
const TEN_YEARS = 'Cardiovascular disease within 10'
const MELD = 'Severity of chronic liver'
const AF = illness(ICD10, 'I48.0', 'Paroxysmal atrial fibrillation')
const creatinine = (value: number, more: object = {}) => lab('2160-0', value, 'mg/dL', more)
const systolic = (value: number, more: object = {}) => lab('8480-6', value, 'mm[Hg]', more)

describe('a condition that says it is not there', () => {
  it.each<[string, FhirResource, number | string]>([
    ['confirmed', illness('http://fhir.de/CodeSystem/bfarm/icd-10-gm', 'E11.90 G', 'Diabetes mellitus, Typ 2'), 1],
    [
      'excluded, as ICD-10-GM writes it behind the code',
      illness('http://fhir.de/CodeSystem/bfarm/icd-10-gm', 'E11.90 A', 'Diabetes mellitus, Typ 2'),
      0,
    ],
    [
      'excluded, as the German profile says it beside the code',
      illness('http://fhir.de/CodeSystem/bfarm/icd-10-gm', 'E11.90', 'Diabetes mellitus, Typ 2', {
        code: {
          coding: [
            {
              system: 'http://fhir.de/CodeSystem/bfarm/icd-10-gm',
              code: 'E11.90',
              extension: [
                {
                  url: 'http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit',
                  valueCoding: { system: 'https://fhir.kbv.de/CodeSystem/KBV_CS_SFHIR_ICD_DIAGNOSESICHERHEIT', code: 'A' },
                },
              ],
            },
          ],
        },
      }),
      0,
    ],
    [
      'suspected, as ICD-10-GM writes it',
      illness('http://fhir.de/CodeSystem/bfarm/icd-10-gm', 'E11.90 V', 'Diabetes mellitus, Typ 2'),
      'Diabetes: the record has it as not confirmed.',
    ],
    [
      'of the past, as ICD-10-GM writes it',
      illness('http://fhir.de/CodeSystem/bfarm/icd-10-gm', 'E11.90 Z', 'Diabetes mellitus, Typ 2'),
      0,
    ],
    ['refuted', illness(ICD10, 'E11.9', 'Type 2 diabetes', { verificationStatus: status('ver-status', 'refuted') }), 0],
    [
      'ended, without a clinical status',
      illness(ICD10, 'E11.9', 'Type 2 diabetes', { clinicalStatus: undefined, abatementDateTime: '2019-03-01' }),
      0,
    ],
    ['in the family', illness(ICD10, 'Z83.3', 'Family history of diabetes mellitus'), 0],
    ['prediabetes', illness(SNOMED, '714628002', 'Prediabetes'), 0],
  ])('diabetes, %s', async (_, one, expected) => {
    expect(await told(STROKE, [AF, one])).toBe(expected)
  })
})

describe('a condition that nobody can read', () => {
  it.each<[string, FhirResource]>([
    ['an ICD-9 code without words', illness('http://hl7.org/fhir/sid/icd-9-cm', '428.0', null)],
    ['a local code without words', illness('urn:oid:1.2.3', '4711', null)],
    ['a code of a subtype without words', illness(SNOMED, '426263006', null)],
    ['no code and no words', resource('Condition', { clinicalStatus: status('clinical', 'active') })],
  ])('leaves the score open: %s', async (_, one) => {
    expect(await told(STROKE, [AF, one])).toContain('has no code that is known, and no words')
  })
})

describe('a condition under a code that is easily missed', () => {
  it.each<[string, string, FhirResource[], number | string]>([
    ['what a stroke left behind is a stroke', STROKE, [AF, illness(ICD10, 'I69.354', 'Hemiplegia following cerebral infarction')], 2],
    ['diabetic disease of the arteries is both', STROKE, [AF, illness(ICD10, 'E11.51', 'Type 2 diabetes with peripheral angiopathy')], 2],
    ['a code of ICD-10 in small letters', STROKE, [AF, illness(ICD10, 'i10', 'Essential hypertension')], 1],
    ['a code of ICD-10 without the point', STROKE, [AF, illness(ICD10, 'I5022', 'Chronic systolic heart failure')], 1],
  ])('%s', async (_, title, resources, expected) => {
    expect(await told(title, resources)).toBe(expected)
  })

  const whole = [
    lab('2093-3', 200, 'mg/dL'),
    lab('2085-9', 50, 'mg/dL'),
    systolic(130),
    lab('39156-5', 27, 'kg/m2'),
    creatinine(0.9),
    lab('72166-2', 0, '', {
      valueQuantity: undefined,
      valueCodeableConcept: { coding: [{ system: SNOMED, code: '266919005' }], text: 'Never' },
    }),
  ]
  it('PREVENT speaks of a person without known disease', async () => {
    expect(await told(TEN_YEARS, whole)).toBeTypeOf('number')
  })
  it.each([
    ['I69.354', 'Hemiplegia following cerebral infarction'],
    ['I61.9', 'Nontraumatic intracerebral hemorrhage'],
    ['I65.21', 'Occlusion and stenosis of right carotid artery'],
    ['I71.4', 'Abdominal aortic aneurysm, without rupture'],
    ['E11.51', 'Type 2 diabetes with peripheral angiopathy'],
    ['Z95.820', 'Peripheral vascular angioplasty status with implants and grafts'],
    ['Z98.62', 'Peripheral vascular angioplasty status'],
    ['K55.1', 'Chronic vascular disorders of intestine'],
  ])('PREVENT does not speak of a person with %s', async (code, text) => {
    expect(await told(TEN_YEARS, [...whole, illness(ICD10, code, text)])).toBeTypeOf('string')
  })
  it('PREVENT takes no eGFR of a person on dialysis', async () => {
    expect(
      await told(TEN_YEARS, [...whole.slice(0, 4), creatinine(2.5), ...whole.slice(5), illness(ICD10, 'Z99.2', 'Dialysis')]),
    ).toContain('dialysis')
  })
})

describe('bleeding', () => {
  const ready = [AF, systolic(130), creatinine(1)]
  it('is counted where nothing is hidden', async () => {
    expect(await told(BLEEDING, ready)).toBe(0)
  })
  it.each([
    ['I85.01', 'Esophageal varices with bleeding'],
    ['K62.5', 'Hemorrhage of anus and rectum'],
    ['R04.0', 'Epistaxis'],
    ['K57.31', 'Diverticulosis of large intestine with bleeding'],
    ['S06.5X0A', 'Traumatic subdural hemorrhage'],
    ['R31.0', 'Gross hematuria'],
  ])('%s is not the same as none', async (code, text) => {
    expect(await told(BLEEDING, [...ready, illness(ICD10, code, text)])).toBeTypeOf('string')
  })
  it('a transient attack is no stroke, and a code for either is open', async () => {
    expect(await told(BLEEDING, [...ready, illness(ICD10, 'Z86.73', 'Personal history of TIA and cerebral infarction')])).toBeTypeOf(
      'string',
    )
  })
  it('aspirin of which the record does not say whether it is taken leaves the score open', async () => {
    const perhaps = medicine('1191', 'aspirin', { dispenseRequest: { validityPeriod: { end: '2026-03-01' } } })
    expect(await told(BLEEDING, [...ready, perhaps])).toContain('aspirin')
  })
  it.each<[string, object, number | string]>([
    ['stopped', { status: 'stopped' }, 0],
    ['on hold', { status: 'on-hold' }, 0],
    ['planned', { intent: 'plan' }, 0],
    ['as needed', { dosageInstruction: [{ asNeededBoolean: true }] }, 1],
    ['entered in error', { status: 'entered-in-error' }, 0],
  ])('aspirin that is %s', async (_, more, expected) => {
    expect(await told(BLEEDING, [...ready, medicine('1191', 'aspirin', more)])).toBe(expected)
  })
})

describe('a stay', () => {
  it.each<[string, FhirResource[], number | string]>([
    ['alone: three days, acute', [STAY], 6],
    [
      'from 22 h to 8 h of the next day by the clock of the ward',
      [{ ...STAY, status: 'finished', period: { start: '2026-05-30T22:00:00-05:00', end: '2026-05-31T08:00:00-05:00' } }],
      4,
    ],
    [
      'that is over, nobody knows since when',
      [{ ...STAY, status: 'finished', period: { start: '2026-05-20T10:00:00Z' } }],
      'Length of stay: ',
    ],
    ['that is a visit to an office', [{ ...STAY, class: { system: ACT_CODE, code: 'AMB' } }], 'a stay in hospital at hand'],
    ['after a visit to the emergency department that led to it', [STAY, visit('EMER', '2026-05-29T07:00:00Z', '2026-05-29T09:50:00Z')], 6],
    ['after two visits', [STAY, visit('EMER', '2026-04-01', '2026-04-01'), visit('EMER', '2026-03-01', '2026-03-01')], 8],
    [
      'after visits that were cancelled, planned and entered in error',
      [STAY, ...['cancelled', 'planned', 'entered-in-error'].map((of) => visit('EMER', '2026-04-01', '2026-04-01', { status: of }))],
      6,
    ],
    [
      'after a visit under the older name of the class',
      [STAY, { ...visit('EMER', '2026-04-01', '2026-04-01'), class: { system: 'http://hl7.org/fhir/v3/ActCode', code: 'EMER' } }],
      7,
    ],
    [
      'after a visit of a class of the house',
      [STAY, { ...visit('EMER', '2026-04-01', '2026-04-01'), class: { system: 'urn:oid:1.2.3', code: 'E' } }],
      'Emergency visits in six months: a stay or visit of the record has no date',
    ],
    [
      'after a visit without a class',
      [STAY, { ...visit('EMER', '2026-04-01', '2026-04-01'), class: undefined }],
      'Emergency visits in six months: a stay or visit of the record has no date',
    ],
    [
      'after a visit without a date',
      [STAY, visit('EMER', null, null)],
      'Emergency visits in six months: a stay or visit of the record has no date',
    ],
    [
      'after a visit with two parts',
      [
        STAY,
        { ...visit('EMER', '2026-04-01', '2026-04-01'), id: 'whole' },
        visit('EMER', '2026-04-01', '2026-04-01', { partOf: { reference: 'Encounter/whole' } }),
      ],
      7,
    ],
  ])('%s', async (_, resources, expected) => {
    const answer = await told(LACE, resources)
    if (typeof expected === 'number') expect(answer).toBe(expected)
    else expect(answer).toContain(expected)
  })

  const results = [lab('718-7', 13, 'g/dL'), lab('2951-2', 140, 'mmol/L')]
  const served = { ...STAY, serviceType: { text: 'General medicine' } }
  it.each<[string, FhirResource[], number | string]>([
    ['alone', [served], 1],
    [
      'the day after an earlier stay ended',
      [served, visit('IMP', '2026-03-01', '2026-03-04'), visit('IMP', '2026-05-20', '2026-05-28')],
      3,
    ],
    [
      'with a procedure',
      [served, resource('Procedure', { status: 'completed', code: { text: 'Endoscopy' }, performedDateTime: '2026-05-30' })],
      2,
    ],
    [
      'with a procedure of some time of the year',
      [served, resource('Procedure', { status: 'completed', code: { text: 'Endoscopy' }, performedDateTime: '2026' })],
      'procedure',
    ],
    ['with a procedure of no date', [served, resource('Procedure', { status: 'completed', code: { text: 'Endoscopy' } })], 'procedure'],
  ])('readmission that could be avoided: %s', async (_, resources, expected) => {
    const answer = await told(HOSPITAL, [...results, ...resources])
    if (typeof expected === 'number') expect(answer).toBe(expected)
    else expect(String(answer)).toMatch(new RegExp(`^[A-Z].*${expected}`, 'i'))
  })
})

describe('a measurement', () => {
  it.each<[string, FhirResource[], number | string]>([
    ['of a day', [creatinine(1)], 64.5],
    ['beside an older one', [creatinine(1), creatinine(4, { effectiveDateTime: '2026-05-01' })], 64.5],
    [
      'beside another without a date',
      [creatinine(1), creatinine(4, { effectiveDateTime: undefined })],
      'and without a usable date contradict',
    ],
    ['beside another of the future', [creatinine(1), creatinine(4, { effectiveDateTime: '2027-05-30' })], 'contradict'],
    ['beside the same of the future', [creatinine(1), creatinine(1.02, { effectiveDateTime: '2027-05-30' })], 64.5],
    ['beside one that was taken back', [creatinine(1), creatinine(4, { status: 'entered-in-error' })], 64.5],
    [
      'that is below what can be measured',
      [creatinine(0.3, { valueQuantity: { value: 0.3, unit: 'mg/dL', comparator: '<' } })],
      'not a plain number',
    ],
    ['in words', [creatinine(1, { valueQuantity: undefined, valueString: '1.0 mg/dL' })], 'not a plain number'],
    ['without a unit', [creatinine(1, { valueQuantity: { value: 1 } })], 'unit'],
    ['of another body', [creatinine(1, { focus: [{ reference: 'RelatedPerson/fetus' }] })], 'No creatinine'],
    ['too large for any number', [creatinine(1e308)], 'outside'],
    ['below zero', [creatinine(-1)], 'outside'],
  ])('%s', async (_, resources, expected) => {
    const answer = await told(EGFR, resources)
    if (typeof expected === 'number') expect(Number(answer).toPrecision(3)).toBe(expected.toPrecision(3))
    else expect(String(answer)).toContain(expected)
  })

  it('is not the latest while others of its kind did not come', async () => {
    const labs = { ...read('labs', 'Observation?patient=p&category=laboratory'), state: 'partial' as const }
    const vitals = { ...read('vitals', 'Observation?patient=p&category=vital-signs'), state: 'failed' as const }
    expect(await told(EGFR, [creatinine(1)], person(), [...ALL_READ, labs])).toContain('a later one may be among the rest')
    expect(await told(EGFR, [creatinine(1)], person(), [...ALL_READ, vitals])).toBeTypeOf('number')
  })

  it('milliequivalents of sodium and potassium are millimoles', async () => {
    const stay = { ...STAY, serviceType: { text: 'General medicine' } }
    const inMeq = await told(HOSPITAL, [stay, lab('718-7', 13, 'g/dL'), lab('2951-2', 130, 'meq/L')])
    expect(inMeq).toBe(await told(HOSPITAL, [stay, lab('718-7', 13, 'g/dL'), lab('2951-2', 130, 'mmol/L')]))
    const qt = [lab('8636-3', 440, 'ms'), AF]
    expect(await told(QT_SCORE, [lab('2823-3', 3.4, 'meq/L'), ...qt])).toBe(await told(QT_SCORE, [lab('2823-3', 3.4, 'mmol/L'), ...qt]))
  })

  it.each<[string, FhirResource[], FhirResource[]]>([
    ['haemoglobin', [lab('718-7', 110, 'g/L')], [lab('718-7', 11, 'g/dL')]],
    ['haemoglobin by amount', [lab('718-7', 6.828, 'mmol/L')], [lab('718-7', 11, 'g/dL')]],
  ])('%s in another unit is the same', async (_, one, other) => {
    const rest = [{ ...STAY, serviceType: { text: 'General medicine' } }, lab('2951-2', 140, 'mmol/L')]
    expect(await told(HOSPITAL, [...rest, ...one])).toBe(await told(HOSPITAL, [...rest, ...other]))
  })
})

describe('a person whom a score is not for', () => {
  const child = person({ birthDate: '2018-01-01' })
  const bedside = [lab('9279-1', 24, '/min'), systolic(95), lab('9269-2', 15, '{score}')]
  const cirrhosis = illness(ICD10, 'K74.60', 'Cirrhosis of liver')
  const liver = [
    cirrhosis,
    lab('1975-2', 2, 'mg/dL'),
    lab('6301-6', 1.5, '1'),
    creatinine(1),
    lab('2951-2', 135, 'mmol/L'),
    lab('1751-7', 3, 'g/dL'),
  ]
  const heart = [lab('72106-8', 28, '{score}'), lab('48545-8', 3, '{score}'), lab('1751-7', 4, 'g/dL')]
  it.each<[string, string, FhirResource[]]>([
    ['qSOFA', 'qSOFA', bedside],
    ['MELD', MELD, liver],
    ['LACE', LACE, [STAY]],
    [
      'HOSPITAL',
      HOSPITAL,
      [{ ...STAY, serviceType: { text: 'General medicine' } }, lab('718-7', 13, 'g/dL'), lab('2951-2', 140, 'mmol/L')],
    ],
    ['delirium after heart surgery', 'Delirium after cardiac', heart],
  ])('%s speaks of adults only', async (_, title, resources) => {
    const grown = person({ birthDate: '1950-01-01' })
    expect(await told(title, resources, grown)).toBeTypeOf('number')
    expect(await told(title, resources, child)).toBeTypeOf('string')
  })

  it('the delirium rule says that nobody knows whether it is for somebody of unknown age', async () => {
    const one = await ask('Delirium after cardiac', heart, person({ birthDate: undefined }))
    expect(one.state === 'estimated' && one.population).toMatchObject({
      fits: false,
      limits: expect.arrayContaining(['Age is not known. The rule is for people of 60 and more.']),
    })
  })

  it.each([
    ['born in the future', { birthDate: '2031-01-01' }],
    ['born 150 years ago', { birthDate: '1876-01-01' }],
    ['of 17 years', { birthDate: '2009-01-01' }],
    ['whose year of birth alone is known and leaves two ages open', { birthDate: '1966' }],
    ['of another sex than the equation knows', { gender: 'other' }],
    ['of unknown sex', { gender: 'unknown' }],
    ['who has died', { deceasedBoolean: true }],
  ])('the eGFR of somebody %s is not computed', async (_, more) => {
    expect(await told(EGFR, [creatinine(1)], person(more))).toBeTypeOf('string')
  })

  it.each([
    ['who is pregnant', illness(SNOMED, '77386006', 'Pregnant'), 'pregnancy'],
    ['with acute kidney injury', illness(ICD10, 'N17.9', 'Acute kidney failure'), 'acute kidney injury'],
  ])('the eGFR of somebody %s is not computed', async (_, one, because) => {
    expect(await told(EGFR, [creatinine(1), one])).toContain(because)
    expect(await told('Kidney failure', [creatinine(2), lab('9318-7', 300, 'mg/g'), one])).toContain(because)
    expect(await told(EGFR, [creatinine(1), { ...one, clinicalStatus: status('clinical', 'resolved') }])).toBeTypeOf('number')
  })
})

describe('an acute illness that nobody has closed', () => {
  const ready = [lab('2823-3', 4, 'mmol/L'), lab('8636-3', 420, 'ms')]
  it.each<[string, FhirResource, number | string]>([
    ['a sepsis of last week', illness(ICD10, 'A41.9', 'Sepsis', { onsetDateTime: '2026-05-28' }), 4],
    ['a sepsis of 2015', illness(ICD10, 'A41.9', 'Sepsis', { onsetDateTime: '2015-03' }), 'whether it still is acute has to be judged'],
    [
      'an infarction recorded in 2012',
      illness(ICD10, 'I21.4', 'NSTEMI', { recordedDate: '2012-07-01' }),
      'whether it still is acute has to be judged',
    ],
    ['an infarction of no date', illness(ICD10, 'I21.4', 'NSTEMI'), 3],
  ])('counts, or is told: %s', async (_, one, expected) => {
    const answer = await told('QT prolongation', [...ready, one])
    if (typeof expected === 'number') expect(answer).toBe(expected)
    else expect(answer).toContain(expected)
  })
})

describe('one analyte on two scales', () => {
  const rest = [
    lab('2093-3', 200, 'mg/dL'),
    lab('2085-9', 50, 'mg/dL'),
    systolic(130),
    lab('39156-5', 27, 'kg/m2'),
    creatinine(0.9),
    lab('72166-2', 0, '', {
      valueQuantity: undefined,
      valueCodeableConcept: { coding: [{ system: SNOMED, code: '266919005' }], text: 'Never' },
    }),
  ]
  it.each<[string, FhirResource, number | string]>([
    ['in per cent', lab('4548-4', 7, '%'), 7],
    ['in mmol/mol', lab('4548-4', 53, 'mmol/mol'), 7.00044],
    ['in mmol/mol under the code of the IFCC', lab('59261-8', 53, 'mmol/mol'), 7.00044],
    ['in per cent under the code of the IFCC, whose per cent are others', lab('59261-8', 5.3, '%'), 'not used'],
  ])('HbA1c %s', async (_, one, expected) => {
    const estimate = await ask(TEN_YEARS, [...rest, one])
    const input = estimate.inputs.find(({ name }) => name === 'hba1c')
    expect(estimate.state === 'estimated' && estimate.variant === 'hba1c_10yr' ? input?.value : 'not used').toBe(expected)
  })
})

describe('race, where an equation takes it', () => {
  const NULL_FLAVOR = 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor'
  const OMB = 'urn:oid:2.16.840.1.113883.6.238'
  const recorded = (text: string, ...codes: readonly (readonly [string, string])[]) =>
    person({
      extension: [
        {
          url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',
          extension: [
            ...codes.map(([system, code]) => ({ url: 'ombCategory', valueCoding: { system, code } })),
            { url: 'text', valueString: text },
          ],
        },
      ],
    })
  const rest = [
    lab('2093-3', 200, 'mg/dL'),
    lab('2085-9', 50, 'mg/dL'),
    systolic(130),
    lab('72166-2', 0, '', {
      valueQuantity: undefined,
      valueCodeableConcept: { coding: [{ system: SNOMED, code: '266919005' }], text: 'Never' },
    }),
  ]
  it.each<[string, FhirResource, 'white' | 'black' | 'not recorded']>([
    ['Black', recorded('Black or African American', [OMB, '2054-5']), 'black'],
    ['two, for which the source has no own row', recorded('White; Black', [OMB, '2054-5'], [OMB, '2106-3']), 'white'],
    ['another, which the source counts so', recorded('Asian', [OMB, '2028-9']), 'white'],
    ['not known', recorded('Unknown', [NULL_FLAVOR, 'UNK']), 'not recorded'],
    ['asked and not said', recorded('Asked but unknown', [NULL_FLAVOR, 'ASKU']), 'not recorded'],
  ])('%s', async (_, who, expected) => {
    const estimate = await ask('Atherosclerotic disease within 10', rest, who)
    const input = estimate.inputs.find(({ name }) => name === 'race')
    expect(estimate.state === 'estimated' ? (input?.taken ?? input?.value) : 'not recorded').toBe(expected)
  })
})
