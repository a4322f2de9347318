import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Forest, forestOf, type Row, sumOfLeaves } from '../../../src/risk/kinds/forest.ts'
import { explainer } from '../../../src/risk/kinds/tree-shap.ts'
import { treesSchema } from '../../../src/risk/kinds/trees.ts'
import { someRow, someTrees } from './forests.ts'

const COLUMNS = 4

/** What a tree gives when only some columns are known: the others go both ways, by the training data that went there. */
const expected = (forest: Forest, node: number, row: Row, known: number): number => {
  const { column, limit, right, missingLeft, cover } = forest
  const at = column[node] ?? -1
  if (at === -1) return limit[node] ?? Number.NaN
  const [below, above] = [node + 1, right[node] ?? -1]
  const value = row[at] ?? Number.NaN
  if (known & (1 << at)) {
    const left = Number.isNaN(value) ? missingLeft[node] === 1 : value < (limit[node] ?? 0)
    return expected(forest, left ? below : above, row, known)
  }
  const share = (child: number) => (cover[child] ?? 0) / (cover[node] ?? 1)
  return share(below) * expected(forest, below, row, known) + share(above) * expected(forest, above, row, known)
}

/** Shapley values by their definition: the mean over all orders in which the columns can become known. */
const byDefinition = (forest: Forest, row: Row): number[] => {
  const value = (known: number) => [...forest.roots].reduce((sum, root) => sum + expected(forest, root, row, known), 0)
  const orders = (left: readonly number[]): number[][] =>
    left.length === 0 ? [[]] : left.flatMap((one) => orders(left.filter((other) => other !== one)).map((rest) => [one, ...rest]))
  const all = orders(Array.from({ length: COLUMNS }, (_, n) => n))
  const sums = new Array<number>(COLUMNS).fill(0)
  for (const order of all) {
    let known = 0
    for (const one of order) {
      const before = value(known)
      known |= 1 << one
      sums[one] = (sums[one] ?? 0) + value(known) - before
    }
  }
  return sums.map((sum) => sum / all.length)
}

const largest = (differences: readonly number[]): number => differences.reduce((most, one) => Math.max(most, Math.abs(one)), 0)

describe('contributions of trees', () => {
  it('are the Shapley values of their definition, for any trees and rows, missing values among them', () => {
    fc.assert(
      fc.property(someTrees(COLUMNS), someRow(COLUMNS), (trees, row) => {
        const forest = forestOf(trees)
        const { contributions } = explainer(forest, COLUMNS)(row)
        const wanted = byDefinition(forest, row)
        expect(largest(wanted.map((one, n) => one - (contributions[n] ?? Number.NaN)))).toBeLessThan(1e-12)
      }),
      { numRuns: 300 },
    )
  })

  it('add up to the sum of the leaves, counted from what the trees give when nothing is known', () => {
    fc.assert(
      fc.property(someTrees(COLUMNS), someRow(COLUMNS), (trees, row) => {
        const forest = forestOf(trees)
        const { baseline, contributions } = explainer(forest, COLUMNS)(row)
        const nothing = [...forest.roots].reduce((sum, root) => sum + expected(forest, root, row, 0), 0)
        expect(baseline).toBeCloseTo(nothing, 12)
        expect(contributions.reduce((sum, one) => sum + one, baseline)).toBeCloseTo(sumOfLeaves(forest, row), 12)
      }),
    )
  })

  it('a column that no tree asks contributes nothing', () => {
    fc.assert(
      fc.property(someTrees(COLUMNS - 1), someRow(COLUMNS), (trees, row) => {
        expect(explainer(forestOf(trees), COLUMNS)(row).contributions.at(-1)).toBe(0)
      }),
    )
  })
})

describe('the trees of the readmission model', () => {
  const read = (file: string): unknown => JSON.parse(readFileSync(`models/readmission-diabetes/${file}`, 'utf8'))
  const { columns, ensembles } = treesSchema.parse(read('trees.json'))
  const shap = read('shap-vectors.json') as {
    columns: string[]
    rows: { row: (number | null)[]; contributions: number[]; score: number }[]
  }
  const forest = forestOf(ensembles.readmission?.trees ?? [])
  const explain = explainer(forest, columns.length)
  const rows = shap.rows.map((one) => ({ ...one, row: Float64Array.from(one.row, (value) => value ?? Number.NaN) }))

  it('give the scores of the training library, to 1e-6, on 200 rows of which half have missing values', () => {
    expect(shap.columns).toEqual(columns)
    expect([rows.length, rows.filter(({ row }) => row.some(Number.isNaN)).length]).toEqual([
      200,
      expect.toSatisfy((many: number) => many > 80),
    ])
    expect(largest(rows.map(({ row, score }) => score - sumOfLeaves(forest, row)))).toBeLessThan(1e-6)
  })

  it('have the contributions and the baseline of the training library, to 1e-6', () => {
    const differences = rows.flatMap(({ row, contributions: wanted }) => {
      const { baseline, contributions } = explain(row)
      return [...contributions, baseline].map((one, n) => one - (wanted[n] ?? Number.NaN))
    })
    expect(differences).toHaveLength(rows.length * (columns.length + 1))
    expect(largest(differences)).toBeLessThan(1e-6)
  })
})
