import type { Chart } from './chart.ts'
import { type Code, concept, hl7, LOINC, quantity, SNOMED } from './codes.ts'
import { at, yearsBetween } from './dates.ts'

/** Adult body and circulation as the clinic measures them; `drift` is kilograms per year. */
export type Body = {
  readonly heightCm: number
  readonly weightKg: number
  readonly drift?: number
  readonly systolic?: number
  readonly diastolic?: number
  readonly pulse?: number
  /** Height and weight by age in years, for children. */
  readonly growth?: readonly { readonly age: number; readonly heightCm: number; readonly weightKg: number }[]
}

const vital = (chart: Chart, code: Code, text: string, date: string, encounter: string | undefined, members: object): string =>
  chart.add('Observation', 'vital', {
    status: 'final',
    category: [hl7('observation-category', 'vital-signs')],
    code: concept(LOINC, code, text),
    subject: chart.subject,
    ...(encounter && { encounter: { reference: encounter } }),
    effectiveDateTime: at(date, '09:05'),
    ...members,
  })

const grown = (body: Body, age: number): { heightCm: number; weightKg: number } => {
  const rows = body.growth ?? []
  const above = rows.find((row) => row.age >= age) ?? rows.at(-1)
  const below = rows.findLast((row) => row.age <= age) ?? rows[0]
  if (!above || !below) return body
  const share = above.age === below.age ? 0 : (age - below.age) / (above.age - below.age)
  return {
    heightCm: below.heightCm + share * (above.heightCm - below.heightCm),
    weightKg: below.weightKg + share * (above.weightKg - below.weightKg),
  }
}

const size = (chart: Chart, body: Body, date: string): { heightCm: number; weightKg: number } => {
  if (body.growth) return grown(body, yearsBetween(chart.person.birthDate, date))
  return {
    heightCm: body.heightCm,
    weightKg: body.weightKg + (body.drift ?? 0) * yearsBetween('2026-11-16', date) + chart.random.normal(0, 0.4),
  }
}

/** One round of vital signs. */
export const addVitals = (chart: Chart, body: Body, date: string, encounter?: string): void => {
  const { random } = chart
  const { heightCm, weightKg } = size(chart, body, date)
  const height = Math.round(heightCm)
  const weight = Number(weightKg.toFixed(1))
  const systolic = Math.round(random.normal(body.systolic ?? 122, 6))
  const diastolic = Math.round(random.normal(body.diastolic ?? 76, 4))
  const add = (code: Code, text: string, value: number, unit: string): string =>
    vital(chart, code, text, date, encounter, { valueQuantity: quantity(value, unit) })
  add(['8302-2', 'Body height'], 'Height', height, 'cm')
  add(['29463-7', 'Body weight'], 'Weight', weight, 'kg')
  add(['39156-5', 'Body mass index (BMI) [Ratio]'], 'BMI', Number((weight / (height / 100) ** 2).toFixed(1)), 'kg/m2')
  add(['8867-4', 'Heart rate'], 'Heart rate', Math.round(random.normal(body.pulse ?? 72, 5)), '/min')
  add(['9279-1', 'Respiratory rate'], 'Respiratory rate', random.between(13, 17), '/min')
  add(['8310-5', 'Body temperature'], 'Temperature', Number(random.normal(36.7, 0.2).toFixed(1)), 'Cel')
  add(['59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry'], 'Oxygen saturation', random.between(96, 99), '%')
  vital(chart, ['85354-9', 'Blood pressure panel with all children optional'], 'Blood pressure', date, encounter, {
    component: [
      { code: concept(LOINC, ['8480-6', 'Systolic blood pressure']), valueQuantity: quantity(systolic, 'mm[Hg]') },
      { code: concept(LOINC, ['8462-4', 'Diastolic blood pressure']), valueQuantity: quantity(diastolic, 'mm[Hg]') },
    ],
  })
}

/** One value that the ward writes down beside the vital signs: a coma scale, an interval of the ECG. */
export const addWardValue = (chart: Chart, code: Code, value: number, unit: string, date: string, encounter: string): string =>
  vital(chart, code, code[1], date, encounter, { valueQuantity: quantity(value, unit) })

const SMOKING = {
  never: ['266919005', 'Never smoked tobacco'],
  former: ['8517006', 'Ex-smoker'],
  current: ['449868002', 'Smokes tobacco daily'],
} as const satisfies Record<string, Code>

export type Smoking = keyof typeof SMOKING

const social = (chart: Chart, code: Code, date: string, value: object): string =>
  chart.add('Observation', 'social', {
    status: 'final',
    category: [hl7('observation-category', 'social-history')],
    code: concept(LOINC, code),
    subject: chart.subject,
    effectiveDateTime: date,
    ...value,
  })

/** What a person said about smoking, alcohol and exercise on one day. */
export const addLifestyle = (chart: Chart, date: string, smoking: Smoking, drinksPerDay: number, activeDays: number): void => {
  social(chart, ['72166-2', 'Tobacco smoking status'], date, { valueCodeableConcept: concept(SNOMED, SMOKING[smoking]) })
  social(chart, ['74013-4', 'Alcoholic drinks per day'], date, { valueQuantity: quantity(drinksPerDay, '{drinks}/d') })
  social(chart, ['89555-7', 'How many days per week did you engage in moderate to strenuous physical activity in the last 30 days'], date, {
    valueQuantity: quantity(activeDays, 'd/wk'),
  })
}
