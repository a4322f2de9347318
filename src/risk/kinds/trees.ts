import { z } from 'zod'
import { AttuneError } from '../../errors.ts'
import type { Basis, Kind } from '../basis.ts'
import { encodeColumns } from '../encode.ts'
import type { Numbered, Table } from '../formula.ts'
import { type Forest, forestOf, type Row, sumOfLeaves } from './forest.ts'
import { explainer } from './tree-shap.ts'

/**
 * One tree, its nodes in preorder, so that the next node is the left child. Values below `limit` go left, missing ones where
 * `missingLeft` says. A leaf has `column` -1 and its value in `limit`.
 */
const tree = z
  .strictObject({
    column: z.array(z.number().int().min(-1)).min(1),
    limit: z.array(z.number()),
    right: z.array(z.number().int().nonnegative()),
    missingLeft: z.array(z.union([z.literal(0), z.literal(1)])),
    /** Weight of the training data that came through the node, from which reasons are counted. */
    cover: z.array(z.number().positive()),
  })
  .refine(
    ({ column, limit, right, missingLeft, cover }) => [limit, right, missingLeft, cover].every(({ length }) => length === column.length),
    'the lists of a tree are not equally long',
  )
  .refine(({ column, right }) => endOf(column, right, 0) === column.length, 'the nodes of a tree are not in preorder')

/** raw = intercept + factor x sum of the leaves: the score of the training, set to probabilities on data that it had not seen. */
const ensemble = z.strictObject({ intercept: z.number(), factor: z.number().positive(), trees: z.array(tree).min(1) })

export const treesSchema = z.strictObject({
  id: z.string(),
  citation: z.string().min(1),
  /** Terms of the graph's input, by the number that `column` names. */
  columns: z.array(z.string()).min(1),
  /** Limits and leaves are float32, as in the training; so are the values that are compared with them. */
  ensembles: z.record(z.string(), ensemble),
})

export type Tree = z.output<typeof tree>
export type Ensemble = z.output<typeof ensemble>

/** First node behind the subtree at `node`; -1 when the right child is not where the left one ends. */
const endOf = (column: readonly number[], right: readonly number[], node: number): number => {
  if (node >= column.length) return -1
  if (column[node] === -1) return node + 1
  const end = endOf(column, right, node + 1)
  return end !== -1 && end === right[node] ? endOf(column, right, end) : -1
}

const rowOf = (columns: readonly string[], numbers: Numbered): Row =>
  Float64Array.from(columns, (name) => {
    const value = numbers[name]
    if (value === undefined) throw new AttuneError('model-failed', `column ${name} is not given`)
    return Math.fround(value)
  })

/** Columns side by side, a row at a time. */
const evaluateRows = (forest: Forest, columns: readonly string[], table: Table, count: number): Float64Array => {
  const numbers = columns.map((name) => {
    const column = table[name]
    if (column === undefined) throw new AttuneError('model-failed', `column ${name} is not given`)
    return column
  })
  const row = new Float64Array(columns.length)
  const sums = new Float64Array(count)
  for (let n = 0; n < count; n += 1) {
    numbers.forEach((column, at) => {
      row[at] = Math.fround(column[n] ?? Number.NaN)
    })
    sums[n] = sumOfLeaves(forest, row)
  }
  return sums
}

const makeBasis = (id: string, columns: readonly string[], { intercept, factor, trees }: Ensemble): Basis => {
  const forest = forestOf(trees)
  const last = forest.column.reduce((most, one) => Math.max(most, one), -1)
  if (last >= columns.length) throw new AttuneError('model-invalid', `trees ${id} ask for column ${last}, of ${columns.length}`)
  const explain = explainer(forest, columns.length)
  return {
    id,
    columns,
    evaluate: (numbers) => intercept + factor * sumOfLeaves(forest, rowOf(columns, numbers)),
    evaluateMany: (table, count) => evaluateRows(forest, columns, table, count).map((sum) => intercept + factor * sum),
    reasons: ({ columns: all, values }) => {
      const { baseline, contributions } = explain(rowOf(columns, encodeColumns(all, values)))
      const sums = new Map<string, number>()
      for (const { term, input } of all) {
        const contribution = contributions[columns.indexOf(term)] ?? 0
        sums.set(input, (sums.get(input) ?? 0) + factor * contribution)
      }
      return {
        baseline: intercept + factor * baseline,
        contributions: [...sums].map(([input, contribution]) => ({ input, contribution })),
      }
    },
  }
}

/** Boosted trees. The graph adds in another order. */
export const trees: Kind = {
  file: 'trees.json',
  agree: 1e-6,
  read: (json) => {
    const file = treesSchema.parse(json)
    const bases = Object.entries(file.ensembles).map(([id, one]) => [id, makeBasis(id, file.columns, one)] as const)
    return { id: file.id, citation: file.citation, bases: new Map(bases) }
  },
}
