import type { Chart } from './chart.ts'
import { type Code, concept, hl7, LOINC, quantity } from './codes.ts'
import { addDays, at, daysAgo } from './dates.ts'

const reading = (chart: Chart, device: string, code: Code, text: string, members: object): string =>
  chart.add('Observation', 'wear', {
    status: 'final',
    category: [hl7('observation-category', 'activity')],
    code: concept(LOINC, code, text),
    subject: chart.subject,
    device: { reference: device },
    ...members,
  })

export const addDevice = (chart: Chart, name: string): string =>
  chart.add('Device', 'device', { status: 'active', deviceName: [{ name, type: 'user-friendly-name' }], patient: chart.subject })

/** Daily steps and resting heart rate of the last days before the anchor. */
export const addDailyActivity = (chart: Chart, device: string, days: number, steps: number, restingRate: number): void => {
  for (let day = days; day >= 1; day -= 1) {
    const date = daysAgo(day)
    const span = { effectivePeriod: { start: at(date, '00:00'), end: at(date, '23:59') } }
    const walked = Math.max(400, Math.round(chart.random.normal(steps, steps / 4)))
    reading(chart, device, ['41950-7', 'Number of steps in 24 hour Measured'], 'Steps', { ...span, valueQuantity: quantity(walked, '/d') })
    reading(chart, device, ['40443-4', 'Heart rate --resting'], 'Resting heart rate', {
      ...span,
      valueQuantity: quantity(Math.round(chart.random.normal(restingRate, 2)), '/min'),
    })
  }
}

/** One night of heart rate, every five minutes from 22:00 to 06:00, with two lost points (`E`). */
export const addNightlyHeartRate = (chart: Chart, device: string, date: string, restingRate: number): string => {
  const points = Array.from({ length: 96 }, (_, index) =>
    index === 17 || index === 54 ? 'E' : String(Math.round(chart.random.normal(restingRate - 6 * Math.sin((index / 96) * Math.PI), 1.5))),
  )
  return reading(chart, device, ['8867-4', 'Heart rate'], 'Heart rate, overnight', {
    effectivePeriod: { start: at(date, '22:00'), end: at(addDays(date, 1), '05:55') },
    valueSampledData: {
      origin: quantity(0, '/min'),
      period: 300000,
      factor: 1,
      lowerLimit: 20,
      upperLimit: 250,
      dimensions: 1,
      data: points.join(' '),
    },
  })
}

/** Continuous glucose: one SampledData per day, 288 points of five minutes, with meals as bumps. */
export const addGlucoseSeries = (chart: Chart, device: string, days: number, base: number): void => {
  for (let day = days; day >= 1; day -= 1) {
    const date = daysAgo(day)
    const points = Array.from({ length: 288 }, (_, index) => {
      const hour = index / 12
      const meal = [7.5, 12.5, 19].reduce((sum, time) => sum + 62 * Math.exp(-((hour - time - 0.9) ** 2) / 1.1), 0)
      const value = Math.round(base + meal + chart.random.normal(0, 4))
      return index > 200 && index < 204 && day % 5 === 0 ? 'E' : String(value)
    })
    chart.add('Observation', 'cgm', {
      status: 'final',
      category: [hl7('observation-category', 'laboratory')],
      code: concept(LOINC, ['99504-3', 'Glucose [Mass/volume] in Interstitial fluid'], 'Glucose, sensor'),
      subject: chart.subject,
      device: { reference: device },
      effectivePeriod: { start: at(date, '00:00'), end: at(date, '23:55') },
      valueSampledData: {
        origin: quantity(0, 'mg/dL'),
        period: 300000,
        factor: 1,
        lowerLimit: 40,
        upperLimit: 400,
        dimensions: 1,
        data: points.join(' '),
      },
    })
  }
}
