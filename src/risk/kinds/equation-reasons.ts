import type { Case, Reasons } from '../basis.ts'
import { encodeColumns } from '../encode.ts'
import type { Numbered } from '../formula.ts'
import type { Equation, Term } from './equation.ts'
import { shapley } from './shapley.ts'

type Change = { readonly input: string; readonly columns: readonly string[] }

/** The term with the columns of some inputs as here and the rest as there, for every set of inputs (bit n: input n as here). */
const everyMix = (term: Term, changes: readonly Change[], here: Numbered, there: Numbered): number[] =>
  Array.from({ length: 2 ** changes.length }, (_, mask) => {
    const mixed: Record<string, number> = {}
    for (const name of term.columns) mixed[name] = there[name] ?? Number.NaN
    changes.forEach(({ columns }, n) => {
      if (mask & (1 << n)) for (const name of columns) mixed[name] = here[name] ?? Number.NaN
    })
    return term.coefficient * term.compute(mixed)
  })

/**
 * Exact contributions of an equation, per input, counted from a reference person:
 * baseline (the reference person's output) plus all contributions is the raw output.
 * A term of one input is that input's alone; a term that several inputs make together is shared among them.
 */
export const contributionsOf = (
  equation: Pick<Equation, 'terms' | 'evaluate'>,
  { columns, values, reference }: Pick<Case, 'columns' | 'values' | 'reference'>,
): Reasons => {
  const here = encodeColumns(columns, values)
  const there = encodeColumns(columns, reference)
  const owner = new Map(columns.map(({ term, input }) => [term, input]))
  const sums = new Map<string, number>()
  for (const term of equation.terms) {
    const changed = term.columns.filter((name) => here[name] !== there[name])
    const inputs = [...new Set(changed.map((name) => owner.get(name) ?? name))]
    const changes = inputs.map((input) => ({ input, columns: changed.filter((name) => owner.get(name) === input) }))
    shapley(everyMix(term, changes, here, there), changes.length).forEach((share, n) => {
      const input = inputs[n] ?? ''
      sums.set(input, (sums.get(input) ?? 0) + share)
    })
  }
  return {
    baseline: equation.evaluate(there),
    contributions: [...sums].map(([input, contribution]) => ({ input, contribution })),
  }
}
