import { AttuneError } from '../../errors.ts'
import type { Basis } from '../basis.ts'
import { encodeRow } from '../encode.ts'
import type { Table } from '../formula.ts'
import type { LoadedOutput, LoadedVariant } from '../load-model.ts'
import type { Values } from '../model-folder.ts'
import type { Columns, Rows } from '../onnx.ts'
import { agree, portsOf, wholeRow } from '../run-variant.ts'
import { checkShape, firstUnfit, rowsFrom, sliceOf } from './rows.ts'
import type { Place } from './session.ts'

/** One output of a variant, one number per row; NaN in the rows that have a problem. */
export type BatchOutput = { readonly raw: Float64Array; readonly value: Float64Array }

export type BatchRan = {
  /** By the id of the output. */
  readonly outputs: Readonly<Record<string, BatchOutput>>
  /** Row -> why it has no numbers. A row that cannot be computed costs itself and no other. */
  readonly problems: ReadonlyMap<number, string>
  /** Where the rows were computed. */
  readonly execution: readonly Place[]
}

/** Inputs by name -> rows as the graph takes them. @throws AttuneError `model-failed` when an input is not given */
export const encodeBatch = (variant: LoadedVariant, values: readonly Values[]): Rows =>
  rowsFrom(values.map((one) => encodeRow(variant.graph.input.columns, wholeRow(variant, one))))

/** The rows by name of their column, as formulas take them. */
const tableOf = ({ graph }: LoadedVariant, { count, values }: Rows): Table => {
  const { columns } = graph.input
  const table: Record<string, Float64Array> = {}
  for (const [at, { term }] of columns.entries()) {
    const column = new Float64Array(count)
    for (let n = 0, from = at; n < count; n += 1, from += columns.length) column[n] = values[from] ?? Number.NaN
    table[term] = column
  }
  return table
}

/** Rows of a run that are computed a second time where that takes much longer than the graph (trees, networks); evenly spread. */
export const SAMPLED_ROWS = 64

/** The second computation of these rows. */
const rowByRow = (evaluate: NonNullable<Basis['evaluate']>, table: Table, raw: Float64Array, every: number): Float64Array => {
  const row: Record<string, number> = {}
  const results = raw.slice()
  for (let n = 0; n < raw.length; n += every) {
    for (const term in table) row[term] = table[term]?.[n] ?? Number.NaN
    results[n] = evaluate(row)
  }
  return results
}

/**
 * `raw` computed a second time, by which the graph is held: every row where there is a computation for many rows, else a sample, and
 * every row once one of the sample differs. Rows that were not computed again, and graphs of a site that have no second computation,
 * are as the graph gave them.
 */
const secondly = ({ basis }: LoadedOutput, table: Table, raw: Float64Array, tolerance: number): Float64Array => {
  if (basis.evaluateMany) return basis.evaluateMany(table, raw.length)
  const { evaluate } = basis
  if (!evaluate) return raw
  const sample = rowByRow(evaluate, table, raw, Math.ceil(raw.length / SAMPLED_ROWS))
  return sample.every((again, n) => agree(raw[n] as number, again, tolerance)) ? sample : rowByRow(evaluate, table, raw, 1) // as long as raw
}

/** Row -> what its numbers have against them. */
const problemsOf = (variant: LoadedVariant, table: Table, count: number, columns: Columns): Map<number, string> => {
  const problems = new Map<number, string>()
  const again = new Map<Basis, Float64Array>() // outputs may share one
  for (const output of variant.outputs) {
    const { basis, valuesOf } = output
    const raw = columns[output.raw] ?? new Float64Array(count).fill(Number.NaN)
    const value = columns[output.value] ?? raw
    const expected = again.get(basis) ?? secondly(output, table, raw, variant.agree)
    again.set(basis, expected)
    const values = valuesOf(raw)
    for (let n = 0; n < count; n += 1) {
      const [r, v] = [raw[n] as number, value[n] as number] // both have one number per row
      if (!Number.isFinite(r) || !Number.isFinite(v)) problems.set(n, 'an output is not a finite number')
      else if (!agree(r, expected[n] as number, variant.agree) || !agree(v, values[n] as number, variant.agree))
        problems.set(n, 'the graph and the published formula differ')
    }
  }
  return problems
}

/** Positions of the rows whose values the graph can take; the others have a problem. */
const fitRows = ({ session: { spec } }: LoadedVariant, rows: Rows, problems: Map<number, string>): number[] => {
  const unfit = new Set<number>()
  for (let at = firstUnfit(spec, rows); at !== -1; at = firstUnfit(spec, rows, at + 1)) {
    unfit.add(at)
    problems.set(at, 'an input is not a finite number')
  }
  return Array.from({ length: rows.count }, (_, n) => n).filter((n) => !unfit.has(n))
}

const pick = (rows: Rows, width: number, positions: readonly number[]): Rows => {
  if (positions.length === rows.count) return rows
  const values = new Float64Array(positions.length * width)
  positions.forEach((from, to) => {
    values.set(sliceOf(rows.values, width, from, from + 1), to * width)
  })
  return { count: positions.length, values }
}

type Attempt = { readonly columns: Columns; readonly execution: Place } | { readonly wrong: ReadonlyMap<number, string> }

/** All of these rows at once, or what is wrong with which. */
const attempt = async (variant: LoadedVariant, rows: Rows): Promise<Attempt> => {
  const table = tableOf(variant, rows)
  let wrong = new Map<number, string>()
  const check = (columns: Columns): string | null => {
    wrong = problemsOf(variant, table, rows.count, columns)
    return wrong.size === 0 ? null : `${wrong.size} rows have a problem`
  }
  try {
    return await variant.session.execute(rows, { outputs: portsOf(variant), check })
  } catch (error) {
    if (error instanceof AttuneError && wrong.size > 0) return { wrong }
    throw error
  }
}

const spread = (from: Float64Array | undefined, positions: readonly number[], count: number): Float64Array => {
  if (from?.length === count) return from
  const all = new Float64Array(count).fill(Number.NaN)
  positions.forEach((to, n) => {
    all[to] = from?.[n] ?? Number.NaN
  })
  return all
}

/**
 * Many rows through the graph on this thread, held against the published formula (`secondly`).
 * @throws AttuneError `model-failed` when rows are not whole, or nothing could be run
 */
export const runMany = async (variant: LoadedVariant, rows: Rows): Promise<BatchRan> => {
  const { spec } = variant.session
  checkShape(spec, rows)
  const problems = new Map<number, string>()
  let positions = fitRows(variant, rows, problems)
  while (positions.length > 0) {
    const ran = await attempt(variant, pick(rows, spec.input.columns, positions))
    if ('columns' in ran) return { outputs: outputsFrom(variant, ran.columns, positions, rows.count), problems, execution: [ran.execution] }
    for (const [at, because] of ran.wrong) problems.set(positions[at] ?? -1, because)
    positions = positions.filter((_, n) => !ran.wrong.has(n))
  }
  return { outputs: outputsFrom(variant, {}, [], rows.count), problems, execution: [] }
}

const outputsFrom = (variant: LoadedVariant, columns: Columns, positions: readonly number[], count: number): BatchRan['outputs'] =>
  Object.fromEntries(
    variant.outputs.map(({ spec, raw, value, correct }) => [
      spec.id,
      { raw: spread(columns[raw], positions, count), value: spread(columns[value]?.map(correct), positions, count) },
    ]),
  )
