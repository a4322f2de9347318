import './help.ts'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../src/project-root.ts'
import { type Forest, forestOf, type Row, sumOfLeaves } from '../../src/risk/kinds/forest.ts'
import { explainer } from '../../src/risk/kinds/tree-shap.ts'
import { type Tree, treesSchema } from '../../src/risk/kinds/trees.ts'
import { randomOf } from '../../src/validation/resample.ts'

/**
 * What the contributions of trees cost beside their score, one row at a time, in processor time: of the readmission model, and of made-up
 * forests of 500 full trees. How it can mislead: all rows of a round are different, but the forest stays in the cache; a server that
 * does other things between two explanations pays more for the first leaves.
 *
 *   npm run bench -- trees [--write]
 */
const ROUND_MS = 400
const ROUNDS = 5
const ROWS = 64
const COLUMNS = 40

const processorMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Middle of several rounds, milliseconds of processor time a call. */
const cost = (call: (n: number) => unknown): number => {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const [started, before] = [performance.now(), processorMs()]
    let calls = 0
    do {
      call(calls)
      calls += 1
    } while (performance.now() - started < ROUND_MS)
    return (processorMs() - before) / calls
  })
  return rounds.sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN
}

const shares = (seed: string): (() => number) => {
  const random = randomOf(seed)
  return () => random() / 2 ** 32
}

/** A full tree over random columns and limits. */
const madeUpTree = (depth: number, random: () => number): Tree => {
  const tree: Tree = { column: [], limit: [], right: [], missingLeft: [], cover: [] }
  const grow = (left: number, cover: number): void => {
    const leaf = left === 0
    const at = tree.column.push(leaf ? -1 : Math.floor(random() * COLUMNS)) - 1
    tree.limit.push(random())
    tree.right.push(0)
    tree.missingLeft.push(random() < 0.5 ? 0 : 1)
    tree.cover.push(cover)
    if (leaf) return
    const below = cover * (0.1 + 0.8 * random())
    grow(left - 1, below)
    tree.right[at] = tree.column.length
    grow(left - 1, cover - below)
  }
  grow(depth, 1000)
  return tree
}

type Measured = {
  readonly what: string
  readonly leaves: number
  readonly prepare: number
  readonly score: number
  readonly explain: number
}

const measure = (what: string, forest: Forest, width: number, rows: readonly Row[]): Measured => {
  const before = processorMs()
  const explain = explainer(forest, width)
  const prepare = processorMs() - before
  const row = (n: number): Row => rows[n % rows.length] ?? new Float64Array(width)
  return {
    what,
    leaves: forest.column.filter((column) => column === -1).length,
    prepare,
    score: cost((n) => sumOfLeaves(forest, row(n))),
    explain: cost((n) => explain(row(n))),
  }
}

const ofReadmission = (): Measured => {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(projectRoot, 'models/readmission-diabetes', file), 'utf8'))
  const { columns, ensembles } = treesSchema.parse(read('trees.json'))
  const trees = Object.values(ensembles).flatMap((one) => one.trees)
  const { rows } = read('shap-vectors.json') as { rows: { row: (number | null)[] }[] } // made by the recipe
  const typed = rows.map(({ row }) => Float64Array.from(row, (value) => value ?? Number.NaN))
  return measure(`readmission-diabetes: ${trees.length} trees of depth 4`, forestOf(trees), columns.length, typed)
}

const ofMadeUp = (depth: number): Measured => {
  const random = shares(`depth ${depth}`)
  const forest = forestOf(Array.from({ length: 500 }, () => madeUpTree(depth, random)))
  const rows = Array.from({ length: ROWS }, () => Float64Array.from({ length: COLUMNS }, random))
  return measure(`500 full trees of depth ${depth}`, forest, COLUMNS, rows)
}

const line = ({ what, leaves, prepare, score, explain }: Measured): string =>
  `| ${what} | ${leaves} | ${score.toFixed(4)} | ${explain.toFixed(3)} | ${(explain / score).toFixed(0)} | ${prepare.toFixed(0)} |`

const page = (rows: readonly Measured[]): string =>
  `${[
    `# Contributions of trees, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}`,
    '',
    'Milliseconds of processor time, one row at a time, one thread. Written by `npm run bench -- trees --write`.',
    '',
    '| Trees | Leaves | Score | Contributions | Ratio | Prepared at load |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(line),
  ].join('\n')}\n`

const text = page([ofReadmission(), ofMadeUp(4), ofMadeUp(6)])
process.stdout.write(text)
if (process.argv.includes('--write')) writeFileSync(join(projectRoot, 'docs/benchmark-trees.md'), text)
