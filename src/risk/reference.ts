import { AttuneError } from '../errors.ts'
import { encodeRow } from './encode.ts'
import type { Column, Equation, Values } from './model-folder.ts'

const coefficient = (equation: Equation, term: string): number => {
  const value = equation.terms[term]
  if (value === undefined) throw new AttuneError('model-invalid', `no coefficient for term ${term}`)
  return value
}

/**
 * The published formula evaluated in plain TypeScript, term by term, on the model's own scale.
 * Every ONNX graph is held against it at load and in tests.
 */
export const evaluateEquation = (equation: Equation, columns: readonly Column[], values: Values): number =>
  encodeRow(columns, values).reduce((sum, x, index) => sum + x * coefficient(equation, columns[index]?.term ?? ''), equation.intercept)

export type Contribution = { readonly input: string; readonly contribution: number }

/**
 * Exact contributions of a linear equation, per input, counted from a reference person:
 * baseline (the reference person's output) plus all contributions is the raw output.
 */
export const contributionsOf = (
  equation: Equation,
  columns: readonly Column[],
  values: Values,
  reference: Values,
): { readonly baseline: number; readonly contributions: readonly Contribution[] } => {
  const here = encodeRow(columns, values)
  const there = encodeRow(columns, reference)
  const byInput = new Map<string, number>()
  columns.forEach((column, index) => {
    const share = ((here[index] ?? 0) - (there[index] ?? 0)) * coefficient(equation, column.term)
    byInput.set(column.input, (byInput.get(column.input) ?? 0) + share)
  })
  return {
    baseline: evaluateEquation(equation, columns, reference),
    contributions: [...byInput].map(([input, contribution]) => ({ input, contribution })),
  }
}
