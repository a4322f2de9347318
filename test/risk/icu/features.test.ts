import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aggregate } from '../../../src/risk/aggregate.ts'
import { madeUpStays } from '../../../tools/models/icu/made-up.ts'
import { type Cleaning, makeFeatures } from '../../../tools/models/icu/make-features.ts'
import { readPlan } from '../../../tools/models/icu/parameters.ts'
import { readOutcomes, readStays, type Stay } from '../../../tools/models/icu/read-stays.ts'
import { partOf } from '../../../tools/models/icu/split.ts'

const plan = readPlan('models/icu-mortality/recipe/parameters.json')
const stays = madeUpStays(40, 'icu features')

/** Columns of the outcome files that lie after, or beside, the outcome. */
const FORBIDDEN = ['SAPS-I', 'SOFA', 'Length_of_stay', 'Survival', 'In-hospital_death']

const stayOf = (series: Record<string, readonly (readonly [number, number])[]>): Stay => ({
  id: '1',
  series: new Map(Object.entries(series).map(([name, points]) => [name, points.map(([minute, value]) => ({ minute, value }))])),
})

const rowOf = (stay: Stay, cleaning: Cleaning = new Map()): Record<string, number | null> => {
  const made = makeFeatures(plan, stay, cleaning)
  return Object.fromEntries(plan.features.map(({ name }, n) => [name, made[n] ?? null]))
}

/** As set a of the challenge was repacked: a line per parameter and stay, sorted by parameter. */
const repacked = (all: readonly Stay[]): string => {
  const lines = all.flatMap(({ id, series }) =>
    [...series].map(([name, points]) => `${name}\t${id}\t${points.map(({ minute, value }) => `${minute}:${value}`).join(' ')}`),
  )
  return ['parameter\tRecordID\tminute:value ...', ...lines.sort()].join('\n')
}

/** As the challenge first published it: one file per stay. */
const published = ({ id, series }: Stay): string => {
  const rows = [...series].flatMap(([name, points]) => points.map(({ minute, value }) => ({ name, minute, value })))
  const time = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
  const lines = rows.sort((a, b) => a.minute - b.minute).map(({ name, minute, value }) => `${time(minute)},${name},${value}`)
  return ['Time,Parameter,Value', `00:00,RecordID,${id}`, ...lines].join('\n')
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'attune-icu-'))

test('a stay worked out by hand', () => {
  const row = rowOf(
    stayOf({
      Age: [[0, 70]],
      HR: [
        [0, 80],
        [60, 100],
        [1500, 90],
      ],
      Urine: [
        [30, 100],
        [90, 50],
      ],
      Temp: [[10, 98.6]],
    }),
  )
  expect(row).toMatchObject({
    age_first: 70,
    hr_first: 80,
    hr_last: 90,
    hr_min: 80,
    hr_max: 100,
    hr_mean: 90,
    hr_count: 3,
    hr_mean_a: 90,
    hr_mean_b: null,
    hr_mean_c: 90,
    urine_sum: 150,
    urine_sum_d: null,
    lactate_last: null,
    lactate_count: 0,
  })
  expect(row.temp_first).toBeCloseTo(37, 9)
})

test('unit errors are repaired, what nobody can have is dropped, and both are counted', () => {
  const cleaning: Cleaning = new Map()
  const row = rowOf(
    stayOf({
      pH: [
        [0, 735],
        [60, 7.3],
        [120, 0],
      ],
      Height: [[0, -1]],
      WBC: [[0, 12500]],
    }),
    cleaning,
  )
  expect(row).toMatchObject({ ph_first: expect.closeTo(7.35, 9), ph_count: 2, height_first: null, wbc_first: 12.5 })
  expect(cleaning.get('ph')).toEqual({ read: 3, repaired: 1, dropped: 1, late: 0 })
  expect(cleaning.get('height')).toEqual({ read: 1, repaired: 0, dropped: 1, late: 0 })
})

test('invasive and cuff pressures are one quantity', () => {
  expect(rowOf(stayOf({ SysABP: [[0, 100]], NISysABP: [[30, 120]] }))).toMatchObject({ sbp_mean: 110, sbp_last: 120, abp_count_a: 1 })
})

test('nothing after 48 hours changes a feature', () => {
  for (const stay of stays) {
    const series = new Map(
      [...stay.series].map(([name, points]) => [name, [...points, { minute: 2881, value: 50 }, { minute: 9000, value: 60 }]]),
    )
    expect(rowOf({ id: stay.id, series })).toEqual(rowOf(stay))
  }
})

test('the repacked table and the files of the challenge give the same features', async () => {
  const [table, texts] = [join(folder(), 'stays.tsv'), folder()]
  writeFileSync(table, repacked(stays))
  for (const stay of stays) writeFileSync(join(texts, `${stay.id}.txt`), published(stay))
  const [one, other] = [await readStays(table), await readStays(texts)]
  expect(one.map(({ id }) => id)).toEqual(stays.map(({ id }) => id))
  expect(one.map((stay) => rowOf(stay))).toEqual(stays.map((stay) => rowOf(stay)))
  expect(other.map((stay) => rowOf(stay))).toEqual(stays.map((stay) => rowOf(stay)))
})

test.each([
  ['a line with too few columns', 'head\nHR\t1', /line 2: not three columns/],
  ['an entry without a time', 'head\nHR\t1\t80', /line 2: "80" is not minute:value/],
  ['a word for a number', 'head\nHR\t1\t0:high', /line 2: "high" is not a number/],
])('a table with %s is refused by file and line', async (_, text, because) => {
  const file = join(folder(), 'stays.tsv')
  writeFileSync(file, text)
  await expect(readStays(file)).rejects.toThrow(because)
})

test('no severity score, length of stay or survival is a feature or is read', () => {
  const read = plan.parameters.flatMap(({ from }) => from)
  expect(read.filter((name) => FORBIDDEN.includes(name) || name === 'RecordID')).toEqual([])
})

test('of the outcome file only death in hospital is read: other columns may hold anything', () => {
  const at = folder()
  mkdirSync(at, { recursive: true })
  const head = 'RecordID,SAPS-I,SOFA,Length_of_stay,Survival,In-hospital_death'
  const rows = stays.map(({ id }, n) => ({ id, died: n % 4 === 0 ? 1 : 0 }))
  writeFileSync(join(at, 'a.csv'), [head, ...rows.map(({ id, died }) => `${id},5,6,7,-1,${died}`)].join('\n'))
  writeFileSync(join(at, 'b.csv'), [head, ...rows.map(({ id, died }, n) => `${id},${n},x,,${n * 3},${died}`)].join('\n'))
  expect(readOutcomes([join(at, 'b.csv')])).toEqual(readOutcomes([join(at, 'a.csv')]))
  writeFileSync(join(at, 'c.csv'), [head, '1,5,6,7,-1,2'].join('\n'))
  expect(() => readOutcomes([join(at, 'c.csv')])).toThrow('In-hospital_death of 1 is neither 0 nor 1')
})

test('the part of a stay follows from its RecordID alone, and 15 of 100 stays are for the own test', () => {
  const parts = Array.from({ length: 20_000 }, (_, n) => partOf(String(132_539 + n)))
  const share = (part: string) => parts.filter((one) => one === part).length / parts.length
  expect(share('test')).toBeGreaterThan(0.14)
  expect(share('test')).toBeLessThan(0.16)
  for (const fold of ['fold0', 'fold1', 'fold2', 'fold3', 'fold4']) expect(share(fold)).toBeGreaterThan(0.15)
  expect(partOf('132539')).toBe(partOf('132539'))
})

const points = fc.array(fc.record({ hour: fc.integer({ min: 0, max: 47 }), value: fc.integer({ min: -50, max: 50 }) }), { minLength: 1 })

test('laws of the aggregates', () => {
  fc.assert(
    fc.property(points, (all) => {
      const of = (kind: Parameters<typeof aggregate>[1]) => aggregate(all, kind) ?? Number.NaN
      expect(of('count')).toBe(all.length)
      expect(of('min')).toBeLessThanOrEqual(of('first'))
      expect(of('max')).toBeGreaterThanOrEqual(of('last'))
      expect(of('mean')).toBeCloseTo(of('sum') / of('count'), 9)
      const windows = [0, 12, 24, 36].map((from) => aggregate(all, 'count', from, from + 12) ?? Number.NaN)
      expect(windows.reduce((a, b) => a + b)).toBe(all.length)
    }),
  )
})

test('the slope of points on a line is the slope of the line, and of one time there is none', () => {
  fc.assert(
    fc.property(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), (start, step) => {
      const line = [0, 1, 5, 9].map((hour) => ({ hour, value: start + step * hour }))
      expect(aggregate(line, 'slope')).toBeCloseTo(step, 9)
    }),
  )
  expect(
    aggregate(
      [
        { hour: 3, value: 1 },
        { hour: 3, value: 2 },
      ],
      'slope',
    ),
  ).toBeNull()
  expect(aggregate([], 'mean')).toBeNull()
})

const datasets = process.env.ATTUNE_DATASETS

test.skipIf(datasets === undefined)(
  'the published stays: every one in one part, and the training had those that its file counts',
  async () => {
    const outcomes = readOutcomes(['a', 'b'].map((set) => `${datasets}/physionet2012-outcomes-${set}.csv`))
    const all = await readStays(`${datasets}/physionet2012-ab.tsv.gz`)
    const training = JSON.parse(readFileSync('models/icu-mortality/recipe/training.json', 'utf8')) as {
      conformal: { stays: number; deaths: number }
    }
    const inTraining = all.filter(({ id }) => partOf(id) !== 'test')
    expect({ all: all.length, ids: new Set(all.map(({ id }) => id)).size, outcomes: outcomes.size }).toEqual({
      all: 8000,
      ids: 8000,
      outcomes: 8000,
    })
    expect({ stays: inTraining.length, deaths: inTraining.filter(({ id }) => outcomes.get(id) === 1).length }).toEqual({
      stays: training.conformal.stays,
      deaths: training.conformal.deaths,
    })
  },
  60_000,
)
if (datasets === undefined) process.stderr.write('ATTUNE_DATASETS is not set: the published stays are not looked at\n')
