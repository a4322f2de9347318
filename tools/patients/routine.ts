import { addImmunization, addProblem, addVisit } from './care.ts'
import type { Chart } from './chart.ts'
import type { Doctor } from './clinic.ts'
import type { Code, Problem } from './codes.ts'
import { ANCHOR, addDays, yearsBetween } from './dates.ts'
import { addDrawnLab, addPanel, type LabPlan } from './labs.ts'
import type { AnalyteName, PanelName } from './labs-table.ts'
import { addMedicine, daily } from './medicines.ts'
import { addLifestyle, addVitals, type Body, type Smoking } from './vitals.ts'

/** The ordinary part of a chart: check-ups over the years with vitals, panels, lifestyle answers, influenza vaccine and a few colds. */
export type Routine = {
  readonly firstYear: number
  readonly body: Body
  readonly labs?: LabPlan
  /** Single analytes measured at every check-up. */
  readonly also?: readonly AnalyteName[]
  readonly panels?: readonly PanelName[]
  /** Check-ups per year; two for people with a chronic disease. */
  readonly perYear?: 1 | 2
  readonly smoking?: Smoking
  readonly drinksPerDay?: number
  readonly activeDays?: number
  readonly doctor?: Doctor
}

const MINOR: readonly Problem[] = ['sinusitis', 'bronchitis', 'pharyngitis', 'sprain']

const visitDates = (chart: Chart, { firstYear, perYear = 1 }: Routine): string[] => {
  const dates: string[] = []
  for (let year = firstYear; year <= 2026; year += 1)
    for (let turn = 0; turn < perYear; turn += 1) {
      const month = perYear === 2 ? (turn === 0 ? 3 : 9) : 5
      dates.push(addDays(`${year}-0${month}-01`, chart.random.between(2, 26)))
    }
  return dates.filter((date) => date > chart.person.birthDate && date < addDays(ANCHOR, -30))
}

/**
 * Full panels in the last years, lipids alone before and then every other year. This keeps a chart's laboratory results
 * under 200, the page that the services' prefetch asks for; a real chart may well be longer.
 */
const panelsOf = (date: string): readonly PanelName[] => {
  if (date < '2022') return ['lipids']
  return Number(date.slice(0, 4)) % 2 === 0 ? ['cbc', 'cmp', 'lipids'] : ['cbc', 'cmp']
}

const addCheckup = (chart: Chart, routine: Routine, date: string): void => {
  const visit = addVisit(chart, routine.perYear === 2 ? 'followUp' : 'checkup', date, routine.doctor ?? 'dr-okafor')
  addVitals(chart, routine.body, date, visit)
  for (const panel of routine.panels ?? panelsOf(date)) addPanel(chart, routine.labs ?? {}, panel, date, visit)
  for (const name of routine.also ?? []) addDrawnLab(chart, routine.labs ?? {}, name, date, visit)
  if (yearsBetween(chart.person.birthDate, date) >= 16)
    addLifestyle(chart, date, routine.smoking ?? 'never', routine.drinksPerDay ?? 1, routine.activeDays ?? 3)
}

const addColds = (chart: Chart, { firstYear }: Routine): void => {
  for (let year = firstYear + 1; year <= 2025; year += 3) {
    const problem = MINOR[chart.random.between(0, MINOR.length - 1)] ?? 'sinusitis'
    const onset = addDays(`${year}-01-10`, chart.random.between(0, 60))
    const visit = addVisit(chart, 'symptom', onset, 'dr-okafor')
    const condition = addProblem(chart, problem, onset, addDays(onset, chart.random.between(9, 20)))
    if (problem === 'bronchitis')
      addMedicine(chart, {
        product: 'amoxicillin500',
        dosage: daily(500, 'mg', '500 mg by mouth three times a day for 7 days', 3),
        since: onset,
        until: addDays(onset, 7),
        reason: condition,
        encounter: visit,
      })
  }
}

export const addRoutine = (chart: Chart, routine: Routine): void => {
  for (const date of visitDates(chart, routine)) addCheckup(chart, routine, date)
  addColds(chart, routine)
  for (let year = Math.max(routine.firstYear, 2017); year <= 2025; year += 1)
    addImmunization(
      chart,
      ['140', 'Influenza, seasonal, injectable, preservative free'],
      addDays(`${year}-10-01`, chart.random.between(0, 40)),
    )
}

/** The visit that is going on now, with today's vitals and panels. Gives back its reference. */
export const addVisitToday = (
  chart: Chart,
  routine: Routine,
  doctor: Doctor,
  kind: 'consultation' | 'followUp' | 'inpatient' = 'consultation',
  stay: { readonly since?: string; readonly urgent?: boolean; readonly service?: Code } = {},
): string => {
  const visit = addVisit(chart, kind, ANCHOR, doctor, { open: true, ...stay })
  addVitals(chart, routine.body, ANCHOR, visit)
  for (const panel of ['cbc', 'cmp'] as const) addPanel(chart, routine.labs ?? {}, panel, ANCHOR, visit)
  for (const name of routine.also ?? []) addDrawnLab(chart, routine.labs ?? {}, name, ANCHOR, visit)
  return visit
}
