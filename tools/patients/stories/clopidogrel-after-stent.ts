import { addAllergy, addProblem, addProcedure, addRelative, addVisit } from '../care.ts'
import { RXNORM } from '../codes.ts'
import { addDailyActivity, addDevice, addNightlyHeartRate } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addGeneticReport, addGenotype, addImplication } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addLab } from '../labs.ts'
import { addMedicine, daily, tablets } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { cpic, dpwg, NOT_HISPANIC, type Story, WHITE } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2018,
  body: { heightCm: 179, weightKg: 91, drift: 0.5, systolic: 137, diastolic: 82, pulse: 74 },
  labs: {
    cholesterol: { mean: 214, from: { date: '2026-11-12', mean: 221 } },
    triglycerides: { mean: 168 },
    hdl: { mean: 41 },
    creatinine: { mean: 1.02 },
  },
  also: ['a1c'],
  smoking: 'former',
  drinksPerDay: 2,
  activeDays: 2,
}

export const STORY: Story = {
  id: 'clopidogrel-after-stent',
  title: 'Clopidogrel after a coronary stent',
  story: 'A man of 65 had a stent placed four days ago; a panel from last year shows that he cannot activate clopidogrel.',
  person: {
    id: 'p01',
    given: 'Walter',
    family: 'Whitfield-Example',
    birthDate: '1961-03-14',
    sex: 'male',
    race: WHITE,
    ethnicity: NOT_HISPANIC,
    city: 'Riverbend',
  },
  order: { product: 'clopidogrel75', dosage: daily(75, 'mg', '75 mg by mouth once a day'), reason: 'nstemi' },
  expect: {
    concern: 'guidance',
    genes: ['CYP2C19'],
    action: 'Avoid clopidogrel; prasugrel or ticagrelor if not contraindicated.',
    why: 'CYP2C19 *2/*2 is a poor metabolizer; after PCI for an acute coronary syndrome clopidogrel protects too little.',
    sources: [cpic('PA166104948', 2022), dpwg('PA166104956', 2011)],
  },
  write: (chart) => {
    const hypertension = addProblem(chart, 'hypertension', '2016-04-20')
    const lipids = addProblem(chart, 'hyperlipidemia', '2018-05-11')
    const reflux = addProblem(chart, 'reflux', '2021-02-03')
    addAllergy(chart, ['733', 'ampicillin'], RXNORM, ['271807003', 'Eruption of skin'], '1988-06-01')
    addRelative(chart, { who: 'father', problem: 'nstemi', age: 58 }, '2017-05-10')
    addRelative(chart, { who: 'mother', problem: 'diabetes', age: 66 }, '2017-05-10')
    addRoutine(chart, ROUTINE)
    addMedicine(chart, {
      product: 'amlodipine5',
      dosage: daily(5, 'mg', '5 mg by mouth once a day'),
      since: '2018-05-11',
      reason: hypertension,
    })
    addMedicine(chart, {
      product: 'atorvastatin20',
      dosage: daily(20, 'mg', '20 mg by mouth once a day'),
      since: '2018-05-11',
      until: '2026-11-12',
      stopped: 'stopped',
      reason: lipids,
    })
    addMedicine(chart, {
      product: 'omeprazole20',
      dosage: daily(20, 'mg', '20 mg by mouth before breakfast'),
      since: '2021-02-03',
      until: '2022-03-01',
      reason: reflux,
    })

    const sample = { date: '2025-06-02', method: 'Targeted genotyping; CYP2C19 *2 *3 *4 *5 *6 *8 *9 *10 *17' }
    const genotype = addGenotype(chart, 'CYP2C19', '*2/*2', sample)
    const slco1b1 = addGenotype(chart, 'SLCO1B1', '*1/*1', { date: '2025-06-02', method: 'Targeted genotyping; SLCO1B1 rs4149056' })
    const implication = addImplication(chart, ['32968', 'clopidogrel'], 'poor', genotype, sample)
    addGeneticReport(chart, 'Pharmacogenomic panel', [genotype, slco1b1, implication], sample)

    const stay = addVisit(chart, 'inpatient', '2026-11-12', 'dr-lindqvist', { until: '2026-11-14' })
    const infarction = addProblem(chart, 'nstemi', '2026-11-12')
    addProblem(chart, 'coronaryDisease', '2026-11-12')
    for (const [value, date] of [
      [412, '2026-11-12'],
      [1860, '2026-11-13'],
      [640, '2026-11-14'],
    ] as const)
      addLab(chart, 'troponin', value, date, stay)
    addLab(chart, 'ntprobnp', 310, '2026-11-12', stay)
    addStudy(
      chart,
      'angiography',
      '2026-11-12',
      'Severe stenosis of the mid left anterior descending artery, treated with one drug-eluting stent. Mild disease elsewhere.',
    )
    addStudy(chart, 'echo', '2026-11-13', 'Left ventricular ejection fraction 52 %, mild hypokinesia of the anterior wall.', {
      pictures: true,
    })
    addStudy(chart, 'chestXray', '2026-11-12', 'No consolidation, no congestion.')
    addProcedure(chart, 'coronaryIntervention', '2026-11-12', { reason: infarction, encounter: stay, by: 'dr-lindqvist' })
    addProcedure(chart, 'coronaryStent', '2026-11-12', { reason: infarction, encounter: stay, by: 'dr-lindqvist' })
    addMedicine(chart, {
      product: 'aspirin81',
      dosage: tablets(1, '1 tablet (81 mg) by mouth once a day'),
      since: '2026-11-12',
      by: 'dr-lindqvist',
      reason: infarction,
      encounter: stay,
    })
    addMedicine(chart, {
      product: 'atorvastatin40',
      dosage: daily(80, 'mg', '80 mg by mouth once a day'),
      since: '2026-11-12',
      by: 'dr-lindqvist',
      reason: infarction,
      encounter: stay,
    })
    addMedicine(chart, {
      product: 'metoprololSuccinate50',
      dosage: daily(50, 'mg', '50 mg by mouth once a day'),
      since: '2026-11-13',
      by: 'dr-lindqvist',
      reason: infarction,
      encounter: stay,
    })
    addNote(
      chart,
      'discharge',
      '2026-11-14',
      'dr-lindqvist',
      'Non-ST elevation infarction, one stent to the mid LAD. Loaded in the laboratory. Oral P2Y12 inhibitor to be chosen at the clinic visit on 16 November.',
    )
    const watch = addDevice(chart, 'Wrist activity tracker')
    addDailyActivity(chart, watch, 28, 5200, 66)
    addNightlyHeartRate(chart, watch, '2026-11-14', 64)
    addVisitToday(chart, ROUTINE, 'dr-lindqvist')
  },
}
