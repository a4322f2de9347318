import { AttuneError } from '../errors.ts'
import { encodeColumns, encodeRow } from './encode.ts'
import type { LoadedOutput, LoadedVariant } from './load-model.ts'
import type { Values } from './model-folder.ts'

export type Output = { readonly output: LoadedOutput; readonly raw: number; readonly value: number }

/** Equal but for rounding: within a tolerance, relative to the number or absolute below 1. */
export const agree = (a: number, b: number, tolerance: number): boolean => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b))

/** The inputs of a variant; columns of other variants in the same graph stand at the reference person's values. */
export const wholeRow = ({ graph, inputs }: LoadedVariant, values: Values): Values => {
  for (const input of inputs) if (values[input] === undefined) throw new AttuneError('model-failed', `input ${input} is not given`)
  return { ...graph.reference, ...values }
}

type Outputs = readonly [Output, ...Output[]]

/**
 * Rows through the graph in one run, each held against the published formula, so that a graph can never drift from its coefficients.
 * @throws AttuneError `model-failed`
 */
export const runRows = async (variant: LoadedVariant, rows: readonly Values[]): Promise<Outputs[]> => {
  const { graph, outputs, session, agree: tolerance } = variant
  const { columns } = graph.input
  const whole = rows.map((values) => wholeRow(variant, values))
  const asked = [...new Set(outputs.flatMap(({ raw, value }) => [raw, value]))]
  const given = await session.run(
    whole.map((row) => encodeRow(columns, row)),
    asked,
  )
  return whole.map((row, n): Outputs => {
    const numbers = encodeColumns(columns, row)
    const read = (output: LoadedOutput): Output => {
      const raw = given[output.raw]?.[n] ?? Number.NaN
      const value = given[output.value]?.[n] ?? Number.NaN
      if (!agree(raw, output.basis.evaluate(numbers), tolerance) || !agree(value, output.valueOf(raw), tolerance))
        throw new AttuneError('model-failed', `${graph.file}: the graph and the published formula differ`)
      return { output, raw, value }
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
