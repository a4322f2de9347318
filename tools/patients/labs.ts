import type { Chart } from './chart.ts'
import { place } from './clinic.ts'
import { concept, hl7, LOINC, quantity } from './codes.ts'
import { at, yearsBetween } from './dates.ts'
import { ANALYTES, type Analyte, type AnalyteName, PANELS, type PanelName } from './labs-table.ts'

/** How a patient differs from the table: a mean of one's own, and from a date on another one (a disease, a treatment). */
export type LabPlan = {
  readonly [name in AnalyteName]?: {
    readonly mean: number
    readonly deviation?: number
    readonly from?: { readonly date: string; readonly mean: number }
  }
}

const round = (value: number, decimals: number): number => Number(value.toFixed(decimals))

const draw = (chart: Chart, plan: LabPlan, name: AnalyteName, date: string): number => {
  const analyte: Analyte = ANALYTES[name]
  const own = plan[name]
  const mean = own?.from && date >= own.from.date ? own.from.mean : (own?.mean ?? analyte.mean[chart.person.sex])
  return Math.max(0, round(chart.random.normal(mean, own?.deviation ?? analyte.deviation), analyte.decimals))
}

/** CKD-EPI 2021, creatinine only (Inker et al., N Engl J Med 2021;385:1737). Adults. */
const egfr = (creatinine: number, age: number, sex: 'female' | 'male'): number => {
  const [kappa, alpha, factor] = sex === 'female' ? [0.7, -0.241, 1.012] : [0.9, -0.302, 1]
  const ratio = creatinine / kappa
  return 142 * Math.min(ratio, 1) ** alpha * Math.max(ratio, 1) ** -1.2 * 0.9938 ** age * factor
}

/** Values that follow from others, so that a chart does not contradict itself. */
const DERIVED: { readonly [name in AnalyteName]?: (drawn: ReadonlyMap<string, number>, chart: Chart, date: string) => number | null } = {
  hematocrit: (drawn) => (drawn.get('hemoglobin') ?? 0) * 2.97,
  rbc: (drawn) => ((drawn.get('hemoglobin') ?? 0) * 29.7) / (drawn.get('mcv') ?? 89),
  egfr: (drawn, chart, date) => {
    const age = yearsBetween(chart.person.birthDate, date)
    return age < 18 ? null : egfr(drawn.get('creatinine') ?? 1, age, chart.person.sex)
  },
  ldl: (drawn) => (drawn.get('cholesterol') ?? 0) - (drawn.get('hdl') ?? 0) - (drawn.get('triglycerides') ?? 0) / 5,
}

const flag = (value: number, { low, high }: Analyte): string | null =>
  low !== undefined && value < low ? 'L' : high !== undefined && value > high ? 'H' : null

/** One laboratory result. `status` is `final` unless the story says otherwise. */
export const addLab = (chart: Chart, name: AnalyteName, value: number, date: string, encounter?: string): string => {
  const analyte: Analyte = ANALYTES[name]
  const mark = flag(value, analyte)
  return chart.add('Observation', 'lab', {
    status: 'final',
    category: [hl7('observation-category', 'laboratory')],
    code: concept(LOINC, analyte.loinc, analyte.name),
    subject: chart.subject,
    ...(encounter && { encounter: { reference: encounter } }),
    effectiveDateTime: at(date, '08:10'),
    performer: [place('lab')],
    valueQuantity: quantity(value, analyte.unit),
    ...(mark && { interpretation: [hl7('v3-ObservationInterpretation', mark)] }),
    referenceRange: [
      {
        ...(analyte.low !== undefined && { low: { value: analyte.low, unit: analyte.unit } }),
        ...(analyte.high !== undefined && { high: { value: analyte.high, unit: analyte.unit } }),
      },
    ],
  })
}

/** One measured value drawn from the plan. */
export const addDrawnLab = (chart: Chart, plan: LabPlan, name: AnalyteName, date: string, encounter?: string): string =>
  addLab(chart, name, draw(chart, plan, name, date), date, encounter)

/** A panel: its results and the report that lists them. */
export const addPanel = (chart: Chart, plan: LabPlan, panel: PanelName, date: string, encounter?: string): void => {
  const names: readonly AnalyteName[] = PANELS[panel].analytes
  const drawn = new Map<AnalyteName, number>()
  for (const name of names) if (!DERIVED[name]) drawn.set(name, draw(chart, plan, name, date))
  const results: string[] = []
  for (const name of names) {
    const value = DERIVED[name] ? DERIVED[name](drawn, chart, date) : drawn.get(name)
    if (value !== null && value !== undefined) results.push(addLab(chart, name, round(value, ANALYTES[name].decimals), date, encounter))
  }
  chart.add('DiagnosticReport', 'panel', {
    status: 'final',
    category: [hl7('v2-0074', 'LAB')],
    code: concept(LOINC, PANELS[panel].loinc),
    subject: chart.subject,
    ...(encounter && { encounter: { reference: encounter } }),
    effectiveDateTime: at(date, '08:10'),
    issued: at(date, '14:20'),
    performer: [place('lab')],
    result: results.map((reference) => ({ reference })),
  })
}
