import { addAllergy, addProblem, addProcedure, addRelative } from '../care.ts'
import { RXNORM } from '../codes.ts'
import { addDailyActivity, addDevice } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, asNeeded, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { ASIAN, NOT_HISPANIC, type Story } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2020,
  body: { heightCm: 158, weightKg: 55, systolic: 118, diastolic: 72 },
  labs: { wbc: { mean: 6.2, from: { date: '2026-03-01', mean: 4.6 } }, cea: { mean: 1.5, from: { date: '2026-02-01', mean: 7.2 } } },
  also: ['cea'],
}

export const STORY: Story = {
  id: 'capecitabine-untested',
  title: 'Capecitabine, nobody has tested DPYD',
  story: 'A woman of 53 with breast cancer is to start capecitabine; no DPYD result is on record.',
  person: {
    id: 'p13',
    given: 'Mei',
    family: 'Hartono-Example',
    birthDate: '1972-12-05',
    sex: 'female',
    race: ASIAN,
    ethnicity: NOT_HISPANIC,
    city: 'Northfield',
  },
  order: {
    product: 'capecitabine500',
    dosage: daily(1500, 'mg', '1500 mg by mouth twice a day for 14 days, then 7 days off', 2),
    reason: 'breastCancer',
  },
  expect: {
    concern: 'test-first',
    genes: ['DPYD'],
    action: 'Test DPYD before the first dose.',
    why: 'No DPYD result is on record, and unknown is not normal: the US label asks to test before the first dose unless treatment cannot wait (2025), and CPIC holds the pair at level A.',
    sources: [{ source: 'FDA', guideline: 'https://www.clinpgx.org/labelAnnotation/PA166104802', year: 2025 }],
  },
  write: (chart) => {
    addAllergy(chart, ['7980', 'penicillin G'], RXNORM, ['126485001', 'Urticaria'], '1994-02-10')
    const cancer = addProblem(chart, 'breastCancer', '2026-02-11')
    addRelative(chart, { who: 'sister', problem: 'breastCancer', age: 49 }, '2026-02-11')
    addRoutine(chart, ROUTINE)
    addProcedure(chart, 'lumpectomy', '2026-03-20', { reason: cancer, by: 'dr-moreau' })
    addStudy(chart, 'abdomenCt', '2026-10-21', 'Two new liver lesions, 11 and 14 mm.')
    addStudy(chart, 'chestXray', '2026-02-16', 'Normal.')
    addMedicine(chart, {
      product: 'ondansetron8',
      dosage: asNeeded(8, 'mg', '8 mg by mouth every 8 hours as needed', 3),
      since: '2026-04-10',
      until: '2026-08-10',
      reason: cancer,
      by: 'dr-moreau',
    })
    addMedicine(chart, {
      product: 'acetaminophen325',
      dosage: asNeeded(650, 'mg', '650 mg by mouth every 6 hours as needed', 4),
      since: '2026-03-20',
      until: '2026-04-10',
      reason: cancer,
    })
    addNote(
      chart,
      'consult',
      '2026-11-04',
      'dr-moreau',
      'Progression in the liver after adjuvant treatment. Capecitabine planned, body surface 1.54 m2.',
    )
    addDailyActivity(chart, addDevice(chart, 'Wrist activity tracker'), 28, 6400, 69)
    addVisitToday(chart, ROUTINE, 'dr-moreau')
  },
}
