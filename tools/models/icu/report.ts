import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { makeWhere } from '../../../src/risk/inference/where.ts'
import { loadModel } from '../../../src/risk/load-model.ts'
import type { Manifest, Values } from '../../../src/risk/model-folder.ts'
import { bandOf, runRows } from '../../../src/risk/run-variant.ts'
import { type Figures, figuresOf } from '../../../src/validation/figures.ts'
import type { Tally } from '../../../src/validation/tally.ts'
import { wilson } from '../../../src/validation/wilson.ts'
import { makeFeatures } from './make-features.ts'
import { type Feature, readPlan } from './parameters.ts'
import { readOutcomes, readStays } from './read-stays.ts'
import { partOf } from './split.ts'

/** Figures of the shipped graph on the stays that no training saw; written to report.json, report.md and manifest.json. */
const USAGE = 'node dist/tools/models/icu/report.js --stays FILE --outcomes FILE.csv [--outcomes ...] [--folder models/icu-mortality]'

const DRAWS = { replicates: 1000, seed: 1 } as const
const ON = 'own test part: 15 % of the stays of sets a and b by a hash of the RecordID, seen by no training'
const NAMES = { person: 'demographics', vitals: 'vital signs', labs: 'laboratory and ventilation' } as const
type Modality = keyof typeof NAMES

type Row = { readonly outcome: 0 | 1; readonly values: Values; readonly groups: Readonly<Record<string, string>> }
type Scored = Row & { readonly score: number; readonly band: string }

const AGES = [50, 65, 80] as const
const ageGroup = (age: number | null): string =>
  age === null ? 'not stated' : age < AGES[0] ? 'under 50' : age < AGES[1] ? '50 to 64' : age < AGES[2] ? '65 to 79' : '80 and over'
const UNITS = ['not stated', 'coronary care', 'cardiac surgery recovery', 'medical', 'surgical']

const readRows = async (stays: string, outcomes: ReadonlyMap<string, 0 | 1>, plan: ReturnType<typeof readPlan>): Promise<Row[]> =>
  (await readStays(stays)).flatMap((stay) => {
    const outcome = outcomes.get(stay.id)
    if (outcome === undefined || partOf(stay.id) !== 'test') return []
    const made = makeFeatures(plan, stay, new Map())
    const values = Object.fromEntries(plan.features.map(({ name }, n) => [name, made[n] ?? null]))
    const sex = values.sex_first
    const groups = {
      sex: sex === 1 ? 'male' : sex === 0 ? 'female' : 'not stated',
      age: ageGroup(values.age_first ?? null),
      unit: UNITS[values.icu_first ?? 0] ?? 'not stated',
    }
    return [{ outcome, values, groups }]
  })

const blank = ({ values, ...rest }: Row, features: readonly Feature[], modality: Modality): Row => ({
  ...rest,
  values: {
    ...values,
    ...Object.fromEntries(features.filter(({ parameter }) => parameter.modality === modality).map(({ name }) => [name, null])),
  },
})

const tallyOf = (scored: readonly Scored[]): Tally => {
  const levels = [...new Set(scored.map(({ score }) => score))].sort((a, b) => a - b)
  const place = new Map(levels.map((level, n) => [level, n]))
  const [events, others] = [new Float64Array(levels.length), new Float64Array(levels.length)]
  for (const { score, outcome } of scored) {
    const into = outcome === 1 ? events : others
    const n = place.get(score) ?? 0
    into[n] = (into[n] ?? 0) + 1
  }
  return { levels: Float64Array.from(levels), events, others }
}

const coverageOf = (scored: readonly Scored[]) => {
  const share = (rows: readonly Scored[], holds: (row: Scored) => boolean) => {
    const hits = rows.filter(holds).length
    return { value: hits / rows.length, ...wilson(hits, rows.length), n: rows.length }
  }
  const [deaths, survivors] = [scored.filter(({ outcome }) => outcome === 1), scored.filter(({ outcome }) => outcome === 0)]
  return {
    deaths: share(deaths, ({ band }) => band !== 'survival'),
    survivors: share(survivors, ({ band }) => band !== 'death'),
    abstained: share(scored, ({ band }) => band === 'abstain'),
  }
}

type PerformanceRow = NonNullable<Manifest['performance']>[number]

const round = (value: number): number => Number(value.toFixed(4))

const rowOf = (by: string, group: string, scored: readonly Scored[], figures: Figures, note?: string): PerformanceRow => ({
  on: ON,
  by,
  group,
  n: scored.length,
  events: scored.filter(({ outcome }) => outcome === 1).length,
  figures: Object.fromEntries(
    Object.entries(figures).flatMap(([name, figure]) =>
      figure?.value === null || figure === undefined
        ? []
        : [
            [
              name,
              {
                value: round(figure.value),
                ...(figure.interval ? { low: round(figure.interval.low), high: round(figure.interval.high) } : {}),
              },
            ] as const,
          ],
    ),
  ),
  ...(note === undefined ? {} : { note }),
})

const figuresFor = (scored: readonly Scored[], name: string): Figures =>
  figuresOf({ scale: 'probability', tally: tallyOf(scored) }, DRAWS, name).figures

const text = (row: PerformanceRow, name: string): string => {
  const figure = row.figures[name]
  if (!figure) return ''
  const range = figure.low === undefined || figure.high === undefined ? '' : ` (${figure.low.toFixed(3)} to ${figure.high.toFixed(3)})`
  return `${figure.value.toFixed(3)}${range}`
}

const COLUMNS = ['auroc', 'auprc', 'brier', 'slope', 'intercept', 'eo', 'ece'] as const

const markdown = (rows: readonly PerformanceRow[], coverage: ReturnType<typeof coverageOf>, alpha: number): string => {
  const percent = ({ value, low, high }: { value: number; low: number; high: number }) =>
    `${(value * 100).toFixed(1)} % (${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} %)`
  return [
    '# Death in hospital after 48 hours of intensive care: figures',
    '',
    `Made by tools/models/icu/report.ts from the shipped graph. ${ON[0]?.toUpperCase()}${ON.slice(1)}. Intervals: 95 %, ${DRAWS.replicates} resamples of stays (percentiles).`,
    '',
    `| by | group | stays | deaths | ${COLUMNS.join(' | ')} |`,
    `| --- | --- | ---: | ---: | ${COLUMNS.map(() => '---').join(' | ')} |`,
    ...rows.map((row) => `| ${row.by} | ${row.group} | ${row.n} | ${row.events} | ${COLUMNS.map((name) => text(row, name)).join(' | ')} |`),
    '',
    'eo: expected by observed deaths. ece: mean distance of predicted and observed risk over groups of equal size.',
    '',
    `## Conformal prediction at alpha ${alpha}`,
    '',
    `- deaths for which death stays credible: ${percent(coverage.deaths)}, at least ${(1 - alpha) * 100} % promised`,
    `- survivors for whom survival stays credible: ${percent(coverage.survivors)}, at least ${(1 - alpha) * 100} % promised`,
    `- abstained: ${percent(coverage.abstained)}`,
    '',
  ].join('\n')
}

const report = async (folder: string, stays: string, outcomeFiles: readonly string[]): Promise<void> => {
  const plan = readPlan(`${folder}/recipe/parameters.json`)
  const { where, end } = makeWhere({ execution: 'cpu' })
  const model = await loadModel(folder, where)
  const [variant] = model.variants
  if (!variant) throw new Error('no variant')
  const score = async (rows: readonly Row[]): Promise<Scored[]> => {
    const scored: Scored[] = []
    for (let from = 0; from < rows.length; from += 256) {
      const some = rows.slice(from, from + 256)
      const outputs = await runRows(
        variant,
        some.map(({ values }) => values),
      )
      for (const [n, row] of some.entries()) {
        const output = outputs[n]?.[0]
        if (output) scored.push({ ...row, score: output.value / 100, band: bandOf(output)?.id ?? '' })
      }
    }
    return scored
  }
  const rows = await readRows(stays, readOutcomes(outcomeFiles), plan)
  const all = await score(rows)
  const performance = [rowOf('all', 'all', all, figuresFor(all, 'all'))]
  for (const modality of Object.keys(NAMES) as Modality[]) {
    const scored = await score(rows.map((row) => blank(row, plan.features, modality)))
    performance.push(rowOf('modality missing', NAMES[modality], scored, figuresFor(scored, modality)))
  }
  for (const by of ['sex', 'age', 'unit'])
    for (const group of [...new Set(all.map(({ groups }) => groups[by] ?? ''))].sort()) {
      const scored = all.filter(({ groups }) => groups[by] === group)
      const deaths = scored.filter(({ outcome }) => outcome === 1).length
      if (deaths >= 11 && scored.length - deaths >= 11) performance.push(rowOf(by, group, scored, figuresFor(scored, `${by}/${group}`)))
    }
  const coverage = coverageOf(all)
  const { alpha = 0 } = variant.outputs[0].spec.conformal ?? {}
  const manifest = JSON.parse(readFileSync(`${folder}/manifest.json`, 'utf8')) as Record<string, unknown>
  writeFileSync(`${folder}/manifest.json`, `${JSON.stringify({ ...manifest, performance }, null, 2)}\n`)
  const made = {
    model: model.ref.id,
    version: model.ref.version,
    graph: variant.graph.sha256,
    data: sha256Of(stays),
    draws: DRAWS,
    performance,
    conformal: { alpha, ...coverage },
  }
  writeFileSync(`${folder}/report.json`, `${JSON.stringify(made, null, 2)}\n`)
  writeFileSync(`${folder}/report.md`, markdown(performance, coverage, alpha))
  await variant.session.close()
  end()
}

const sha256Of = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

const { values } = parseArgs({
  options: {
    stays: { type: 'string' },
    outcomes: { type: 'string', multiple: true },
    folder: { type: 'string', default: 'models/icu-mortality' },
    help: { type: 'boolean' },
  },
})
if (values.help || !values.stays || !values.outcomes) {
  process.stderr.write(`${USAGE}\n`)
  process.exitCode = values.help ? 0 : 2
} else await report(values.folder, values.stays, values.outcomes)
