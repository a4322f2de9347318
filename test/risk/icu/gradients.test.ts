import fc from 'fast-check'
import { expect, test } from 'vitest'
import { graphOf } from '../../../src/risk/graph/graph.ts'
import { writeOnnx } from '../../../src/risk/graph/onnx-writer.ts'
import { toHalf } from '../../../src/risk/half.ts'
import { attributionPort, networks } from '../../../src/risk/kinds/network.ts'
import { manifestSchema } from '../../../src/risk/model-folder.ts'
import { openNative } from '../../../src/risk/onnx.ts'

/*
 * A network of two modalities and three inputs, so small that its integrated gradients can be taken by brute force: the gradient by
 * differences of the TypeScript evaluation, along the path in 2,000 steps. Each input has one bin from 0 to 1, so that the encoding is
 * the value itself.
 */

const halves = (numbers: readonly number[]): string => {
  const bytes = Buffer.alloc(numbers.length * 2)
  for (const [n, value] of numbers.entries()) bytes.writeUInt16LE(toHalf(Math.round(value * 64) / 64), n * 2)
  return bytes.toString('base64')
}

const wave = (count: number, seed: number): number[] => Array.from({ length: count }, (_, n) => 2 * Math.sin(seed + 1.7 * n))
const layer = (rows: number, units: number, seed: number) => ({ weight: halves(wave(rows * units, seed)), offset: wave(units, seed + 5) })
const bin = (input: string) => ({ input, edges: [0, 1], mean: [0.5] })
const member = (seed: number) => ({
  encoders: [layer(3, 4, seed), layer(2, 3, seed + 1)],
  fusion: layer(7, 5, seed + 2),
  head: layer(5, 1, seed + 3),
})

const FILE = {
  id: 'tiny',
  citation: 'made up',
  networks: {
    death: {
      points: 16,
      slope: 0.9,
      intercept: -0.4,
      modalities: [
        { id: 'a', label: 'First', inputs: [bin('x'), bin('y')], present: [] },
        { id: 'b', label: 'Second', inputs: [bin('z')], present: [] },
      ],
      members: [member(1), member(2.3)],
    },
  },
}

const REFERENCE = { x: 0.2, y: 0.5, z: 0.9 }
const NAMES = ['x', 'y', 'z'] as const

const graph = async () => {
  const column = (name: string) => ({ term: name, input: name, as: 'number', ifMissing: 'nan' })
  const manifest = {
    id: 'tiny',
    version: '1.0.0',
    name: 'tiny',
    title: 'tiny',
    citation: 'made up',
    licence: 'none',
    kind: 'network',
    standing: 'research',
    drugs: [],
    questions: [{ id: 'q', title: 'q' }],
    verified: { state: 'independent', says: 'made up' },
    graphs: [
      {
        file: 'model.onnx',
        sha256: '0'.repeat(64),
        irVersion: 8,
        opset: 13,
        input: { name: 'inputs', type: 'float64', columns: NAMES.map(column) },
        reference: REFERENCE,
        sameAsPatient: [],
      },
    ],
    variants: [
      {
        id: 'v',
        label: 'v',
        question: 'q',
        graph: 'model.onnx',
        outputs: [{ id: 'o', label: 'o', basis: 'death', value: 'raw', unit: '1', scale: 'log-odds' }],
        referenceSays: 'made up',
        without: [],
      },
    ],
    population: { limits: [], statements: [] },
    limits: ['made up'],
    vectors: { names: ['tiny'], expected: {}, tolerance: 1e-9 },
  }
  const parsed = manifestSchema.parse(manifest)
  const [first] = parsed.graphs
  if (!first) throw new Error('no graph')
  const bytes = writeOnnx(graphOf(first, parsed, FILE))
  const port = attributionPort('death')
  return openNative(bytes, { name: 'tiny', input: { name: 'inputs', columns: 3 }, outputs: ['raw_death'], wide: { [port]: 5 } }, 'cpu')
}

test('the graph computes the integrated gradients that brute force gives, input by input', async () => {
  const session = await graph()
  const evaluate = networks.read(FILE).bases.get('death')?.evaluate
  if (!evaluate) throw new Error('no network')
  const at = (from: readonly number[]) => evaluate(Object.fromEntries(NAMES.map((name, n) => [name, from[n] ?? Number.NaN])))
  const start = NAMES.map((name) => REFERENCE[name])
  const STEPS = 2000
  const H = 1e-5
  const byForce = (end: readonly number[]): number[] => {
    const sums = end.map(() => 0)
    for (let step = 0; step < STEPS; step += 1) {
      const point = end.map((value, n) => (start[n] ?? 0) + ((value - (start[n] ?? 0)) * (step + 0.5)) / STEPS)
      for (const n of end.keys()) {
        const moved = (by: number) => at(point.map((value, m) => (m === n ? value + by : value)))
        sums[n] = (sums[n] ?? 0) + (moved(H) - moved(-H)) / (2 * H)
      }
    }
    return sums.map((sum, n) => ((end[n] ?? 0) - (start[n] ?? 0)) * (sum / STEPS))
  }
  const inside = fc.double({ min: 0.05, max: 0.95, noNaN: true })
  await fc.assert(
    fc.asyncProperty(fc.tuple(inside, inside, inside), async (end) => {
      const port = attributionPort('death')
      const given = await session.run({ count: 1, values: Float64Array.from(end) }, [port, 'raw_death'])
      const [x, y, , z] = given[port] ?? []
      const forced = byForce(end)
      for (const [n, value] of [x, y, z].entries()) expect(value).toBeCloseTo(forced[n] ?? Number.NaN, 4)
      expect(given.raw_death?.[0]).toBeCloseTo(at(end), 9)
    }),
    { numRuns: 8 },
  )
  await session.close()
}, 600_000)
