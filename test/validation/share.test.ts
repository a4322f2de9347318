import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AttuneError } from '../../src/errors.ts'
import { type Pair, sumsOf } from '../../src/validation/doses.ts'
import { LEVELS } from '../../src/validation/levels.ts'
import { type About, type Material, materialOf } from '../../src/validation/material.ts'
import { reportOf } from '../../src/validation/report.ts'
import { combineShares, readShare, shareOf } from '../../src/validation/share.ts'
import type { Scored, Study } from '../../src/validation/study.ts'
import type { Target } from '../../src/validation/target.ts'

const ABOUT: About = {
  model: { id: 'kfre', version: '1.0.0', sha256: 'a'.repeat(64), name: 'Equation', title: 'Kidney failure' },
  variant: 'v4',
  output: { id: 'risk', label: 'within 5 years', unit: '%' },
  scale: 'probability',
  outcome: 'outcome',
  ageCuts: [65],
  bands: [
    { id: 'low', label: 'low' },
    { id: 'between', label: 'abstains' },
    { id: 'high', label: 'high' },
  ],
  conformal: { alpha: 0.1, abstain: 'between' },
}
/** Of the target only the labels of its inputs are read here. */
const TARGET = { model: { inputs: [] } } as unknown as Target

type Row = {
  readonly score: number
  readonly outcome: number
  readonly sex: string
  readonly site: string
  readonly interval?: Pair['interval']
}

const studyOf = (rows: readonly Row[], divisions: readonly string[]): Study => ({
  scored: rows.map(
    ({ score, outcome, sex, site, interval = null }): Scored => ({
      score,
      key: LEVELS.probability.keyOf(score),
      outcome,
      band: score < 0.2 ? 0 : score < 0.6 ? 1 : 2,
      patient: null,
      half: 0,
      groups: Object.fromEntries(divisions.map((by) => [by, by === 'sex' ? sex : site])),
      interval,
    }),
  ),
  rows: rows.length,
  leftOut: [],
  patients: null,
  months: { from: '2024-01', to: '2024-06' },
  divisions,
  dataSha256: 'b'.repeat(64),
})

const material = (rows: readonly Row[], divisions: readonly string[], site: string | null, about = ABOUT, minGroup = 2): Material =>
  materialOf(studyOf(rows, divisions), { target: TARGET, about, site, minGroup })

/** What arrives at the other side: through JSON. */
const shared = (rows: readonly Row[], site: string, about = ABOUT, minGroup = 2) => {
  const text = JSON.stringify(shareOf(material(rows, ['sex'], site, about, minGroup), site))
  return { name: `${site}.json`, material: readShare(`${site}.json`, JSON.parse(text)) }
}

const REPORT = {
  draws: { replicates: 20, seed: 1 },
  thresholds: [0.1, 0.2],
  madeAt: '2026-11-21T00:00:00Z',
  citation: null,
  note: null,
  tell: () => {},
}

const probability = fc.double({ min: 0, max: 1, noNaN: true })
/** Each sex at each site has at least two people with and two without the event, so that no group is small. */
const block = (sex: string, site: string) =>
  fc
    .tuple(fc.array(probability, { minLength: 2, maxLength: 12 }), fc.array(probability, { minLength: 2, maxLength: 12 }))
    .map(([events, others]): Row[] => [
      ...events.map((score) => ({ score, outcome: 1, sex, site })),
      ...others.map((score) => ({ score, outcome: 0, sex, site })),
    ])
const sites = fc
  .integer({ min: 2, max: 4 })
  .chain((count) =>
    fc.tuple(
      ...Array.from({ length: count }, (_, n) =>
        fc.tuple(block('female', `site ${n}`), block('male', `site ${n}`)).map(([a, b]) => [...a, ...b]),
      ),
    ),
  )

const different = (all: readonly (readonly Row[])[]): boolean =>
  new Set(all.map((rows) => JSON.stringify(rows.map(({ score, outcome }) => [LEVELS.probability.keyOf(score), outcome]).sort()))).size ===
  all.length

const problem = (work: () => unknown): string => {
  try {
    work()
    return 'no problem'
  } catch (error) {
    return error instanceof AttuneError ? error.detail : String(error)
  }
}

const rowsAt = (site: string, shift: number): Row[] =>
  Array.from({ length: 400 }, (_, n) => ({
    score: ((n * 37 + shift) % 97) / 100,
    outcome: Number((n * 13) % 100 < (n * 37 + shift) % 97),
    sex: n % 2 === 0 ? 'female' : 'male',
    site,
  }))

describe('sites that share only aggregates', () => {
  it('get the very figures, intervals, groups and curves of their pooled rows', () => {
    fc.assert(
      fc.property(sites.filter(different), (all) => {
        const pooled = reportOf(material(all.flat(), ['sex', 'site'], null), REPORT)
        const combined = reportOf(
          combineShares(
            all.map((rows, n) => shared(rows, `site ${n}`)),
            2,
          ),
          REPORT,
        )
        expect(combined.figures).toEqual(pooled.figures)
        expect(combined.curves).toEqual(pooled.curves)
        expect(combined.bands).toEqual(pooled.bands)
        expect(combined.groups.map(({ sites: _, ...group }) => group)).toEqual(pooled.groups.map(({ sites: _, ...group }) => group))
        expect([combined.people, combined.events]).toEqual([pooled.people, pooled.events])
      }),
      { numRuns: 30 },
    )
  })

  it('get the figures of pooled doses to 1e-9, and counts exactly', () => {
    const about: About = { ...ABOUT, scale: 'number', output: { id: 'dose', label: 'dose', unit: 'mg/wk' }, bands: null, conformal: null }
    const dose = fc.record({ score: fc.double({ min: 5, max: 90, noNaN: true }), outcome: fc.double({ min: 5, max: 90, noNaN: true }) })
    const people = (site: string) =>
      fc
        .array(dose, { minLength: 30, maxLength: 60 })
        .map((all) =>
          all.map(
            (one, n): Row => ({ ...one, sex: n % 2 ? 'male' : 'female', site, interval: { low: one.score - 10, high: one.score + 10 } }),
          ),
        )
    fc.assert(
      fc.property(people('a'), people('b'), (a, b) => {
        const pooled = reportOf(material([...a, ...b], ['sex', 'site'], null, about), REPORT).figures as Record<string, { value: number }>
        const combined = reportOf(combineShares([shared(a, 'a', about), shared(b, 'b', about)], 2), REPORT).figures as typeof pooled
        for (const [name, { value }] of Object.entries(pooled)) expect(combined[name]?.value).toBeCloseTo(value, 9)
        expect(combined.within20).toEqual(pooled.within20)
        expect(combined.coverage).toEqual(pooled.coverage)
      }),
      { numRuns: 30 },
    )
  })

  it('share counts by level and group, and nothing of a row: no score, date, patient or digest of the data', () => {
    const { kind, layout, source, overall, groups, ...rest } = shareOf(material(rowsAt('a', 1), ['sex'], 'a'), 'a')
    expect({ kind, layout, source }).toEqual({
      kind: 'attune-validation-share',
      layout: 1,
      source: {
        site: 'a',
        rows: 400,
        used: 400,
        leftOut: [],
        patients: null,
        months: { from: '2024-01', to: '2024-06' },
        dataSha256: null,
      },
    })
    expect(Object.keys(rest).sort()).toEqual(['about', 'minGroup', 'withheld'])
    for (const part of [overall, ...groups.map((group) => group.part)]) {
      expect(Object.keys(part)).toEqual(['counts', 'bands'])
      if ('counts' in part) for (const row of [...part.counts, ...part.bands]) expect(row.every(Number.isInteger)).toBe(true)
    }
  })

  it('a site where few people have the event does not share', () => {
    const rows = rowsAt('a', 1).map((row, n) => ({ ...row, outcome: Number(n < 5) }))
    expect(problem(() => shared(rows, 'a', ABOUT, 11))).toBe(
      'not shared: the site has fewer than 11 people with the event, so that what it shares would show a few people',
    )
  })

  it('fifty small groups with long names are still one file that can be read', () => {
    const names = Array.from({ length: 49 }, (_, n) => `a group with a rather long name, number ${n}`)
    const rows = rowsAt('a', 1).map((row, n) => ({ ...row, sex: n < 49 ? (names[n] ?? '') : row.sex }))
    const { material: read } = shared(rows, 'a', ABOUT, 11)
    expect(read.groups.map(({ group }) => group.length).sort((a, b) => b - a)[0]).toBeGreaterThan(1500)
    expect(problem(() => shareOf(material(rows, [], 'a'), 'x'.repeat(61)))).toBe('the name of the site has more than 60 letters')
  })

  it('a group that one site could not share is shown with the sites that did', () => {
    const few = rowsAt('b', 2).map((row, n) => ({ ...row, sex: n < 4 ? 'other' : row.sex }))
    const many = rowsAt('a', 1).map((row, n) => ({ ...row, sex: n % 3 === 0 ? 'other' : row.sex }))
    const report = reportOf(combineShares([shared(many, 'a', ABOUT, 11), shared(few, 'b', ABOUT, 11)], 11), REPORT)
    expect(report.groups.filter(({ by }) => by === 'sex').map(({ group, sites: count }) => [group, count])).toEqual([
      ['female', 1],
      ['male', 2],
      ['other', 1],
      ['together: female, other', 1],
    ])
  })
})

describe('decisions of a conformal prediction', () => {
  it('cover a class by how often it is not decided against, and abstain by how often neither is decided', () => {
    // Below 0.2 the model decides against the event, from 0.6 for it.
    const people = (count: number, score: number, outcome: number) =>
      Array.from({ length: count }, () => ({ score, outcome, sex: 'f', site: 'a' }))
    const rows = [
      ...people(20, 0.1, 1),
      ...people(300, 0.1, 0),
      ...people(30, 0.4, 1),
      ...people(50, 0.4, 0),
      ...people(150, 0.8, 1),
      ...people(50, 0.8, 0),
    ]
    const { figures, bands } = reportOf(material(rows, [], 'a'), REPORT)
    expect(figures).toMatchObject({
      coverageEvents: { value: 180 / 200 },
      coverageOthers: { value: 350 / 400 },
      abstention: { value: 80 / 600 },
    })
    expect(bands?.map(({ id, people: count, events }) => [id, count, events])).toEqual([
      ['low', 320, 20],
      ['between', 80, 30],
      ['high', 200, 150],
    ])
    expect(reportOf(material(rows, [], 'a', ABOUT, 25), REPORT).bands).toBeNull()
  })
})

describe('files that cannot be added up are refused', () => {
  const a = () => shared(rowsAt('a', 1), 'a')
  const other = (about: Partial<About>) => shared(rowsAt('b', 2), 'b', { ...ABOUT, ...about })
  it.each<[string, () => unknown, string]>([
    ['one file only', () => combineShares([a()], 2), 'there must be at least two files to combine'],
    [
      'another hash of the model',
      () => combineShares([a(), other({ model: { ...ABOUT.model, sha256: 'c'.repeat(64) } })], 2),
      'a.json and b.json are of different versions of the model (another hash)',
    ],
    [
      'another model',
      () => combineShares([a(), other({ model: { ...ABOUT.model, id: 'pce' } })], 2),
      'a.json and b.json are of different models',
    ],
    ['another variant', () => combineShares([a(), other({ variant: 'v8' })], 2), 'a.json and b.json are of different variants or outputs'],
    [
      'another outcome',
      () => combineShares([a(), other({ outcome: 'died' })], 2),
      'a.json and b.json differ in the outcome or the age groups',
    ],
    [
      'the same site twice',
      () => combineShares([a(), { ...shared(rowsAt('a', 2), 'a'), name: 'again.json' }], 2),
      'again.json: the site a stands twice',
    ],
    [
      'the same people under another name',
      () => combineShares([a(), shared(rowsAt('b', 1), 'b')], 2),
      'a.json and b.json hold the same people: every count is equal',
    ],
  ])('%s', (_, work, expected) => {
    expect(problem(work)).toBe(expected)
  })

  type Share = ReturnType<typeof shareOf>
  const changed = (change: (share: Share) => unknown) => () => {
    const share = structuredClone(shareOf(material(rowsAt('a', 1), ['sex'], 'a'), 'a'))
    return readShare('a.json', change(share))
  }
  it.each<[string, (share: Share) => unknown, string]>([
    ['another kind', (share) => ({ ...share, kind: 'x' }), 'a.json is not a file that `attune models validate --share` writes'],
    ['a key that is not known', (share) => ({ ...share, patients: [] }), 'Unrecognized key'],
    [
      'groups that do not add up',
      (share) => ({ ...share, groups: share.groups.slice(1) }),
      'a.json: its groups by sex do not add up to the whole',
    ],
    [
      'counts that are not those of the rows',
      (share) => ({ ...share, source: { ...share.source, used: 3 } }),
      'a.json: its counts are not those of its rows',
    ],
    ['a negative count', (share) => ({ ...share, overall: { ...share.overall, counts: [[3, -1, 4]] } }), 'a.json is not a file'],
    [
      'a level that does not exist',
      (share) => ({ ...share, overall: { ...share.overall, counts: [[99999, 200, 200]] } }),
      'a.json: a level is not known',
    ],
    [
      'bands that do not add up',
      (share) => ({
        ...share,
        overall: {
          ...share.overall,
          bands: [
            [1, 1],
            [0, 0],
            [0, 0],
          ],
        },
      }),
      'a.json: its bands do not add up to the whole',
    ],
    [
      'a level twice',
      (share) => ({
        ...share,
        overall: {
          ...share.overall,
          counts: [
            [3, 1, 1],
            [3, 1, 1],
          ],
        },
      }),
      'a.json: a level stands twice',
    ],
    [
      'sums where there must be counts',
      (share) => ({ ...share, overall: { sums: sumsOf({ predicted: 1, observed: 1, interval: null }) } }),
      'a.json: its tables are not of the kind that its scale has',
    ],
  ])('%s', (_, change, expected) => {
    expect(problem(changed(change))).toContain(expected)
  })
})
