import { AttuneError } from '../errors.ts'
import { encodeColumns, encodeRow } from './encode.ts'
import type { Numbered } from './formula.ts'
import { rowsFrom } from './inference/rows.ts'
import type { Check, Place } from './inference/session.ts'
import type { LoadedOutput, LoadedVariant } from './load-model.ts'
import type { Values } from './model-folder.ts'

export type Output = {
  readonly output: LoadedOutput
  readonly raw: number
  readonly value: number
  /** Where it was computed. */
  readonly execution: Place
}

/** Equal but for rounding: within a tolerance, relative to the number or absolute below 1. */
export const agree = (a: number, b: number, tolerance: number): boolean => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b))

/** The inputs of a variant; columns of other variants in the same graph stand at the reference person's values. */
export const wholeRow = ({ graph, inputs }: LoadedVariant, values: Values): Values => {
  for (const input of inputs) if (values[input] === undefined) throw new AttuneError('model-failed', `input ${input} is not given`)
  return { ...graph.reference, ...values }
}

type Outputs = readonly [Output, ...Output[]]

/** What the graph's numbers have against the published formula, computed a second time in TypeScript. */
const heldAgainst =
  ({ graph, outputs, agree: tolerance }: LoadedVariant, rows: readonly Values[]): Check =>
  (given) => {
    const fits = (output: LoadedOutput, row: Numbered, n: number): boolean => {
      const { raw, value, basis } = output
      const computed = given[raw]?.[n] ?? Number.NaN
      const again = basis.evaluate?.(row) ?? computed
      return agree(computed, again, tolerance) && agree(given[value]?.[n] ?? Number.NaN, output.valueOf(computed), tolerance)
    }
    const all = rows.every((values, n) => {
      const row = encodeColumns(graph.input.columns, values)
      return outputs.every((output) => fits(output, row, n))
    })
    return all ? null : 'the graph and the published formula differ'
  }

/** Outputs of the graph that a variant asks for. */
export const portsOf = ({ outputs }: LoadedVariant): string[] => [...new Set(outputs.flatMap(({ raw, value }) => [raw, value]))]

/**
 * Rows through the graph in one run, each held against the published formula, so that a graph can never drift from its coefficients.
 * For few rows; many go through `runBatch`.
 * @throws AttuneError `model-failed`
 */
export const runRows = async (variant: LoadedVariant, rows: readonly Values[]): Promise<Outputs[]> => {
  const { graph, outputs, session } = variant
  const whole = rows.map((values) => wholeRow(variant, values))
  const { columns, execution } = await session.execute(rowsFrom(whole.map((row) => encodeRow(graph.input.columns, row))), {
    outputs: portsOf(variant),
    check: heldAgainst(variant, whole),
  })
  return whole.map((_, n): Outputs => {
    const read = (output: LoadedOutput): Output => {
      const [raw = Number.NaN, value = Number.NaN] = [columns[output.raw]?.[n], columns[output.value]?.[n]]
      return { output, raw, value: output.correct(value), execution }
    }
    const [first, ...others] = outputs
    return [read(first), ...others.map(read)]
  })
}

/** One row. @throws AttuneError `model-failed` */
export const runVariant = async (variant: LoadedVariant, values: Values): Promise<Outputs> => {
  const [outputs] = await runRows(variant, [values])
  if (!outputs) throw new AttuneError('model-failed', `${variant.graph.file}: no row came back`)
  return outputs
}

/** The band that a value falls into; null when the output has none. */
export const bandOf = ({ output: { spec }, value }: Output) => spec.bands?.find(({ below }) => below === undefined || value < below) ?? null
