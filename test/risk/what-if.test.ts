import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WhatIf, WhatIfRequest } from '../../src/contract/risk.ts'
import { estimateFrom } from '../../src/risk/estimate.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { whatIf, whatIfServed } from '../../src/risk/what-if.ts'

let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu', models: {} })
})
afterAll(() => models.close())

const person = { age: 55, sex: 'male', total_c: 220, hdl_c: 45, sbp: 150, bmi: 29, egfr: 85, dm: 0, smoking: 1, bp_tx: 0, statin: 0 }

const modelOf = (id: string) => {
  const model = models.get(id)
  if (!model) throw new Error(`no model ${id}`)
  return model
}

/** The answer to the first question of PREVENT, in its base form. */
const ask = async (change: WhatIfRequest['change'], inputs: object = person): Promise<WhatIf> => {
  const [answer] = await whatIf(modelOf('prevent'), { model: 'prevent', variant: 'base_10yr', inputs: { ...inputs }, change })
  if (!answer) throw new Error('no answer')
  return answer
}

const becauseOf = (answer: WhatIf): string[] => (answer.state === 'refused' ? answer.because.map(({ because }) => because) : [])

test('every point is the estimate that the same values give alone, in the order of the grid', async () => {
  const answer = await ask({ sbp: { low: 120, high: 150, step: 15 }, smoking: { values: [0, 1] } })
  if (answer.state !== 'estimated') throw new Error(becauseOf(answer).join())
  const alone = []
  for (const sbp of [120, 135, 150])
    for (const smoking of [0, 1]) {
      const [one] = await estimateFrom(modelOf('prevent'), { ...person, sbp, smoking }, 'base_10yr')
      alone.push({ values: { sbp, smoking }, value: one?.state === 'estimated' ? one.value : null })
    }
  const rounded = ({ values, value }: { values: object; value: number | null }) => ({ values, value: value?.toFixed(9) })
  expect(answer.points.map(rounded)).toEqual(alone.map(rounded))
  expect(rounded(answer.asGiven)).toEqual(alone.map(rounded).at(-1))
})

test('of any reachable value the estimate is that of the person with it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 90, max: 180 }), fc.integer({ min: 130, max: 320 }), async (sbp, cholesterol) => {
      const answer = await ask({ sbp: { values: [sbp] }, total_c: { values: [cholesterol] } })
      const [one] = await estimateFrom(modelOf('prevent'), { ...person, sbp, total_c: cholesterol }, 'base_10yr')
      const [tried, alone] = [answer.state === 'estimated' && answer.points[0]?.value, one?.state === 'estimated' && one.value]
      expect(tried).toBeCloseTo(Number(alone), 9)
    }),
    { numRuns: 20 },
  )
})

test('it is worded as the estimate for a person with these values, and never as an effect', async () => {
  const answer = await ask({ sbp: { values: [120] } })
  if (answer.state !== 'estimated') throw new Error('refused')
  expect(answer.says).toMatch(/^Each number is the estimate for a person with these values\./)
  expect(JSON.stringify(answer)).not.toMatch(/reduc|effect|benefit|cause|if you|would lower|prevent(s|ed)/i)
})

test('1,024 variants are one answer; one more is refused', async () => {
  const grid = { total_c: { low: 140, high: 295, step: 5 }, sbp: { low: 100, high: 162, step: 2 } }
  const answer = await ask(grid)
  expect(answer.state === 'estimated' && answer.points.length).toBe(1024)
  expect(becauseOf(await ask({ ...grid, smoking: { values: [0, 1] } }))).toEqual([
    '2048 combinations are more than 1024; take larger steps.',
  ])
})

test.each([
  ['age', { age: { values: [40] } }, 'Age is not an input that a what-if may change'],
  ['sex', { sex: { values: ['female'] } }, 'Sex is not an input that a what-if may change'],
  ['a treatment that marks an illness', { statin: { values: [1] } }, 'Statin is not an input that a what-if may change'],
  ['an unknown input', { shoe_size: { values: [42] } }, 'The model has no input shoe_size.'],
  ['a value out of range', { sbp: { low: 80, high: 120 } }, 'Systolic blood pressure 80 is outside 90 to 180 mm[Hg]'],
  ['a word for a number', { sbp: { values: ['high'] } }, 'Systolic blood pressure high is outside 90 to 180 mm[Hg]'],
  ['a listed input with another value', { smoking: { values: [2] } }, 'Smoking 2 is not one of 0, 1.'],
  ['a value between two listed ones', { smoking: { low: 0, high: 1, step: 0.5 } }, 'Smoking 0.5 is not one of 0, 1.'],
  ['a row that runs backwards', { sbp: { low: 150, high: 120 } }, 'the values to try are not a row of numbers'],
  ['an input of another variant', { hba1c: { values: [7] } }, 'HbA1c is not in the equation that these inputs lead to.'],
  ['nothing', {}, 'No input to change is named.'],
] as const)('refused with the reason: %s', async (_, change, because) => {
  expect(becauseOf(await ask(change as WhatIfRequest['change'])).join(' ')).toContain(because)
})

test('a person for whom there is no estimate gets no what-if either, for the same reason', async () => {
  expect(becauseOf(await ask({ sbp: { values: [120] } }, { ...person, hdl_c: null })).join(' ')).toContain('HDL cholesterol')
})

test('no model lets age, sex, race, a genotype or the stay in intensive care be changed', () => {
  const kinds = new Set(['age', 'sex', 'race', 'genotype', 'dosage'])
  const modifiable = models.all.flatMap(({ ref, inputs }) =>
    inputs.filter((spec) => spec.modifiable).map((spec) => ({ model: ref.id, kind: spec.kind, sensitive: spec.sensitive ?? null })),
  )
  expect(modifiable.length).toBeGreaterThan(10)
  expect(modifiable.filter(({ kind, sensitive, model }) => kinds.has(kind) || sensitive !== null || model === 'icu-mortality')).toEqual([])
})

test('every input that may be changed names its source, and stays where the model has a range', () => {
  for (const { inputs } of models.all)
    for (const spec of inputs) {
      if (!spec.modifiable) continue
      expect(spec.modifiable.source).toMatch(/doi:10\.\d+/)
      if ('low' in spec.modifiable && 'range' in spec && spec.range) {
        expect(spec.modifiable.low).toBeGreaterThanOrEqual(spec.range.low)
        expect(spec.modifiable.high).toBeLessThanOrEqual(spec.range.high)
      }
    }
})

test('a model that is switched off is refused with that reason, and one in the shadow is not there', async () => {
  const request = { model: 'prevent', inputs: person, change: { sbp: { values: [120] } } }
  const off: Models = { ...models, standing: () => ({ use: 'off', because: 'Switched off in the configuration.' }) }
  const shadow: Models = { ...models, standing: () => ({ use: 'shadow', challengerOf: null }) }
  expect((await whatIfServed(off, request))?.flatMap(becauseOf)).toContain('Switched off in the configuration.')
  expect(await whatIfServed(shadow, request)).toBeNull()
  expect(await whatIfServed(models, { ...request, model: 'nothing' })).toBeNull()
})
