import { addNoKnownAllergies, addProblem, addRelative } from '../care.ts'
import { addDailyActivity, addDevice, addNightlyHeartRate } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addGeneticReport, addGenotype, addMetabolismEffect } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { cpic, dpwg, HISPANIC, type Story, WHITE } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2020,
  body: { heightCm: 166, weightKg: 61, systolic: 112, diastolic: 70 },
  also: ['tsh', 'ferritin'],
  drinksPerDay: 1,
  activeDays: 4,
}

export const STORY: Story = {
  id: 'citalopram-two-labs',
  title: 'Two laboratories disagree',
  story: 'A woman of 38 is to start citalopram; one laboratory calls her CYP2C19 normal, the other poor.',
  person: {
    id: 'p10',
    given: 'Lucia',
    family: 'Ferrer-Example',
    birthDate: '1988-03-03',
    sex: 'female',
    race: WHITE,
    ethnicity: HISPANIC,
    city: 'Northfield',
    language: 'es',
  },
  order: { product: 'citalopram20', dosage: daily(20, 'mg', '20 mg by mouth once a day'), reason: 'depression' },
  expect: {
    concern: 'not-assessed',
    genes: ['CYP2C19'],
    action: 'A warning that leaves it open. Both results, their dates and laboratories are named; clarify before relying on either.',
    why: 'CYP2C19 *1/*1 (2021) and *2/*2 (2025) lead to different advice; neither is picked silently.',
    sources: [cpic('PA166127638', 2023), dpwg('PA166104977', 2022)],
  },
  write: (chart) => {
    addNoKnownAllergies(chart, '2020-05-22')
    const anxiety = addProblem(chart, 'anxiety', '2021-09-14')
    addProblem(chart, 'depression', '2026-10-30')
    addProblem(chart, 'migraine', '2012-06-01')
    addRelative(chart, { who: 'mother', problem: 'depression', age: 40 }, '2021-09-14')
    addRoutine(chart, ROUTINE)
    addMedicine(chart, {
      product: 'sertraline50',
      dosage: daily(50, 'mg', '50 mg by mouth once a day'),
      since: '2021-09-14',
      until: '2022-09-20',
      reason: anxiety,
      by: 'dr-kowalska',
    })
    const first = { date: '2021-10-11', lab: 'second-genomics-lab' as const, method: 'Targeted genotyping; CYP2C19 *2 *3 *17' }
    const normal = addGenotype(chart, 'CYP2C19', '*1/*1', first)
    const effect = addMetabolismEffect(chart, 'CYP2C19', 'normal', normal, first)
    addGeneticReport(chart, 'CYP2C19 genotyping', [normal, effect], { ...first, generation: 'STU1' })
    const second = { date: '2025-04-08', method: 'Sequencing of CYP2C19' }
    addGeneticReport(chart, 'CYP2C19 sequencing', [addGenotype(chart, 'CYP2C19', '*2/*2', second)], second)
    addStudy(chart, 'headMr', '2014-02-20', 'Normal.')
    addNote(
      chart,
      'consult',
      '2026-10-30',
      'dr-kowalska',
      'Moderate depressive episode. Sertraline in 2021 without side effects; she asks for something else.',
    )
    const watch = addDevice(chart, 'Wrist activity tracker')
    addDailyActivity(chart, watch, 28, 6900, 63)
    addNightlyHeartRate(chart, watch, '2026-11-13', 61)
    addVisitToday(chart, ROUTINE, 'dr-kowalska')
  },
}
