import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isVectorFile, verifyVectors } from '../../src/cli/verify-vectors.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'

let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu' })
})
afterAll(() => models.close())

const inputs = { algorithm: 'iwpc_clinical', age: 67, height_cm: 170, weight_kg: 80, race: 'white', enzyme_inducer: 0, amiodarone: 0 }
const right = (4.0376 - 0.2546 * 6 + 0.0118 * 170 + 0.0134 * 80) ** 2
const file = (vectors: readonly unknown[], model = 'warfarin') => ({ model, vectors })
const vector = (id: string, more: object = {}, expected = right) => ({
  id,
  inputs: { ...inputs, ...more },
  expected: { mg_per_week: expected },
  tolerance: 1e-4,
})

describe('files of model vectors', () => {
  it('passes what is right, fails what is not, and skips algorithms of other releases', async () => {
    const content = file([vector('a'), vector('b', {}, right + 0.001), vector('c', { algorithm: 'unheard_of' }), vector('d', { age: 5 })])
    expect(isVectorFile(content)).toBe(true)
    const { results } = await verifyVectors(content, models)
    expect(results.map(({ id, state }) => `${id} ${state}`)).toEqual(['a passed', 'b failed', 'c skipped', 'd failed'])
    expect(results[2]).toMatchObject({ because: 'unheard_of is not in this release' })
    expect(results[3]).toMatchObject({ because: 'Age 5 years is outside 18 to 110 years.' })
  })

  it('skips whole files of models of other releases', async () => {
    const { results, largest } = await verifyVectors(file([vector('a')], 'unheard-of'), models)
    expect([results, largest]).toEqual([[{ id: 'a', state: 'skipped', because: 'model unheard-of is not in this release' }], null])
  })

  it('an expectation that the model has no number for is a failure', async () => {
    const { results } = await verifyVectors(file([{ ...vector('a'), expected: { dose: 3 } }]), models)
    expect(results[0]?.state).toBe('failed')
  })

  it('refuses a file of another layout', async () => {
    await expect(verifyVectors({ model: 'warfarin', vectors: [] }, models)).rejects.toMatchObject({ code: 'input-unreadable' })
  })

  it('the model’s own vectors cover every term of the equations', () => {
    const own = JSON.parse(readFileSync('models/warfarin-dose/vectors.json', 'utf8')) as { vectors: { inputs: Record<string, unknown> }[] }
    const seen = (name: string, algorithm: string) =>
      new Set(own.vectors.filter(({ inputs: one }) => one.algorithm === algorithm).map(({ inputs: one }) => one[name]))
    for (const algorithm of ['iwpc_pg', 'iwpc_clinical']) {
      expect([...seen('race', algorithm)].map(String).sort()).toEqual(['asian', 'black', 'null', 'other', 'white'])
      expect([seen('enzyme_inducer', algorithm).size, seen('amiodarone', algorithm).size]).toEqual([2, 2])
    }
    expect(seen('vkorc1', 'iwpc_pg')).toEqual(new Set(['G/G', 'A/G', 'A/A', null]))
    expect(seen('cyp2c9', 'iwpc_pg').size).toBe(7)
    for (const algorithm of ['gage_pg', 'warg']) {
      expect(seen('vkorc1', algorithm)).toEqual(new Set(['G/G', 'A/G', 'A/A']))
      expect(seen('cyp2c9', algorithm).size).toBe(6)
    }
    for (const algorithm of ['gage_pg', 'gage_clinical'])
      for (const name of ['amiodarone', 'smoker', 'dvt_or_pe'])
        expect([algorithm, name, seen(name, algorithm).size]).toEqual([algorithm, name, 2])
    expect([seen('sex', 'warg').size, seen('n_drugs_raising_inr', 'warg').size]).toEqual([2, 4])
  })
})
