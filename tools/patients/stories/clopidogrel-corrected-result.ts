import { addNoKnownAllergies, addProblem, addProcedure, addRelative, addVisit } from '../care.ts'
import { addDailyActivity, addDevice } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addGeneticReport, addGenotype } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addLab } from '../labs.ts'
import { addMedicine, daily, tablets } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { ASIAN, cpic, dpwg, NOT_HISPANIC, type Story } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2021,
  body: { heightCm: 168, weightKg: 71, systolic: 135, diastolic: 82 },
  labs: { cholesterol: { mean: 209 }, a1c: { mean: 7.3, deviation: 0.3 }, glucose: { mean: 148, deviation: 16 } },
  also: ['a1c', 'uacr'],
  smoking: 'current',
}

export const STORY: Story = {
  id: 'clopidogrel-corrected-result',
  title: 'A result that the laboratory corrected',
  story:
    'A man of 63 had a stent placed; his first CYP2C19 result was withdrawn as a sample mix-up, and the corrected one is intermediate.',
  person: {
    id: 'p17',
    given: 'Arjun',
    family: 'Nambiar-Example',
    birthDate: '1963-05-06',
    sex: 'male',
    race: ASIAN,
    ethnicity: NOT_HISPANIC,
    city: 'Northfield',
  },
  order: { product: 'clopidogrel75', dosage: daily(75, 'mg', '75 mg by mouth once a day'), reason: 'coronaryDisease' },
  expect: {
    concern: 'guidance',
    genes: ['CYP2C19'],
    action: 'Avoid clopidogrel at standard dose; prasugrel or ticagrelor if not contraindicated.',
    why: 'The corrected result is CYP2C19 *1/*2, intermediate metabolizer; the withdrawn *1/*1 no longer counts.',
    sources: [cpic('PA166104948', 2022), dpwg('PA166104956', 2011)],
  },
  write: (chart) => {
    addNoKnownAllergies(chart, '2021-05-16')
    const diabetes = addProblem(chart, 'diabetes', '2017-09-21')
    const infarction = addProblem(chart, 'nstemi', '2026-11-11')
    addProblem(chart, 'coronaryDisease', '2026-11-11')
    addRelative(chart, { who: 'father', problem: 'nstemi', age: 52 }, '2021-05-16')
    addRoutine(chart, ROUTINE)
    addMedicine(chart, {
      product: 'metformin500',
      dosage: daily(1500, 'mg', '1500 mg by mouth once a day with supper'),
      since: '2017-09-21',
      reason: diabetes,
    })
    const withdrawn = { date: '2025-01-13', status: 'entered-in-error' }
    addGeneticReport(chart, 'CYP2C19 genotyping', [addGenotype(chart, 'CYP2C19', '*1/*1', withdrawn)], withdrawn)
    const corrected = { date: '2025-01-27', status: 'corrected', method: 'Targeted genotyping; CYP2C19 *2 *3 *17, new sample' }
    addGeneticReport(chart, 'CYP2C19 genotyping, corrected report', [addGenotype(chart, 'CYP2C19', '*1/*2', corrected)], corrected)
    const stay = addVisit(chart, 'inpatient', '2026-11-11', 'dr-lindqvist', { until: '2026-11-13' })
    addLab(chart, 'troponin', 980, '2026-11-11', stay)
    addProcedure(chart, 'coronaryStent', '2026-11-11', { reason: infarction, encounter: stay, by: 'dr-lindqvist' })
    addStudy(chart, 'angiography', '2026-11-11', 'Stenosis of the right coronary artery, one drug-eluting stent.')
    addMedicine(chart, {
      product: 'aspirin81',
      dosage: tablets(1, '1 tablet (81 mg) by mouth once a day'),
      since: '2026-11-11',
      by: 'dr-lindqvist',
      reason: infarction,
      encounter: stay,
    })
    addMedicine(chart, {
      product: 'atorvastatin40',
      dosage: daily(40, 'mg', '40 mg by mouth once a day'),
      since: '2026-11-11',
      by: 'dr-lindqvist',
      reason: infarction,
      encounter: stay,
    })
    addNote(
      chart,
      'discharge',
      '2026-11-13',
      'dr-lindqvist',
      'Non-ST elevation infarction, stent to the right coronary artery. P2Y12 inhibitor to be chosen at the visit.',
    )
    addDailyActivity(chart, addDevice(chart, 'Wrist activity tracker'), 28, 5900, 71)
    addVisitToday(chart, ROUTINE, 'dr-lindqvist')
  },
}
