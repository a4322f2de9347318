import type { Chart } from './chart.ts'
import { doctor } from './clinic.ts'
import { type Code, coding, concept, hl7, LOINC, RXNORM, SNOMED } from './codes.ts'
import { at } from './dates.ts'
import { addNote } from './documents.ts'
import { makePdf } from './pdf.ts'

const ROLE = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode'

const BREAST: Code = ['254837009', 'Malignant neoplasm of breast']
const OVARY: Code = ['363443007', 'Malignant tumor of ovary']
const PROSTATE: Code = ['399068003', 'Malignant tumor of prostate']
const STROKE: Code = ['422504002', 'Ischemic stroke']
const DIABETES: Code = ['44054006', 'Diabetes mellitus type 2']
const HYPERTENSION: Code = ['38341003', 'Hypertensive disorder']

type Relative = {
  readonly code: string | null
  readonly text: string
  readonly sex?: 'female' | 'male'
  readonly had?: readonly (readonly [disease: Code, age: number])[]
  readonly died?: number
  readonly age?: number
  readonly of?: Code
  readonly note?: string
}

/** Three generations, from both sides, with two relatives who cannot be placed. */
const FAMILY: readonly Relative[] = [
  { code: 'MTH', text: 'mother', sex: 'female', had: [[BREAST, 46], [OVARY, 61]], died: 63, of: OVARY },
  { code: 'FTH', text: 'father', sex: 'male', had: [[PROSTATE, 71], [HYPERTENSION, 55]], age: 84 },
  { code: 'MGRMTH', text: 'maternal grandmother', sex: 'female', had: [[OVARY, 58]], died: 60, of: OVARY },
  { code: 'MGRFTH', text: 'maternal grandfather', sex: 'male', had: [[STROKE, 74]], died: 74, of: STROKE },
  { code: 'PGRMTH', text: 'paternal grandmother', sex: 'female', had: [[DIABETES, 66]], died: 88 },
  { code: 'MAUNT', text: 'maternal aunt', sex: 'female', had: [[BREAST, 43]], age: 79, note: 'Carries the same BRCA2 variant, by her own account.' },
  { code: 'MUNCLE', text: 'maternal uncle', sex: 'male', had: [[PROSTATE, 62]], died: 70, of: PROSTATE },
  { code: 'SIS', text: 'sister', sex: 'female', had: [[BREAST, 39]], age: 54 },
  { code: 'BRO', text: 'brother', sex: 'male', age: 61 },
  { code: 'DAU', text: 'daughter', sex: 'female', age: 30 },
  { code: 'SON', text: 'son', sex: 'male', age: 27 },
  { code: 'MCOUSN', text: 'maternal cousin', sex: 'female', had: [[BREAST, 36]] },
  { code: null, text: 'sister of a grandmother', sex: 'female', had: [[BREAST, 70]] },
] // biome-ignore format: a table

const years = (value: number) => ({ value, unit: 'years', system: 'http://unitsofmeasure.org', code: 'a' })

const addFamily = (chart: Chart): void => {
  for (const { code, text, sex, had = [], died, age, of, note } of FAMILY)
    chart.add('FamilyMemberHistory', 'family', {
      status: 'completed',
      patient: chart.subject,
      date: '2021-06-21',
      relationship: { ...(code && { coding: [coding(ROLE, [code, text])] }), text },
      ...(sex && { sex: { coding: [coding('http://hl7.org/fhir/administrative-gender', [sex, sex])] } }),
      ...(died !== undefined && { deceasedAge: years(died) }),
      ...(age !== undefined && { deceasedBoolean: false, ageAge: years(age) }),
      ...(note && { note: [{ text: note }] }),
      ...(had.length > 0 && {
        condition: had.map(([disease, onset]) => ({
          code: concept(SNOMED, disease),
          onsetAge: years(onset),
          ...(of === disease && { contributedToDeath: true }),
        })),
      }),
    })
}

type Value =
  | { readonly valueCodeableConcept: object }
  | { readonly valueQuantity: object }
  | { readonly valueInteger: number }
  | { readonly valueString: string }
  | { readonly valueDateTime: string }

const answer = (chart: Chart, category: 'social-history' | 'survey', code: Code, value: Value, date = '2026-09-14'): string =>
  chart.add('Observation', 'answer', {
    status: 'final',
    category: [hl7('observation-category', category)],
    code: concept(LOINC, code),
    subject: chart.subject,
    effectiveDateTime: at(date, '09:10'),
    performer: [doctor('dr-moreau')],
    ...value,
  })

const chosen = (code: string, display: string): Value => ({
  valueCodeableConcept: { coding: [coding(LOINC, [code, display])], text: display },
})
const amount = (value: number, unit: string, code: string): Value => ({
  valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code },
})

const addLife = (chart: Chart): void => {
  answer(
    chart,
    'social-history',
    ['8664-5', 'Cigarettes smoked total (pack per year) - Reported'],
    amount(12, 'pack-years', '{pack-years}'),
  )
  answer(chart, 'social-history', ['74010-0', 'Date quit tobacco smoking'], { valueDateTime: '2004-05-31' })
  answer(chart, 'survey', ['68519-8', 'Standard drinks on a typical day'], chosen('LA15694-5', '1 or 2'))
  answer(chart, 'survey', ['75626-2', 'Total score [AUDIT-C]'], { valueInteger: 2 })
  answer(chart, 'survey', ['89555-7', 'Days per week of moderate to strenuous activity'], amount(3, 'days per week', 'd/wk'))
  answer(chart, 'survey', ['68516-4', 'Minutes of exercise on those days'], amount(35, 'min', 'min/d'))
  answer(chart, 'social-history', ['11341-5', 'History of Occupation'], { valueString: 'Primary school teacher, part time' })
  answer(chart, 'survey', ['88122-7', 'Worried whether food would run out'], chosen('LA28399-6', 'Never true'))
  answer(chart, 'survey', ['71802-3', 'Housing status'], chosen('LA30189-7', 'I have housing'))
  answer(
    chart,
    'survey',
    ['93030-5', 'Lack of transportation kept you from appointments'],
    chosen('LA30133-5', 'Yes, it has kept me from medical appointments'),
  )
  answer(chart, 'survey', ['93038-8', 'Stress level'], chosen('LA13909-9', 'Somewhat'))
  answer(chart, 'social-history', ['11996-6', '[#] Pregnancies'], { valueInteger: 3 })
  answer(chart, 'social-history', ['11977-6', '[#] Parity'], { valueInteger: 2 })
  answer(chart, 'social-history', ['42798-9', 'Age at menarche'], amount(12, 'years', 'a'))
  answer(chart, 'social-history', ['42802-9', 'Age at menopause'], amount(53, 'years', 'a'))
  answer(chart, 'social-history', ['82810-3', 'Pregnancy status'], {
    valueCodeableConcept: { coding: [coding(SNOMED, ['60001007', 'Not pregnant'])], text: 'Not pregnant' },
  })
  answer(chart, 'survey', ['44261-6', 'PHQ-9 total score'], { valueInteger: 14 }, '2026-03-02')
  answer(chart, 'survey', ['44261-6', 'PHQ-9 total score'], { valueInteger: 11 })
  answer(chart, 'survey', ['70274-6', 'GAD-7 total score'], { valueInteger: 6 })
}

const PHQ9: readonly (readonly [code: string, text: string, answer: string, display: string])[] = [
  ['44250-9', 'Little interest or pleasure in doing things', 'LA6570-1', 'More than half the days'],
  ['44255-8', 'Feeling down, depressed, or hopeless', 'LA6569-3', 'Several days'],
  ['44259-0', 'Trouble falling or staying asleep, or sleeping too much', 'LA6571-9', 'Nearly every day'],
  ['44254-1', 'Feeling tired or having little energy', 'LA6570-1', 'More than half the days'],
  ['44251-7', 'Poor appetite or overeating', 'LA6569-3', 'Several days'],
  ['44258-2', 'Feeling bad about yourself', 'LA6569-3', 'Several days'],
  ['44252-5', 'Trouble concentrating', 'LA6569-3', 'Several days'],
  ['44253-3', 'Moving or speaking slowly, or being restless', 'LA6568-5', 'Not at all'],
  ['44260-8', 'Thoughts that you would be better off dead, or of hurting yourself', 'LA6568-5', 'Not at all'],
]

const addQuestionnaire = (chart: Chart): void => {
  chart.add('QuestionnaireResponse', 'form', {
    questionnaire: 'http://hl7.org/fhir/us/core/Questionnaire/phq-9-example',
    _questionnaire: {
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/display', valueString: 'Patient Health Questionnaire (PHQ-9)' }],
    },
    status: 'completed',
    subject: chart.subject,
    authored: at('2026-09-14', '09:05'),
    source: chart.subject,
    item: PHQ9.map(([code, text, choice, display]) => ({
      linkId: `/44249-1/${code}`,
      text,
      answer: [{ valueCoding: coding(LOINC, [choice, display]) }],
    })),
  })
}

/** What every note of the oncologist carries on from the one before. */
const ONCOLOGY = `Oncologic history: Invasive ductal carcinoma of the left breast 2021, hormone receptor positive, HER2-negative, node-negative, treated with lumpectomy and radiation.
Family history: Mother had breast cancer at 46 and died of ovarian cancer at 63. Sister had breast cancer at 39. Maternal grandmother died of ovarian cancer. No family history of colon cancer.`

const NOTES: readonly (readonly ['progress' | 'consult' | 'discharge', string, string])[] = [
  [
    'discharge',
    '2021-07-22',
    `Discharge summary

Diagnosis: Invasive ductal carcinoma of the left breast.
Hospital course: Lumpectomy on 19 July without complications. No fever, no bleeding. Drain removed.
Past medical history: hypertension, type 2 diabetes, hyperlipidemia.
Allergies: penicillin (hives).
Discharge instructions: Return if fever, wound infection, bleeding or shortness of breath.`,
  ],
  [
    'consult',
    '2024-06-10',
    `${ONCOLOGY}

Interval history: On letrozole for three years. Complains of joint pain in both hands, denies bone pain, cough, weight loss or headache.
Examination: No breast lump, no lymphadenopathy, no edema.
Assessment: No evidence of recurrence. Joint pain likely due to letrozole.
Plan: Continue letrozole. Bone density.`,
  ],
  [
    'consult',
    '2025-06-16',
    `${ONCOLOGY}

Interval history: Joint pain is worse. She feels low and may have depression again. Hot flashes every night. She denies vaginal bleeding.
Examination: No breast lump, no lymphadenopathy, no edema.
Assessment: No evidence of recurrence. Osteoporosis cannot be excluded.
Plan: Continue letrozole. Bone density. Watch for fracture.`,
  ],
  [
    'progress',
    '2026-03-02',
    `Diabetes visit. Wears a glucose sensor. Two episodes of hypoglycemia in the night, no loss of consciousness.
ROS: no chest pain, no shortness of breath, +fatigue, +insomnia.
Depression: on paroxetine, PHQ-9 14. Denies suicidal ideation.
She does not have retinopathy; neuropathy is possible.
Stopped smoking in 2004. Alcohol: two glasses of wine a week.
Plan: Metformin unchanged. Discussed hypoglycemia precautions.`,
  ],
  [
    'progress',
    '2026-09-14',
    `Diabetes visit. Wears a glucose sensor. No hypoglycemia since the spring.
Depression: on paroxetine, PHQ-9 11, better. Denies suicidal ideation.
Her husband has COVID-19; she has no fever and no cough.
DVT in pregnancy in 1995 was suspected and ruled out.
Plan: Metformin unchanged. Pharmacogenomic panel sent.`,
  ],
]

const attach = (chart: Chart, title: string, date: string, attachment: object): void => {
  chart.add('DocumentReference', 'note', {
    status: 'current',
    docStatus: 'final',
    type: concept(LOINC, ['11488-4', 'Consult note']),
    description: title,
    subject: chart.subject,
    date: at(date, '16:30'),
    author: [doctor('dr-moreau')],
    content: [{ attachment: { title, ...attachment } }],
  })
}

const HTML = `<html><head><title>Genetics</title><style>p{color:red}</style></head><body><h2>Genetic counseling</h2>
<p>Reason: strong family history of breast and ovarian cancer.</p>
<p>A pathogenic variant in <b>BRCA2</b> was confirmed in 2021. Her sister tested positive; her brother was not tested.</p>
<ul><li>Prostate cancer in her father at 71 and in a maternal uncle at 62.</li><li>No pancreatic cancer in the family.</li></ul>
<p>Plan: risk-reducing salpingo-oophorectomy was discussed; she is at increased risk of ovarian cancer.</p></body></html>`

const addNotes = (chart: Chart): void => {
  for (const [kind, date, text] of NOTES) addNote(chart, kind, date, kind === 'progress' ? 'dr-okafor' : 'dr-moreau', text)
  attach(chart, 'Genetic counseling', '2021-09-02', { contentType: 'text/html; charset=utf-8', data: Buffer.from(HTML).toString('base64') })
  attach(chart, 'Outside pathology', '2021-06-25', {
    contentType: 'application/pdf',
    data: makePdf('Outside pathology', ['Core biopsy, left breast.', 'Invasive carcinoma of no special type.']).toString('base64'),
  })
  const text = `${ONCOLOGY}

Interval history: Stopped letrozole in October because of joint pain. Denies vaginal bleeding. No history of DVT or stroke.
Assessment: No evidence of recurrence. Tamoxifen planned for the remaining years of endocrine treatment.
Discussed risk of thrombosis and endometrial cancer. Call if leg swelling, shortness of breath or vaginal bleeding.`
  const binary = chart.add('Binary', 'file', {
    contentType: 'text/plain',
    securityContext: chart.subject,
    data: Buffer.from(text).toString('base64'),
  })
  attach(chart, 'Oncology follow-up', '2026-11-10', { contentType: 'text/plain; charset=utf-8', url: binary })
}

/** Family, life, questionnaires and notes of the whole record. */
export const addWholePerson = (chart: Chart): void => {
  addFamily(chart)
  addLife(chart)
  addQuestionnaire(chart)
  addNotes(chart)
  chart.add('AllergyIntolerance', 'allergy', {
    clinicalStatus: hl7('allergyintolerance-clinical', 'resolved'),
    verificationStatus: hl7('allergyintolerance-verification', 'refuted'),
    category: ['medication'],
    criticality: 'low',
    code: concept(RXNORM, ['10831', 'sulfamethoxazole / trimethoprim']),
    patient: chart.subject,
    recordedDate: '2015-02-11',
  })
  chart.add('Condition', 'problem', {
    clinicalStatus: hl7('condition-clinical', 'inactive'),
    verificationStatus: hl7('condition-ver-status', 'refuted'),
    category: [hl7('condition-category', 'problem-list-item')],
    code: concept(SNOMED, ['128053003', 'Deep venous thrombosis']),
    subject: chart.subject,
    onsetString: 'in a pregnancy, 1995',
    recordedDate: '1995-08-01',
  })
  chart.add('Condition', 'problem', {
    clinicalStatus: hl7('condition-clinical', 'active'),
    verificationStatus: hl7('condition-ver-status', 'provisional'),
    category: [hl7('condition-category', 'problem-list-item')],
    code: concept(SNOMED, ['64859006', 'Osteoporosis']),
    subject: chart.subject,
    onsetAge: years(57),
    recordedDate: '2025-06-16',
  })
}
