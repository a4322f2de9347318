import { addAllergy, addProblem, addProcedure, addRelative } from '../care.ts'
import { RXNORM } from '../codes.ts'
import { addDailyActivity, addDevice, addGlucoseSeries } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addReproductiveHistory } from '../findings.ts'
import { addTextResult } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addLab } from '../labs.ts'
import { addMedicine, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { BLACK, cpic, dpwg, NOT_HISPANIC, type Story } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2020,
  body: { heightCm: 165, weightKg: 82, drift: 0.3, systolic: 134, diastolic: 80, pulse: 70 },
  labs: {
    cholesterol: { mean: 248 },
    triglycerides: { mean: 172 },
    hdl: { mean: 46 },
    a1c: { mean: 7.1, deviation: 0.25 },
    glucose: { mean: 142, deviation: 14 },
  },
  also: ['a1c', 'uacr', 'ck'],
  activeDays: 2,
}

export const STORY: Story = {
  id: 'simvastatin-slco1b1',
  title: 'Simvastatin 40 mg with a slow transporter',
  story: 'A woman of 67 with diabetes is to start simvastatin 40 mg; SLCO1B1 takes the drug up too slowly.',
  person: {
    id: 'p08',
    given: 'Beatrice',
    family: 'Hollis-Example',
    birthDate: '1959-04-30',
    sex: 'female',
    race: BLACK,
    ethnicity: NOT_HISPANIC,
    city: 'Northfield',
  },
  order: { product: 'simvastatin40', dosage: daily(40, 'mg', '40 mg by mouth every evening'), reason: 'hypercholesterolemia' },
  expect: {
    concern: 'guidance',
    genes: ['SLCO1B1'],
    action: 'Choose another statin; if simvastatin is used, less than 20 mg a day.',
    why: 'SLCO1B1 *1/*5 is decreased function: simvastatin acid builds up, and muscle damage depends on the dose.',
    sources: [cpic('PA166105005', 2022), dpwg('PA166182844', null)],
  },
  write: (chart) => {
    const diabetes = addProblem(chart, 'diabetes', '2019-08-02')
    const hypertension = addProblem(chart, 'hypertension', '2012-03-15')
    addProblem(chart, 'hypercholesterolemia', '2024-05-14')
    addProblem(chart, 'obesity', '2015-05-20')
    addAllergy(chart, ['10831', 'sulfamethoxazole / trimethoprim'], RXNORM, ['126485001', 'Urticaria'], '2004-03-11')
    addRelative(chart, { who: 'mother', problem: 'diabetes', age: 51 }, '2020-05-10')
    addRelative(chart, { who: 'father', problem: 'stroke', age: 70 }, '2020-05-10')
    addRoutine(chart, ROUTINE)
    addMedicine(chart, {
      product: 'metformin500',
      dosage: daily(1000, 'mg', '1000 mg by mouth once a day with supper'),
      since: '2019-08-02',
      reason: diabetes,
    })
    addMedicine(chart, {
      product: 'glipizide5',
      dosage: daily(5, 'mg', '5 mg by mouth before breakfast'),
      since: '2022-05-20',
      until: '2024-05-14',
      stopped: 'stopped',
      reason: diabetes,
    })
    addMedicine(chart, {
      product: 'amlodipine5',
      dosage: daily(5, 'mg', '5 mg by mouth once a day'),
      since: '2016-04-01',
      reason: hypertension,
    })
    addTextResult(chart, 'SLCO1B1 Genotype', '*1/*5 (Decreased function)', {
      date: '2024-06-03',
      method: 'Targeted genotyping; SLCO1B1 rs4149056',
    })
    addLab(chart, 'ck', 118, '2026-11-16')
    addProcedure(chart, 'cataractSurgery', '2023-02-21')
    addStudy(chart, 'abdomenUs', '2022-09-01', 'Fatty liver, no stones.')
    addStudy(chart, 'chestXray', '2021-01-19', 'Normal.')
    addNote(chart, 'progress', '2026-05-15', 'dr-okafor', 'LDL above target. Statin discussed; she wants to think about it until autumn.')
    const sensor = addDevice(chart, 'Continuous glucose sensor')
    addGlucoseSeries(chart, sensor, 14, 118)
    addDailyActivity(chart, addDevice(chart, 'Wrist activity tracker'), 28, 4900, 70)
    addReproductiveHistory(chart, 3, 12, '2026-05-15')
    addVisitToday(chart, ROUTINE, 'dr-okafor')
  },
}
