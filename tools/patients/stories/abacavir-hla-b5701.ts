import { addNoKnownAllergies, addProblem, addRelative } from '../care.ts'
import { addNote } from '../documents.ts'
import { addPresence } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addLab } from '../labs.ts'
import { addMedicine, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { cpic, dpwg, NOT_HISPANIC, type Story, WHITE } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2019,
  body: { heightCm: 168, weightKg: 64, systolic: 114, diastolic: 70 },
  labs: { lymphocytes: { mean: 2, from: { date: '2026-10-01', mean: 1.2 } } },
  smoking: 'current',
  drinksPerDay: 1,
  doctor: 'dr-nguyen',
}

export const STORY: Story = {
  id: 'abacavir-hla-b5701',
  title: 'Abacavir with HLA-B*57:01',
  story: 'A woman of 34 starts treatment of HIV; the screening test before abacavir came back positive.',
  person: {
    id: 'p06',
    given: 'Amelie',
    family: 'Fontaine-Example',
    birthDate: '1992-09-08',
    sex: 'female',
    race: WHITE,
    ethnicity: NOT_HISPANIC,
    city: 'Harborlight',
  },
  order: { product: 'abacavir300', dosage: daily(300, 'mg', '300 mg by mouth twice a day', 2), reason: 'hiv' },
  expect: {
    concern: 'guidance',
    genes: ['HLA-B'],
    action: 'Do not give abacavir.',
    why: 'HLA-B*57:01 is present: high risk of a hypersensitivity reaction that can be fatal.',
    sources: [cpic('PA166104997', 2014), dpwg('PA166104991', 2011)],
  },
  write: (chart) => {
    addNoKnownAllergies(chart, '2019-05-10')
    addRelative(chart, { who: 'mother', problem: 'hypothyroidism', age: 45 }, '2019-05-10')
    addRoutine(chart, ROUTINE)
    const hiv = addProblem(chart, 'hiv', '2026-10-14')
    addLab(chart, 'viralLoad', 48_200, '2026-10-14')
    addLab(chart, 'viralLoad', 51_900, '2026-11-02')
    addLab(chart, 'cd4', 410, '2026-10-14')
    addLab(chart, 'cd4', 396, '2026-11-02')
    addPresence(chart, 'HLA-B*57:01', 'positive', { date: '2026-10-20', method: 'PCR with sequence-specific primers' })
    addStudy(chart, 'chestXray', '2026-10-15', 'Normal.')
    addMedicine(chart, {
      product: 'dolutegravir50',
      dosage: daily(50, 'mg', '50 mg by mouth once a day'),
      since: '2026-11-16',
      by: 'dr-nguyen',
      reason: hiv,
    })
    addNote(
      chart,
      'consult',
      '2026-10-28',
      'dr-nguyen',
      'New diagnosis, no symptoms. Ready to start treatment. Regimen to be chosen at the next visit.',
    )
    addVisitToday(chart, ROUTINE, 'dr-nguyen')
  },
}
