import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AttuneError } from '../../../src/errors.ts'
import { encodeBatch, runMany } from '../../../src/risk/inference/batch-run.ts'
import { type Batches, MAIN_ROWS, openBatches } from '../../../src/risk/inference/batches.ts'
import type { Model } from '../../../src/risk/load-model.ts'
import type { Values } from '../../../src/risk/model-folder.ts'
import { nativeRuns } from '../../../src/risk/onnx.ts'
import { reasonsOf } from '../../../src/risk/reasons.ts'
import { loadModels, type Models } from '../../../src/risk/registry.ts'
import { runVariant } from '../../../src/risk/run-variant.ts'
import { copyModels } from '../models-copy.ts'

/** The threads run the compiled server (`npm test` builds it first). */

const { dir, remove } = copyModels('kfre', 'kidney', 'liver', 'prevent')
let models: Models
let batches: Batches
beforeAll(async () => {
  models = await loadModels(dir, { execution: 'cpu' })
  batches = openBatches({ modelsDir: dir, inference: { execution: 'cpu' }, workers: 2 })
})
afterAll(async () => {
  await batches.close()
  await models.close()
  remove()
})

const modelOf = (id: string): Model => {
  const model = models.get(id)
  if (!model) throw new Error(`no model ${id}`)
  return model
}
/** Of kidney failure, the equation with four variables. */
const variantOf = (model: Model) => {
  const variant = model.variants.find(({ outputs: [{ spec }] }) => spec.basis === 'v4') ?? model.variants[0]
  if (!variant) throw new Error('no such variant')
  return variant
}

/** The four-variable equation of kidney failure: age, sex, eGFR, albumin by creatinine. */
const patientAt = (n: number): Values => ({
  ...variantOf(modelOf('kfre')).graph.reference,
  age: 40 + (n % 45),
  egfr: 15 + (n % 40),
  acr_mg_g: 5 + (n % 900),
})
const people = (count: number): Values[] => Array.from({ length: count }, (_, n) => patientAt(n))

describe('A batch', () => {
  it('gives for every row the numbers that the row has alone, but for rounding', async () => {
    const model = modelOf('kfre')
    const variant = variantOf(model)
    const values = people(500)
    const { outputs, problems, execution } = await batches.run(model, variant.spec.id, encodeBatch(variant, values))
    const alone = await Promise.all(values.map((one) => runVariant(variant, one)))
    // ONNX Runtime adds many rows in another order than one: the last bits may differ.
    const near = (many: Float64Array | undefined, singles: readonly number[]) =>
      many?.length === singles.length &&
      singles.every((single, n) => Math.abs((many[n] ?? Number.NaN) - single) <= 1e-12 * Math.max(1, Math.abs(single)))
    for (const [at, { spec }] of variant.outputs.entries()) {
      expect(
        near(
          outputs[spec.id]?.raw,
          alone.map((one) => one[at]?.raw ?? Number.NaN),
        ),
      ).toBe(true)
      expect(
        near(
          outputs[spec.id]?.value,
          alone.map((one) => one[at]?.value ?? Number.NaN),
        ),
      ).toBe(true)
    }
    expect([problems.size, execution]).toEqual([0, ['cpu']])
  })

  it('of any size is cut and joined again without a row lost, and large ones are never computed by the main thread', async () => {
    const model = modelOf('kfre')
    const variant = variantOf(model)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20_000 }), async (count) => {
        const ages = Float64Array.from({ length: count }, (_, n) => 20 + ((n * 7919) % 70_001) / 1000)
        const width = variant.graph.input.columns.length
        const at = variant.graph.input.columns.findIndex(({ input }) => input === 'age')
        const [row] = [encodeBatch(variant, [patientAt(0)]).values]
        const values = new Float64Array(count * width)
        for (let n = 0; n < count; n += 1) {
          values.set(row, n * width)
          values[n * width + at] = ages[n] ?? Number.NaN
        }
        const before = nativeRuns().runs
        const { outputs, problems } = await batches.run(model, variant.spec.id, { count, values })
        expect(nativeRuns().runs - before).toBe(count <= MAIN_ROWS ? 1 : 0)
        const { raw } = outputs[variant.outputs[0].spec.id] ?? {}
        // The term of age in the published equation: -0.2201 x (age / 10).
        const origin = (raw?.[0] ?? Number.NaN) + 0.2201 * ((ages[0] ?? Number.NaN) / 10)
        expect([raw?.length, problems.size]).toEqual([count, 0])
        expect(raw?.every((one, n) => Math.abs(one - (origin - 0.2201 * ((ages[n] ?? Number.NaN) / 10))) < 1e-9)).toBe(true)
      }),
      { numRuns: 15 },
    )
  })

  it('the main thread goes on while one is computed', async () => {
    const model = modelOf('prevent')
    const variant = variantOf(model)
    const rows = encodeBatch(
      variant,
      Array.from({ length: 30_000 }, () => variant.graph.reference),
    )
    let turns = 0
    let running = true
    const turning = (async () => {
      while (running) {
        await new Promise((resolve) => setImmediate(resolve))
        turns += 1
      }
    })()
    const before = nativeRuns().runs
    await batches.run(model, variant.spec.id, rows)
    running = false
    await turning
    expect(nativeRuns().runs).toBe(before)
    expect(turns).toBeGreaterThan(100)
  })

  it.each([10, 3000])('of %d rows: a row that cannot be computed costs itself and no other', async (count) => {
    const model = modelOf('kfre')
    const variant = variantOf(model)
    const rows = encodeBatch(variant, people(count))
    const width = variant.graph.input.columns.length
    rows.values[2 * width] = Number.NaN
    rows.values[3 * width] = Number.POSITIVE_INFINITY
    const acr = variant.graph.input.columns.findIndex(({ input }) => input === 'acr_mg_g')
    rows.values[5 * width + acr] = -1 // has no logarithm
    const { outputs, problems } = await batches.run(model, variant.spec.id, rows)
    expect([...problems]).toEqual([
      [2, 'an input is not a finite number'],
      [3, 'an input is not a finite number'],
      [5, 'an output is not a finite number'],
    ])
    const { value } = outputs[variant.outputs[0].spec.id] ?? {}
    expect(value?.length).toBe(count)
    expect([...(value ?? [])].flatMap((one, n) => (Number.isFinite(one) ? [] : [n]))).toEqual([2, 3, 5])
  })

  it('through any shipped model gives each row the same number', async () => {
    const all = await loadModels('models', { execution: 'cpu' })
    expect(all.all.length).toBeGreaterThan(10)
    for (const model of all.all)
      for (const variant of model.variants) {
        const rows = encodeBatch(
          variant,
          Array.from({ length: 300 }, () => variant.graph.reference),
        )
        const { outputs, problems } = await runMany(variant, rows)
        const spread = Object.values(outputs).map(({ value }) => Math.max(...value) - Math.min(...value))
        expect([variant.spec.id, [...problems], spread.every((one) => one < 1e-9)]).toEqual([variant.spec.id, [], true])
      }
    await all.close()
  })

  it.each([
    [false, [0, 77, 4095]],
    [true, [0, 64, 640]],
  ])('holds its rows against the formula (a formula for single rows only: %s), and names those that differ', async (slow, wrong) => {
    const variant = variantOf(modelOf('kfre'))
    const [first, ...others] = variant.outputs
    const { evaluateMany: _many, ...single } = first.basis
    const basis = slow ? single : first.basis
    const lying = {
      ...variant,
      outputs: [{ ...first, basis }, ...others.map((one) => ({ ...one, basis }))] as unknown as typeof variant.outputs, // the same outputs
      session: {
        ...variant.session,
        spec: variant.session.spec,
        execute: async (...[rows, asked]: Parameters<typeof variant.session.execute>) => {
          const ran = await variant.session.execute(rows, asked?.outputs ? { outputs: asked.outputs } : {})
          if (rows.count === 4096)
            for (const row of wrong) for (const values of Object.values(ran.columns)) values[row] = (values[row] ?? 0) + 1e-6
          const because = asked?.check?.(ran.columns) ?? null
          if (because !== null) throw new AttuneError('model-failed', because)
          return ran
        },
      },
    }
    const { problems } = await runMany(lying, encodeBatch(variant, people(4096)))
    expect([...problems]).toEqual(wrong.map((row) => [row, 'the graph and the published formula differ']))
  })

  it('whose rows are not whole is refused', async () => {
    const model = modelOf('kfre')
    const { id } = variantOf(model).spec
    for (const count of [0, 3, 100, 1.5, -1])
      await expect(batches.run(model, id, { count, values: new Float64Array(17) })).rejects.toMatchObject({ code: 'model-failed' })
    await expect(batches.run(model, 'no-such', { count: 1, values: new Float64Array(10) })).rejects.toMatchObject({ code: 'model-failed' })
  })

  it('of explanations gives what each row has alone, and baseline and contributions add up', async () => {
    const model = modelOf('kfre')
    const variant = variantOf(model)
    const values = people(300)
    const before = nativeRuns().runs
    const { inputs, baseline, raw, contributions, problems } = await batches.explain(model, variant.spec.id, values)
    expect([nativeRuns().runs - before, problems.size, baseline.length, contributions.length]).toEqual([0, 0, 300, 300 * inputs.length])
    for (const [n, one] of values.entries()) {
      const own = contributions.subarray(n * inputs.length, (n + 1) * inputs.length)
      expect(own.reduce((sum, share) => sum + share, baseline[n] ?? Number.NaN)).toBeCloseTo(raw[n] ?? Number.NaN, 9)
      if (n % 50 !== 0) continue
      const alone = await reasonsOf(variant, variant.outputs[0], raw[n] ?? Number.NaN, one)
      const shares = new Map(alone.contributions.map(({ input, contribution }) => [input, contribution]))
      expect([...own]).toEqual(inputs.map((input) => shares.get(input) ?? 0))
    }
    expect(await batches.explain(model, variant.spec.id, [])).toMatchObject({ inputs, raw: new Float64Array() })
  })
})

describe('Threads for batches', () => {
  const rowsFor = (count: number) => encodeBatch(variantOf(modelOf('kfre')), people(count))
  const first = () => variantOf(modelOf('kfre')).spec.id

  it('refuse a model whose folder is no longer the one that was checked', async () => {
    const { dir: other, remove: removeOther } = copyModels('kfre', 'kidney')
    const loaded = await loadModels(other, { execution: 'cpu' })
    appendFileSync(join(other, 'kfre', 'features.json'), '\n')
    const late = openBatches({ modelsDir: other, inference: { execution: 'cpu' }, workers: 1 })
    const model = loaded.get('kfre')
    if (!model) throw new Error('no model')
    await expect(late.run(model, first(), rowsFor(100))).rejects.toMatchObject({
      code: 'model-failed',
      detail: 'the folder of kfre is not the one that was checked at start',
    })
    await late.close()
    await loaded.close()
    removeOther()
  })

  const dying = (times: number): Batches => {
    let deaths = 0
    const file = join(dir, '.dies.mjs')
    writeFileSync(file, "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(1))")
    const real = new URL('../../../dist/src/risk/inference/batch-worker.js', import.meta.url)
    return openBatches({
      modelsDir: dir,
      inference: { execution: 'cpu' },
      workers: 1,
      spawn: (workerData) => {
        deaths += 1
        return new Worker(deaths <= times ? file : real, { workerData })
      },
    })
  }

  it('are replaced when one dies, and its rows are computed by the next', async () => {
    const mortal = dying(1)
    const { outputs, problems } = await mortal.run(modelOf('kfre'), first(), rowsFor(200))
    expect([problems.size, Object.values(outputs)[0]?.raw.length]).toEqual([0, 200])
    await mortal.close()
  })

  it('that die on the same rows twice are a failure that is told', async () => {
    const mortal = dying(2)
    await expect(mortal.run(modelOf('kfre'), first(), rowsFor(200))).rejects.toMatchObject({
      code: 'model-failed',
      detail: 'the thread for batches ended',
    })
    await mortal.close()
  })

  it('are closed for good', async () => {
    const closed = openBatches({ modelsDir: dir, inference: { execution: 'cpu' }, workers: 1 })
    await closed.run(modelOf('kfre'), first(), rowsFor(100))
    await closed.close()
    await expect(closed.run(modelOf('kfre'), first(), rowsFor(100))).rejects.toMatchObject({ code: 'model-failed' })
  })
})
