import { readFileSync, writeFileSync } from 'node:fs'
import { encodeColumns } from '../../../src/risk/encode.ts'
import { trees } from '../../../src/risk/kinds/trees.ts'
import { cardSchema, type Manifest, manifestSchema, type Values } from '../../../src/risk/model-folder.ts'
import { type CalibrationGroup, calibrationGroups } from '../../../src/validation/calibration.ts'
import { type Figure, figuresOf } from '../../../src/validation/figures.ts'
import { ageGroup } from '../../../src/validation/groups.ts'
import { LEVELS } from '../../../src/validation/levels.ts'
import type { Cells } from '../../../src/validation/resample.ts'
import { type Counts, countOne, type Tally, tallyOf } from '../../../src/validation/tally.ts'
import { CONDITION_NAMES } from './diagnoses.ts'
import type { Stay } from './encounters.ts'
import { MAKERS } from './inputs.ts'
import { SETTINGS } from './settings.ts'

/** Figures of the finished model on the test part, by the same code as `attune models validate`. */

type Scored = { readonly stay: Stay; readonly probability: number }
type Performance = NonNullable<Manifest['performance']>[number]

const REPLICATES = 1000
/** Fewer readmitted than this say nothing about a group. */
const LEAST_EVENTS = 20
const AGE_CUTS = [20, 40, 60, 70, 80]
const FIGURES = ['auroc', 'auprc', 'brier', 'slope', 'intercept', 'eo', 'ece'] as const
const ON = 'test part: patients of the same hospitals that neither trees nor calibration had seen'

const tallyFor = (rows: readonly Scored[]): Tally => {
  const counts: Counts = new Map()
  for (const { stay, probability } of rows) countOne(counts, LEVELS.probability.keyOf(probability), stay.outcome === 1)
  return tallyOf('probability', counts)
}

/** Rows by patient: a patient is drawn with all stays. */
const cellsFor = (rows: readonly Scored[], { levels }: Tally): Cells => {
  const place = new Map([...levels].map((level, n) => [level, n]))
  const byPatient = groupBy(rows, ({ stay }) => stay.patient)
  const cells: number[] = []
  const starts: number[] = []
  for (const all of byPatient.values()) {
    starts.push(cells.length)
    for (const { stay, probability } of all) {
      const level = LEVELS.probability.valueOf(LEVELS.probability.keyOf(probability))
      cells.push(2 * (place.get(level) ?? 0) + stay.outcome)
    }
  }
  return { cells: Uint32Array.from(cells), starts: Uint32Array.from(starts) }
}

const groupBy = <T>(all: readonly T[], nameOf: (one: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const group = groups.get(nameOf(one)) ?? []
    group.push(one)
    groups.set(nameOf(one), group)
  }
  return groups
}

const digits = (value: number): number => Number(value.toFixed(4))

/** Resampling makes a calibration error larger by itself, so that its interval would mislead. */
const NO_INTERVAL = new Set(['ece'])

const shown = (name: string, figure: Figure | undefined): Performance['figures'][string] | null => {
  if (!figure || figure.value === null) return null
  const { value, interval } = figure
  return { value: digits(value), ...(interval && !NO_INTERVAL.has(name) ? { low: digits(interval.low), high: digits(interval.high) } : {}) }
}

const performanceOf = (by: string, group: string, rows: readonly Scored[]): Performance => {
  const events = rows.filter(({ stay }) => stay.outcome === 1).length
  const head = { on: ON, by, group, n: rows.length, events }
  if (events < LEAST_EVENTS) return { ...head, figures: {}, note: `Fewer than ${LEAST_EVENTS} were readmitted: no figures.` }
  const tally = tallyFor(rows)
  const draws = { replicates: REPLICATES, seed: SETTINGS.seed }
  const { figures } = figuresOf({ scale: 'probability', tally, cells: cellsFor(rows, tally) }, draws, `${by}/${group}`)
  const all = FIGURES.flatMap((name) => {
    const figure = shown(name, figures[name])
    return figure ? [[name, figure] as const] : []
  })
  return { ...head, figures: Object.fromEntries(all) }
}

const DIVISIONS: Readonly<Record<string, (stay: Stay) => string>> = {
  sex: ({ values }) => String(values.sex),
  age: ({ values }) => ageGroup(Number(values.age), AGE_CUTS),
  race: ({ race }) => race || 'not stated',
}

/** What is known of a stay where less is known; the rest is missing. */
const CODED = ['main_diagnosis', ...CONDITION_NAMES, 'insulin']
const FROM_RECORD = MAKERS.map(({ input }) => input).filter((input) => !CODED.includes(input))
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  'only what is required: age, length of stay, admissions in the year before': [],
  'what is read from a record: all but the diagnoses of the stay and insulin': FROM_RECORD,
}
const REQUIRED = ['age', 'los_days', 'admissions_prior_year']

const less = (values: Values, known: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, REQUIRED.includes(name) || known.includes(name) ? value : null]))

type Score = (values: Values) => number

const rowsOf = (test: readonly Stay[], score: Score): Performance[] => {
  const scored = (make: (values: Values) => Values): Scored[] => test.map((stay) => ({ stay, probability: score(make(stay.values)) }))
  const whole = scored((values) => values)
  const groups = Object.entries(DIVISIONS).flatMap(([by, groupOf]) =>
    [...groupBy(whole, ({ stay }) => groupOf(stay))]
      .sort(([a], [b]) => a.localeCompare(b, 'en'))
      .map(([group, rows]) => performanceOf(by, group, rows)),
  )
  const lacking = Object.entries(KNOWN).map(([group, known]) =>
    performanceOf(
      'inputs',
      group,
      scored((values) => less(values, known)),
    ),
  )
  return [performanceOf('all', 'all', whole), ...groups, ...lacking]
}

const EDGES: Readonly<Record<string, readonly number[]>> = {
  age: [20, 30, 40, 50, 60, 70, 80, 90],
  los_days: [2, 3, 4, 5, 7, 10],
  admissions_prior_year: [1, 2, 3, 5],
  ed_visits_prior_year: [1, 2, 3],
  outpatient_visits_prior_year: [1, 2, 4],
  hba1c: [7, 8],
}
const SCORE_EDGES = [4, 6, 8, 10, 12, 15, 20, 30]

const distributionOf = (values: readonly number[], edges: readonly number[]) => {
  const counts = new Array<number>(edges.length + 1).fill(0)
  for (const value of values) {
    const bin = edges.filter((edge) => value >= edge).length
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { edges, shares: counts.map((count) => count / values.length) }
}

/** What monitoring in production compares with: the training part. */
const monitoringOf = (training: readonly Stay[], score: Score, variant: string) => ({
  on: 'Training part: stays of 1999 to 2008 in the United States.',
  n: training.length,
  inputs: Object.fromEntries(
    Object.entries(EDGES).map(([name, edges]) => {
      const known = training.flatMap(({ values }) => (typeof values[name] === 'number' ? [values[name]] : []))
      return [name, { ...distributionOf(known, edges), missing: 1 - known.length / training.length }]
    }),
  ),
  scores: {
    [variant]: distributionOf(
      training.map(({ values }) => 100 * score(values)),
      SCORE_EDGES,
    ),
  },
})

const inText = (figure: Performance['figures'][string] | undefined): string => {
  if (!figure) return ''
  const { value, low, high } = figure
  const range = low === undefined || high === undefined ? '' : ` (${low.toFixed(3)} to ${high.toFixed(3)})`
  return `${value.toFixed(3)}${range}`
}

const TITLES = ['AUROC', 'AUPRC', 'Brier', 'slope', 'intercept', 'E/O', 'ECE']

const table = (rows: readonly Performance[]): string =>
  [
    `| group | stays | readmitted | ${TITLES.join(' | ')} |`,
    `| --- | ---: | ---: | ${TITLES.map(() => '---:').join(' | ')} |`,
    ...rows.map(({ group, n, events, figures, note }) =>
      note
        ? `| ${group} | ${n} | ${events} | ${note} |${' |'.repeat(TITLES.length - 1)}`
        : `| ${group} | ${n} | ${events} | ${FIGURES.map((name) => inText(figures[name])).join(' | ')} |`,
    ),
  ].join('\n')

const deciles = (groups: readonly CalibrationGroup[]): string =>
  [
    '| stays | expected | readmitted |',
    '| ---: | ---: | ---: |',
    ...groups.map(
      ({ people, predicted, observed }) => `| ${people} | ${(100 * predicted).toFixed(1)} % | ${(100 * observed).toFixed(1)} % |`,
    ),
  ].join('\n')

const markdown = (rows: readonly Performance[], groups: readonly CalibrationGroup[], { training }: Manifest): string => {
  const by = (name: string) => rows.filter((row) => row.by === name)
  return `# Readmission after a stay with diabetes: how the model did

Made by the recipe; do not edit. Patients of the test part (${ON.replace('test part: ', '')}). Intervals: 95 %, ${REPLICATES} resamples of whole patients.

The model is weak: it puts a stay that was followed by a readmission above one that was not about two times in three. It says who may need
more care after discharge, and nobody's fate.

${table(by('all'))}

Slope 1, intercept 0 and E/O 1 would be perfect calibration. By tenths of the estimate:

${deciles(groups)}

## By sex

${table(by('sex'))}

## By age

${table(by('age'))}

## By race

Race is not an input.

${table(by('race'))}

## When less is known

The same stays with inputs taken away.

${table(by('inputs'))}

## Made from

${training?.rows} stays of ${training?.people} patients, ${training?.events} readmitted; ${training?.library}. ${training?.split}
`
}

/** Two attributes of the card are figures. */
const cardTexts = (rows: readonly Performance[]): Readonly<Record<string, string>> => {
  const say = ({ group, n, figures, note }: Performance): string =>
    `${group} (${n} stays): ${note ?? `AUROC ${inText(figures.auroc)}, E/O ${inText(figures.eo)}`}`
  const [all] = rows
  const figures = FIGURES.map((name, n) => `${TITLES[n]} ${inText(all?.figures[name])}`).join(', ')
  const divided = rows.filter(({ by }) => by in DIVISIONS)
  return {
    'quantitative_performance.1': `${ON}, ${all?.n} stays, ${all?.events} readmitted: ${figures}. 95 % intervals. All figures: report.md.`,
    'quantitative_performance.2': `${divided.map(say).join('; ')}.`,
  }
}

/** Scores the test part, and writes the figures into manifest.json, card.json, report.json and report.md of the folder. */
export const writeReport = (folder: string, stays: readonly Stay[]): void => {
  const read = (file: string): unknown => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'))
  const raw = read('manifest.json') as object
  const manifest = manifestSchema.parse(raw)
  const variant = manifest.variants[0]
  const basis = trees.read(read('trees.json')).bases.get(variant?.outputs[0]?.basis ?? '')
  const columns = manifest.graphs[0]?.input.columns ?? []
  const score: Score = (values) => 1 / (1 + Math.exp(-(basis?.evaluate?.(encodeColumns(columns, values)) ?? Number.NaN)))
  const test = stays.filter(({ part }) => part === 'test')
  const performance = rowsOf(test, score)
  const groups = calibrationGroups(tallyFor(test.map((stay) => ({ stay, probability: score(stay.values) }))))
  const monitoring = monitoringOf(
    stays.filter(({ part }) => part === 'training'),
    score,
    variant?.id ?? '',
  )
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
  writeFileSync(`${folder}/manifest.json`, json({ ...raw, performance, monitoring }))
  writeFileSync(
    `${folder}/report.json`,
    json({ model: manifest.id, version: manifest.version, settings: SETTINGS, performance, deciles: groups }),
  )
  const card = cardSchema.parse(read('card.json'))
  const texts = cardTexts(performance)
  const attributes = card.attributes.map((one) => ({ ...one, text: texts[one.id] ?? one.text }))
  writeFileSync(`${folder}/card.json`, json({ ...card, attributes }))
  writeFileSync(`${folder}/report.md`, markdown(performance, groups, manifest))
}
