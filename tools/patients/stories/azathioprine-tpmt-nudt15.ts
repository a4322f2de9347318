import { addAllergy, addProblem, addProcedure, addRelative } from '../care.ts'
import { SNOMED } from '../codes.ts'
import { addDailyActivity, addDevice } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addGeneticReport, addGenotype, addGroup, addPhenotype } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { ASIAN, cpic, dpwg, NOT_HISPANIC, type Story } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2024,
  perYear: 2,
  body: { heightCm: 176, weightKg: 74, drift: -0.4, systolic: 117, diastolic: 72 },
  labs: {
    crp: { mean: 2, from: { date: '2024-01-01', mean: 18 } },
    calprotectin: { mean: 40, from: { date: '2024-01-01', mean: 620 } },
    albumin: { mean: 4.2, from: { date: '2024-01-01', mean: 3.8 } },
    hemoglobin: { mean: 14.6, from: { date: '2024-01-01', mean: 13.2 } },
  },
  panels: ['cbc', 'cmp'],
  also: ['crp', 'calprotectin', 'ferritin'],
  doctor: 'dr-haddad',
}

export const STORY: Story = {
  id: 'azathioprine-tpmt-nudt15',
  title: 'Azathioprine with two slow enzymes',
  story: "A man of 29 with Crohn's disease starts azathioprine at the usual dose; both TPMT and NUDT15 are intermediate.",
  person: {
    id: 'p05',
    given: 'Kenji',
    family: 'Morimoto-Example',
    birthDate: '1997-05-30',
    sex: 'male',
    race: ASIAN,
    ethnicity: NOT_HISPANIC,
    city: 'Riverbend',
  },
  order: { product: 'azathioprine50', dosage: daily(150, 'mg', '150 mg by mouth once a day'), reason: 'crohn' },
  expect: {
    concern: 'guidance',
    genes: ['TPMT', 'NUDT15'],
    action: 'Start azathioprine at 20 to 50 % of the usual dose, allow 2 to 4 weeks to steady state, titrate by blood counts.',
    why: 'TPMT *1/*3A and NUDT15 *1/*3 are both intermediate metabolizers: risk of myelosuppression adds up.',
    sources: [cpic('PA166104933', 2026), dpwg('PA166104934', 2011)],
  },
  write: (chart) => {
    const crohn = addProblem(chart, 'crohn', '2024-02-14')
    addAllergy(chart, ['256277009', 'Grass pollen'], SNOMED, ['70076002', 'Rhinitis'], '2010-05-01')
    addRelative(chart, { who: 'sister', problem: 'asthma', age: 9 }, '2020-03-20')
    addRoutine(chart, ROUTINE)
    addProcedure(chart, 'colonoscopy', '2024-02-14', { by: 'dr-haddad' })
    addProcedure(chart, 'colonoscopy', '2026-09-30', { reason: crohn, by: 'dr-haddad' })
    addStudy(chart, 'abdomenCt', '2024-02-20', 'Wall thickening of the terminal ileum over 18 cm, no abscess.')
    addStudy(chart, 'abdomenUs', '2026-09-22', 'Terminal ileum 6 mm, hyperaemic.')
    addMedicine(chart, {
      product: 'prednisone5',
      dosage: daily(40, 'mg', '40 mg by mouth once a day, tapered over 8 weeks'),
      since: '2024-02-20',
      until: '2024-04-20',
      reason: crohn,
      by: 'dr-haddad',
    })
    addMedicine(chart, {
      product: 'prednisone5',
      dosage: daily(20, 'mg', '20 mg by mouth once a day'),
      since: '2026-10-01',
      reason: crohn,
      by: 'dr-haddad',
    })
    const sample = { date: '2026-10-12', method: 'Targeted genotyping; TPMT *2 *3A *3B *3C, NUDT15 *2 *3' }
    const tpmt = addGenotype(chart, 'TPMT', '*1/*3A', sample)
    const tpmtPhenotype = addPhenotype(chart, 'TPMT', 'intermediate', sample)
    const nudt15 = addGenotype(chart, 'NUDT15', '*1/*3', sample)
    const group = addGroup(chart, 'Thiopurine panel', [tpmt, tpmtPhenotype, nudt15], sample)
    addGeneticReport(chart, 'Thiopurine pharmacogenomics', [group], sample)
    addNote(
      chart,
      'consult',
      '2026-10-01',
      'dr-haddad',
      "Flare of ileal Crohn's disease under tapering steroids. Azathioprine planned once thiopurine genetics are back; 74 kg, target 2 mg/kg.",
    )
    addDailyActivity(chart, addDevice(chart, 'Wrist activity tracker'), 28, 8100, 62)
    addVisitToday(chart, ROUTINE, 'dr-haddad')
  },
}
