import { addAllergy, addProblem, addProcedure, addRelative } from '../care.ts'
import { SNOMED } from '../codes.ts'
import { addDailyActivity, addDevice } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addIndicator, addProblemText } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, asNeeded, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { cpic, dpwg, NOT_HISPANIC, type Story, WHITE } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2020,
  body: { heightCm: 181, weightKg: 79, systolic: 121, diastolic: 75 },
  smoking: 'never',
  activeDays: 5,
}

export const STORY: Story = {
  id: 'escitalopram-indicator',
  title: 'Escitalopram, result only on the problem list',
  story: 'A man of 45 is to start escitalopram; his CYP2C19 result exists only as a genomic indicator, without the laboratory report.',
  person: {
    id: 'p11',
    given: 'Tobias',
    family: 'Kessler-Example',
    birthDate: '1981-01-19',
    sex: 'male',
    race: WHITE,
    ethnicity: NOT_HISPANIC,
    city: 'Harborlight',
  },
  order: { product: 'escitalopram10', dosage: daily(10, 'mg', '10 mg by mouth once a day'), reason: 'anxiety' },
  expect: {
    concern: 'guidance',
    genes: ['CYP2C19'],
    action: 'Choose an antidepressant that CYP2C19 does not mainly clear; if escitalopram is used, start lower and keep to half the dose.',
    why: 'Genomic indicator "CYP2C19 Poor Metabolizer" of 2023: phenotype only, entered by a person, so confidence is medium.',
    sources: [cpic('PA166127638', 2023), dpwg('PA166104975', 2022)],
  },
  write: (chart) => {
    addAllergy(chart, ['256277009', 'Grass pollen'], SNOMED, ['70076002', 'Rhinitis'], '1996-05-01')
    addProblem(chart, 'anxiety', '2026-10-02')
    const asthma = addProblem(chart, 'asthma', '1990-04-01')
    addRelative(chart, { who: 'sister', problem: 'anxiety', age: 30 }, '2026-10-02')
    addRoutine(chart, ROUTINE)
    addMedicine(chart, {
      product: 'albuterol',
      dosage: asNeeded(2, '{actuat}', '2 puffs every 4 to 6 hours as needed', 4),
      since: '2020-05-20',
      reason: asthma,
    })
    addIndicator(chart, 'CYP2C19 Poor Metabolizer', '2023-11-02')
    addIndicator(chart, 'SLCO1B1 Normal Function', '2023-11-02')
    addProblemText(chart, 'CYP2D6 normal metabolizer (outside lab, 2023)', '2023-11-06')
    addProcedure(chart, 'spirometry', '2022-05-18', { reason: asthma })
    addProcedure(chart, 'appendectomy', '2003-08-02')
    addStudy(chart, 'chestXray', '2022-05-18', 'Normal.')
    addNote(
      chart,
      'progress',
      '2026-10-02',
      'dr-okafor',
      'Generalised anxiety, psychotherapy started. Medication discussed, decision in November.',
    )
    addDailyActivity(chart, addDevice(chart, 'Wrist activity tracker'), 28, 9200, 58)
    addVisitToday(chart, ROUTINE, 'dr-okafor')
  },
}
