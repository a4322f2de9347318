import { addImmunization, addNoKnownAllergies, addProblem, addProcedure, addRelative, addVisit } from '../care.ts'
import { addDailyActivity, addDevice } from '../devices.ts'
import { addNote } from '../documents.ts'
import { addGeneticReport, addGenotype, addMetabolismEffect } from '../genomics.ts'
import { addStudy } from '../imaging.ts'
import { addMedicine, asNeeded, daily } from '../medicines.ts'
import { addRoutine, addVisitToday, type Routine } from '../routine.ts'
import { cpic, dpwg, NOT_HISPANIC, type Story, WHITE } from '../story.ts'

const ROUTINE: Routine = {
  firstYear: 2016,
  body: {
    heightCm: 141,
    weightKg: 34,
    growth: [
      { age: 0, heightCm: 50, weightKg: 3.4 },
      { age: 1, heightCm: 74, weightKg: 9.2 },
      { age: 2, heightCm: 86, weightKg: 12 },
      { age: 4, heightCm: 102, weightKg: 16 },
      { age: 6, heightCm: 116, weightKg: 20.5 },
      { age: 8, heightCm: 128, weightKg: 26 },
      { age: 10.3, heightCm: 141, weightKg: 34 },
    ],
    systolic: 100,
    diastolic: 62,
    pulse: 88,
  },
  labs: { creatinine: { mean: 0.45, deviation: 0.03 }, hemoglobin: { mean: 12.8 }, alkalinePhosphatase: { mean: 240, deviation: 20 } },
  panels: ['cbc'],
  doctor: 'dr-oduya',
}

export const STORY: Story = {
  id: 'codeine-after-tonsillectomy',
  title: 'Codeine for a child after tonsillectomy',
  story: 'A girl of 10 is in pain two days after a tonsillectomy; she turns codeine into morphine far too fast.',
  person: {
    id: 'p02',
    given: 'Clara',
    family: 'Lindgren-Example',
    birthDate: '2016-08-21',
    sex: 'female',
    race: WHITE,
    ethnicity: NOT_HISPANIC,
    city: 'Riverbend',
  },
  order: {
    product: 'codeineSolution',
    dosage: asNeeded(6, 'mL', '6 mL by mouth every 6 hours as needed for pain', 4),
    reason: 'tonsillitis',
  },
  expect: {
    concern: 'guidance',
    genes: ['CYP2D6'],
    action: 'Avoid codeine, and do not replace it with tramadol.',
    why: 'CYP2D6 *1/*2x2 has an activity score of 3.0: ultrarapid metabolizer, risk of morphine toxicity; deaths of such children after tonsillectomy led to the boxed warning of the label.',
    sources: [cpic('PA166104996', 2021), dpwg('PA166104970', 2022)],
  },
  write: (chart) => {
    addNoKnownAllergies(chart, '2017-09-01')
    addRelative(chart, { who: 'mother', problem: 'migraine', age: 24 }, '2019-03-10')
    addProblem(chart, 'otitisMedia', '2018-01-15', '2018-02-01')
    addProblem(chart, 'otitisMedia', '2019-11-20', '2019-12-06')
    addProblem(chart, 'sleepApnea', '2025-10-03')
    const tonsillitis = addProblem(chart, 'tonsillitis', '2024-02-11')
    addRoutine(chart, ROUTINE)
    for (const [code, name, date] of [
      ['08', 'Hep B, adolescent or pediatric', '2016-08-22'],
      ['20', 'DTaP', '2016-10-21'],
      ['20', 'DTaP', '2016-12-21'],
      ['10', 'IPV', '2016-12-21'],
      ['133', 'Pneumococcal conjugate PCV 13', '2016-10-21'],
      ['03', 'MMR', '2017-09-01'],
      ['21', 'varicella', '2017-09-01'],
    ] as const)
      addImmunization(chart, [code, name], date)
    for (const date of ['2024-02-11', '2024-11-20', '2025-04-02', '2026-01-15'])
      addMedicine(chart, {
        product: 'amoxicillin500',
        dosage: daily(500, 'mg', '500 mg by mouth twice a day for 10 days', 2),
        since: date,
        until: date.replace(/\d\d$/, '28'),
        reason: tonsillitis,
        by: 'dr-oduya',
      })

    const sample = { date: '2023-03-21', method: 'Targeted genotyping with copy number' }
    const genotype = addGenotype(chart, 'CYP2D6', '*1/*2x2', sample)
    const effect = addMetabolismEffect(chart, 'CYP2D6', 'ultrarapid', genotype, sample)
    addGeneticReport(chart, 'CYP2D6 genotyping (family screening)', [genotype, effect], { ...sample, generation: 'STU1' })

    const stay = addVisit(chart, 'inpatient', '2026-11-14', 'dr-oduya', { until: '2026-11-15' })
    addProcedure(chart, 'tonsillectomy', '2026-11-14', { reason: tonsillitis, encounter: stay, by: 'dr-oduya' })
    addMedicine(chart, {
      product: 'ibuprofen100chew',
      dosage: asNeeded(200, 'mg', '200 mg by mouth every 6 to 8 hours as needed', 3),
      since: '2026-11-15',
      reason: tonsillitis,
      encounter: stay,
      by: 'dr-oduya',
    })
    addStudy(chart, 'chestXray', '2018-01-16', 'No consolidation.')
    addNote(
      chart,
      'progress',
      '2026-11-15',
      'dr-oduya',
      'First day after tonsillectomy for chronic tonsillitis with sleep apnoea. Drinks well. Pain not controlled with ibuprofen alone; parents ask for something stronger.',
    )
    addDailyActivity(chart, addDevice(chart, "Child's activity band"), 28, 9800, 78)
    addVisitToday(chart, ROUTINE, 'dr-oduya', 'followUp')
  },
}
