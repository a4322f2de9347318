import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AttuneError } from '../../src/errors.ts'
import { estimate } from '../../src/risk/estimate.ts'
import { type OnnxGraph, writeOnnx } from '../../src/risk/graph/onnx-writer.ts'
import { openSession } from '../../src/risk/inference/open-session.ts'
import { loadModels } from '../../src/risk/registry.ts'
import { buildModel } from '../../tools/models/build.ts'
import { patient, WARFARIN } from './patient.ts'

let dir: string
const at = (file: string) => join(dir, 'warfarin-dose', file)
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'attune-models-'))
  cpSync('models/warfarin-dose', join(dir, 'warfarin-dose'), { recursive: true })
  for (const shared of ['medicine-classes.json', 'condition-sets.json']) cpSync(join('models', shared), join(dir, shared))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const edit = (file: string, change: (text: string) => string) => writeFileSync(at(file), change(readFileSync(at(file), 'utf8')))
const problem = async (): Promise<string> => {
  const error: unknown = await loadModels(dir, { execution: 'cpu' }).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return error instanceof AttuneError && error.code === 'model-invalid' ? error.detail : `no model-invalid: ${String(error)}`
}

describe('a model folder is complete or it is not loaded', () => {
  it('loads the folder as it stands, with versions for the decision record', async () => {
    const models = await loadModels(dir, { execution: 'cpu' })
    expect(models.health()).toEqual({
      state: 'ok',
      models: [
        {
          id: 'warfarin-dose',
          state: 'serving',
          version: '1.2.0',
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          execution: 'cpu',
          fallback: null,
          vectors: 61,
        },
      ],
    })
    expect(models.versions).toEqual({ 'warfarin-dose': expect.stringMatching(/^1\.2\.0\+sha256:[0-9a-f]{12}$/) })
    await models.close()
  })

  it.each(['manifest.json', 'features.json', 'coefficients.json', 'card.json', 'vectors.json', 'iwpc_pg.onnx'])(
    'without %s it is not loaded',
    async (file) => {
      rmSync(at(file))
      expect(await problem()).toContain(`warfarin-dose: ${file} is missing`)
    },
  )

  it.each<[string, () => void, string]>([
    ['a cut graph', () => truncateSync(at('iwpc_pg.onnx'), 300), 'iwpc_pg.onnx does not have the SHA-256'],
    ['swapped graphs', () => cpSync(at('iwpc_clinical.onnx'), at('iwpc_pg.onnx')), 'iwpc_pg.onnx does not have the SHA-256'],
    ['an unknown key in the manifest', () => edit('manifest.json', (text) => text.replace('"title"', '"titel"')), 'titel'],
    [
      'an input nobody declares',
      () => edit('features.json', (text) => text.replace('"name": "weight_kg"', '"name": "weight"')),
      'uses the input weight_kg',
    ],
    ['a missing coefficient', () => edit('coefficients.json', (text) => text.replace('"asian"', '"asiatic"')), 'no coefficient for asian'],
    [
      'a card without an attribute',
      () => edit('card.json', (text) => text.replace('"purpose.3"', '"purpose.9"')),
      'card.json has no source attribute purpose.3',
    ],
    [
      'a vector that is missed',
      () => edit('vectors.json', (text) => text.replace('50.691552', '50.791552')),
      'test vectors missed: iwpc-01',
    ],
    [
      'a coefficient that the graph does not have',
      () => edit('coefficients.json', (text) => text.replace('-0.8677', '-0.8777')),
      'the graph and the published formula differ',
    ],
    ['a file that is not JSON', () => writeFileSync(at('card.json'), '{'), 'card.json is not JSON'],
  ])('%s stops the start and is named', async (_, spoil, said) => {
    spoil()
    expect(await problem()).toContain(said)
  })

  it('an empty folder of models is an error, not a success', async () => {
    rmSync(join(dir, 'warfarin-dose'), { recursive: true })
    expect(await problem()).toBe('the folder of the models holds no model')
  })

  it('when not strict, a spoilt model is not served, says nothing about a drug, and health says why', async () => {
    truncateSync(at('iwpc_pg.onnx'), 300)
    const models = await loadModels(dir, { execution: 'cpu', strict: false })
    expect(models.health()).toEqual({
      state: 'degraded',
      models: [{ id: 'warfarin-dose', state: 'not-served', because: expect.stringContaining('SHA-256') }],
    })
    expect(await estimate(models, patient(), [], WARFARIN)).toEqual([])
  })

  it.each(['cuda', 'webgpu', 'remote'] as const)('asked for %s where it is missing, runs on the CPU and says so', async (execution) => {
    const models = await loadModels(dir, { execution })
    const [model] = models.health().models
    if (model?.state !== 'serving') throw new Error('not served')
    if (model.execution === 'cpu')
      expect([models.health().state, model.fallback]).toEqual([
        'degraded',
        expect.stringMatching(new RegExp(`^${execution} was asked for and .*; running on cpu$`)),
      ])
    else expect(model.execution).toBe(execution) // a machine with a GPU: it runs there
    await models.close()
  })

  it('the build writes the same bytes again', () => {
    const files = ['iwpc_pg.onnx', 'iwpc_clinical.onnx', 'manifest.json', 'card.md']
    const before = files.map((file) => readFileSync(at(file)))
    buildModel(join(dir, 'warfarin-dose'))
    expect(files.map((file) => readFileSync(at(file)))).toEqual(before)
  })
})

const square = (weights: readonly number[], outputs: readonly string[] = ['raw', 'value']): OnnxGraph => ({
  name: 'square',
  doc: 'test',
  irVersion: 8,
  opset: 13,
  nodes: [
    { op: 'MatMul', name: 'a', inputs: ['x', 'w'], outputs: ['raw'] },
    { op: 'Mul', name: 'b', inputs: ['raw', 'raw'], outputs: ['value'] },
  ],
  constants: [{ name: 'w', shape: [weights.length, 1], values: weights }],
  inputs: [{ name: 'x', shape: ['N', weights.length] }],
  outputs: outputs.map((name) => ({ name, shape: ['N', 1] })),
})
const spec = { name: 'test', input: { name: 'x', columns: 2 }, outputs: ['raw', 'value'] }

describe('the wall round ONNX Runtime', () => {
  it('gives one number per row and output', async () => {
    const session = await openSession(writeOnnx(square([2, 3])), spec, { execution: 'cpu' })
    expect(
      await session.run([
        [1, 1],
        [2, 0],
      ]),
    ).toEqual({ raw: Float64Array.of(5, 4), value: Float64Array.of(25, 16) })
    await session.close()
  })

  it.each<[string, OnnxGraph]>([
    ['another number of columns', square([1, 2, 3])],
    ['an output with another name', square([2, 3], ['raw'])],
    [
      'another input name',
      {
        ...square([2, 3]),
        nodes: [
          { op: 'MatMul', name: 'a', inputs: ['y', 'w'], outputs: ['raw'] },
          { op: 'Mul', name: 'b', inputs: ['raw', 'raw'], outputs: ['value'] },
        ],
        inputs: [{ name: 'y', shape: ['N', 2] }],
      },
    ],
  ])('refuses a graph with %s', async (_, graph) => {
    await expect(openSession(writeOnnx(graph), spec, { execution: 'cpu' })).rejects.toMatchObject({ code: 'model-invalid' })
  })

  it.each([[[Number.NaN, 1]], [[Number.POSITIVE_INFINITY, 1]], [[1]], [[1, 2, 3]]])('never runs on the row %j', async (row) => {
    const session = await openSession(writeOnnx(square([2, 3])), spec, { execution: 'cpu' })
    await expect(session.run([row])).rejects.toMatchObject({ code: 'model-failed' })
    await session.close()
  })

  it('never hands on an output that is not finite', async () => {
    const session = await openSession(writeOnnx(square([1e200, 1])), spec, { execution: 'cpu' })
    await expect(session.run([[1e10, 0]])).rejects.toMatchObject({ code: 'model-failed' })
    await session.close()
  })

  it('refuses bytes that are no graph', async () => {
    await expect(openSession(Buffer.from('not a graph'), spec, { execution: 'cpu' })).rejects.toMatchObject({ code: 'model-invalid' })
  })
})
