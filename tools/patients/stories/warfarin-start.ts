import { addNoKnownAllergies, addProblem, addProcedure, addRelative } from '../care.ts'
import { addDailyActivity, addDevice, addNightlyHeartRate } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addGeneticReport, addGenotype } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { dpwg, guideline, NOT_HISPANIC, type Story, WHITE } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2020,
  body: { heightCm: 178, weightKg: 84, systolic: 132, diastolic: 78, pulse: 84 },
  labs: { creatinine: { mean: 1.08 }, ntprobnp: { mean: 640, deviation: 60 } },
  also: ['inr', 'ntprobnp', 'tsh'],
  smoking: 'former',
  drinksPerDay: 1,
  activeDays: 4,
}

export const STORY: Story = {
  id: 'warfarin-start',
  title: 'Starting warfarin in atrial fibrillation',
  story: 'A man of 76 with atrial fibrillation starts warfarin; his CYP2C9 and VKORC1 both call for less than the usual dose.',
  person: {
    id: 'p09',
    given: 'Edmund',
    family: 'Ashdown-Example',
    birthDate: '1950-06-11',
    sex: 'male',
    race: WHITE,
    ethnicity: NOT_HISPANIC,
    city: 'Riverbend',
  },
  order: { product: 'warfarin5', dosage: daily(5, 'mg', '5 mg by mouth every evening'), reason: 'atrialFibrillation' },
  expect: {
    concern: 'guidance',
    genes: ['CYP2C9', 'VKORC1'],
    action: 'Start lower: dose by a validated algorithm (IWPC) with CYP2C9, VKORC1, age, height and weight.',
    why: 'CYP2C9 *1/*3 clears warfarin slowly and one VKORC1 -1639 A makes the target more sensitive: 5 mg a day risks bleeding.',
    sources: [{ source: 'CPIC', guideline: guideline('PA166104949'), year: null }, dpwg('PA166182842', null)],
  },
  write: (chart) => {
    addNoKnownAllergies(chart, '2020-05-12')
    const hypertension = addProblem(chart, 'hypertension', '2009-10-01')
    const fibrillation = addProblem(chart, 'atrialFibrillation', '2026-11-03')
    addProblem(chart, 'osteoarthritis', '2017-02-08')
    addRelative(chart, { who: 'brother', problem: 'stroke', age: 71 }, '2020-05-12')
    addRoutine(chart, ROUTINE)
    addMedicine(chart, {
      product: 'amlodipine5',
      dosage: daily(5, 'mg', '5 mg by mouth once a day'),
      since: '2012-04-01',
      until: '2026-11-03',
      stopped: 'stopped',
      reason: hypertension,
    })
    addMedicine(chart, {
      product: 'diltiazem120',
      dosage: daily(120, 'mg', '120 mg by mouth once a day'),
      since: '2026-11-03',
      by: 'dr-lindqvist',
      reason: fibrillation,
    })
    const sample = { date: '2026-11-09', method: 'Targeted genotyping; CYP2C9 *2 *3 *5 *6 *8 *11, VKORC1 rs9923231, CYP4F2 rs2108622' }
    const results = [
      addGenotype(chart, 'CYP2C9', '*1/*3', sample),
      addGenotype(chart, 'VKORC1', 'rs9923231 C/T', sample),
      addGenotype(chart, 'CYP4F2', '*1/*1', sample),
    ]
    addGeneticReport(chart, 'Warfarin sensitivity genotyping', results, sample)
    addStudy(chart, 'echo', '2026-11-05', 'Left atrium enlarged, ejection fraction 58 %, moderate mitral stenosis.')
    addStudy(chart, 'chestXray', '2026-11-03', 'Heart at the upper limit of normal size.')
    addProcedure(chart, 'echocardiography', '2026-11-05', { reason: fibrillation, by: 'dr-lindqvist' })
    addNote(
      chart,
      'consult',
      '2026-11-05',
      'dr-lindqvist',
      'New atrial fibrillation with moderate mitral stenosis: warfarin, target INR 2 to 3. Genotyping sent before the first dose.',
    )
    const watch = addDevice(chart, 'Wrist activity tracker')
    addDailyActivity(chart, watch, 28, 6100, 86)
    addNightlyHeartRate(chart, watch, '2026-11-12', 88)
    addVisitToday(chart, ROUTINE, 'dr-lindqvist')
  },
}
