import { createHash } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AttuneError } from '../../../src/errors.ts'
import { type OnnxGraph, type OnnxNode, writeOnnx } from '../../../src/risk/graph/onnx-writer.ts'
import { openSession } from '../../../src/risk/inference/open-session.ts'
import type { Session } from '../../../src/risk/inference/session.ts'
import { MAX_GRAPH_BYTES } from '../../../src/risk/onnx-file.ts'
import { loadModels } from '../../../src/risk/registry.ts'
import { copyModels } from '../models-copy.ts'

/** Every way in which a model can be bad that we know of, and the reason that the operator reads. */

let copy: ReturnType<typeof copyModels>
let dir: string
beforeEach(() => {
  copy = copyModels('kfre')
  dir = copy.dir
})
afterEach(() => copy.remove())

const at = (file: string) => join(dir, 'kfre', file)
const GRAPH = 'model.onnx'
const edit = (file: string, change: (text: string) => string) => {
  const text = readFileSync(at(file), 'utf8')
  const changed = change(text)
  if (changed === text) throw new Error(`nothing to change in ${file}`)
  writeFileSync(at(file), changed)
}
/** The graph in place of the model's, with its hash in the manifest: as someone would who means it. */
const install = (bytes: Buffer) => {
  writeFileSync(at(GRAPH), bytes)
  const hash = createHash('sha256').update(bytes).digest('hex')
  edit('manifest.json', (text) => text.replace(/"sha256": "[0-9a-f]{64}"/, `"sha256": "${hash}"`))
}
const graphBytes = () => readFileSync(at(GRAPH))
/** Changes some bytes of the graph, each time they are there. */
const swapBytes = (from: Buffer, to: Buffer): Buffer => {
  const bytes = graphBytes()
  let found = 0
  for (let place = bytes.indexOf(from); place !== -1; place = bytes.indexOf(from, place + to.length)) {
    to.copy(bytes, place)
    found += 1
  }
  if (found === 0) throw new Error('those bytes are not in the graph')
  return bytes
}
const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

const refusal = async (load: Promise<unknown>): Promise<string> => {
  const error: unknown = await load.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return error instanceof AttuneError && error.code === 'model-invalid' ? error.detail : `no model-invalid: ${String(error)}`
}

/** The bare fields of protocol buffers, to write what a kind tool would not. */
const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))])
const field = (number: number, body: Buffer | string | number): Buffer => {
  if (typeof body === 'number') return Buffer.from([...varint(number * 8), ...varint(body)])
  const bytes = Buffer.from(body)
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes])
}
const port = (number: number, name: string, type: number, columns: number) => {
  const dimensions = Buffer.concat([field(1, field(2, 'N')), field(1, field(1, columns))])
  return field(number, Buffer.concat([field(1, name), field(2, field(1, Buffer.concat([field(1, type), field(2, dimensions)])))]))
}
const model = (...graph: readonly Buffer[]): Buffer =>
  Buffer.concat([field(1, 8), field(7, Buffer.concat(graph)), field(8, Buffer.concat([field(1, ''), field(2, 13)]))])
const node = (op: string, inputs: readonly string[], outputs: readonly string[], ...more: readonly Buffer[]) =>
  field(1, Buffer.concat([...inputs.map((one) => field(1, one)), ...outputs.map((one) => field(2, one)), field(4, op), ...more]))

const SPEC = { name: 'test', input: { name: 'x', columns: 2 }, outputs: ['raw'], warm: [1, 1] } as const
const FLOAT = 1
const DOUBLE = 11
const outside = Buffer.concat([
  field(1, 2),
  field(1, 1),
  field(2, DOUBLE),
  field(8, 'w'),
  field(13, Buffer.concat([field(1, 'location'), field(2, 'package.json')])),
  field(14, 1),
])
const XW = node('MatMul', ['x', 'w'], ['raw'])
const IO = [port(11, 'x', DOUBLE, 2), port(12, 'raw', DOUBLE, 1)] as const

const square = (more: Partial<OnnxGraph> = {}): OnnxGraph => ({
  name: 'test',
  doc: 'test',
  irVersion: 8,
  opset: 13,
  nodes: [{ op: 'MatMul', name: 'a', inputs: ['x', 'w'], outputs: ['raw'] }],
  constants: [{ name: 'w', shape: [2, 1], values: [1, 1] }],
  inputs: [{ name: 'x', shape: ['N', 2] }],
  outputs: [{ name: 'raw', shape: ['N', 1] }],
  ...more,
})
const withNode = (one: Partial<OnnxNode>): Buffer =>
  writeOnnx(square({ nodes: [{ op: 'MatMul', name: 'a', inputs: ['x', 'w'], outputs: ['raw'], ...one }] }))

describe('A folder is refused, and the reason named, when', () => {
  it.each<[string, () => void, RegExp]>([
    ['the graph is cut', () => truncateSync(at(GRAPH), 1000), /model\.onnx does not have the SHA-256/],
    [
      'one bit of the graph is another',
      () => {
        const bytes = graphBytes()
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
        writeFileSync(at(GRAPH), bytes)
      },
      /model\.onnx does not have the SHA-256/,
    ],
    ['the graph is cut and the hash made to fit', () => install(graphBytes().subarray(0, 1000)), /not a whole ONNX file/],
    ['the graph is empty and the hash made to fit', () => install(Buffer.alloc(0)), /the graph is empty/],
    ['the graph is a text', () => install(Buffer.from('this is a text and no graph')), /(not a whole ONNX file|cannot read the graph)/],
    [
      'the graph is that of another model',
      () => install(readFileSync('models/liver/model.onnx')),
      /its input is not one float64 \[N, 10\]/,
    ],
    [
      'a coefficient in the graph is another',
      () => install(swapBytes(double(0.2467), double(0.2468))),
      /the graph and the published formula differ/,
    ],
    [
      'the graph is larger than we read',
      () => {
        const file = openSync(at(GRAPH), 'w')
        ftruncateSync(file, MAX_GRAPH_BYTES + 1) // a hole, not a file of that size
        closeSync(file)
      },
      /model\.onnx is larger than 268435456 bytes/,
    ],
    ['the manifest has another hash', () => edit('manifest.json', (text) => text.replace(/"sha256": "./, '"sha256": "f')), /SHA-256/],
    [
      'the manifest names another file',
      () => edit('manifest.json', (text) => text.replaceAll('model.onnx', 'other.onnx')),
      /other\.onnx is missing/,
    ],
    [
      'the manifest has a path in place of a file',
      () => edit('manifest.json', (text) => text.replaceAll('model.onnx', '../kfre/model.onnx')),
      /manifest\.json/,
    ],
    [
      'the manifest names another input',
      () => edit('manifest.json', (text) => text.replace(/"name": "x"/, '"name": "features"')),
      /called features/,
    ],
    [
      'the manifest wants single precision',
      () => edit('manifest.json', (text) => text.replace('"float64"', '"float32"')),
      /manifest\.json.*float64/s,
    ],
    [
      'a column is missing in the manifest',
      () => {
        const manifest = JSON.parse(readFileSync(at('manifest.json'), 'utf8'))
        manifest.graphs[0].input.columns.pop()
        writeFileSync(at('manifest.json'), JSON.stringify(manifest))
      },
      /no column for/,
    ],
    [
      'two columns changed places',
      () => {
        const manifest = JSON.parse(readFileSync(at('manifest.json'), 'utf8'))
        const { columns } = manifest.graphs[0].input
        ;[columns[0], columns[1]] = [columns[1], columns[0]]
        writeFileSync(at('manifest.json'), JSON.stringify(manifest))
      },
      /(not a finite number|differ|test vectors missed)/,
    ],
  ])('%s', async (_, spoil, said) => {
    spoil()
    expect(await refusal(loadModels(dir, { execution: 'cpu' }))).toMatch(said)
    const lenient = await loadModels(dir, { execution: 'cpu', strict: false })
    expect(lenient.health()).toEqual({
      state: 'degraded',
      models: [{ id: 'kfre', state: 'not-served', because: expect.stringMatching(said) }],
    })
    expect([lenient.all, lenient.get('kfre')]).toEqual([[], null])
    await lenient.close()
  })
})

describe('A graph is refused, and the reason named, when', () => {
  it.each<[string, () => Buffer, RegExp]>([
    ['its numbers lie in another file', () => model(XW, field(5, outside), ...IO), /the graph keeps numbers outside its file/],
    [
      'numbers of a node lie in another file',
      () => model(node('Constant', [], ['w'], field(5, Buffer.concat([field(1, 'value'), field(5, outside), field(20, 4)]))), XW, ...IO),
      /the graph keeps numbers outside its file/,
    ],
    [
      'numbers of a graph within the graph lie in another file',
      () =>
        model(
          node('If', ['x'], ['raw'], field(5, Buffer.concat([field(1, 'then_branch'), field(6, field(5, outside)), field(20, 5)]))),
          ...IO,
        ),
      /the graph keeps numbers outside its file/,
    ],
    ['it uses an operator that nobody knows', () => withNode({ op: 'Divination' }), /ONNX Runtime cannot read the graph/],
    [
      'it uses an operator of a domain of its own',
      () => model(node('MatMul', ['x', 'w'], ['raw'], field(7, 'com.example.custom')), ...IO),
      /cannot read the graph/,
    ],
    [
      'it takes single precision',
      () => model(node('ReduceSum', ['x'], ['raw']), port(11, 'x', FLOAT, 2), port(12, 'raw', FLOAT, 1)),
      /not one float64 \[N, 2\] called x/,
    ],
    [
      'its output is of another type',
      () => model(node('Shape', ['x'], ['raw']), port(11, 'x', DOUBLE, 2), port(12, 'raw', 7, 1)),
      /(no float64 \[N, 1\] output called raw|cannot read)/,
    ],
    [
      'it wants a second input',
      () =>
        writeOnnx(
          square({
            inputs: [
              { name: 'x', shape: ['N', 2] },
              { name: 'patient', shape: ['N', 1] },
            ],
          }),
        ),
      /not one float64/,
    ],
    ['it takes a fixed number of rows', () => writeOnnx(square({ inputs: [{ name: 'x', shape: [1, 2] }] })), /not one float64/],
    [
      'its shapes do not fit together',
      () => writeOnnx(square({ constants: [{ name: 'w', shape: [3, 1], values: [1, 1, 1] }] })),
      /cannot read the graph/,
    ],
    [
      'it is nested without end',
      () => {
        let inner = field(1, '')
        for (let depth = 0; depth < 200; depth += 1) inner = field(1, field(5, field(6, inner)))
        return field(7, inner)
      },
      /nested too deeply/,
    ],
    ['a length in it reaches beyond its end', () => Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f, 1]), /not a whole ONNX file/],
  ])('%s', async (_, bytes, said) => {
    expect(await refusal(openSession(bytes(), SPEC, { execution: 'cpu' }))).toMatch(said)
  })

  it('it is any part of a good graph: never a crash, never an answer', async () => {
    const whole = graphBytes()
    for (let length = 0; length < whole.length; length += 97) {
      const said = await refusal(openSession(whole.subarray(0, length), SPEC, { execution: 'cpu' }))
      expect(said).toMatch(/^test: (the graph is (empty|not a whole ONNX file)|ONNX Runtime cannot read the graph|its input is not)/)
    }
  })

  it('bytes of it are others: it is refused, or it is still a graph with these inputs and outputs; never another error', async () => {
    const whole = readFileSync('models/warfarin-dose/iwpc_pg.onnx')
    const outputs = ['raw_iwpc_pg', 'iwpc_pg_mg_per_week']
    const spec = { name: 'test', input: { name: 'x', columns: 17 }, outputs, warm: Array.from({ length: 17 }, () => 1) }
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const bytes = Buffer.from(whole)
        for (const [place, byte] of changes) bytes[place] = byte
        const opened = await openSession(bytes, spec, { execution: 'cpu' }).catch((error: unknown) => error)
        if (opened instanceof Error) {
          expect(opened).toMatchObject({ name: 'AttuneError', code: 'model-invalid' })
          return
        }
        const ran = await (opened as Session).run([spec.warm])
        expect(outputs.map((name) => ran[name]?.every(Number.isFinite))).toEqual([true, true])
        await (opened as Session).close()
      }),
      { numRuns: 300 },
    )
  })
})
