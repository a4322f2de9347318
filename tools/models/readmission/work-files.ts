import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { endianness } from 'node:os'

/** What the training program is given and gives back, in one folder: plain float32 and JSON. */

const write = (folder: string, name: string, numbers: Float32Array): void => {
  if (endianness() !== 'LE') throw new Error('the files are little-endian, and so must the machine be')
  writeFileSync(`${folder}/${name}`, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength))
}

export type Work = {
  readonly columns: readonly string[]
  /** 1: can only raise the score, per column. */
  readonly monotone: readonly (0 | 1)[]
  readonly rounds: number
  readonly parameters: Readonly<Record<string, string | number>>
  /** Rows by column; a copy of a stay with missing inputs is a row of its own. */
  readonly rows: readonly (readonly number[])[]
  readonly outcomes: readonly number[]
  readonly weights: readonly number[]
  readonly folds: readonly number[]
  /** How many of the rows, from the first, are scored by trees made without their fold. */
  readonly scoreFolds: number
  readonly foldCount: number
  /** Rows to score with the finished trees. */
  readonly score: readonly (readonly number[])[]
  /** Rows to explain with the finished trees. */
  readonly explain: readonly (readonly number[])[]
}

export const writeWork = (folder: string, work: Work): void => {
  mkdirSync(folder, { recursive: true })
  const { columns, monotone, rounds, parameters, foldCount, scoreFolds } = work
  writeFileSync(`${folder}/settings.json`, JSON.stringify({ columns, monotone, rounds, parameters, folds: foldCount, scoreFolds }, null, 1))
  write(folder, 'rows.f32', Float32Array.from(work.rows.flat()))
  write(folder, 'outcomes.f32', Float32Array.from(work.outcomes))
  write(folder, 'weights.f32', Float32Array.from(work.weights))
  write(folder, 'folds.f32', Float32Array.from(work.folds))
  write(folder, 'score.f32', Float32Array.from(work.score.flat()))
  write(folder, 'explain.f32', Float32Array.from(work.explain.flat()))
}

export type Trained = {
  readonly library: string
  /** Model of the library, as it writes it. */
  readonly model: unknown
  /** Score of each training row by trees that were made without its patients; the first `scoreFolds` rows. */
  readonly outOfFold: readonly number[]
  readonly scored: readonly number[]
  /** Contributions per column and the baseline behind them, of each row to explain, and its score. */
  readonly contributions: readonly (readonly number[])[]
  readonly explainedScores: readonly number[]
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

export const readTrained = (folder: string): Trained => ({
  ...(readJson(`${folder}/trained.json`) as Omit<Trained, 'model'>), // written by recipe/train.py
  model: readJson(`${folder}/model.json`),
})
