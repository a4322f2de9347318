import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DeviceSeries, DeviceValue, GlucoseProfile } from '../../src/contract/devices.ts'
import type { PatientFacts } from '../../src/contract/facts.ts'
import { readCgmRules } from '../../src/devices/cgm-rules.ts'
import { percentile } from '../../src/devices/curve.ts'
import { summariseDevices } from '../../src/devices/summarise-devices.ts'
import { columns } from '../../src/facts/devices/points.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { theKnowledge, theTerms } from '../builders/knowledge.ts'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'

const rules = readCgmRules(theKnowledge().tables.get('cgm'))
const START = Date.parse('2026-11-01T00:00:00Z')
const MINUTE = 60_000

const seriesOf = (values: readonly DeviceValue[], more: Partial<DeviceSeries> = {}, step = 5): DeviceSeries => ({
  ref: 'Observation/cgm',
  resources: 1,
  name: 'Sensor glucose',
  kind: 'glucose',
  codes: [],
  unit: 'mg/dL',
  points: columns(values.map((value, index) => ({ at: START + index * step * MINUTE, offset: 0, value }))),
  lineage: { resource: 'Observation/cgm' },
  ...more,
})

const adult = () => aPatient().born('1970-01-01').withCondition('Diabetes mellitus type 2', { snomed: '44054006' })

const factsOf = (series: readonly DeviceSeries[], patient: PatientBuilder = adult()): PatientFacts => ({
  ...readFacts(patient.record(), theTerms()),
  devices: series,
})

const profileOf = (series: DeviceSeries, patient?: PatientBuilder): GlucoseProfile => {
  const [profile] = summariseDevices(factsOf([series], patient), rules).glucose
  if (!profile) throw new Error('no profile')
  return profile
}

const repeat = (value: DeviceValue, times: number): DeviceValue[] => Array.from({ length: times }, () => value)

/** Fourteen whole days: 20 % at 60, 50 % at 120, 20 % at 200, 10 % at 300, and 32 of 4032 readings at 50. */
const FOURTEEN_DAYS = [...repeat(50, 32), ...repeat(60, 800), ...repeat(120, 2000), ...repeat(200, 800), ...repeat(300, 400)]

describe('figures by hand', () => {
  const profile = profileOf(seriesOf(FOURTEEN_DAYS))

  test('shares are counts of readings over all readings', () => {
    expect(profile.shares.map(({ id, count }) => [id, count])).toEqual([
      ['very-high', 400],
      ['high', 800],
      ['in-range', 2000],
      ['low', 800],
      ['very-low', 32],
    ])
    expect(profile.shares.map(({ percent }) => Number(percent.toFixed(3)))).toEqual([9.921, 19.841, 49.603, 19.841, 0.794])
    expect(profile.tight?.count).toBe(2000)
  })

  test('mean 141, GMI 3.31 + 0.02392 x 141.27 = 6.7, variation from the sample standard deviation', () => {
    // (32*50 + 800*60 + 2000*120 + 800*200 + 400*300) / 4032 = 569600 / 4032 = 141.27
    expect([profile.mean, profile.gmi]).toEqual([141, 6.7])
    const mean = 569_600 / 4032
    const squares =
      32 * (50 - mean) ** 2 + 800 * (60 - mean) ** 2 + 2000 * (120 - mean) ** 2 + 800 * (200 - mean) ** 2 + 400 * (300 - mean) ** 2
    expect(profile.variation).toBe(Number(((100 * Math.sqrt(squares / 4031)) / mean).toFixed(1)))
  })

  test('a full fortnight is all active, and each target of the adults is judged', () => {
    expect([profile.active, profile.sufficient, profile.interval]).toEqual([100, true, { minutes: 5 }])
    expect(profile.targets.map(({ id, rows }) => [id, rows.map(({ id: row, value, met }) => [row, value, met])])).toEqual([
      [
        'adults',
        [
          ['in-range', 49.6, false],
          ['below', 20.6, false],
          ['very-low', 0.8, true],
          ['above', 29.8, false],
          ['very-high', 9.9, false],
          ['variation', profile.variation, false],
        ],
      ],
    ])
  })

  test.each([
    [53, 'very-low'],
    [54, 'low'],
    [69, 'low'],
    [70, 'in-range'],
    [180, 'in-range'],
    [181, 'high'],
    [250, 'high'],
    [251, 'very-high'],
  ])('%i mg/dL is %s', (value, id) => {
    const { shares } = profileOf(seriesOf([value, value]))
    expect(shares.filter(({ count }) => count > 0).map((share) => share.id)).toEqual([id])
  })

  test.each([
    [2.9, 'very-low'],
    [3.0, 'low'],
    [3.8, 'low'],
    [3.9, 'in-range'],
    [10.0, 'in-range'],
    [10.1, 'high'],
    [13.9, 'high'],
    [14.0, 'very-high'],
  ])('%f mmol/L is %s, as the consensus prints it', (value, id) => {
    const { shares, unit, range } = profileOf(seriesOf([value, value], { unit: 'mmol/L' }))
    expect([shares.filter(({ count }) => count > 0).map((share) => share.id), unit, range]).toEqual([
      [id],
      'mmol/L',
      { low: 3.9, high: 10 },
    ])
  })

  test('percentiles interpolate between neighbours', () => {
    expect([percentile([1, 2, 3, 4], 50), percentile([1, 2, 3, 4], 25), percentile([10], 95), percentile([0, 100], 5)]).toEqual([
      2.5, 1.75, 10, 5,
    ])
  })

  test('a quarter hour pools the readings within half an hour; fewer than twenty draw nothing', () => {
    const day = Array.from({ length: 288 }, (_, index) => 100 + index)
    const { curve } = profileOf(seriesOf(day))
    expect(curve.minutes.length).toBe(96)
    // 13 readings lie within half an hour of each quarter hour on one day: too few.
    expect([curve.readings[40], curve.percentiles[2]?.values[40]]).toEqual([13, null])
    const two = profileOf(seriesOf([...day, ...day])).curve
    expect([two.readings[40], two.percentiles[2]?.values[40]]).toEqual([26, 220])
  })

  test('hours are those of the place that the record states', () => {
    const values = [...repeat(100, 12), ...repeat(200, 12)]
    const shifted = columns(
      Array.from({ length: 14 * 24 }, (_, index) => ({
        at: START + (index % 24) * 5 * MINUTE + Math.floor(index / 24) * 86_400_000,
        offset: -360,
        value: values[index % 24] ?? 0,
      })),
    )
    const { curve, clock } = profileOf(seriesOf([], { points: shifted }))
    expect([clock, curve.readings[curve.minutes.indexOf(18 * 60 + 30)], curve.readings[0]]).toEqual(['local', 182, 0])
  })
})

describe('what is missing is said', () => {
  test('less than 70 % of a fortnight: nothing is judged', () => {
    const profile = profileOf(seriesOf(repeat(120, 288 * 7)))
    expect([profile.active, profile.sufficient, profile.targets[0]?.rows.map(({ met }) => met)]).toEqual([
      50,
      false,
      repeat(null as never, 6),
    ])
    expect(profile.targets[0]?.unjudged).toBe('Too little data: no target is judged.')
  })

  test('lost readings are missing readings, neither in range nor below it', () => {
    const profile = profileOf(seriesOf([...repeat(120, 3000), ...repeat('E', 1031), 120]))
    expect([profile.readings, profile.lost, profile.active, profile.shares[2]?.percent]).toEqual([3001, 1031, 74.4, 100])
  })

  test('beyond a sensor whose limit is known counts as very low and very high; without a limit it has no place', () => {
    const values: DeviceValue[] = [100, 'L', 'U', 100]
    const known = profileOf(seriesOf(values, { limits: { low: 40, high: 400 } }))
    expect([known.shares.map(({ count }) => count), known.unplaced, known.mean]).toEqual([[1, 0, 2, 0, 1], 0, 160])
    const unknown = profileOf(seriesOf(values))
    expect([unknown.shares.map(({ count }) => count), unknown.unplaced, unknown.mean]).toEqual([[0, 0, 2, 0, 0], 2, 100])
    expect(unknown.notes.join(' ')).toContain('no place in the ranges')
    const inside = profileOf(seriesOf(values, { limits: { low: 65, high: 240 } }))
    expect(inside.unplaced).toBe(2)
  })

  test('two readings of one instant that differ count neither, two that agree count once', () => {
    const at = (value: number, minutes: number) => ({ at: START + minutes * MINUTE, offset: 0, value })
    const points = columns([at(100, 0), at(120, 0), at(100, 5), at(100, 5), at(100, 10)])
    const profile = profileOf(seriesOf([], { points }))
    expect([profile.readings, profile.conflicting]).toEqual([2, 1])
  })

  test('a unit that is none of glucose, and a single reading, are refused', () => {
    const { glucose, refused } = summariseDevices(
      factsOf([seriesOf([1, 2], { unit: 'g/L' }), seriesOf([1]), seriesOf(repeat('E', 3))]),
      rules,
    )
    expect([glucose, refused.map(({ because }) => because)]).toEqual([
      [],
      ['The unit "g/L" is none of glucose.', 'A single reading is no series.', 'No reading of the series has a value that can be placed.'],
    ])
  })
})

describe('which targets hold', () => {
  const setsOf = (patient: PatientBuilder) => {
    const profile = profileOf(seriesOf(FOURTEEN_DAYS), patient)
    return { sets: profile.targets.map(({ id }) => id), range: profile.range, first: profile.notes[0] }
  }
  const pregnancy = (code: string, date: string) => ({
    resourceType: 'Observation',
    id: 'pregnancy',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'social-history' }] }],
    code: { coding: [{ system: 'http://loinc.org', code: '82810-3' }] },
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: date,
    valueCodeableConcept: { coding: [{ system: 'http://snomed.info/sct', code }] },
  })
  const one = (snomed = '46635009') => aPatient().born('1994-01-01').female().withCondition('Diabetes', { snomed })

  test('without diabetes on the problem list none is judged', () => {
    const { sets, first } = setsOf(aPatient().born('1970-01-01'))
    expect([sets, first]).toEqual([[], 'Neither type 1 nor type 2 diabetes is on the problem list; the targets are for these.'])
  })

  test('a refuted diagnosis is none', () => {
    expect(setsOf(aPatient().born('1970-01-01').withCondition('Diabetes', { snomed: '44054006', status: 'refuted' })).sets).toEqual([])
  })

  test('without an age and for children none is judged', () => {
    expect(setsOf(aPatient().born('2015-01-01').withCondition('Diabetes', { snomed: '46635009' })).sets).toEqual([])
  })

  test('from 65 on both sets are shown and the choice is left open', () => {
    expect(setsOf(aPatient().born('1950-01-01').withCondition('Diabetes', { snomed: '44054006' })).sets).toEqual(['adults', 'older'])
  })

  test('a pregnant woman with type 1 diabetes has the ranges and targets of pregnancy; with type 2 the ranges alone', () => {
    expect(setsOf(one().with(pregnancy('77386006', '2026-11-10')))).toMatchObject({ sets: ['pregnancy-1'], range: { low: 63, high: 140 } })
    expect(setsOf(one('44054006').with(pregnancy('77386006', '2026-11-10')))).toMatchObject({ sets: [], range: { low: 63, high: 140 } })
  })

  test('an old pregnancy status is no status, and that is said', () => {
    const patient = one().with(pregnancy('77386006', '2025-01-01'))
    expect(setsOf(patient)).toMatchObject({ sets: ['adults'], range: { low: 70, high: 180 } })
    expect(profileOf(seriesOf(FOURTEEN_DAYS), patient).targets[0]?.because).toContain('No pregnancy status of the last 30 days')
  })
})

describe('laws', () => {
  const value = fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 30, max: 450 }) },
    fc.constantFrom('E' as const, 'L' as const, 'U' as const),
  )
  const values = fc.array(value, { minLength: 2, maxLength: 400 }).filter((all) => all.some((one) => typeof one === 'number'))
  const limits = { low: 40, high: 400 }

  test('shares add up to all readings', () => {
    fc.assert(
      fc.property(values, (all) => {
        const { shares } = profileOf(seriesOf(all, { limits }))
        expect(shares.reduce((sum, { percent }) => sum + percent, 0)).toBeCloseTo(100, 9)
      }),
    )
  })

  test('mmol/L and mg/dL come to the same shares, variation and GMI', () => {
    fc.assert(
      fc.property(values, (all) => {
        const mg = profileOf(seriesOf(all, { limits }))
        const converted = all.map((one) => (typeof one === 'number' ? one / 18 : one))
        const mmol = profileOf(seriesOf(converted, { unit: 'mmol/L', limits: { low: 40 / 18, high: 400 / 18 } }))
        const figures = (profile: GlucoseProfile) => [profile.shares.map(({ count }) => count), profile.gmi, profile.active]
        expect(figures(mmol)).toEqual(figures(mg))
        expect(mmol.variation ?? 0).toBeCloseTo(mg.variation ?? 0, 0)
      }),
    )
  })

  test('the order in which readings came never shows', () => {
    fc.assert(
      fc.property(values, fc.integer(), (all, seed) => {
        const readings = all.map((one, index) => ({ at: START + index * 5 * MINUTE, offset: null, value: one }))
        const mixed = [...readings].sort((a, b) => ((a.at * 31 + seed) % 977) - ((b.at * 31 + seed) % 977))
        expect(columns(mixed)).toEqual(columns(readings))
      }),
    )
  })

  test('every percentile lies between the lowest and the highest reading, in order', () => {
    fc.assert(
      fc.property(values, (all) => {
        const numbers = all.filter((one) => typeof one === 'number').sort((a, b) => a - b)
        const found = [5, 25, 50, 75, 95].map((percent) => percentile(numbers, percent))
        expect(found).toEqual([...found].sort((a, b) => a - b))
        expect([(found[0] ?? 0) >= (numbers[0] ?? 0), (found[4] ?? 0) <= (numbers.at(-1) ?? 0)]).toEqual([true, true])
      }),
    )
  })
})

/** The table with one value put elsewhere. */
const spoiledAt = (path: readonly (string | number)[], value: unknown): unknown => {
  const broken = structuredClone(theKnowledge().tables.get('cgm'))
  let place = broken as Record<string | number, unknown>
  for (const step of path.slice(0, -1)) place = place[step] as Record<string | number, unknown>
  place[path.at(-1) ?? ''] = value
  return broken
}

describe('the table of rules', () => {
  test('each limit in mmol/L is the one that the consensus prints', () => {
    const limits = [54, 63, 70, 140, 180, 250].map((limit) => (limit / rules.unitFactor.mgPerDlPerMmolPerL).toFixed(1))
    expect(limits).toEqual(['3.0', '3.5', '3.9', '7.8', '10.0', '13.9'])
  })

  test.each([
    ['ranges that do not meet', ['ranges', 'standard', 'rows', 1, 'high'], 249],
    ['a source that is not there', ['gmi', 'source'], 'nobody'],
    ['a target of no range', ['targets', 0, 'rows', 0, 'of'], ['somewhere']],
    ['a member that nobody reads', ['extra'], 1],
  ])('%s stop the start', (_what, path, value) => {
    expect(() => readCgmRules(spoiledAt(path, value))).toThrow()
  })
})
