import { addNoKnownAllergies, addProblem, addRelative, addVisit } from '../care.ts'
import { addDailyActivity, addDevice } from '../devices.ts'
import { addNote, addPdfReport } from '../documents.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, daily, tablets } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { BLACK, NOT_HISPANIC, type Story } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2020,
  body: { heightCm: 160, weightKg: 73, systolic: 144, diastolic: 84, pulse: 70 },
  labs: { cholesterol: { mean: 206 }, creatinine: { mean: 0.92 } },
  also: ['a1c'],
  smoking: 'former',
}

export const STORY: Story = {
  id: 'clopidogrel-pdf',
  title: 'The result is in a PDF that nobody coded',
  story: 'A woman of 71 had a stroke and is to take clopidogrel; her genetic report exists only as a scanned PDF.',
  person: {
    id: 'p12',
    given: 'Josephine',
    family: 'Baptiste-Example',
    birthDate: '1955-08-13',
    sex: 'female',
    race: BLACK,
    ethnicity: NOT_HISPANIC,
    city: 'Riverbend',
  },
  order: { product: 'clopidogrel75', dosage: daily(75, 'mg', '75 mg by mouth once a day'), reason: 'stroke' },
  expect: {
    concern: 'not-assessed',
    genes: ['CYP2C19'],
    action: 'Read the attached report before relying on clopidogrel; its result is not in coded form.',
    why: 'A report titled Pharmacogenomic Panel (2024) holds its result only in a PDF, which is listed but not read. CPIC (2022) and DPWG (2011) have advice on clopidogrel after a stroke for CYP2C19, so silence would be wrong.',
    sources: [],
  },
  write: (chart) => {
    addNoKnownAllergies(chart, '2020-05-08')
    const hypertension = addProblem(chart, 'hypertension', '2006-11-20')
    const stroke = addProblem(chart, 'stroke', '2026-11-10')
    addRelative(chart, { who: 'mother', problem: 'stroke', age: 68 }, '2020-05-08')
    addRoutine(chart, ROUTINE)
    addMedicine(chart, {
      product: 'amlodipine5',
      dosage: daily(10, 'mg', '10 mg by mouth once a day'),
      since: '2020-05-08',
      reason: hypertension,
    })
    const stay = addVisit(chart, 'inpatient', '2026-11-10', 'dr-tanaka', { until: '2026-11-14' })
    addMedicine(chart, {
      product: 'aspirin81',
      dosage: tablets(1, '1 tablet (81 mg) by mouth once a day'),
      since: '2026-11-10',
      reason: stroke,
      encounter: stay,
      by: 'dr-tanaka',
    })
    addMedicine(chart, {
      product: 'atorvastatin40',
      dosage: daily(40, 'mg', '40 mg by mouth once a day'),
      since: '2026-11-11',
      reason: stroke,
      encounter: stay,
      by: 'dr-tanaka',
    })
    addStudy(chart, 'headMr', '2026-11-10', 'Small acute infarct in the left corona radiata. No haemorrhage.')
    addStudy(chart, 'echo', '2026-11-12', 'No source of embolism.')
    addPdfReport(chart, 'Pharmacogenomic Panel', '2024-03-19', [
      'Northfield Molecular Diagnostics (synthetic document, no real person)',
      'Patient: Josephine Baptiste-Example, born 1955-08-13',
      'Collected 2024-03-19, blood',
      '',
      'CYP2C19   *1/*2   Intermediate metabolizer',
      'SLCO1B1   *1/*1   Normal function',
      '',
      'This page is here so that the sandbox can show what an unread report means.',
    ])
    addNote(
      chart,
      'discharge',
      '2026-11-14',
      'dr-tanaka',
      'Minor ischaemic stroke, NIHSS 3. Short dual antiplatelet therapy planned; clopidogrel to be added at the clinic visit.',
    )
    addDailyActivity(chart, addDevice(chart, 'Wrist activity tracker'), 28, 3100, 73)
    addVisitToday(chart, ROUTINE, 'dr-tanaka')
  },
}
