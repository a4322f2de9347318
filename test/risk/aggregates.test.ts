import { expect, test } from 'vitest'
import { readInputs } from '../../src/risk/features.ts'
import { describeInput } from '../../src/risk/governance/describe-inputs.ts'
import type { InputReading } from '../../src/risk/input-reading.ts'
import { featuresSchema, type InputSpecOf } from '../../src/risk/model-folder.ts'
import { measured, NOW, type Person, patient } from './patient.ts'

const CREATININE = '2160-0'

type Spec = InputSpecOf<'measurement'>
const specOf = (more: Partial<Spec>): Spec => {
  const [spec] = featuresSchema.parse({
    inputs: [
      {
        name: 'creatinine',
        label: 'Creatinine',
        unit: 'mg/dL',
        kind: 'measurement',
        from: ['labs'],
        codes: [{ system: 'http://loinc.org', code: CREATININE, seen: true }],
        aggregate: 'mean',
        window: { from: 48, to: 0 },
        convert: [{ from: 'umol/L', factor: 1 / 88.4 }],
        agreeWithin: 0.2,
        freshDays: 30,
        range: { low: 0.1, high: 30 },
        missing: { do: 'refuse' },
        ...more,
      },
    ],
  }).inputs
  if (spec?.kind !== 'measurement') throw new Error('not a measurement')
  return spec
}

const ago = (hours: number): string => new Date(Date.parse(NOW) - hours * 3_600_000).toISOString()
const value = (hours: number, amount: number, unit = 'mg/dL') => measured(CREATININE, amount, unit, ago(hours))

const read = async (more: Partial<Spec>, labs: Person['labs'], person: Person = {}): Promise<InputReading> => {
  const readings = await readInputs([specOf(more)], {
    facts: patient({ ...person, labs: labs ?? [] }),
    calls: [],
    compute: () => Promise.reject(new Error('nothing is computed here')),
  } as never)
  const reading = readings.get('creatinine')
  if (!reading) throw new Error('no reading')
  return reading
}

const numberOf = (reading: InputReading) => (reading.state === 'known' ? reading.value : reading.state)
const gapOf = (reading: InputReading) => (reading.state === 'unusable' ? [reading.gap.code, reading.gap.because] : reading.state)

const THREE = [value(40, 1), value(20, 2), value(10, 6)]

test.each([
  ['first', 1, 'mg/dL'],
  ['last', 6, 'mg/dL'],
  ['min', 1, 'mg/dL'],
  ['max', 6, 'mg/dL'],
  ['mean', 3, 'mg/dL'],
  ['sum', 9, 'mg/dL'],
  ['count', 3, ''],
] as const)('%s of the last 48 hours', async (aggregate, expected, unit) => {
  const reading = await read({ aggregate }, [value(60, 20), ...THREE])
  expect([numberOf(reading), reading.input.unit, reading.input.facts.length]).toEqual([expected, unit, 3])
  expect(reading.input.note).toBe('3 values, 2026-05-30 to 2026-05-31')
})

test('a slope is per hour, and of one time there is none', async () => {
  const rising = await read({ aggregate: 'slope', each: { low: 0.1, high: 30 }, range: { low: -5, high: 5 } }, [
    value(40, 1),
    value(20, 2),
    value(0, 3),
  ])
  expect(rising).toMatchObject({ state: 'known', value: expect.closeTo(0.05, 9), input: { unit: 'mg/dL/h' } })
  expect(gapOf(await read({ aggregate: 'slope' }, [value(5, 1)]))).toEqual(['incomplete', 'One time alone gives no creatinine.'])
})

test('a window may end before now: half open where two windows meet, each value is in one of them', async () => {
  const early = { aggregate: 'count', window: { from: 48, to: 24 }, range: { low: 0, high: 100 }, each: { low: 0.1, high: 30 } } as const
  expect(numberOf(await read(early, THREE))).toBe(1)
  expect(numberOf(await read({ ...early, window: { from: 24, to: 0 } }, THREE))).toBe(2)
})

test('how often is known to be never, where the record was read whole', async () => {
  expect(await read({ aggregate: 'count', range: { low: 0, high: 9 } }, [])).toMatchObject({
    state: 'known',
    value: 0,
    input: { note: 'none in the last 48 hours' },
  })
})

test('units are converted value by value, and said', async () => {
  const reading = await read({ aggregate: 'max' }, [value(10, 1), value(5, 176.8, 'umol/L')])
  expect(numberOf(reading)).toBeCloseTo(2, 9)
  expect(reading.input.facts.map(({ conversion }) => conversion)).toEqual([undefined, '176.8 umol/L = 2 mg/dL'])
})

test.each([
  ['a unit nobody knows', [value(5, 1, 'furlong')], 'unit-unknown', 'A value for creatinine has a unit that cannot be converted.'],
  ['an impossible value', [value(5, 900)], 'out-of-range', 'A value for creatinine of 2026-06-01 is outside 0.1 to 30 mg/dL.'],
  ['a value from the future', [value(-3, 1)], 'incomplete', 'A value for creatinine is dated in the future.'],
  ['a value without a date', [measured(CREATININE, 1, 'mg/dL', null)], 'incomplete', 'A value for creatinine has no usable date.'],
  [
    'a day that the window cuts',
    [measured(CREATININE, 1, 'mg/dL', '2026-05-30')],
    'incomplete',
    'A value for creatinine of 2026-05-30 has no time, and may lie outside the window.',
  ],
  ['two values of one time', [value(5, 1), value(5, 2)], 'conflict', 'Values for creatinine of 2026-06-01 contradict each other.'],
] as const)('one bad value beside good ones makes the aggregate unknown: %s', async (_, bad, code, because) => {
  expect(gapOf(await read({}, [...THREE, ...bad]))).toEqual([code, because])
})

test('a record that could not be read whole gives no aggregate, though values came', async () => {
  const question = { key: 'labs', query: 'Observation?patient=p', from: 'fetch', state: 'failed', resources: 0 }
  expect(gapOf(await read({}, THREE, { questions: [question as never] }))).toEqual([
    'unavailable',
    'Creatinine: the observations could not all be read.',
  ])
})

test('nothing in the window: the missing rule decides', async () => {
  expect(gapOf(await read({}, [value(60, 1)]))).toEqual(['not-found', 'There is no value for creatinine in the last 48 hours.'])
  expect(await read({ missing: { do: 'mask', effect: 'Taken as missing.' } }, [])).toMatchObject({ state: 'default', value: null })
})

test('a whole day inside a wide window needs no time', async () => {
  expect(numberOf(await read({ window: { from: 24 * 90, to: 0 } }, [measured(CREATININE, 1, 'mg/dL', '2026-05-10')]))).toBe(1)
})

test('the model page says of which window an input is', () => {
  expect([describeInput(specOf({})).readAs, describeInput(specOf({ aggregate: 'slope', window: { from: 72, to: 24 } })).readAs]).toEqual([
    'mean of the measurements from 48 to 0 hours ago',
    'change per hour of the measurements from 72 to 24 hours ago',
  ])
})
