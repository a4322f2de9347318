import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import type { Aggregate } from '../../../src/risk/aggregate.ts'
import { networks } from '../../../src/risk/kinds/network.ts'
import { type Network, readNetworkFile } from '../../../src/risk/kinds/network-file.ts'
import { madeUpStays } from './made-up.ts'
import { makeFeatures } from './make-features.ts'
import { type Feature, readPlan } from './parameters.ts'

/**
 * Puts the folder of the model together from what the training wrote: features.json, the parts of manifest.json that follow from the
 * training, and vectors.json from made-up stays. What people write (title, limits, card) stays as it is.
 */
const USAGE = 'node dist/tools/models/icu/assemble.js [--data STAYS] [--folder models/icu-mortality]'

const training = z.object({
  seed: z.number(),
  table: z.string(),
  members: z.number(),
  conformal: z.object({ alpha: z.number(), death: z.number(), survival: z.number(), stays: z.number(), deaths: z.number() }),
  calibration: z.object({ slope: z.number(), intercept: z.number() }),
  crossValidation: z.object({ auroc: z.number() }),
  reference: z.record(z.string(), z.number()),
})
type Training = z.output<typeof training>

const WORDS: { readonly [A in Aggregate]: string } = {
  first: 'first',
  last: 'last',
  min: 'lowest',
  max: 'highest',
  mean: 'mean',
  slope: 'change per hour',
  count: 'number of values',
  sum: 'sum',
}

const labelOf = ({ parameter, aggregate, window, from, to }: Feature): string => {
  if (parameter.modality === 'person') return parameter.label + (aggregate === 'last' ? ', last' : '')
  const hours = window === 'whole' ? '' : `, hours ${from} to ${Math.round(to)}`
  return `${parameter.label}, ${WORDS[aggregate]}${hours}`
}

const unitOf = ({ parameter, aggregate }: Feature): string =>
  aggregate === 'count' ? '' : aggregate === 'slope' && parameter.unit !== '' ? `${parameter.unit}/h` : parameter.unit

/** What a feature can be, given what its values can be: the feature program never gives anything else. */
const rangeOf = ({ parameter, aggregate }: Feature): { low: number; high: number } => {
  const [low, high] = parameter.keep
  // No more than two values a minute, over 48 hours; a change per hour no steeper than the whole range in a minute.
  if (aggregate === 'count') return { low: 0, high: 5760 }
  if (aggregate === 'sum') return { low: 0, high: high * 5760 }
  if (aggregate === 'slope') return { low: (low - high) * 60, high: (high - low) * 60 }
  return { low, high }
}

const VALUES: Readonly<Record<string, readonly number[]>> = { sex: [0, 1], icu: [1, 2, 3, 4] }
const NOTES: Readonly<Record<string, string>> = {
  sex: '0 female, 1 male, as the data set has it.',
  icu: '1 coronary care, 2 cardiac surgery recovery, 3 medical, 4 surgical.',
  age: 'The data set gives 90 for everyone of 90 years and over.',
}
const SENSITIVE: Readonly<Record<string, string>> = { sex: 'sex', age: 'date of birth' }

const BECAUSE = 'It describes the first 48 hours in intensive care; the record is not read for it in this release, so it has to be given.'

const inputOf = (feature: Feature) => {
  const { id, label } = feature.parameter
  return {
    name: feature.name,
    label: labelOf(feature),
    unit: unitOf(feature),
    quantity: label,
    kind: 'asked',
    ...(VALUES[id] ? { values: VALUES[id] } : { range: rangeOf(feature) }),
    because: BECAUSE,
    missing: { do: 'mask', effect: 'The networks take it as missing, as they were trained to.' },
    ...(SENSITIVE[id] ? { sensitive: SENSITIVE[id] } : {}),
    ...(NOTES[id] ? { note: NOTES[id] } : {}),
  }
}

const percentOf = (raw: number): number => 100 / (1 + Math.exp(-raw))
const down = (value: number): number => Math.floor(value * 1e4) / 1e4
const up = (value: number): number => Math.ceil(value * 1e4) / 1e4

/** Below the lower limit only survival is credible, above the upper only death; between them both are, or neither is. */
const bandsOf = ({ conformal: { alpha, death, survival } }: Training) => {
  const [low, high] = [Math.min(death, survival), Math.max(death, survival)].map(percentOf)
  const share = `${alpha * 100} %`
  return [
    { below: down(low ?? 0), id: 'survival', label: `survival credible, death not (at most ${share} of deaths lie here)` },
    { below: up(high ?? 0), id: 'abstain', label: `abstains: ${death <= survival ? 'both outcomes stay' : 'neither outcome is'} credible` },
    { id: 'death', label: `death credible, survival not (at most ${share} of survivors lie here)` },
  ]
}

const usedBy = ({ modalities }: Network): Set<string> => new Set(modalities.flatMap(({ inputs }) => inputs.map(({ input }) => input)))

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
const writeJson = (file: string, content: unknown): void => writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)

const vectorsFor = (folder: string, features: readonly Feature[], used: ReadonlySet<string>) => {
  const plan = readPlan(`${folder}/recipe/parameters.json`)
  const basis = networks.read(readJson(`${folder}/network.json`)).bases.get('death')
  const evaluate = basis?.evaluate
  if (!evaluate) throw new Error('network.json has no network death')
  const rowOf = (stay: ReturnType<typeof madeUpStays>[number]) =>
    Object.fromEntries(
      makeFeatures(plan, stay, new Map()).flatMap((value, n) => {
        const name = features[n]?.name ?? ''
        return used.has(name) ? [[name, value === null ? null : Number(value.toPrecision(7))] as const] : []
      }),
    )
  const modalityOf = new Map(features.map(({ name, parameter }) => [name, parameter.modality]))
  const blank = (row: Record<string, number | null>, modality: string) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, modalityOf.get(name) === modality ? null : value]))
  const rows = madeUpStays(6, 'icu vectors').map(rowOf)
  const cases = [
    ...rows.map((row, n) => [`made-up-${n + 1}`, row] as const),
    ...['person', 'vitals', 'labs'].map((modality, n) => [`made-up-without-${modality}`, blank(rows[n] ?? {}, modality)] as const),
  ]
  return {
    model: 'icu-mortality',
    vectors: cases.map(([id, inputs]) => {
      const raw = evaluate(Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, value ?? Number.NaN])))
      const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null))
      return { id, inputs: given, expected: { log_odds: raw, risk_percent: percentOf(raw) }, tolerance: 1e-9 }
    }),
  }
}

const trainingOf = ({ seed, conformal, calibration, crossValidation }: Training, data: string) => ({
  data: 'PhysioNet/CinC Challenge 2012, sets a and b',
  dataSha256: createHash('sha256').update(readFileSync(data)).digest('hex'),
  split: 'By MD5 of the RecordID, modulo 100: below 15 own test, never loaded by the training; the others training, in five folds.',
  seed,
  recipe: 'models/icu-mortality/recipe: README.md has the commands',
  library: 'PyTorch 1.13, XGBoost 1.7 (teacher of half of the networks)',
  rows: conformal.stays,
  events: conformal.deaths,
  people: conformal.stays,
  calibration: {
    method: 'Logistic regression on the mean log-odds, folded into the graph',
    on: 'stays of the training, each scored by networks of a five-fold cross-validation that had not seen it',
    figures: { ...calibration, crossValidatedAuroc: crossValidation.auroc },
  },
  monotone: [],
})

const assemble = (folder: string, data: string | undefined): void => {
  const { features } = readPlan(`${folder}/recipe/parameters.json`)
  const network = readNetworkFile(readJson(`${folder}/network.json`)).networks.get('death')
  if (!network) throw new Error('network.json has no network death')
  const learnt = training.parse(readJson(`${folder}/recipe/training.json`))
  const used = usedBy(network)
  const columns = features.filter(({ name }) => used.has(name))
  const manifest = readJson(`${folder}/manifest.json`) as Record<string, unknown> & {
    graphs: { input: { columns: unknown }; reference: unknown }[]
    variants: { outputs: { bands?: unknown; conformal?: unknown }[] }[]
  }
  const [graph] = manifest.graphs
  const output = manifest.variants[0]?.outputs[0]
  if (!graph || !output) throw new Error('manifest.json has no graph or no output')
  graph.input.columns = columns.map(({ name }) => ({ term: name, input: name, as: 'number', ifMissing: 'nan' }))
  graph.reference = Object.fromEntries(columns.map(({ name }) => [name, learnt.reference[name]]))
  output.bands = bandsOf(learnt)
  const { alpha, stays, deaths } = learnt.conformal
  output.conformal = {
    alpha,
    abstain: 'abstain',
    on: 'The stays of the training, each scored by networks of a cross-validation that had not seen it',
    people: stays,
    events: deaths,
  }
  if (data !== undefined) manifest.training = trainingOf(learnt, data)
  writeJson(`${folder}/features.json`, { inputs: columns.map(inputOf) })
  writeJson(`${folder}/manifest.json`, manifest)
  writeJson(`${folder}/vectors.json`, vectorsFor(folder, features, used))
  process.stderr.write(`${columns.length} inputs; now run the build of the folder\n`)
}

const { values } = parseArgs({
  options: { data: { type: 'string' }, folder: { type: 'string', default: 'models/icu-mortality' }, help: { type: 'boolean' } },
})
if (values.help) process.stderr.write(`${USAGE}\n`)
else assemble(values.folder, values.data)
