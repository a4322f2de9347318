import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { estimateFrom } from '../../src/risk/estimate.ts'
import { loadModels } from '../../src/risk/registry.ts'
import type { Figure } from '../../src/validation/figures.ts'
import type { Report } from '../../src/validation/report.ts'
import { COLUMNS, type CohortSpec, makeCohort, type Person, writeCohort } from '../../tools/validation/synthetic-cohort.ts'
import { runMain } from './run-main.ts'

const SPEC: CohortSpec = {
  people: 3000,
  seed: 'cli',
  truth: { intercept: -0.6, slope: 0.7 },
  sites: ['north', 'south'],
  spoilt: 0,
}

let dir: string
let people: readonly Person[]
const at = (name: string): string => join(dir, name)
const put = (name: string, text: string): string => {
  writeFileSync(at(name), text)
  return at(name)
}
const table = (rows: readonly Partial<Record<string, unknown>>[], columns: readonly string[] = COLUMNS): string =>
  `${columns.join(',')}\n${rows.map((row) => columns.map((name) => row[name] ?? '').join(',')).join('\n')}\n`

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'attune-validate-'))
  people = await makeCohort(SPEC)
  put('kfre.csv', writeCohort(people, SPEC))
  mkdirSync(at('models'))
  for (const name of ['kfre', 'kidney', 'readmission', 'opioid-risk', 'condition-sets.json', 'medicine-classes.json'])
    cpSync(join('models', name), join(at('models'), name), { recursive: true })
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Few models, which are opened quickly. */
const validate = (...words: readonly string[]) => runMain('models', 'validate', ...words, '--models', at('models'))
const FAST = ['--bootstrap', '24']
const reportFrom = async (...words: readonly string[]): Promise<Report> => {
  const { status, out, err } = await validate(...words, '--json', ...FAST)
  if (status !== 0) throw new Error(`exit ${status}: ${err}${out}`)
  return JSON.parse(out) as Report
}
const numberOf = (figures: Report['figures'], name: string): number | null | undefined => (figures as Record<string, Figure>)[name]?.value

describe('attune models validate', () => {
  it('finds in made-up people the miscalibration that they were made with', async () => {
    const report = await reportFrom('kfre', '--data', at('kfre.csv'))
    const { slope, intercept, auroc } = report.figures as Record<string, Extract<Figure, { value: number }>>
    expect(Math.abs((slope?.value ?? 0) - 0.7)).toBeLessThan(0.1)
    expect(slope?.interval?.high).toBeLessThan(1)
    expect(intercept?.value).toBeLessThan(-0.1)
    expect(auroc?.value).toBeGreaterThan(0.7)
    expect(report).toMatchObject({
      kind: 'attune-validation-report',
      mode: 'one-site',
      about: { model: { id: 'kfre', version: '1.0.0' }, variant: 'v4', output: { id: 'risk_5y_north_america' }, scale: 'probability' },
      people: 3000,
      events: people.filter(({ outcome }) => outcome === 1).length,
      sources: [{ rows: 3000, used: 3000, leftOut: [], patients: 3000, months: { from: '2022-01', to: '2023-12' } }],
      recalibration: null,
    })
    expect([...new Set(report.groups.map(({ by }) => by))].sort()).toEqual(['age', 'race', 'sex', 'site'])
    for (const by of ['sex', 'site']) {
      const own = report.groups.filter((group) => group.by === by)
      expect(own.reduce((sum, group) => sum + group.people, 0)).toBe(3000)
    }
  })

  it('scores as the engine does: the mean prediction is that of `attune predict`', async () => {
    const some = people.slice(0, 300)
    const models = await loadModels(at('models'), { execution: 'cpu', strict: false })
    let expected = 0
    try {
      const model = models.get('kfre')
      if (!model) throw new Error('not served')
      for (const { age, male, egfr, acr_mg_g } of some) {
        const [one] = await estimateFrom(model, { age, male, egfr, acr_mg_g }, 'v4')
        expected += one?.state === 'estimated' ? one.value / 100 : Number.NaN
      }
    } finally {
      await models.close()
    }
    const events = some.filter(({ outcome }) => outcome === 1).length
    const report = await reportFrom('kfre', '--data', put('some.csv', table(some)), '--small')
    expect(report.rounding?.eo?.unrounded).toBeCloseTo(expected / events, 9)
    expect(report.warnings[0]).toContain('Too few people for figures to lean on')
  })

  it('writes a page and a JSON, says the figures in words, and names the model by itself where only one fits', async () => {
    const { status, out, err } = await validate('--data', at('kfre.csv'), '--out', at('out'), ...FAST)
    expect(status).toBe(0)
    expect(out).toContain('3000 of 3000 rows used')
    expect(out).toMatch(/Calibration slope +0\.\d{3} \(0\.\d{3} to 0\.\d{3}\)/)
    expect(err).toContain('kfre 1.0.0, variant v4, output risk_5y_north_america')
    const page = readFileSync(join(at('out'), 'report.html'), 'utf8')
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)|synthetic-\d/)
    expect(page.match(/<svg viewBox/g)).toHaveLength(5)
    expect(JSON.parse(readFileSync(join(at('out'), 'report.json'), 'utf8'))).toMatchObject({ people: 3000 })
  })

  it('gives the same report for the same seed, and takes TSV, JSON lines and words for categories alike', async () => {
    const words = people.map(({ male, outcome, ...rest }) => ({ ...rest, male: male === 1 ? 'Male' : 'F', outcome: outcome === 1 }))
    const first = await reportFrom('kfre', '--data', at('kfre.csv'))
    const comparable = ({ madeAt: _, sources: [source], ...rest }: Report) => ({ ...rest, source: { ...source, dataSha256: '' } })
    for (const [name, text] of [
      ['again.csv', table(people.map((person) => ({ ...person })))],
      ['kfre.tsv', table(words).replaceAll(',', '\t')],
      ['kfre.jsonl', words.map((row) => JSON.stringify(row)).join('\n')],
    ] as const)
      expect(comparable(await reportFrom('kfre', '--data', put(name, text)))).toEqual(comparable(first))
  })

  it('converts units that the header names', async () => {
    const columns = COLUMNS.map((name) => (name === 'acr_mg_g' ? 'acr_mg_g[mg/mmol]' : name))
    const rows = people.map((person) => ({ ...person, 'acr_mg_g[mg/mmol]': person.acr_mg_g / 8.84 }))
    const [plain, converted] = [
      await reportFrom('kfre', '--data', at('kfre.csv')),
      await reportFrom('kfre', '--data', put('units.csv', table(rows, columns))),
    ]
    expect(converted.rounding?.brier?.unrounded).toBeCloseTo(plain.rounding?.brier?.unrounded ?? 0, 6)
  })

  it('counts every row that has no part, by reason, and never its value', async () => {
    const base = people.map((person): Record<string, unknown> => ({ ...person }))
    const spoilt: Record<string, unknown>[] = [
      { ...base[0], id: 'x1', egfr: 88 },
      { ...base[0], id: 'x2', egfr: 'NaN' },
      { ...base[0], id: 'x3', egfr: 'inf' },
      { ...base[0], id: 'x4', age: -4 },
      { ...base[0], id: 'x5', male: 'unknown' },
      { ...base[0], id: 'x6', acr_mg_g: '' },
      { ...base[0], id: 'x7', outcome: '' },
      { ...base[0], id: 'x8', outcome: '0.5' },
      { ...base[0], id: '' },
      { ...base[0] },
    ]
    const report = await reportFrom('kfre', '--data', put('spoilt.csv', table([...base, ...spoilt])))
    const counted = report.sources[0]?.leftOut.map(({ about, code, rows }) => `${about} ${code} ${rows}`)
    expect(counted?.sort()).toEqual(
      [
        'acr_mg_g missing 1',
        'age out-of-range 1',
        'egfr out-of-range 1',
        'egfr unreadable 2',
        'id missing 1',
        'male unreadable 1',
        'outcome missing 1',
        'outcome unreadable 1',
        'row repeated 1',
      ].sort(),
    )
    expect(report.people).toBe(3000)
    expect(JSON.stringify(report)).not.toMatch(/88\b(?!\.)"|synthetic-\d|unknown"/)
  })

  it('draws patients with all their rows where some have several', async () => {
    const twice = people.flatMap((person) => [person, { ...person, date: '2024-02-01' }])
    const [once, again] = [
      await reportFrom('kfre', '--data', at('kfre.csv')),
      await reportFrom('kfre', '--data', put('twice.csv', table(twice))),
    ]
    expect(again.settings.byPatient).toBe(true)
    expect(again.sources[0]).toMatchObject({ used: 6000, patients: 3000 })
    const width = ({ figures }: Report) => {
      const { interval } = (figures as Record<string, Extract<Figure, { value: number }>>).slope ?? {}
      return interval ? interval.high - interval.low : Number.NaN
    }
    expect(width(again) / width(once)).toBeGreaterThan(0.7)
  })

  it('doubts an outcome that is coded the other way round, and an input in another unit', async () => {
    const turned = people.map((person) => ({ ...person, outcome: 1 - person.outcome }))
    const { warnings } = await reportFrom('kfre', '--data', put('turned.csv', table(turned)))
    expect(warnings).toEqual([
      'Higher scores go with fewer events. Is the outcome coded the other way round?',
      'Expected and observed events differ more than threefold. Do outcome and output speak of the same event and the same time?',
    ])
    const scaled = people.map((person, n) => ({ ...person, egfr: n % 4 === 0 ? person.egfr * 60 : person.egfr }))
    expect((await reportFrom('kfre', '--data', put('scaled.csv', table(scaled)))).warnings).toContain(
      'eGFR (CKD-EPI 2021, creatinine) is out of range in more than a fifth of the rows. Is it in the unit of the model?',
    )
  })

  it('hides groups of a few people, also from subtraction', async () => {
    const rows = people.map((person, n) => ({ ...person, race: n < 5 ? 'few' : n % 2 ? 'white' : 'black' }))
    const report = await reportFrom('kfre', '--data', put('few.csv', table(rows)), '--groups', 'race')
    expect(report.groups.map(({ group }) => group)).toHaveLength(2)
    expect(report.groups.map(({ group }) => group)).toContainEqual(expect.stringMatching(/^together: /))
  })
})

describe('points and measured numbers', () => {
  it('points have discrimination and events by score, and no calibration', async () => {
    const rows = Array.from({ length: 600 }, (_, n) => ({
      length_of_stay_days: 1 + (n % 14),
      acute_admission: n % 2,
      charlson: n % 4,
      ed_visits_6m: n % 3,
      outcome: Number((n * 7) % 20 < n % 14),
    }))
    const models = await loadModels(at('models'), { execution: 'cpu', strict: false })
    const lace = models.get('readmission')?.variants.find(({ spec }) => spec.id === 'lace')
    await models.close()
    const columns = [...(lace?.inputs ?? []), 'outcome']
    const renamed = rows.map((row) => {
      const values = Object.values(row)
      return Object.fromEntries(columns.map((name, n) => [name, name === 'outcome' ? row.outcome : values[n]]))
    })
    const report = await reportFrom('readmission', '--variant', 'lace', '--data', put('lace.csv', table(renamed, columns)))
    expect(Object.keys(report.figures)).toEqual(['auroc', 'auprc'])
    expect(report.about.scale).toBe('score')
    expect(report.curves?.calibration).toEqual([])
    expect(report.curves?.distribution.reduce((sum, bar) => sum + bar.events + bar.others, 0)).toBe(600)
  })

  it('a measured number has error, bias, share within 20 %, and coverage where the model gives intervals', async () => {
    const rows = Array.from({ length: 120 }, (_, n) => ({
      age: 40 + (n % 40),
      sex: n % 2 ? 'male' : 'female',
      creatinine: 0.7 + (n % 9) / 10,
    }))
    const models = await loadModels(at('models'), { execution: 'cpu', strict: false })
    const observed: number[] = []
    try {
      const model = models.get('kidney')
      const spec = model?.inputs.filter(({ name }) =>
        model.variants.find((one) => one.spec.id === 'ckd_epi_2021_cr')?.inputs.includes(name),
      )
      if (!model || !spec) throw new Error('not served')
      for (const row of rows) {
        const given = Object.fromEntries(
          spec.map((one) => [
            one.name,
            one.kind === 'age' ? row.age : one.kind === 'sex' ? one.values[row.sex as 'male' | 'female'] : row.creatinine,
          ]),
        )
        const [one] = await estimateFrom(model, given, 'ckd_epi_2021_cr')
        observed.push(one?.state === 'estimated' ? one.value : Number.NaN)
      }
      const columns = [...spec.map(({ name }) => name), 'measured']
      const written = rows.map((row, n) =>
        Object.fromEntries(
          columns.map((name) => {
            const one = spec.find((input) => input.name === name)
            const value = one?.kind === 'age' ? row.age : one?.kind === 'sex' ? row.sex : row.creatinine
            return [name, one ? value : (observed[n] ?? 0) - 5]
          }),
        ),
      )
      const file = put('egfr.csv', table(written, columns))
      const report = await reportFrom('kidney', '--variant', 'ckd_epi_2021_cr', '--outcome', 'measured', '--data', file)
      expect(numberOf(report.figures, 'bias')).toBeCloseTo(5, 9)
      expect(numberOf(report.figures, 'mae')).toBeCloseTo(5, 9)
      expect((report.figures as Record<string, Figure>).coverage).toEqual({ value: null, because: 'The model gives no interval.' })
      expect(report.events).toBeNull()
    } finally {
      await models.close()
    }
  })
})

describe('recalibration is a new version', () => {
  it('is measured on people it was not fitted to, loads, passes its vectors, and predicts as it says', async () => {
    const models = at('own-models')
    const report = await reportFrom('kfre', '--data', at('kfre.csv'), '--recalibrate', models, '--site-name', 'North Clinic')
    const { recalibration } = report
    if (!recalibration) throw new Error('no recalibration')
    expect(recalibration.method).toBe('intercept-and-slope')
    expect(recalibration.fitted.people + recalibration.heldOut.people).toBe(3000)
    const slopes = [recalibration.heldOut.before, recalibration.heldOut.after].map((figures) => Math.abs((figures.slope?.value ?? 99) - 1))
    expect(slopes[1]).toBeLessThan(slopes[0] ?? 0)

    const [old, own] = [
      await loadModels(at('models'), { execution: 'cpu', strict: false }),
      await loadModels(models, { execution: 'cpu', strict: false }),
    ]
    try {
      expect(own.health().models).toEqual([expect.objectContaining({ id: 'kfre', state: 'serving', version: '1.1.0-north-clinic' })])
      const inputs = { age: 60, male: 1, egfr: 20, acr_mg_g: 500 }
      const [before, after] = await Promise.all(
        [old, own].map(async (all) => {
          const model = all.get('kfre')
          const [one] = model ? await estimateFrom(model, inputs, 'v4') : []
          if (one?.state !== 'estimated') throw new Error('not estimated')
          return one
        }),
      )
      if (!before || !after) throw new Error('not estimated')
      const odds = (percent: number) => Math.log(percent / (100 - percent))
      const { intercept, slope } = recalibration.correction
      expect(odds(after.value)).toBeCloseTo(intercept + slope * odds(before.value), 9)
      expect(after.reasons).toEqual(before.reasons)
      expect(after.also).toEqual(before.also)
      expect(after.limits.filter((limit) => !before.limits.includes(limit))).toEqual([
        expect.stringMatching(
          /^Recalibrated by the site \(v4, within 5 years, North America\) on \d{4}-\d\d-\d\d: the reasons add up to the score before/,
        ),
      ])
      expect(own.get('kfre')?.manifest.performance).toMatchObject([{ by: 'all', group: 'all', n: recalibration.heldOut.people }])
      const manifest = own.get('kfre')?.manifest
      expect(manifest?.variants.flatMap(({ outputs }) => outputs.filter((one) => one.recalibration)).map(({ id }) => id)).toEqual([
        'risk_5y_north_america',
      ])
      expect(own.get('kfre')?.card.attributes.find(({ id }) => id === 'ongoing_maintenance.2')?.text).toMatch(
        /^Recalibrated on \d{4}-\d\d-\d\d at North Clinic \(intercept and slope\)/,
      )
    } finally {
      await Promise.all([old.close(), own.close()])
    }

    const again = await validate('kfre', '--data', at('kfre.csv'), '--recalibrate', models, ...FAST, '--json')
    expect([again.status, again.err]).toEqual([2, expect.stringContaining('is there already; a version is never written over')])
  })

  it('a conformal prediction keeps its decisions: its limits move with the probabilities', async () => {
    const folder = at('conformal')
    cpSync(at('models'), folder, { recursive: true })
    const file = join(folder, 'kfre/manifest.json')
    const manifest = JSON.parse(readFileSync(file, 'utf8'))
    Object.assign(manifest.variants.find(({ id }: { id: string }) => id === 'v4').outputs[0], {
      bands: [
        { below: 5, id: 'low', label: 'kidney failure not credible' },
        { below: 40, id: 'between', label: 'abstains' },
        { id: 'high', label: 'kidney failure credible' },
      ],
      conformal: { alpha: 0.1, abstain: 'between', on: 'made-up people', people: 100, events: 50 },
    })
    const scores = { v4: { edges: [5, 40], shares: [0.5, 0.3, 0.2] } }
    writeFileSync(file, JSON.stringify({ ...manifest, monitoring: { on: 'made-up people', n: 100, inputs: {}, scores } }))
    const run = async (models: string, ...words: readonly string[]): Promise<Report> => {
      const { out } = await runMain('models', 'validate', 'kfre', '--data', at('kfre.csv'), '--models', models, ...words, '--json', ...FAST)
      return JSON.parse(out) as Report
    }
    const before = await run(folder, '--recalibrate', at('conformal-recalibrated'))
    const after = await run(at('conformal-recalibrated'))
    expect(before.bands?.map(({ people: count }) => count).reduce((a, b) => a + b)).toBe(3000)
    expect(after.bands).toEqual(before.bands)
    for (const name of ['coverageEvents', 'coverageOthers', 'abstention'])
      expect(numberOf(after.figures, name)).toBe(numberOf(before.figures, name))
    expect(numberOf(after.figures, 'slope')).not.toBe(numberOf(before.figures, 'slope'))
    // The bins that monitoring compares with move too.
    const own = JSON.parse(readFileSync(join(at('conformal-recalibrated'), 'kfre/manifest.json'), 'utf8'))
    const [{ bands }] = own.variants.find(({ id }: { id: string }) => id === 'v4').outputs
    expect(own.monitoring.scores.v4).toEqual({ edges: [bands[0].below, bands[1].below], shares: [0.5, 0.3, 0.2] })
    expect(own.monitoring.scores.v4.edges[0]).not.toBeCloseTo(5, 1)
    expect(before.groups.every(({ figures }) => numberOf(figures, 'coverageEvents') !== undefined)).toBe(true)
  })

  it('does not happen where no correction fits better than none', async () => {
    const spec: CohortSpec = { ...SPEC, seed: 'right', truth: { intercept: 0, slope: 1 } }
    const file = put('right.csv', writeCohort(await makeCohort(spec), spec))
    const report = await reportFrom('kfre', '--data', file, '--recalibrate', at('none'))
    expect(report.recalibration).toMatchObject({ method: 'none', correction: { intercept: 0, slope: 1 } })
    expect(() => readFileSync(join(at('none'), 'kfre/manifest.json'))).toThrow()
  })

  it('asks for enough people in each half', async () => {
    const { status, err } = await validate(
      'kfre',
      '--data',
      put('800.csv', table(people.slice(0, 800))),
      '--recalibrate',
      at('never'),
      '--json',
      ...FAST,
    )
    expect([status, err]).toEqual([
      1,
      expect.stringContaining('Each half of the patients needs 100 people with the event and as many without'),
    ])
  })
})

describe('attune models combine', () => {
  it('gives what the pooled file gives: figures, intervals and curves', async () => {
    const pooled = await reportFrom('kfre', '--data', at('kfre.csv'), '--groups', 'sex,site')
    for (const site of SPEC.sites) {
      const columns = COLUMNS.filter((name) => name !== 'site')
      const file = put(
        `${site}.csv`,
        table(
          people.filter((person) => person.site === site),
          columns,
        ),
      )
      await reportFrom('kfre', '--data', file, '--groups', 'sex', '--site-name', site, '--share', at(`${site}.json`))
      expect(readFileSync(at(`${site}.json`), 'utf8')).not.toContain('synthetic-')
    }
    const { status, out } = await runMain('models', 'combine', at('north.json'), at('south.json'), '--json', ...FAST)
    const combined = JSON.parse(out) as Report
    expect(status).toBe(0)
    expect(combined.figures).toEqual(pooled.figures)
    expect(combined.curves).toEqual(pooled.curves)
    expect(combined.groups.map(({ sites: _, ...group }) => group)).toEqual(pooled.groups.map(({ sites: _, ...group }) => group))
    expect(combined).toMatchObject({ mode: 'combined', people: 3000 })
  })

  it('refuses files that are none, and fewer than two', async () => {
    expect(await runMain('models', 'combine', at('north.json'))).toMatchObject({
      status: 2,
      err: expect.stringContaining('at least two sites'),
    })
    expect(await runMain('models', 'combine', at('north.json'), at('kfre.csv'))).toMatchObject({
      status: 2,
      err: expect.stringContaining('is not readable JSON'),
    })
  })
})

describe('bad input is refused with the reason', () => {
  const without = (name: string) => COLUMNS.filter((column) => column !== name)
  it.each<[string, () => readonly string[], number, string]>([
    ['no data', () => ['kfre'], 2, 'Name the labelled data: --data FILE.'],
    ['a model that is not here', () => ['nothing', '--data', at('kfre.csv')], 2, 'There is no model "nothing"'],
    [
      'no column of the outcome',
      () => ['kfre', '--data', put('o.csv', table(people, without('outcome')))],
      2,
      'the file has no column outcome; name it with --outcome',
    ],
    [
      'an input as outcome',
      () => ['kfre', '--data', at('kfre.csv'), '--outcome', 'egfr'],
      2,
      'egfr is an input of the model and cannot be its outcome',
    ],
    ['no column of an input', () => ['kfre', '--data', put('i.csv', table(people, without('egfr')))], 2, 'v4 lacks egfr'],
    ['no model that fits', () => ['--data', put('n.csv', 'a,outcome\n1,0\n')], 2, 'The file has not the columns of any model'],
    [
      'a variant that is not there',
      () => ['kfre', '--data', at('kfre.csv'), '--variant', 'v9'],
      2,
      'kfre has no variant v9; it has v8, v6, v4',
    ],
    [
      'an output that is not there',
      () => ['kfre', '--data', at('kfre.csv'), '--output', 'x'],
      2,
      'v4 has no output x; it has risk_5y_north_america',
    ],
    ['a variant that is off', () => ['opioid-risk', '--data', at('kfre.csv'), '--variant', 'riosord_cip'], 2, 'riosord_cip is off'],
    [
      'a group without a column',
      () => ['kfre', '--data', at('kfre.csv'), '--groups', 'language'],
      2,
      'the file has no column language to group by',
    ],
    [
      'a group that names people',
      () => ['kfre', '--data', at('kfre.csv'), '--groups', 'id'],
      2,
      'the column id has more than 50 values; it does not name groups',
    ],
    [
      'a unit that cannot be converted',
      () => ['kfre', '--data', put('u.csv', writeCohort(people.slice(0, 3), SPEC).replace('acr_mg_g', 'acr_mg_g[mmol/L]'))],
      2,
      'acr_mg_g[mmol/L]: mmol/L cannot be converted to mg/g',
    ],
    [
      'an outcome that is no 0 or 1',
      () => ['kfre', '--data', put('two.csv', table(people.slice(0, 400).map((person) => ({ ...person, outcome: 2 }))))],
      1,
      'No report: 0 people with the event and 0 without',
    ],
    [
      'one outcome only',
      () => ['kfre', '--data', put('one.csv', table(people.map((person) => ({ ...person, outcome: 0 }))))],
      1,
      'No report: 0 people with the event',
    ],
    ['too few people', () => ['kfre', '--data', put('few.csv', table(people.slice(0, 50)))], 1, 'at least 100 of each are needed'],
    [
      'a threshold between two levels',
      () => ['kfre', '--data', at('kfre.csv'), '--thresholds', '7.3'],
      2,
      '--thresholds takes percentages',
    ],
    ['a seed that is none', () => ['kfre', '--data', at('kfre.csv'), '--seed', 'x'], 2, '--seed takes a whole number'],
    ['sharing without a name', () => ['kfre', '--data', at('kfre.csv'), '--share', at('s.json')], 2, '--share needs --site-name'],
  ])('%s', async (_, words, status, expected) => {
    const ran = await validate(...words(), '--bootstrap', '0', '--out', at('refused'))
    expect(ran.out + ran.err).toContain(expected)
    expect(ran.status).toBe(status)
  })
})
