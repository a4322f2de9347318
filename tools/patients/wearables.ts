import type { Chart } from './chart.ts'
import { type Code, concept, hl7, LOINC, quantity } from './codes.ts'
import { addDays, daysAgo } from './dates.ts'

/** Clock of the place, as devices state it: Central Standard Time. */
const ZONE = '-06:00'

const local = (date: string, time: string): string => `${date}T${time}:00${ZONE}`

type Described = { readonly name: string; readonly maker: string; readonly model: string; readonly kind: string }

/** A device with maker and model, all invented. */
export const addDescribedDevice = (chart: Chart, { name, maker, model, kind }: Described): string =>
  chart.add('Device', 'device', {
    status: 'active',
    manufacturer: maker,
    modelNumber: model,
    deviceName: [{ name, type: 'user-friendly-name' }],
    type: { text: kind },
    patient: chart.subject,
  })

const reading = (chart: Chart, id: string, category: string, code: object, device: string, members: object): string =>
  chart.add('Observation', id, {
    status: 'final',
    category: [hl7('observation-category', category)],
    code,
    subject: chart.subject,
    performer: [chart.subject],
    device: { reference: device },
    ...members,
  })

const sampled = (unit: string, step: number, limits: readonly [number, number], data: readonly string[]) => ({
  origin: quantity(0, unit),
  period: step,
  factor: 1,
  lowerLimit: limits[0],
  upperLimit: limits[1],
  dimensions: 1,
  data: data.join(' '),
})

const bump = (hour: number, time: number, height: number, width: number): number => height * Math.exp(-((hour - time) ** 2) / width)

/**
 * Glucose of a sensor, one SampledData a day: breakfast, lunch and a late supper, dawn, a drift from day to day. The sensor is changed on
 * the seventh day (two hours without readings), and one evening is lost.
 */
export const addSensorGlucose = (chart: Chart, device: string, days: number, base: number): void => {
  const { random } = chart
  for (let day = days; day >= 1; day -= 1) {
    const date = daysAgo(day)
    const [shift, supper] = [random.normal(0, 9), random.normal(78, 22)]
    let drift = 0
    const data = Array.from({ length: 288 }, (_, index) => {
      const hour = index / 12
      drift = 0.92 * drift + random.normal(0, 3.4)
      if (day === 8 && hour >= 9 && hour < 11) return 'E'
      if (day === 4 && hour >= 19.5) return 'E'
      const dawn = bump(hour, 6, 14, 6)
      const meals = bump(hour, 8.4, 58, 1.6) + bump(hour, 13.3, 44, 2) + bump(hour, 20.2, supper, 2.6)
      const dip = day % 6 === 2 ? bump(hour, 3.2, 62, 1.2) : 0
      return String(Math.round(base + shift + dawn + meals - dip + drift))
    })
    reading(
      chart,
      'cgm',
      'laboratory',
      concept(LOINC, ['99504-3', 'Glucose [Mass/volume] in Interstitial fluid'], 'Glucose, sensor'),
      device,
      {
        effectivePeriod: { start: local(date, '00:00'), end: local(date, '23:55') },
        issued: local(addDays(date, 1), '00:05'),
        valueSampledData: sampled('mg/dL', 300_000, [40, 400], data),
      },
    )
  }
}

/** Heart rate round the clock, every ten minutes. */
export const addDayHeartRate = (chart: Chart, device: string, days: number, resting: number): void => {
  const { random } = chart
  for (let day = days; day >= 1; day -= 1) {
    const date = daysAgo(day)
    const data = Array.from({ length: 144 }, (_, index) => {
      const hour = index / 6
      if (hour >= 21 && hour < 21.7) return 'E' // on its charger
      const awake = hour > 6.5 && hour < 22.8 ? 12 : 0
      return String(Math.round(resting - 4 + awake + bump(hour, 17.5, 26, 0.5) * (day % 2) + random.normal(0, 3)))
    })
    reading(chart, 'pulse', 'activity', concept(LOINC, ['8867-4', 'Heart rate'], 'Heart rate'), device, {
      effectivePeriod: { start: local(date, '00:00'), end: local(date, '23:50') },
      issued: local(addDays(date, 1), '00:05'),
      valueSampledData: sampled('/min', 600_000, [25, 220], data),
    })
  }
}

const STAGES = {
  deep: ['93831-6', 'Deep sleep duration'],
  light: ['93830-8', 'Light sleep duration'],
  rem: ['93829-0', 'REM sleep duration'],
} as const satisfies Record<string, Code>

/** Nights with their stages. */
export const addSleep = (chart: Chart, device: string, nights: number): void => {
  const { random } = chart
  for (let night = nights; night >= 1; night -= 1) {
    const date = daysAgo(night)
    const minutes = {
      deep: Math.round(random.normal(62, 12)),
      light: Math.round(random.normal(225, 24)),
      rem: Math.round(random.normal(84, 14)),
    }
    const total = minutes.deep + minutes.light + minutes.rem
    reading(chart, 'sleep', 'activity', concept(LOINC, ['93832-4', 'Sleep duration'], 'Sleep duration'), device, {
      effectivePeriod: { start: local(addDays(date, -1), '22:50'), end: local(date, '06:20') },
      valueQuantity: quantity(total, 'min'),
      component: Object.entries(STAGES).map(([stage, code]) => ({
        code: concept(LOINC, code, code[1]),
        valueQuantity: quantity(minutes[stage as keyof typeof minutes], 'min'),
      })),
    })
  }
}

/** Oxygen saturation overnight, every five minutes. */
export const addNightOxygen = (chart: Chart, device: string, nights: number): void => {
  const { random } = chart
  for (let night = nights; night >= 1; night -= 1) {
    const date = daysAgo(night)
    const data = Array.from({ length: 84 }, () => String(Math.min(100, Math.round(random.normal(95.6, 1)))))
    reading(
      chart,
      'oxygen',
      'activity',
      concept(LOINC, ['59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry'], 'Oxygen saturation, overnight'),
      device,
      {
        effectivePeriod: { start: local(addDays(date, -1), '23:00'), end: local(date, '05:55') },
        valueSampledData: sampled('%', 300_000, [70, 100], data),
      },
    )
  }
}

/** Readings at home with a cuff: morning and evening of every third day. */
export const addHomePressure = (chart: Chart, device: string, days: number, systolic: number, diastolic: number): void => {
  const { random } = chart
  for (let day = days; day >= 1; day -= 3)
    for (const [time, more] of [
      ['07:10', 4],
      ['20:40', 0],
    ] as const)
      reading(
        chart,
        'cuff',
        'vital-signs',
        concept(LOINC, ['85354-9', 'Blood pressure panel with all children optional'], 'Blood pressure, at home'),
        device,
        {
          effectiveDateTime: local(daysAgo(day), time),
          component: [
            {
              code: concept(LOINC, ['8480-6', 'Systolic blood pressure']),
              valueQuantity: quantity(Math.round(random.normal(systolic + more, 5)), 'mmHg', 'mm[Hg]'),
            },
            {
              code: concept(LOINC, ['8462-4', 'Diastolic blood pressure']),
              valueQuantity: quantity(Math.round(random.normal(diastolic + more / 2, 4)), 'mmHg', 'mm[Hg]'),
            },
          ],
        },
      )
}

export const addHomeWeight = (chart: Chart, device: string, weeks: number, kg: number): void => {
  for (let week = weeks; week >= 1; week -= 1)
    reading(chart, 'scale', 'vital-signs', concept(LOINC, ['29463-7', 'Body weight'], 'Weight, at home'), device, {
      effectiveDateTime: local(daysAgo(week * 7), '07:00'),
      valueQuantity: quantity(Number((kg + 0.05 * week + chart.random.normal(0, 0.3)).toFixed(1)), 'kg'),
    })
}

const RATE = 125

/** One beat as a sum of bell curves for P, Q, R, S and T (after the form of McSharry et al., IEEE Trans Biomed Eng 2003): millivolts. */
const beat = (seconds: number): number =>
  bump(seconds, 0.16, 0.12, 0.0009) -
  bump(seconds, 0.29, 0.1, 0.0001) +
  bump(seconds, 0.315, 1.05, 0.00022) -
  bump(seconds, 0.345, 0.22, 0.00016) +
  bump(seconds, 0.56, 0.28, 0.0045)

/** Thirty seconds of one lead by formula, and what a watch says about them. */
export const addSingleLeadEcg = (chart: Chart, device: string, date: string, rate: number): void => {
  const { random } = chart
  const microvolts: number[] = []
  let [started, length] = [0, 60 / rate]
  for (let sample = 0; sample < 30 * RATE; sample += 1) {
    const at = sample / RATE
    if (at - started >= length) {
      started += length
      length = (60 / rate) * (1 + random.normal(0, 0.025))
    }
    const wander = 0.04 * Math.sin(2 * Math.PI * 0.25 * at)
    microvolts.push(Math.round(1000 * (beat(at - started) + wander + random.normal(0, 0.008))))
  }
  reading(
    chart,
    'ecg',
    'procedure',
    { coding: [{ system: 'http://loinc.org', code: '11524-6', display: 'EKG study' }], text: 'ECG, one lead' },
    device,
    {
      effectivePeriod: { start: local(date, '08:12'), end: `${date}T08:12:30${ZONE}` },
      component: [
        {
          code: { text: 'Rhythm, as the watch classifies it' },
          valueString: 'Sinus rhythm. This result is made by the watch; it does not look for a heart attack.',
        },
        { code: concept(LOINC, ['8867-4', 'Heart rate'], 'Heart rate'), valueQuantity: quantity(rate, '/min') },
        {
          code: {
            coding: [{ system: 'urn:oid:2.16.840.1.113883.6.24', code: '131329', display: 'MDC_ECG_ELEC_POTL_I' }],
            text: 'Lead I',
          },
          valueSampledData: {
            origin: quantity(0, 'uV'),
            period: 1000 / RATE,
            factor: 1,
            dimensions: 1,
            data: microvolts.join(' '),
          },
        },
      ],
    },
  )
}

/** Intervals of a twelve-lead ECG at the clinic, corrected as their codes say. */
export const addEcgIntervals = (chart: Chart, date: string): void => {
  const interval = (code: Code, value: number): string =>
    chart.add('Observation', 'interval', {
      status: 'final',
      category: [hl7('observation-category', 'procedure')],
      code: concept(LOINC, code),
      subject: chart.subject,
      performer: [{ reference: 'Practitioner/dr-okafor', display: 'Adaeze Okafor, MD' }],
      effectiveDateTime: local(date, '10:30'),
      valueQuantity: quantity(value, 'ms'),
    })
  interval(['8625-6', 'P-R Interval'], 158)
  interval(['8633-0', 'QRS duration'], 88)
  interval(['8634-8', 'Q-T interval'], 392)
  interval(['76635-2', 'Q-T interval corrected based on Bazett formula'], 431)
}

/** Everything that this person wears or has at home. */
export const addWornDevices = (chart: Chart): void => {
  const make = (name: string, model: string, kind: string): string =>
    addDescribedDevice(chart, { name, maker: 'Example Devices (synthetic)', model, kind })
  const sensor = make('Glucose sensor', 'EX-G7', 'Continuous glucose monitor')
  const watch = make('Wrist watch', 'EX-W3', 'Consumer wearable')
  const cuff = make('Blood pressure cuff', 'EX-BP1', 'Automatic upper arm blood pressure monitor')
  const scale = make('Bathroom scale', 'EX-S2', 'Consumer scale')
  addSensorGlucose(chart, sensor, 15, 138)
  addDayHeartRate(chart, watch, 14, 68)
  addSleep(chart, watch, 30)
  addNightOxygen(chart, watch, 7)
  addHomePressure(chart, cuff, 30, 134, 80)
  addHomeWeight(chart, scale, 8, 81)
  addSingleLeadEcg(chart, watch, daysAgo(6), 72)
  addEcgIntervals(chart, daysAgo(34))
}
