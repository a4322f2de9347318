import { addNoKnownAllergies, addProblem, addRelative } from '../care.ts'
import { addDailyActivity, addDevice, addNightlyHeartRate } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addGeneticReport, addGenotype } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { cpic, dpwg, NOT_HISPANIC, type Story, WHITE } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2020,
  body: { heightCm: 172, weightKg: 66, systolic: 110, diastolic: 68, pulse: 62 },
  labs: { tsh: { mean: 2.1, deviation: 0.3 } },
  also: ['tsh'],
  activeDays: 5,
  drinksPerDay: 1,
}

export const STORY: Story = {
  id: 'sertraline-silence',
  title: 'Nothing to say',
  story: 'A woman of 31 is to start sertraline; her results are complete and normal, so nothing interrupts the order.',
  person: {
    id: 'p14',
    given: 'Ingrid',
    family: 'Solheim-Example',
    birthDate: '1995-10-27',
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
    addNoKnownAllergies(chart, '2020-05-18')
    addProblem(chart, 'depression', '2026-11-02')
    const thyroid = addProblem(chart, 'hypothyroidism', '2021-05-30')
    addRelative(chart, { who: 'mother', problem: 'hypothyroidism', age: 44 }, '2021-05-30')
    addRoutine(chart, ROUTINE)
    addMedicine(chart, {
      product: 'levothyroxine75',
      dosage: daily(75, 'ug', '75 micrograms by mouth every morning'),
      since: '2021-06-01',
      reason: thyroid,
    })
    const sample = { date: '2025-09-15', method: 'Sequencing panel with CYP2D6 copy number' }
    const results = [
      addGenotype(chart, 'CYP2C19', '*1/*1', sample),
      addGenotype(chart, 'CYP2B6', '*1/*1', sample),
      addGenotype(chart, 'CYP2D6', '*1/*1', sample),
      addGenotype(chart, 'CYP2C9', '*1/*1', sample),
      addGenotype(chart, 'SLCO1B1', '*1/*1', sample),
    ]
    addGeneticReport(chart, 'Pharmacogenomic panel', results, sample)
    addStudy(chart, 'abdomenUs', '2023-04-18', 'Normal.')
    addNote(
      chart,
      'progress',
      '2026-11-02',
      'dr-okafor',
      'First depressive episode, moderate. Psychotherapy arranged, sertraline discussed.',
    )
    const watch = addDevice(chart, 'Wrist activity tracker')
    addDailyActivity(chart, watch, 28, 10_200, 56)
    addNightlyHeartRate(chart, watch, '2026-11-14', 55)
    addVisitToday(chart, ROUTINE, 'dr-okafor')
  },
}
