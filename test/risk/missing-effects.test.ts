import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MissingAnswer, MissingEffect } from '../../src/contract/risk.ts'
import { estimateFrom } from '../../src/risk/estimate.ts'
import { MOST_TRIED, missingEffects } from '../../src/risk/missing-effects.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'

let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu', models: {} })
})
afterAll(() => models.close())

const person = { age: 55, sex: 'male', total_c: 220, hdl_c: 45, sbp: 150, bmi: 29, egfr: 85, dm: 0, smoking: 1, bp_tx: 0, statin: 0 }

const ask = async (inputs: object, model = 'prevent', question = 'ten_years'): Promise<MissingAnswer> => {
  const [answer] = (await missingEffects(models, { model, question, inputs: { ...inputs } })) ?? []
  if (!answer) throw new Error('no answer')
  return answer
}
const effectOf = (answer: MissingAnswer, name: string): MissingEffect => {
  const effect = answer.effects.find((one) => one.name === name)
  if (!effect) throw new Error(`no effect of ${name}`)
  return effect
}

test('of a number, the ends of the range are the estimates of people with these values', async () => {
  const effect = effectOf(await ask({ ...person, hdl_c: null }), 'hdl_c')
  if (effect.state !== 'ranged') throw new Error(effect.because)
  const model = models.get('prevent')
  if (!model) throw new Error('no model')
  for (const end of [effect.lowest, effect.highest]) {
    const [one] = await estimateFrom(model, { ...person, ...end.values })
    expect(one?.state === 'estimated' && one.value).toBeCloseTo(Number(end.value), 9)
  }
  expect(Number(effect.lowest.value)).toBeLessThan(Number(effect.highest.value))
})

test('no value that the model accepts gives an estimate outside of the range, where it rises or falls all the way', async () => {
  const effect = effectOf(await ask({ ...person, hdl_c: null }), 'hdl_c')
  const model = models.get('prevent')
  if (!model || effect.state !== 'ranged' || !('low' in effect.over)) throw new Error('not ranged')
  const { low, high } = effect.over
  await fc.assert(
    fc.asyncProperty(fc.double({ min: low, max: high, noNaN: true }), async (hdl_c) => {
      const [one] = await estimateFrom(model, { ...person, hdl_c })
      const value = one?.state === 'estimated' ? one.value : Number.NaN
      expect(value).toBeGreaterThanOrEqual(Number(effect.lowest.value) - 1e-9)
      expect(value).toBeLessThanOrEqual(Number(effect.highest.value) + 1e-9)
    }),
    { numRuns: 20 },
  )
})

test('a value that leads to a fuller equation is told with the name of that equation', async () => {
  const effect = effectOf(await ask(person), 'hba1c')
  expect(effect.state === 'ranged' && effect.variants.join()).toMatch(/HbA1c/i)
})

test('where one value alone is not enough, it is said what else is lacking', async () => {
  const effect = effectOf(await ask({ ...person, hdl_c: null, sbp: null }), 'sbp')
  expect(effect).toMatchObject({ state: 'not-enough', because: expect.stringContaining('HDL cholesterol') })
})

test('it is worded as no forecast, and nothing is called an effect of a change', async () => {
  const answer = await ask({ ...person, hdl_c: null })
  expect(answer.says).toMatch(/no forecast for this person/)
  expect(answer.says).not.toMatch(/reduc|benefit|cause|would lower/i)
})

test('of a model with hundreds of inputs only so many are tried, and the rest is named as left', async () => {
  const answer = await ask({ age: 70 }, 'icu-mortality', 'icu')
  expect(answer.effects.length).toBeLessThanOrEqual(MOST_TRIED)
  expect(answer.left).toMatch(/^\d+ more are not tried here/)
})

test('a model that is switched off, in the shadow or not there has no answer', async () => {
  const asked = { model: 'prevent', inputs: person }
  expect(await missingEffects({ ...models, standing: () => ({ use: 'off', because: 'off' }) }, asked)).toBeNull()
  expect(await missingEffects({ ...models, standing: () => ({ use: 'shadow', challengerOf: null }) }, asked)).toBeNull()
  expect(await missingEffects(models, { ...asked, model: 'nothing' })).toBeNull()
})
