import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeColumns } from '../../../src/risk/encode.ts'
import { writeOnnx } from '../../../src/risk/graph/onnx-writer.ts'
import { newSheet } from '../../../src/risk/graph/sheet.ts'
import { writeTrees } from '../../../src/risk/graph/tree-graph.ts'
import { rowsFrom } from '../../../src/risk/inference/rows.ts'
import { trees } from '../../../src/risk/kinds/trees.ts'
import type { Column, Graph } from '../../../src/risk/model-folder.ts'
import { openNative } from '../../../src/risk/onnx.ts'
import { someRow, someTrees } from './forests.ts'

const COLUMNS: readonly Column[] = ['a', 'b', 'c'].map((term) => ({ term, input: term, as: 'number', ifMissing: 'nan' }))
const GRAPH: Graph = {
  file: 'model.onnx',
  sha256: '0'.repeat(64),
  irVersion: 10,
  opset: 21,
  input: { name: 'x', type: 'float64', columns: [...COLUMNS] },
  reference: {},
  sameAsPatient: [],
}

const fileOf = (all: unknown) => ({
  id: 'test',
  citation: 'made up',
  columns: ['a', 'b', 'c'],
  ensembles: { risk: { intercept: -0.25, factor: 1.5, trees: all } },
})

/** Raw numbers of the ONNX graph, one per row. */
const runGraph = async (file: unknown, rows: readonly (readonly number[])[]): Promise<number[]> => {
  const sheet = newSheet()
  const { raws, domains = {} } = writeTrees(file, GRAPH, ['risk'], sheet)
  const bytes = writeOnnx({
    name: 'test',
    doc: '',
    irVersion: GRAPH.irVersion,
    opset: GRAPH.opset,
    domains,
    nodes: [...sheet.nodes, { op: 'Identity', name: 'give', inputs: [raws[0] ?? ''], outputs: ['raw'] }],
    constants: sheet.constants,
    inputs: [{ name: 'x', shape: ['N', 3] }],
    outputs: [{ name: 'raw', shape: ['N', 1] }],
  })
  const spec = { name: 'test', input: { name: 'x', columns: 3, mayBeMissing: [true, true, true] }, outputs: ['raw'] }
  const native = await openNative(bytes, spec, 'cpu')
  const { raw = new Float64Array() } = await native.run(rowsFrom(rows), ['raw'])
  await native.close()
  return [...raw]
}

const valuesOf = (row: readonly number[]) =>
  Object.fromEntries(['a', 'b', 'c'].map((name, n) => [name, Number.isNaN(row[n]) ? null : (row[n] ?? null)]))

describe('trees in the graph and in TypeScript', () => {
  it('are one and the same, for any trees and rows, missing values and trees of one leaf among them', async () => {
    await fc.assert(
      fc.asyncProperty(someTrees(3), fc.array(someRow(3), { minLength: 1, maxLength: 20 }), async (all, rows) => {
        const file = fileOf(all)
        const basis = trees.read(file).bases.get('risk')
        const plain = rows.map((row) => [...row])
        const given = await runGraph(file, plain)
        plain.forEach((row, n) => {
          expect(given[n]).toBeCloseTo(basis?.evaluate?.(encodeColumns(COLUMNS, valuesOf(row))) ?? Number.NaN, 12)
        })
      }),
      { numRuns: 60 },
    )
  })

  it('give many rows the numbers that each row has alone', () => {
    fc.assert(
      fc.property(someTrees(3), fc.array(someRow(3), { minLength: 1, maxLength: 20 }), (all, rows) => {
        const basis = trees.read(fileOf(all)).bases.get('risk')
        const table = Object.fromEntries(['a', 'b', 'c'].map((name, n) => [name, Float64Array.from(rows, (row) => row[n] ?? Number.NaN)]))
        const alone = rows.map((row) => basis?.evaluate?.(encodeColumns(COLUMNS, valuesOf([...row]))))
        expect([...(basis?.evaluateMany?.(table, rows.length) ?? [])]).toEqual(alone)
      }),
    )
  })

  it('round a value to float32 before it is compared, as the training did', async () => {
    const just = 0.1 // as float32 it is above 0.1
    const file = fileOf([
      { column: [0, -1, -1], limit: [Math.fround(0.1), 1, 2], right: [2, 0, 0], missingLeft: [1, 0, 0], cover: [2, 1, 1] },
    ])
    const basis = trees.read(file).bases.get('risk')
    const [given] = await runGraph(file, [[just, 0, 0]])
    expect([given, basis?.evaluate?.({ a: just, b: 0, c: 0 })]).toEqual([2.75, 2.75])
  })

  it('contributions of the columns of one input are told as one', async () => {
    const file = fileOf([
      {
        column: [0, -1, 1, -1, -1],
        limit: [0.5, 1, 0.5, 2, 4],
        right: [2, 0, 4, 0, 0],
        missingLeft: [0, 0, 0, 0, 0],
        cover: [8, 4, 4, 2, 2],
      },
    ])
    const columns: Column[] = [
      { term: 'a', input: 'place', as: 'indicator', equals: ['home'] },
      { term: 'b', input: 'place', as: 'indicator', equals: ['ward'] },
      { term: 'c', input: 'other', as: 'number' },
    ]
    const basis = trees.read(file).bases.get('risk')
    const reasons = await basis?.reasons({
      columns,
      values: { place: 'home', other: 1 },
      reference: {},
      run: async () => ({}),
      rawOf: async () => Float64Array.of(),
    })
    // The mean leaf is 2 and home without ward reaches 2, so the two columns of the place cancel out.
    expect(reasons).toEqual({
      baseline: 2.75,
      contributions: [
        { input: 'place', contribution: expect.closeTo(0, 12) },
        { input: 'other', contribution: 0 },
      ],
    })
  })
})

describe('a file of trees that is not sound is not read', () => {
  const fine = { column: [0, -1, -1], limit: [1, 2, 3], right: [2, 0, 0], missingLeft: [0, 0, 0], cover: [2, 1, 1] }

  it('while a sound one is', () => {
    expect([...trees.read(fileOf([fine])).bases.keys()]).toEqual(['risk'])
  })

  it.each<[string, unknown]>([
    ['lists of different length', { ...fine, limit: [1, 2] }],
    ['a right child that is not behind the left one', { ...fine, right: [1, 0, 0] }],
    ['nodes behind the end of the tree', { ...fine, column: [-1, -1, -1] }],
    ['a node without data', { ...fine, cover: [1, 1, 0] }],
    ['a limit that is no number', { ...fine, limit: [null, 2, 3] }],
    ['an unknown key', { ...fine, gain: [1, 1, 1] }],
    ['a column that there is not', { ...fine, column: [3, -1, -1] }],
    ['no trees', null],
  ])('%s', (_, tree) => {
    expect(() => trees.read(fileOf(tree === null ? [] : [tree]))).toThrow()
  })
})
