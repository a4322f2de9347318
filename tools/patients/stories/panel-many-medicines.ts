import { addAllergy, addProblem, addProcedure, addRelative } from '../care.ts'
import type { Chart } from '../chart.ts'
import { RXNORM } from '../codes.ts'
import { addDailyActivity, addDevice } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addSurveyScore } from '../findings.ts'
import { addGeneticReport, addGenotype, addGroup, addImplication, type Gene } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, asNeeded, daily, type Prescription } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { cpic, dpwg, NOT_HISPANIC, type Story, WHITE } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2021,
  body: { heightCm: 162, weightKg: 77, drift: 0.4, systolic: 138, diastolic: 80, pulse: 61 },
  labs: { creatinine: { mean: 1.12 }, cholesterol: { mean: 201 }, a1c: { mean: 5.9 } },
  also: ['a1c', 'uacr'],
  smoking: 'former',
  activeDays: 2,
}

/** Fourteen genes of one panel, as diplotypes. */
const PANEL: readonly (readonly [Gene, string])[] = [
  ['CYP2D6', '*4/*4'],
  ['CYP2C19', '*1/*17'],
  ['CYP2C9', '*2/*3'],
  ['CYP2B6', '*1/*6'],
  ['CYP3A5', '*3/*3'],
  ['CYP4F2', '*1/*1'],
  ['DPYD', 'Reference/Reference'],
  ['NUDT15', '*1/*1'],
  ['SLCO1B1', '*1/*5'],
  ['TPMT', '*1/*1'],
  ['UGT1A1', '*28/*28'],
  ['VKORC1', 'rs9923231 C/C'],
  ['HLA-A', 'HLA-A*01:01/HLA-A*02:01'],
  ['HLA-B', 'HLA-B*07:02/HLA-B*08:01'],
]

const MEDICINES: readonly Omit<Prescription, 'reason'>[] = [
  { product: 'metoprololTartrate50', dosage: daily(50, 'mg', '50 mg by mouth twice a day', 2), since: '2019-04-11' },
  { product: 'simvastatin20', dosage: daily(20, 'mg', '20 mg by mouth every evening'), since: '2018-06-20' },
  { product: 'amitriptyline25', dosage: daily(25, 'mg', '25 mg by mouth at bedtime'), since: '2025-02-06' },
  { product: 'celecoxib200', dosage: daily(200, 'mg', '200 mg by mouth once a day'), since: '2024-10-01' },
  { product: 'pantoprazole40', dosage: daily(40, 'mg', '40 mg by mouth once a day'), since: '2024-10-01' },
  { product: 'aspirin81', dosage: daily(81, 'mg', '81 mg by mouth once a day'), since: '2016-01-15' },
]

const addPanelReport = (chart: Chart): void => {
  const sample = { date: '2026-08-25', method: 'Sequencing panel with CYP2D6 copy number and two-field HLA typing' }
  const genotypes = new Map(PANEL.map(([gene, diplotype]) => [gene, addGenotype(chart, gene, diplotype, sample)]))
  const cyp2d6 = genotypes.get('CYP2D6') ?? ''
  const implications = [
    addImplication(chart, ['2670', 'codeine'], 'poor', cyp2d6, sample),
    addImplication(chart, ['6918', 'metoprolol'], 'poor', cyp2d6, sample),
    addImplication(chart, ['704', 'amitriptyline'], 'poor', cyp2d6, sample),
    addImplication(chart, ['36567', 'simvastatin'], 'decreasedFunction', genotypes.get('SLCO1B1') ?? '', sample),
    addImplication(chart, ['140587', 'celecoxib'], 'poor', genotypes.get('CYP2C9') ?? '', sample),
  ]
  const group = addGroup(chart, 'Pharmacogenomic panel, 14 genes', [...genotypes.values()], sample)
  addGeneticReport(chart, 'Pharmacogenomic panel, 14 genes', [group, ...implications], sample)
}

export const STORY: Story = {
  id: 'panel-many-medicines',
  title: 'A full panel meets six medicines',
  story:
    'A woman of 72 takes six medicines; a new panel of 14 genes flags several of them as soon as the chart is opened, and codeine will not work.',
  person: {
    id: 'p15',
    given: 'Harriet',
    family: 'Langley-Example',
    birthDate: '1954-02-22',
    sex: 'female',
    race: WHITE,
    ethnicity: NOT_HISPANIC,
    city: 'Harborlight',
  },
  order: {
    product: 'codeine30',
    dosage: asNeeded(30, 'mg', '1 tablet (codeine 30 mg) by mouth every 6 hours as needed for pain', 4),
    reason: 'osteoarthritis',
  },
  expect: {
    concern: 'guidance',
    genes: ['CYP2D6'],
    action: 'Avoid codeine, and do not replace it with tramadol.',
    why: 'CYP2D6 *4/*4 makes no morphine from codeine: no pain relief.',
    sources: [cpic('PA166104996', 2021), dpwg('PA166104970', 2022)],
  },
  write: (chart) => {
    addAllergy(chart, ['7052', 'morphine'], RXNORM, ['418290006', 'Itching'], '2015-09-09')
    const problems = [
      addProblem(chart, 'coronaryDisease', '2016-01-12'),
      addProblem(chart, 'hyperlipidemia', '2008-06-20'),
      addProblem(chart, 'lowBackPain', '2025-02-06'),
      addProblem(chart, 'osteoarthritis', '2020-10-01'),
    ]
    addProblem(chart, 'kidneyDisease3', '2025-05-20')
    addRelative(chart, { who: 'father', problem: 'coronaryDisease', age: 60 }, '2021-05-11')
    addRoutine(chart, ROUTINE)
    for (const [index, medicine] of MEDICINES.entries()) {
      const reason = problems[index % problems.length]
      addMedicine(chart, { ...medicine, ...(reason && { reason }) })
    }
    addMedicine(chart, {
      product: 'tramadol50',
      dosage: asNeeded(50, 'mg', '50 mg by mouth every 6 hours as needed', 4),
      since: '2025-09-01',
      until: '2025-10-01',
      stopped: 'stopped',
    })
    addPanelReport(chart)
    addProcedure(chart, 'catheterization', '2016-01-12', { by: 'dr-lindqvist' })
    addProcedure(chart, 'kneeReplacement', '2022-11-08')
    addProcedure(chart, 'cholecystectomy', '1999-04-14')
    addStudy(chart, 'kneeXray', '2022-06-01', 'Advanced medial osteoarthritis of the left knee.', { pictures: true })
    addStudy(chart, 'echo', '2024-03-12', 'Ejection fraction 55 %.')
    addNote(chart, 'progress', '2025-10-01', 'dr-okafor', 'Tramadol stopped: no effect on the pain.')
    addDailyActivity(chart, addDevice(chart, 'Wrist activity tracker'), 28, 3600, 60)
    addSurveyScore(chart, ['72106-8', 'Total score [MMSE]'], 28, '2026-10-12')
    addSurveyScore(chart, ['48545-8', 'Geriatric depression scale (GDS) short version total'], 3, '2026-10-12')
    addVisitToday(chart, ROUTINE, 'dr-okafor', 'followUp')
  },
}
