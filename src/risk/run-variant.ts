import { AttuneError } from '../errors.ts'
import { encodeColumns, encodeRow } from './encode.ts'
import { evaluate } from './equation.ts'
import type { LoadedOutput, LoadedVariant } from './load-model.ts'
import type { Values } from './model-folder.ts'

export type Output = { readonly output: LoadedOutput; readonly raw: number; readonly value: number }

/** Graph and formula are sums of the same few products in another order. */
const AGREE = 1e-9

const agree = (a: number, b: number): boolean => Math.abs(a - b) <= AGREE * Math.max(1, Math.abs(b))

/** The inputs of a variant; columns of other variants in the same graph stand at the reference person's values. */
export const wholeRow = ({ graph, inputs }: LoadedVariant, values: Values): Values => {
  for (const input of inputs) if (values[input] === undefined) throw new AttuneError('model-failed', `input ${input} is not given`)
  return { ...graph.reference, ...values }
}

/**
 * One row through the graph, held against the published formula, so that a graph can never drift from its coefficients.
 * @throws AttuneError `model-failed`
 */
export const runVariant = async (variant: LoadedVariant, values: Values): Promise<readonly [Output, ...Output[]]> => {
  const { graph, outputs, session } = variant
  const row = wholeRow(variant, values)
  const columns = encodeColumns(graph.input.columns, row)
  const asked = [...new Set(outputs.flatMap(({ raw, value }) => [raw, value]))]
  const given = await session.run([encodeRow(graph.input.columns, row)], asked)
  const read = (output: LoadedOutput): Output => {
    const raw = given[output.raw]?.[0] ?? Number.NaN
    const value = given[output.value]?.[0] ?? Number.NaN
    if (!agree(raw, evaluate(output.equation, columns)) || !agree(value, output.valueOf(raw)))
      throw new AttuneError('model-failed', `${graph.file}: the graph and the published formula differ`)
    return { output, raw, value }
  }
  const [first, ...others] = outputs
  return [read(first), ...others.map(read)]
}

/** The band that a value falls into; null when the output has none. */
export const bandOf = ({ output: { spec }, value }: Output) => spec.bands?.find(({ below }) => below === undefined || value < below) ?? null
