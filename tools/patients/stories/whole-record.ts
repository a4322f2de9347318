import { addAllergy, addProblem, addProcedure } from '../care.ts'
import type { Chart } from '../chart.ts'
import { RXNORM } from '../codes.ts'
import { addDailyActivity, addDevice } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addGeneticReport, addGenotype, addGroup, addImplication, type Gene } from '../genomics.ts'
import { addHistory } from '../history.ts'
import { addBreastFollowUp, addStudy } from '../imaging.ts'
import { addMedicine, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { cpic, dpwg, NOT_HISPANIC, type Story, WHITE } from '../story.ts'
import { addWornDevices } from '../wearables.ts'
import { addWholePerson } from '../whole-person.ts'
import { addWholeGenome } from './whole-record-genome.ts'
import { addLipids, addOmicsPanels, addUntidyLabs } from './whole-record-labs.ts'

const ROUTINE: Routine = {
  firstYear: 2025,
  perYear: 2,
  body: { heightCm: 167, weightKg: 81, drift: 0.5, systolic: 136, diastolic: 82, pulse: 74 },
  labs: { a1c: { mean: 7.4, from: { date: '2025-01-01', mean: 7.9 } }, creatinine: { mean: 0.92 }, cholesterol: { mean: 192 } },
  panels: ['cmp'],
  also: ['a1c'],
  smoking: 'former',
  drinksPerDay: 0.3,
  activeDays: 3,
}

/** One panel of pharmacogenes, as diplotypes. */
const PANEL: readonly (readonly [Gene, string])[] = [
  ['CYP2D6', '*4/*4'],
  ['CYP2C19', '*1/*2'],
  ['CYP2C9', '*1/*1'],
  ['CYP2B6', '*1/*6'],
  ['CYP3A5', '*3/*3'],
  ['DPYD', 'Reference/Reference'],
  ['NUDT15', '*1/*1'],
  ['SLCO1B1', '*1/*5'],
  ['TPMT', '*1/*1'],
  ['UGT1A1', '*1/*28'],
  ['MT-RNR1', 'Reference'],
  ['HLA-B', 'HLA-B*07:02/HLA-B*44:03'],
]

const addPanelReport = (chart: Chart): void => {
  const sample = { date: '2026-09-14', method: 'Sequencing panel with CYP2D6 copy number and two-field HLA typing' }
  const genotypes = new Map(PANEL.map(([gene, diplotype]) => [gene, addGenotype(chart, gene, diplotype, sample)]))
  const tamoxifen = addImplication(chart, ['10324', 'tamoxifen'], 'poor', genotypes.get('CYP2D6') ?? '', sample)
  const group = addGroup(chart, 'Pharmacogenomic panel, 12 genes', [...genotypes.values()], sample)
  addGeneticReport(chart, 'Pharmacogenomic panel, 12 genes', [group, tamoxifen], sample)
}

const addMedicines = (chart: Chart, problems: { readonly [name: string]: string }): void => {
  const take = (product: Parameters<typeof addMedicine>[1]['product'], mg: number, text: string, since: string, reason = '', perDay = 1) =>
    addMedicine(chart, { product, dosage: daily(mg, 'mg', text, perDay), since, reason })
  take('metformin500', 1000, '1000 mg by mouth twice a day', '2018-03-12', problems.diabetes, 2)
  take('lisinopril10', 10, '10 mg by mouth once a day', '2016-10-03', problems.hypertension)
  take('atorvastatin40', 40, '40 mg by mouth every evening', '2018-03-12', problems.hyperlipidemia)
  take('paroxetine20', 20, '20 mg by mouth every morning', '2021-11-08', problems.depression)
  take('omeprazole20', 20, '20 mg by mouth once a day before breakfast', '2023-05-15', problems.reflux)
}

export const STORY: Story = {
  id: 'whole-record',
  title: 'A whole record: tamoxifen, and everything around it',
  story:
    'A woman of 58, five years after breast cancer, with diabetes, depression and a glucose sensor, is to take tamoxifen; both of her CYP2D6 copies make no enzyme.',
  person: {
    id: 'p19',
    given: 'Margarethe',
    family: 'Lindholm-Example',
    birthDate: '1968-04-09',
    sex: 'female',
    race: WHITE,
    ethnicity: NOT_HISPANIC,
    city: 'Northfield',
  },
  order: { product: 'tamoxifen20', dosage: daily(20, 'mg', '20 mg by mouth once a day'), reason: 'breastCancer' },
  expect: {
    concern: 'guidance',
    genes: ['CYP2D6'],
    action: 'Prefer an aromatase inhibitor; only if that is not possible, tamoxifen 40 mg a day.',
    why: 'CYP2D6 *4/*4 makes almost no endoxifen from tamoxifen. Paroxetine would block the enzyme, too, but there is none left to block.',
    sources: [cpic('PA166176068', 2018), dpwg('PA166104966', 2011)],
  },
  write: (chart) => {
    const problems = {
      hypertension: addProblem(chart, 'hypertension', '2016-10-03'),
      diabetes: addProblem(chart, 'diabetes', '2018-03-12'),
      hyperlipidemia: addProblem(chart, 'hyperlipidemia', '2018-03-12'),
      cancer: addProblem(chart, 'breastCancer', '2021-06-21'),
      depression: addProblem(chart, 'depression', '2021-11-08'),
      reflux: addProblem(chart, 'reflux', '2023-05-15'),
    }
    addAllergy(chart, ['7980', 'penicillin G'], RXNORM, ['126485001', 'Urticaria'], '1989-03-02')
    addRoutine(chart, ROUTINE)
    addMedicines(chart, problems)
    addProcedure(chart, 'lumpectomy', '2021-07-19', { reason: problems.cancer, by: 'dr-moreau' })
    addStudy(chart, 'chestXray', '2021-06-28', 'Normal.')
    addBreastFollowUp(chart)
    addPanelReport(chart)
    addWholeGenome(chart)
    addNote(
      chart,
      'consult',
      '2026-11-09',
      'dr-moreau',
      'Stopped letrozole for joint pain in October. Tamoxifen planned for the remaining years of endocrine treatment.',
    )
    addWholePerson(chart)
    addDailyActivity(chart, addDevice(chart, 'Wrist activity tracker'), 60, 6100, 68)
    addWornDevices(chart)
    addHistory(chart)
    addVisitToday(chart, ROUTINE, 'dr-moreau')
    addUntidyLabs(chart)
    addLipids(chart)
    addOmicsPanels(chart)
  },
}
