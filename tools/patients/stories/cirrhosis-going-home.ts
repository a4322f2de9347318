import { addNoKnownAllergies, addProblem, addRelative, addVisit } from '../care.ts'
import { addDailyActivity, addDevice, addNightlyHeartRate } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addConsciousness, addFinding, addReproductiveHistory } from '../findings.ts'
import { addGeneticReport, addGenotype } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { cpic, dpwg, NOT_HISPANIC, type Story, WHITE } from '../story.ts'
import { addWardValue } from '../vitals.ts'

const ADMITTED = '2026-11-09'

const ROUTINE: Routine = {
  firstYear: 2020,
  body: { heightCm: 165, weightKg: 71, systolic: 112, diastolic: 66, pulse: 82 },
  labs: {
    bilirubin: { mean: 1.4, deviation: 0.2, from: { date: ADMITTED, mean: 2.6 } },
    albumin: { mean: 3.6, deviation: 0.1, from: { date: ADMITTED, mean: 2.9 } },
    sodium: { mean: 137, deviation: 1, from: { date: ADMITTED, mean: 131 } },
    inr: { mean: 1.2, deviation: 0.05, from: { date: ADMITTED, mean: 1.5 } },
    hemoglobin: { mean: 11.4, deviation: 0.2 },
    potassium: { mean: 4.2, deviation: 0.1 },
  },
  also: ['inr'],
  smoking: 'former',
  drinksPerDay: 0,
  activeDays: 2,
}

export const STORY: Story = {
  id: 'cirrhosis-going-home',
  title: 'Going home from hospital with cirrhosis',
  story: 'A woman of 66 with cirrhosis goes home after a week; sertraline is to start, and her results are normal.',
  person: {
    id: 'p18',
    given: 'Henrike',
    family: 'Valdivia-Example',
    birthDate: '1960-02-19',
    sex: 'female',
    race: WHITE,
    ethnicity: NOT_HISPANIC,
    city: 'Riverbend',
  },
  order: { product: 'sertraline50', dosage: daily(50, 'mg', '50 mg by mouth once a day'), reason: 'depression' },
  expect: {
    concern: 'silence',
    genes: ['CYP2C19', 'CYP2B6'],
    action: 'No card.',
    why: 'CYP2C19 *1/*1 and CYP2B6 *1/*1 are normal metabolizers: usual dose.',
    sources: [cpic('PA166127639', 2023), dpwg('PA166104980', 2022)],
  },
  write: (chart) => {
    addNoKnownAllergies(chart, '2020-03-18')
    const cirrhosis = addProblem(chart, 'cirrhosis', '2021-09-14')
    addProblem(chart, 'depression', '2026-11-12')
    addRelative(chart, { who: 'sister', problem: 'breastCancer', age: 58 }, '2021-09-14')
    addRoutine(chart, ROUTINE)
    addMedicine(chart, {
      product: 'carvedilol12',
      dosage: daily(6.25, 'mg', '6.25 mg by mouth twice a day', 2),
      since: '2021-10-02',
      reason: cirrhosis,
    })
    addVisit(chart, 'inpatient', '2026-04-06', 'dr-haddad', {
      until: '2026-04-11',
      urgent: true,
      service: ['394584008', 'Gastroenterology'],
    })
    const sample = { date: '2025-09-17', method: 'Sequencing panel with CYP2D6 copy number' }
    const results = [
      addGenotype(chart, 'CYP2C19', '*1/*1', sample),
      addGenotype(chart, 'CYP2B6', '*1/*1', sample),
      addGenotype(chart, 'CYP2D6', '*1/*1', sample),
    ]
    addGeneticReport(chart, 'Pharmacogenomic panel', results, sample)
    addStudy(chart, 'abdomenUs', ADMITTED, 'Nodular liver, large spleen, a little fluid around the liver.')
    addNote(chart, 'progress', '2026-11-15', 'dr-haddad', 'Fluid withdrawn, infection excluded. Alert and orientated. Home tomorrow.')
    const watch = addDevice(chart, 'Wrist activity tracker')
    addDailyActivity(chart, watch, 28, 3200, 78)
    addNightlyHeartRate(chart, watch, '2026-11-14', 74)
    const stay = addVisitToday(chart, ROUTINE, 'dr-haddad', 'inpatient', {
      since: ADMITTED,
      urgent: true,
      service: ['394584008', 'Gastroenterology'],
    })
    addWardValue(chart, ['9269-2', 'Glasgow coma score total'], 15, '{score}', '2026-11-16', stay)
    addConsciousness(chart, ['LA9340-6', 'Alert'], '2026-11-16', stay)
    addFinding(chart, ['371825009', 'Patient on oxygen'], ['373067005', 'No'], '2026-11-16', stay)
    addFinding(chart, ['389026000', 'Ascites'], ['255604002', 'Mild'], '2026-11-15', stay)
    addFinding(chart, ['13920009', 'Hepatic encephalopathy'], ['2667000', 'Absent'], '2026-11-15', stay)
    addReproductiveHistory(chart, 2, 13, '2026-04-06')
    addWardValue(chart, ['8636-3', 'Q-T interval corrected'], 432, 'ms', '2026-11-16', stay)
  },
}
