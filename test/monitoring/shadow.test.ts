import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnsweredCall, ModelTally, Standing } from '../../src/contract/monitoring.ts'
import type { RiskEstimate } from '../../src/contract/risk.ts'
import { makeShadow } from '../../src/monitoring/shadow.ts'
import { estimate, estimatePerson } from '../../src/risk/estimate.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { decision } from '../ledger/decisions.ts'
import { conditionsRead, medicinesRead, patient, WARFARIN } from '../risk/patient.ts'
import { makeModelsDir } from './site.ts'

const CHALLENGER = 'warfarin-dose-next'
const standing = (id: string): Standing =>
  id === CHALLENGER
    ? { use: 'shadow', challengerOf: 'warfarin-dose' }
    : id === 'kidney'
      ? { use: 'shadow', challengerOf: null }
      : { use: 'on' }

let dir: ReturnType<typeof makeModelsDir>
let models: Models
beforeAll(async () => {
  dir = makeModelsDir()
  models = await loadModels(dir.folder, { execution: 'cpu', standing })
}, 600_000)
afterAll(async () => {
  await models?.close()
  dir?.clear()
})

const call = async (more: Partial<AnsweredCall> = {}): Promise<AnsweredCall> => {
  const facts = patient()
  return {
    decision: decision(),
    facts,
    calls: [],
    drugs: [WARFARIN],
    person: false,
    shown: await estimate(models, facts, [], WARFARIN),
    ...more,
  }
}

type Kept = { readonly estimates: readonly RiskEstimate[]; readonly tallies: readonly ModelTally[] }
const keeping = () => {
  const kept: Kept[] = []
  return {
    kept,
    store: {
      shadow: async (_call: unknown, estimates: readonly RiskEstimate[], tallies: readonly ModelTally[]) =>
        void kept.push({ estimates, tallies }),
    },
  }
}
const noTrouble = (fault: unknown) => {
  throw fault
}

describe('models in the shadow', () => {
  it('say nothing to anybody: not for a drug, not for the person, and not as an input of another', async () => {
    expect((await estimate(models, patient(), [], WARFARIN)).map(({ model }) => model.id)).toEqual(['warfarin-dose'])
    const shown = await estimatePerson(models, patient({ questions: [medicinesRead, conditionsRead] }), [])
    expect(shown.map(({ model }) => model.id)).not.toContain('kidney')
    const kfre = shown.find(({ model }) => model.id === 'kfre')
    expect(kfre?.state === 'refused' && kfre.because.map(({ because }) => because).join(' ')).toContain(
      'the model kidney runs in the shadow only',
    )
  })

  it('run after what is under way, and are recorded with the comparison', async () => {
    const { kept, store } = keeping()
    const shadow = makeShadow({ modelsAt: () => models, store, onTrouble: noTrouble })
    shadow.after(await call())
    await Promise.resolve()
    expect(kept).toEqual([]) // nothing was done while the answer was on its way
    await shadow.idle()
    const [one] = kept
    expect(one?.estimates.map(({ model, state }) => `${model.id} ${state}`)).toEqual([`${CHALLENGER} estimated`])
    expect(one?.tallies.map(({ mode }) => mode)).toEqual(['shadow'])
    expect(one?.tallies[0]?.cells.filter(([, measure]) => measure === 'pair' || measure === 'difference')).toEqual([
      ['warfarin-dose', 'pair', 'both'],
      ['warfarin-dose', 'difference', '7', 0],
    ])
    expect(shadow.lost).toBe(0)
  })

  it('run for the person where the models of the person were asked, and only there', async () => {
    const { kept, store } = keeping()
    const shadow = makeShadow({ modelsAt: () => models, store, onTrouble: noTrouble })
    shadow.after(await call({ drugs: [], shown: [], person: true }))
    shadow.after(await call({ drugs: [], shown: [], person: false }))
    await shadow.idle()
    expect(kept.map(({ estimates }) => [...new Set(estimates.map(({ model }) => model.id))])).toEqual([['kidney']])
  })

  it('that fail, or cannot be recorded, cost nothing but the count of it', async () => {
    const told: unknown[] = []
    const fault = new Error('the ledger is away')
    const shadow = makeShadow({
      modelsAt: () => models,
      store: { shadow: () => Promise.reject(fault) },
      onTrouble: (error) => told.push(error),
    })
    shadow.after(await call())
    await shadow.idle()
    expect([shadow.lost, told]).toEqual([1, [fault]])
    const broken = {
      ...models,
      standing,
      all: models.all.map((one) => (one.ref.id === CHALLENGER ? { ...one, inputs: null as never } : one)),
    }
    const other = makeShadow({ modelsAt: () => broken, store: keeping().store, onTrouble: (error) => told.push(error) })
    other.after(await call())
    await other.idle()
    expect([other.lost, told.length]).toEqual([1, 2])
  })

  it('of more calls than may wait the rest is left out and counted', async () => {
    const { kept, store } = keeping()
    const told: unknown[] = []
    const shadow = makeShadow({ modelsAt: () => models, store, onTrouble: (error) => told.push(error) })
    const one = await call()
    for (let n = 0; n < 300; n += 1) shadow.after({ ...one, decision: decision() })
    await shadow.idle()
    expect([kept.length, shadow.lost, told.length]).toEqual([256, 44, 44])
  })
})
