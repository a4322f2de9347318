import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { CONFIG_SCHEMAS } from '../../../src/config.ts'
import { AttuneError } from '../../../src/errors.ts'
import { writeOnnx } from '../../../src/risk/graph/onnx-writer.ts'
import { openSession, type Where } from '../../../src/risk/inference/open-session.ts'
import { shareRuns } from '../../../src/risk/inference/share.ts'
import { type Columns, type Native, nativeRuns, openNative } from '../../../src/risk/onnx.ts'
import { loadModels } from '../../../src/risk/registry.ts'
import { copyModels } from '../models-copy.ts'

/** No GPU is at hand where these run, so a session on the CPU stands for the device: what it gives, and how it is lost, is real enough. */

const SPEC = { name: 'test', input: { name: 'x', columns: 2 }, outputs: ['raw', 'value'] } as const
const GRAPH = writeOnnx({
  name: 'square',
  doc: 'test',
  irVersion: 8,
  opset: 13,
  nodes: [
    { op: 'MatMul', name: 'a', inputs: ['x', 'w'], outputs: ['raw'] },
    { op: 'Mul', name: 'b', inputs: ['raw', 'raw'], outputs: ['value'] },
  ],
  constants: [{ name: 'w', shape: [2, 1], values: [2, 3] }],
  inputs: [{ name: 'x', shape: ['N', 2] }],
  outputs: ['raw', 'value'].map((name) => ({ name, shape: ['N', 1] })),
})

type Device = { lost: boolean; wrong: boolean; runs: number; cpuOpened: number; rows: number[] }

const withDevice = (): { readonly device: Device; readonly where: Where } => {
  const device: Device = { lost: false, wrong: false, runs: 0, cpuOpened: 0, rows: [] }
  const onDevice = (native: Native): Native => ({
    ...native,
    run: async (rows, outputs): Promise<Columns> => {
      if (device.lost) throw new AttuneError('model-failed', 'test: the device is gone')
      device.runs += 1
      device.rows.push(rows.count)
      const columns = await native.run(rows, outputs)
      return device.wrong ? Object.fromEntries(Object.entries(columns).map(([name, all]) => [name, all.map((one) => one + 1)])) : columns
    },
  })
  const open: Where['open'] = async (bytes, spec, provider) => {
    const native = await openNative(bytes, spec, 'cpu')
    if (provider !== 'cpu') return onDevice(native)
    device.cpuOpened += 1
    return native
  }
  return { device, where: { execution: 'cuda', open } }
}

/** The published formula of the graph above, for the row [1, 1]. */
const check = ({ value }: Columns): string | null => (value?.every((one) => one === 25) ? null : 'the graph and the formula differ')
const ROW = { count: 1, values: Float64Array.of(1, 1) }
const RIGHT = { raw: Float64Array.of(5), value: Float64Array.of(25) }

describe('A GPU', () => {
  it('that works is used, and the CPU is not', async () => {
    const { device, where } = withDevice()
    const session = await openSession(GRAPH, SPEC, where)
    expect(await session.execute(ROW, { check })).toEqual({ columns: RIGHT, execution: 'cuda' })
    expect([session.provider, session.fallback, device.cpuOpened]).toEqual(['cuda', null, 0])
    expect(session.counts()).toMatchObject({ rows: { cuda: 17 }, fallbacks: 0, failures: 0 })
  })

  it('that is lost while it runs gives way to the CPU once, for good, with the same numbers, and says so', async () => {
    const { device, where } = withDevice()
    const session = await openSession(GRAPH, SPEC, where)
    device.lost = true
    const together = await Promise.all(Array.from({ length: 5 }, () => session.execute(ROW, { check })))
    expect(together).toEqual(Array.from({ length: 5 }, () => ({ columns: RIGHT, execution: 'cpu' })))
    device.lost = false
    expect(await session.execute(ROW, { check })).toMatchObject({ execution: 'cpu' })
    expect([session.provider, session.fallback]).toEqual(['cpu', 'cuda was lost while it ran; running on cpu'])
    expect(device.cpuOpened).toBe(1)
    expect(session.counts()).toMatchObject({ rows: { cuda: 16, cpu: 6 }, fallbacks: 6, failures: 0 })
  })

  it('that gives other numbers than the formula is given up, and its numbers are not used', async () => {
    const { device, where } = withDevice()
    const session = await openSession(GRAPH, SPEC, where)
    device.wrong = true
    expect(await session.execute(ROW, { check })).toEqual({ columns: RIGHT, execution: 'cpu' })
    expect(session.fallback).toBe('cuda gave numbers that the CPU does not give; running on cpu')
  })

  it('is not blamed for a row that the CPU refuses too', async () => {
    const { where } = withDevice()
    const session = await openSession(GRAPH, SPEC, where)
    await expect(session.run([[1e200, 1]])).rejects.toMatchObject({ code: 'model-failed' })
    expect([session.provider, session.fallback]).toEqual(['cuda', null])
  })

  it('is asked once for calls of the same moment, and each gets its own rows', async () => {
    const { device, where } = withDevice()
    const session = await openSession(GRAPH, SPEC, where)
    device.rows.length = 0
    const ran = await Promise.all(Array.from({ length: 20 }, (_, n) => session.run([[n, 0]], n % 2 === 0 ? ['raw'] : ['value', 'raw'])))
    expect(ran).toEqual(
      Array.from({ length: 20 }, (_, n) => ({
        raw: Float64Array.of(2 * n),
        ...(n % 2 === 0 ? {} : { value: Float64Array.of(4 * n * n) }),
      })),
    )
    expect(device.rows).toEqual([20])
  })

  it('gives every call its own rows, however the calls come together', async () => {
    const echo: Native = {
      run: async ({ count, values }, outputs) => {
        const first = Float64Array.from({ length: count }, (_, n) => values[n * 2] ?? Number.NaN)
        const each = {
          raw: first,
          value: first.map((one) => -one),
          wide: Float64Array.from({ length: count * 3 }, (_, n) => (first[Math.floor(n / 3)] ?? 0) + (n % 3) / 10),
        }
        return Object.fromEntries(Object.entries(each).filter(([name]) => outputs.includes(name)))
      },
      close: async () => {},
    }
    const call = fc.record({
      count: fc.integer({ min: 1, max: 9 }),
      outputs: fc.subarray(['raw', 'value', 'wide'] as const, { minLength: 1 }),
      pause: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 30 }), fc.integer({ min: 1, max: 12 }), async (calls, maxRows) => {
        const shared = shareRuns(echo, { ...SPEC, wide: { wide: 3 } }, { windowMs: 0, maxRows })
        const ran: Promise<Columns>[] = []
        for (const [n, { count, outputs, pause }] of calls.entries()) {
          const values = Float64Array.from({ length: count * 2 }, (_, at) => n * 100 + Math.floor(at / 2))
          ran.push(shared.run({ count, values }, outputs))
          if (pause) await new Promise((resolve) => setImmediate(resolve))
        }
        const wanted = calls.map(({ count, outputs }, n) => {
          const at = (row: number) => n * 100 + row
          const each = {
            raw: Float64Array.from({ length: count }, (_, row) => at(row)),
            value: Float64Array.from({ length: count }, (_, row) => -at(row)),
            wide: Float64Array.from({ length: count * 3 }, (_, place) => at(Math.floor(place / 3)) + (place % 3) / 10),
          }
          return Object.fromEntries(outputs.map((name) => [name, each[name]]))
        })
        expect(await Promise.all(ran)).toEqual(wanted)
      }),
    )
  })

  it('gives attributions to each call alone', async () => {
    const rows: number[] = []
    const counting: Native = {
      run: async ({ count }, outputs) => {
        rows.push(count)
        return Object.fromEntries(outputs.map((name) => [name, new Float64Array(count * 3)]))
      },
      close: async () => {},
    }
    const shared = shareRuns(counting, { ...SPEC, wide: { wide: 3 } }, { windowMs: 0, maxRows: 100 })
    await Promise.all(Array.from({ length: 4 }, () => shared.run({ count: 2, values: new Float64Array(4) }, ['wide'])))
    expect(rows).toEqual([2, 2, 2, 2])
  })

  it('is never asked for more rows at once than fit', async () => {
    const { device, where } = withDevice()
    const session = await openSession(GRAPH, SPEC, where)
    device.rows.length = 0
    await Promise.all(Array.from({ length: 600 }, () => session.run([[1, 1]])))
    expect(device.rows.reduce((sum, rows) => sum + rows, 0)).toBe(600)
    expect(Math.max(...device.rows)).toBeLessThanOrEqual(256)
  })
})

const setting = (given: object = {}) => CONFIG_SCHEMAS.model.parse(given)

describe('Execution as this machine has it', () => {
  const { dir, remove } = copyModels('kfre', 'kidney', 'prevent', 'warfarin-dose')
  afterAll(remove)

  it.each(['cuda', 'webgpu'] as const)('every model asked for on %s gives its golden vectors, wherever it ends up', async (execution) => {
    const models = await loadModels(dir, { execution })
    for (const model of models.health().models) {
      if (model.state !== 'serving') throw new Error(`${model.id}: ${model.because}`)
      if (model.execution === 'cpu') expect(model.fallback).toBe(`${execution} was asked for and could not be started; running on cpu`)
      else expect([model.execution, model.fallback]).toEqual([execution, null])
    }
    await models.close()
  })

  it('one model may run elsewhere than the others', async () => {
    const models = await loadModels(dir, { execution: 'cpu', models: { kfre: setting({ execution: 'webgpu' }) } })
    const elsewhere = models.health().models.flatMap((one) => (one.state === 'serving' && one.fallback !== null ? [one.id] : []))
    const onDevice = models.health().models.flatMap((one) => (one.state === 'serving' && one.execution === 'webgpu' ? [one.id] : []))
    expect([...elsewhere, ...onDevice]).toEqual(['kfre'])
    await models.close()
  })

  it('a setting for a model that is not there stops the start', async () => {
    await expect(loadModels(dir, { execution: 'cpu', models: { kfree: setting() } })).rejects.toMatchObject({
      code: 'config-invalid',
      detail: expect.stringMatching(/^models: kfree: no such model in the folder of the models \(.*kfre/),
    })
  })

  it('what this thread computed is counted', async () => {
    const before = nativeRuns()
    const plain = await openSession(GRAPH, SPEC, { execution: 'cpu' })
    await plain.run([
      [1, 1],
      [1, 2],
      [1, 3],
    ])
    const after = nativeRuns()
    expect([after.runs - before.runs, after.rows - before.rows]).toEqual([2, 19])
  })
})
