import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { encodeRow } from '../../../src/risk/encode.ts'
import { takeInputs } from '../../../src/risk/features.ts'
import { type Column, featuresSchema, type InputSpec, manifestSchema, type Values } from '../../../src/risk/model-folder.ts'
import { randomOf } from '../../../src/validation/resample.ts'
import { buildModel } from '../build.ts'
import { type Calibration, calibrate } from './calibrate.ts'
import { readStays, type Stay } from './encounters.ts'
import { madeUp } from './made-up.ts'
import { orSay } from './or-say.ts'
import { writeReport } from './report.ts'
import { MONOTONE, SETTINGS } from './settings.ts'
import { treesOf } from './trees-of.ts'
import { readTrained, type Trained, type Work, writeWork } from './work-files.ts'

const HELP = `Usage: node dist/tools/models/readmission/train.js PUBLISHED.csv[.gz] IDS_MAPPING.csv [--model FOLDER] [--python PYTHON]

Trains the model readmission-diabetes again: trees.json, vectors.json, shap-vectors.json, the graph, the training and performance rows of
manifest.json, report.json, report.md and card.md. Run again on the same data with the same version of the library it writes the same
bytes.

  --model FOLDER    default models/readmission-diabetes
  --python PYTHON   an interpreter with numpy and xgboost; default python3
`

const CITATION =
  'Trained by this project on "Diabetes 130-US hospitals for years 1999-2008": Clore J, Cios K, DeShazo J, Strack B. UCI Machine Learning Repository 2014, doi:10.24432/C5230J; Strack B et al. BioMed Res Int 2014:781670.'
const ID = 'readmission-diabetes'
const BASIS = 'readmission'

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

type Encoded = { readonly specs: readonly InputSpec[]; readonly columns: readonly Column[]; readonly encode: (values: Values) => number[] }

/** The same reading and encoding as for a patient. @throws Error when a value is not one that the model takes */
const encoderOf = (specs: readonly InputSpec[], columns: readonly Column[]): Encoded => {
  const encode = (values: Values): number[] => {
    const taken = Object.fromEntries(
      [...takeInputs(specs, values)].map(([name, reading]) => {
        if (reading.state === 'unusable') throw new Error(`${name}: ${reading.gap.because}`)
        return [name, reading.value]
      }),
    )
    return encodeRow(columns, taken)
  }
  return { specs, columns, encode }
}

/** A number from 0 to 1 per call, the same ones for the same seed. */
const shares = (seed: string): (() => number) => {
  const random = randomOf(seed)
  return () => random() / 2 ** 32
}

/** Each stay as it is, and copies in which any input that may be missing is missing with a chance that differs from copy to copy. */
const masked = ({ values }: Stay, specs: readonly InputSpec[], random: () => number): Values => {
  const share = random()
  return Object.fromEntries(
    specs.map(({ name, missing }) => [name, missing.do === 'mask' && random() < share ? null : (values[name] ?? null)]),
  )
}

/** Another part of the same hash as that of the split, so that the folds are of whole patients as well. */
const foldOf = (patient: string): number =>
  Number.parseInt(createHash('md5').update(patient).digest('hex').slice(8, 16), 16) % SETTINGS.folds

const workOf = (stays: readonly Stay[], explained: readonly Values[], { specs, columns, encode }: Encoded): Work => {
  const training = stays.filter(({ part }) => part === 'training')
  const random = shares(`${SETTINGS.seed}/masks`)
  const copies = Array.from({ length: SETTINGS.maskedCopies }, () => training.map((stay) => encode(masked(stay, specs, random))))
  const outcomes = training.map(({ outcome }) => outcome)
  const times = 1 + SETTINGS.maskedCopies
  const rising = new Set(MONOTONE.map(({ input }) => input))
  return {
    columns: columns.map(({ term }) => term),
    monotone: columns.map(({ input }) => (rising.has(input) ? 1 : 0)),
    rounds: SETTINGS.rounds,
    parameters: SETTINGS.parameters,
    rows: [...training.map(({ values }) => encode(values)), ...copies.flat()],
    outcomes: Array.from({ length: times }, () => outcomes).flat(),
    weights: Array.from({ length: times }, (_, n) => training.map(() => (n === 0 ? 1 : SETTINGS.maskedWeight))).flat(),
    // A copy has the fold of its patient too; only the first of them, the stay itself, is scored.
    folds: Array.from({ length: times }, () => training.map(({ patient }) => foldOf(patient))).flat(),
    scoreFolds: training.length,
    foldCount: SETTINGS.folds,
    score: stays.filter(({ part }) => part === 'tuning').map(({ values }) => encode(values)),
    explain: explained.map(encode),
  }
}

const runPython = (python: string, script: string, folder: string): void => {
  const { status, error } = spawnSync(python, [script, folder], { stdio: ['ignore', 'inherit', 'inherit'] })
  if (error) throw error
  if (status !== 0) throw new Error(`${script} ended with ${status}`)
}

/** On scores of patients that the trees were made without: the tuning part, and the training part fold by fold. */
const calibrationOf = (stays: readonly Stay[], { outOfFold, scored }: Trained): Calibration => {
  const outcomes = (part: Stay['part']) => stays.filter((stay) => stay.part === part).map(({ outcome }) => outcome)
  return calibrate([...outOfFold, ...scored], [...outcomes('training'), ...outcomes('tuning')])
}

/** One tree a line, so that the file can be read and compared. */
const treesJson = (columns: readonly Column[], { intercept, slope }: Calibration, { model }: Trained): string => {
  const lines = treesOf(model).map((tree) => `        ${JSON.stringify(tree)}`)
  return `{
  "id": "${ID}",
  "citation": ${JSON.stringify(CITATION)},
  "columns": ${JSON.stringify(columns.map(({ term }) => term))},
  "ensembles": {
    "${BASIS}": {
      "intercept": ${intercept},
      "factor": ${slope},
      "trees": [
${lines.join(',\n')}
      ]
    }
  }
}
`
}

const rowText = (row: readonly number[]): (number | null)[] => row.map((value) => (Number.isNaN(value) ? null : value))

/** Contributions of the training library for made-up rows, before the calibration; the last number of each is the baseline. */
const shapJson = (
  { columns, encode }: Encoded,
  explained: readonly Values[],
  { library, contributions, explainedScores }: Trained,
): string => {
  const lines = explained.map(
    (values, n) => `    ${JSON.stringify({ row: rowText(encode(values)), contributions: contributions[n], score: explainedScores[n] })}`,
  )
  return `{
  "library": ${JSON.stringify(library)},
  "columns": ${JSON.stringify(columns.map(({ term }) => term))},
  "rows": [
${lines.join(',\n')}
  ]
}
`
}

/** Probabilities of the training library, calibrated, in per cent. */
const vectorsJson = (explained: readonly Values[], { explainedScores }: Trained, { intercept, slope }: Calibration): string => {
  const vectors = explained.map((inputs, n) => ({
    id: `made-up-${String(n + 1).padStart(2, '0')}`,
    inputs,
    expected: { readmission_30d: 100 / (1 + Math.exp(-(intercept + slope * (explainedScores[n] ?? Number.NaN)))) },
    tolerance: 1e-4,
    source: 'the training library on a made-up row',
    kind: 'computed',
  }))
  return `{\n  "model": "${ID}",\n  "vectors": [\n${vectors.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]\n}\n`
}

const sha256OfText = (path: string): string => {
  const bytes = readFileSync(path)
  return createHash('sha256')
    .update(path.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    .digest('hex')
}

const trainingRow = (stays: readonly Stay[], published: string, { library }: Trained, { intercept, slope }: Calibration) => {
  const training = stays.filter(({ part }) => part === 'training')
  return {
    data: 'Diabetes 130-US hospitals for years 1999-2008 (UCI id 296, doi:10.24432/C5230J, CC BY 4.0): stays of people with diabetes in 130 hospitals of the United States.',
    dataSha256: sha256OfText(published),
    split:
      'Whole patients by MD5 of patient_nbr, first eight hex digits modulo 100: 40-99 training, 28-39 tuning, 15-27 test, 0-14 kept outside.',
    seed: SETTINGS.seed,
    recipe: 'recipe/README.md',
    library,
    rows: training.length,
    events: training.filter(({ outcome }) => outcome === 1).length,
    people: new Set(training.map(({ patient }) => patient)).size,
    calibration: {
      method: 'Logistic regression of the outcome on the score (Platt), folded into the graph.',
      on: 'Tuning part, and training part scored fold by fold by trees made without its patients.',
      figures: { intercept, slope },
    },
    monotone: MONOTONE,
  }
}

/** Made-up rows of which the first also are the test vectors. */
const EXPLAINED = 200
const VECTORS = 40

export type Training = {
  /** Files as published. */
  readonly published: string
  readonly codeLists: string
  /** Folder of the model; its tables and its recipe are read, its files of numbers are written. */
  readonly model: string
  /** An interpreter with numpy and xgboost. */
  readonly python: string
}

/** Runs the whole recipe. @throws Error when the data are not laid out as published or the library fails */
export const train = ({ published, codeLists, model, python }: Training, say: (text: string) => void): void => {
  const stays = readStays(published, codeLists)
  const raw = readJson(`${model}/manifest.json`) as object
  const { graphs, variants } = manifestSchema.parse(raw)
  const columns = graphs[0]?.input.columns ?? []
  const encoded = encoderOf(featuresSchema.parse(readJson(`${model}/features.json`)).inputs, columns)
  const notFor = (variants[0]?.notFor ?? []).map(({ when }) => when)
  const explained = madeUp(encoded.specs, notFor, EXPLAINED, shares(`${SETTINGS.seed}/made-up`))
  const folder = mkdtempSync(join(tmpdir(), 'attune-train-'))
  try {
    say(`training on ${stays.filter(({ part }) => part === 'training').length} stays`)
    writeWork(folder, workOf(stays, explained, encoded))
    runPython(python, `${model}/recipe/train.py`, folder)
    const trained = readTrained(folder)
    const calibration = calibrationOf(stays, trained)
    writeFileSync(`${model}/trees.json`, treesJson(columns, calibration, trained))
    writeFileSync(`${model}/shap-vectors.json`, shapJson(encoded, explained, trained))
    writeFileSync(`${model}/vectors.json`, vectorsJson(explained.slice(0, VECTORS), trained, calibration))
    writeFileSync(`${model}/manifest.json`, toJson({ ...raw, training: trainingRow(stays, published, trained, calibration) }))
    buildModel(model)
    say('measuring on the test part')
    writeReport(model, stays)
    buildModel(model)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const main = (): number => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { model: { type: 'string' }, python: { type: 'string', default: 'python3' }, help: { type: 'boolean' } },
  })
  const [published, codeLists] = positionals
  if (values.help || published === undefined || codeLists === undefined) {
    process[values.help ? 'stdout' : 'stderr'].write(HELP)
    return values.help ? 0 : 2
  }
  const { model = `models/${ID}`, python } = values
  return orSay(() => train({ published, codeLists, model, python }, (text) => process.stderr.write(`${text}\n`)))
}

if (import.meta.filename === process.argv[1]) process.exitCode = main()
