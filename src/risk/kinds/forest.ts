import type { Tree } from './trees.ts'

/** All trees behind each other: typed arrays are walked several times faster than lists of objects. */
export type Forest = {
  /** Place of the first node of each tree. */
  readonly roots: Int32Array
  /** -1 in a leaf. */
  readonly column: Int32Array
  readonly limit: Float64Array
  readonly right: Int32Array
  readonly missingLeft: Uint8Array
  readonly cover: Float64Array
}

/** Where each of several lists begins when they stand behind each other, and where the last ends. */
export const startsOf = (lengths: readonly number[]): Int32Array => {
  const starts = new Int32Array(lengths.length + 1)
  lengths.forEach((length, n) => {
    starts[n + 1] = (starts[n] ?? 0) + length
  })
  return starts
}

export const forestOf = (trees: readonly Tree[]): Forest => {
  const starts = startsOf(trees.map(({ column }) => column.length))
  return {
    roots: starts.slice(0, -1),
    column: Int32Array.from(trees.flatMap(({ column }) => column)),
    limit: Float64Array.from(trees.flatMap(({ limit }) => limit.map(Math.fround))),
    right: Int32Array.from(trees.flatMap(({ right }, n) => right.map((at) => at + (starts[n] ?? 0)))),
    missingLeft: Uint8Array.from(trees.flatMap(({ missingLeft }) => missingLeft)),
    cover: Float64Array.from(trees.flatMap(({ cover }) => cover)),
  }
}

/** Value of column `n` of the row as the trees compare it. */
export type Row = Float64Array

const leafOf = ({ column, limit, right, missingLeft }: Forest, root: number, row: Row): number => {
  let node = root
  for (let at = column[node] ?? -1; at !== -1; at = column[node] ?? -1) {
    const value = row[at] ?? Number.NaN
    const left = Number.isNaN(value) ? missingLeft[node] === 1 : value < (limit[node] ?? 0)
    node = left ? node + 1 : (right[node] ?? -1)
  }
  return limit[node] ?? Number.NaN
}

/** Sum of the leaves that a row reaches. */
export const sumOfLeaves = (forest: Forest, row: Row): number => {
  let sum = 0
  for (const root of forest.roots) sum += leafOf(forest, root, row)
  return sum
}
