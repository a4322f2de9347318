import { addAllergy, addProblem, addProcedure, addRelative } from '../care.ts'
import { RXNORM } from '../codes.ts'
import { addDailyActivity, addDevice, addNightlyHeartRate } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addTextResult } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, asNeeded, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { BLACK, cpic, dpwg, NOT_HISPANIC, type Story } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2019,
  body: { heightCm: 183, weightKg: 96, drift: 0.8, systolic: 131, diastolic: 80 },
  labs: { cholesterol: { mean: 198 }, a1c: { mean: 5.8 }, glucose: { mean: 103 } },
  also: ['a1c', 'tsh'],
  smoking: 'former',
  activeDays: 2,
}

export const STORY: Story = {
  id: 'tramadol-on-paroxetine',
  title: 'Tramadol while on paroxetine',
  story: 'His genes are normal, but paroxetine blocks the enzyme: tramadol will hardly work in this man of 52.',
  person: {
    id: 'p03',
    given: 'Marcus',
    family: 'Ellington-Example',
    birthDate: '1974-07-02',
    sex: 'male',
    race: BLACK,
    ethnicity: NOT_HISPANIC,
    city: 'Harborlight',
  },
  order: { product: 'tramadol50', dosage: asNeeded(50, 'mg', '50 mg by mouth every 6 hours as needed for pain', 4), reason: 'lowBackPain' },
  expect: {
    concern: 'guidance',
    genes: ['CYP2D6'],
    action: 'Avoid tramadol while on paroxetine: expect too little pain relief; choose a non-codeine opioid if an opioid is warranted.',
    why: 'CYP2D6 *1/*1 is normal by genes (score 2.0); paroxetine is a strong inhibitor, so the score in use is 0: poor metabolizer.',
    sources: [cpic('PA166228101', 2021), dpwg('PA166104959', 2022)],
  },
  write: (chart) => {
    const depression = addProblem(chart, 'depression', '2022-10-12')
    addProblem(chart, 'prediabetes', '2021-05-19')
    const knee = addProblem(chart, 'osteoarthritis', '2020-03-04')
    const back = addProblem(chart, 'lowBackPain', '2026-10-20')
    addAllergy(chart, ['2670', 'codeine'], RXNORM, ['422587007', 'Nausea'], '2019-02-14')
    addRelative(chart, { who: 'mother', problem: 'hypertension', age: 49 }, '2018-05-20')
    addRelative(chart, { who: 'brother', problem: 'depression', age: 38 }, '2022-10-12')
    addRoutine(chart, ROUTINE)
    addMedicine(chart, {
      product: 'fluoxetine20',
      dosage: daily(20, 'mg', '20 mg by mouth once a day'),
      since: '2022-10-12',
      until: '2023-02-20',
      stopped: 'stopped',
      reason: depression,
      by: 'dr-kowalska',
    })
    addMedicine(chart, {
      product: 'paroxetine20',
      dosage: daily(20, 'mg', '20 mg by mouth every morning'),
      since: '2023-02-20',
      reason: depression,
      by: 'dr-kowalska',
    })
    addMedicine(chart, {
      product: 'ibuprofen400',
      dosage: asNeeded(400, 'mg', '400 mg by mouth every 8 hours as needed', 3),
      since: '2026-10-20',
      reason: back,
    })
    addMedicine(chart, {
      product: 'celecoxib200',
      dosage: daily(200, 'mg', '200 mg by mouth once a day'),
      since: '2020-03-04',
      until: '2020-06-04',
      reason: knee,
    })
    const sample = { date: '2022-11-03', method: 'Targeted genotyping with copy number' }
    addTextResult(chart, 'CYP2D6 Genotype', '*1/*1 (Normal Metabolizer), activity score 2.0', sample)
    addTextResult(chart, 'CYP2C19 Genotype', '*1/*1 (Normal Metabolizer)', sample)
    addProcedure(chart, 'colonoscopy', '2024-09-10')
    addStudy(chart, 'kneeXray', '2020-03-04', 'Mild medial joint space narrowing of the right knee.')
    addStudy(chart, 'chestXray', '2023-01-30', 'Normal.')
    addNote(chart, 'consult', '2023-02-20', 'dr-kowalska', 'Partial response to fluoxetine, changed to paroxetine. Review in six weeks.')
    addNote(chart, 'progress', '2026-10-20', 'dr-okafor', 'Acute low back pain after lifting, no red flags. Ibuprofen, physiotherapy.')
    const watch = addDevice(chart, 'Wrist activity tracker')
    addDailyActivity(chart, watch, 28, 4300, 71)
    addNightlyHeartRate(chart, watch, '2026-11-10', 68)
    addVisitToday(chart, ROUTINE, 'dr-okafor')
  },
}
