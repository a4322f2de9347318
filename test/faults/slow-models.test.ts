import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LONGEST_MS } from '../../src/risk/inference/pace.ts'
import { openNative } from '../../src/risk/onnx.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { runVariant } from '../../src/risk/run-variant.ts'
import { copyModels } from '../risk/models-copy.ts'
import { slowed } from './slow-graph.ts'

/** Turns of the loop that take twice as long as a run may, on this machine. */
let turns = 0

const copies: ReturnType<typeof copyModels>[] = []
afterAll(() => {
  for (const copy of copies) copy.remove()
})

const AGE = 0
const COLUMNS = 10
const TRIAL = 100

beforeAll(async () => {
  const bytes = slowed(readFileSync('models/kfre/model.onnx'), { column: AGE, columns: COLUMNS, from: 1, turns: TRIAL })
  const outputs = ['slow_value']
  const native = await openNative(bytes, { name: 'trial', input: { name: 'x', columns: COLUMNS }, outputs }, 'cpu')
  const times: number[] = []
  for (let n = 0; n < 3; n += 1) {
    const started = performance.now()
    await native.run({ count: 1, values: new Float64Array(COLUMNS) }, outputs)
    times.push(performance.now() - started)
  }
  turns = Math.ceil((2 * LONGEST_MS * TRIAL) / Math.min(...times))
  await native.close()
})

/** The folder of a real model whose graph takes seconds for people younger than `age`; its numbers are what they were. */
const slowBelow = (age: number, perYear = turns): string => {
  const copy = copyModels('kfre', 'liver')
  copies.push(copy)
  const at = (file: string) => join(copy.dir, 'kfre', file)
  const manifest = JSON.parse(readFileSync(at('manifest.json'), 'utf8'))
  const [graph] = manifest.graphs
  const bytes = slowed(readFileSync(at(graph.file)), { column: AGE, columns: COLUMNS, from: age, turns: perYear })
  writeFileSync(at(graph.file), bytes)
  graph.sha256 = createHash('sha256').update(bytes).digest('hex')
  writeFileSync(at('manifest.json'), JSON.stringify(manifest))
  return copy.dir
}

const kfre = (models: Models) => models.health().models.find(({ id }) => id === 'kfre')

it('F27: a graph that takes seconds for everyone is refused at load, in plain words, and the other models are served', async () => {
  const dir = slowBelow(1000, turns / 900)
  const models = await loadModels(dir, { execution: 'cpu', strict: false })
  expect(models.health().models).toMatchObject([
    { id: 'kfre', state: 'not-served', because: expect.stringMatching(/^kfre\/model\.onnx: too slow: 16 rows took \d+ ms/) },
    { id: 'liver', state: 'serving' },
  ])
  await models.close()
})

it('F27: a graph that is slow only for some people is refused at load when a test vector is one of them', async () => {
  const models = await loadModels(slowBelow(21), { execution: 'cpu', strict: false }) // the youngest of the vectors is 20
  expect(kfre(models)).toMatchObject({
    state: 'not-served',
    because: expect.stringMatching(/^too slow: its test vectors took \d+ ms in one run$/),
  })
  await models.close()
})

it('F27: a graph that turns out slow while it serves is run no more after three slow runs, and health and counts say so', async () => {
  const models = await loadModels(slowBelow(19), { execution: 'cpu', strict: false })
  const model = models.get('kfre')
  const [variant] = model?.variants ?? []
  if (!variant) throw new Error('kfre has no variant')
  const reference = { ...variant.graph.reference } as Record<string, number>
  const ask = (age: number) =>
    runVariant(variant, { ...reference, age }).then(
      () => 'a number',
      (error: { readonly code: string; readonly detail: string }) => `${error.code}: ${error.detail}`,
    )
  expect(await ask(70)).toBe('a number')
  expect([await ask(18), await ask(18), await ask(70), await ask(18), await ask(18)]).toEqual(Array.from({ length: 5 }, () => 'a number'))
  expect(kfre(models)).toMatchObject({ state: 'serving' }) // never three in a row
  expect(await ask(18)).toBe('a number')

  const because = /too slow: 3 runs in a row took longer than 1000 ms, the last \d+ ms; it is run no more until the next start/
  const started = performance.now()
  expect([await ask(18), await ask(70)]).toEqual([expect.stringMatching(because), expect.stringMatching(because)])
  expect(performance.now() - started).toBeLessThan(LONGEST_MS)
  expect(kfre(models)).toMatchObject({ state: 'not-served', because: expect.stringMatching(because) })
  expect(models.counts().find((one) => one.model === 'kfre')).toMatchObject({ slow: 5, failures: 2 })
  expect(models.health().models[1]).toMatchObject({ id: 'liver', state: 'serving' })
  await models.close()
})
