import { addAllergy, addProblem, addProcedure, addRelative, addVisit } from '../care.ts'
import { concept, ICD10CM, RXNORM } from '../codes.ts'
import { addDailyActivity, addDevice } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addGeneticReport, addGenotype } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { NOT_HISPANIC, type Story, WHITE } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2020,
  body: { heightCm: 175, weightKg: 78, systolic: 130, diastolic: 79 },
  labs: {
    bilirubin: { mean: 3.8, deviation: 0.5, from: { date: '2022-05-20', mean: 0.7 } },
    albumin: { mean: 2.8, from: { date: '2022-05-20', mean: 4.1 } },
    alt: { mean: 58, from: { date: '2022-05-20', mean: 26 } },
    inr: { mean: 1.7, deviation: 0.1, from: { date: '2022-05-20', mean: 1 } },
    creatinine: { mean: 1.0, from: { date: '2022-05-20', mean: 1.24 } },
  },
  also: ['inr', 'tacrolimus'],
  doctor: 'dr-haddad',
}

export const STORY: Story = {
  id: 'voriconazole-liver-transplant',
  title: 'The genes are his, the liver is not',
  story: 'A man of 59 received a liver in 2022; his CYP2C19 result of 2019 says little about what the graft does with voriconazole.',
  person: {
    id: 'p16',
    given: 'Rafael',
    family: 'Moreira-Example',
    birthDate: '1967-07-25',
    sex: 'male',
    race: WHITE,
    ethnicity: NOT_HISPANIC,
    city: 'Riverbend',
    language: 'pt',
  },
  order: { product: 'voriconazole200', dosage: daily(200, 'mg', '200 mg by mouth twice a day', 2), reason: 'bronchitis' },
  expect: {
    concern: 'not-assessed',
    genes: ['CYP2C19'],
    action: 'Do not dose by the result on record; measure voriconazole levels.',
    why: 'CYP2C19 *2/*2 was found in blood in 2019; since the liver transplant of 2022 the enzyme is the donor’s. CPIC (2017) and DPWG (2011) advise by CYP2C19, but not on this result.',
    sources: [],
  },
  write: (chart) => {
    addAllergy(chart, ['2551', 'ciprofloxacin'], RXNORM, ['271807003', 'Eruption of skin'], '2018-07-07')
    const cirrhosis = addProblem(chart, 'cirrhosis', '2018-03-10', '2022-05-18')
    addRelative(chart, { who: 'father', problem: 'diabetes', age: 62 }, '2020-05-18')
    const sample = { date: '2019-02-12', method: 'Targeted genotyping; CYP2C19 *2 *3 *17, CYP3A5 *3' }
    const results = [addGenotype(chart, 'CYP2C19', '*2/*2', sample), addGenotype(chart, 'CYP3A5', '*1/*3', sample)]
    addGeneticReport(chart, 'Pharmacogenomic panel before transplant listing', results, sample)
    addRoutine(chart, ROUTINE)
    const stay = addVisit(chart, 'inpatient', '2022-05-18', 'dr-haddad', { until: '2022-06-10' })
    addProcedure(chart, 'liverTransplant', '2022-05-18', { reason: cirrhosis, encounter: stay, by: 'dr-haddad' })
    const graft = chart.add('Condition', 'problem', {
      clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
      verificationStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'confirmed' }] },
      category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'problem-list-item' }] }],
      code: concept(ICD10CM, ['Z94.4', 'Liver transplant status']),
      subject: chart.subject,
      onsetDateTime: '2022-05-18',
      recordedDate: '2022-06-10',
    })
    addProblem(chart, 'bronchitis', '2026-11-10')
    addMedicine(chart, {
      product: 'tacrolimus1',
      dosage: daily(2, 'mg', '2 mg by mouth twice a day', 2),
      since: '2022-05-20',
      reason: graft,
      by: 'dr-haddad',
    })
    addMedicine(chart, {
      product: 'prednisone5',
      dosage: daily(5, 'mg', '5 mg by mouth once a day'),
      since: '2022-05-20',
      until: '2023-05-20',
      reason: graft,
      by: 'dr-haddad',
    })
    addStudy(chart, 'abdomenUs', '2026-05-14', 'Graft of normal size, patent vessels.')
    addStudy(chart, 'abdomenCt', '2021-11-03', 'Cirrhosis, splenomegaly, no focal lesion.')
    addStudy(chart, 'chestXray', '2026-11-11', 'Nodular opacity in the right upper lobe; fungal infection is to be considered.')
    addNote(
      chart,
      'consult',
      '2026-11-13',
      'dr-nguyen',
      'Probable pulmonary aspergillosis after liver transplant. Voriconazole planned, tacrolimus to be reduced and measured.',
    )
    addDailyActivity(chart, addDevice(chart, 'Wrist activity tracker'), 28, 4100, 79)
    addVisitToday(chart, ROUTINE, 'dr-nguyen', 'inpatient', { since: '2026-11-02', urgent: true })
  },
}
