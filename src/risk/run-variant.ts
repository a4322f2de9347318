import { AttuneError } from '../errors.ts'
import { encodeRow } from './encode.ts'
import type { LoadedVariant } from './load-model.ts'
import type { Values } from './model-folder.ts'
import { evaluateEquation } from './reference.ts'

export type Outputs = { readonly raw: number; readonly value: number }

/** Graph and formula are sums of the same few products in another order. */
const AGREE = 1e-9

/**
 * One row through the graph, held against the published formula, so that a graph can never drift from its coefficients.
 * @throws AttuneError `model-failed`
 */
export const runVariant = async ({ spec, equation, session }: LoadedVariant, values: Values): Promise<Outputs> => {
  const outputs = await session.run([encodeRow(spec.input.columns, values)])
  const raw = outputs[spec.outputs.raw]?.[0] ?? Number.NaN
  const value = outputs[spec.outputs.value]?.[0] ?? Number.NaN
  if (!(Math.abs(raw - evaluateEquation(equation, spec.input.columns, values)) <= AGREE))
    throw new AttuneError('model-failed', `${spec.file}: the graph and the published formula differ`)
  return { raw, value }
}
