import { addNoKnownAllergies, addProblem, addProcedure, addRelative } from '../care.ts'
import { addDailyActivity, addDevice } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addGeneticReport, addGenotype, addImplication } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, asNeeded, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { ASIAN, cpic, dpwg, NOT_HISPANIC, type Story } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2019,
  body: { heightCm: 170, weightKg: 69, systolic: 126, diastolic: 79 },
  labs: { triglycerides: { mean: 140 } },
  also: ['tsh'],
  smoking: 'former',
  doctor: 'dr-tanaka',
}

export const STORY: Story = {
  id: 'carbamazepine-hla-b1502',
  title: 'Carbamazepine with HLA-B*15:02',
  story: 'A man of 41 has trigeminal neuralgia and never took carbamazepine; he carries HLA-B*15:02.',
  person: {
    id: 'p07',
    given: 'Somchai',
    family: 'Srisai-Example',
    birthDate: '1985-02-17',
    sex: 'male',
    race: ASIAN,
    ethnicity: NOT_HISPANIC,
    city: 'Riverbend',
    language: 'th',
  },
  order: { product: 'carbamazepine200', dosage: daily(200, 'mg', '200 mg by mouth twice a day', 2), reason: 'trigeminalNeuralgia' },
  expect: {
    concern: 'guidance',
    genes: ['HLA-B'],
    action: 'Do not start carbamazepine; mind that oxcarbazepine and phenytoin share the risk.',
    why: 'HLA-B*15:02 is present in a patient who never took it: risk of Stevens-Johnson syndrome and toxic epidermal necrolysis.',
    sources: [cpic('PA166105008', 2018), dpwg('PA166265162', null)],
  },
  write: (chart) => {
    addNoKnownAllergies(chart, '2019-05-20')
    addRelative(chart, { who: 'father', problem: 'hypertension', age: 55 }, '2019-05-20')
    addRoutine(chart, ROUTINE)
    const neuralgia = addProblem(chart, 'trigeminalNeuralgia', '2026-10-05')
    const sample = { date: '2026-10-26', method: 'Sequence-based HLA typing, two fields' }
    const hlaB = addGenotype(chart, 'HLA-B', 'HLA-B*15:02/HLA-B*46:01', sample)
    const hlaA = addGenotype(chart, 'HLA-A', 'HLA-A*11:01/HLA-A*24:02', sample)
    const implication = addImplication(chart, ['2002', 'carbamazepine'], 'highRisk', hlaB, sample)
    addGeneticReport(chart, 'HLA typing before carbamazepine', [hlaB, hlaA, implication], sample)
    addStudy(chart, 'headMr', '2026-10-12', 'No lesion, no neurovascular contact.')
    addProcedure(chart, 'electroencephalogram', '2021-06-10', { by: 'dr-tanaka' })
    addMedicine(chart, {
      product: 'ibuprofen400',
      dosage: asNeeded(400, 'mg', '400 mg by mouth every 8 hours as needed', 3),
      since: '2026-10-05',
      until: '2026-10-26',
      reason: neuralgia,
    })
    addNote(
      chart,
      'consult',
      '2026-10-26',
      'dr-tanaka',
      'Classical trigeminal neuralgia, right V2. HLA typing sent before the choice of a sodium channel blocker.',
    )
    addDailyActivity(chart, addDevice(chart, 'Wrist activity tracker'), 28, 7600, 64)
    addVisitToday(chart, ROUTINE, 'dr-tanaka')
  },
}
