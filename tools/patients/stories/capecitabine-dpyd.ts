import { addNoKnownAllergies, addProblem, addProcedure, addRelative, addVisit } from '../care.ts'
import { addDailyActivity, addDevice } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addGeneticReport, addGenotype, addPhenotype } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { cpic, HISPANIC, type Story, WHITE } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2019,
  body: { heightCm: 163, weightKg: 68, drift: -0.6, systolic: 124, diastolic: 74 },
  labs: {
    hemoglobin: { mean: 12.9, from: { date: '2026-06-01', mean: 10.6 } },
    mcv: { mean: 88, from: { date: '2026-06-01', mean: 78 } },
    ferritin: { mean: 55, from: { date: '2026-06-01', mean: 9 } },
    cea: { mean: 1.7, from: { date: '2026-06-01', mean: 5.8 } },
  },
  also: ['ferritin', 'cea'],
}

export const STORY: Story = {
  id: 'capecitabine-dpyd',
  title: 'Capecitabine with half the enzyme',
  story: 'A woman of 58 starts capecitabine after surgery for colon cancer; one of her two DPYD copies does not work.',
  person: {
    id: 'p04',
    given: 'Isabel',
    family: 'Navarro-Example',
    birthDate: '1968-01-25',
    sex: 'female',
    race: WHITE,
    ethnicity: HISPANIC,
    city: 'Northfield',
    language: 'es',
  },
  order: {
    product: 'capecitabine500',
    dosage: daily(2000, 'mg', '2000 mg by mouth twice a day', 2),
    reason: 'colonCancer',
  },
  expect: {
    concern: 'guidance',
    genes: ['DPYD'],
    action: 'Start capecitabine at half the usual dose, then titrate by toxicity or drug level.',
    why: 'DPYD c.1905+1G>A (*2A) on one chromosome gives an activity score of 1.0: severe, at times fatal toxicity at full dose.',
    sources: [cpic('PA166109594', 2018)],
  },
  write: (chart) => {
    addNoKnownAllergies(chart, '2018-05-15')
    addRelative(chart, { who: 'father', problem: 'colonCancer', age: 67 }, '2018-05-15')
    const anemia = addProblem(chart, 'ironDeficiencyAnemia', '2026-06-10')
    addRoutine(chart, ROUTINE)
    const cancer = addProblem(chart, 'colonCancer', '2026-07-02')
    addMedicine(chart, {
      product: 'ferrousSulfate',
      dosage: daily(325, 'mg', '325 mg by mouth once a day'),
      since: '2026-06-10',
      reason: anemia,
    })
    addProcedure(chart, 'colonoscopy', '2026-07-02', { reason: anemia, by: 'dr-haddad' })
    addStudy(
      chart,
      'abdomenCt',
      '2026-07-09',
      'Wall thickening of the ascending colon, two enlarged regional nodes. Liver without lesions.',
    )
    addStudy(chart, 'chestXray', '2026-07-09', 'Normal.')
    const stay = addVisit(chart, 'inpatient', '2026-08-18', 'dr-haddad', { until: '2026-08-24' })
    addProcedure(chart, 'hemicolectomy', '2026-08-18', { reason: cancer, encounter: stay, by: 'dr-haddad' })
    addMedicine(chart, {
      product: 'acetaminophen325',
      dosage: daily(650, 'mg', '650 mg by mouth every 6 hours', 4),
      since: '2026-08-20',
      until: '2026-09-03',
      reason: cancer,
      encounter: stay,
    })
    addMedicine(chart, {
      product: 'pantoprazole40',
      dosage: daily(40, 'mg', '40 mg by mouth once a day'),
      since: '2026-08-20',
      until: '2026-09-20',
      reason: cancer,
      encounter: stay,
    })
    addNote(
      chart,
      'discharge',
      '2026-08-24',
      'dr-haddad',
      'Right hemicolectomy for adenocarcinoma, pT3 pN1. Recovery without complication.',
    )

    const sample = { date: '2026-10-05', method: 'Targeted genotyping; c.1905+1G>A, c.1679T>G, c.2846A>T, c.1129-5923C>G' }
    const genotype = addGenotype(chart, 'DPYD', 'Reference/c.1905+1G>A (*2A)', sample)
    const phenotype = addPhenotype(chart, 'DPYD', 'intermediate', sample)
    addGeneticReport(chart, 'DPYD genotyping before fluoropyrimidine', [genotype, phenotype], sample)
    addNote(chart, 'consult', '2026-11-02', 'dr-moreau', 'Stage III colon cancer, R0. Adjuvant capecitabine planned, body surface 1.74 m2.')
    addDailyActivity(chart, addDevice(chart, 'Wrist activity tracker'), 28, 5600, 72)
    addVisitToday(chart, ROUTINE, 'dr-moreau')
  },
}
