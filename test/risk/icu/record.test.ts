import { afterAll, beforeAll, expect, test } from 'vitest'
import { estimatePerson } from '../../../src/risk/estimate.ts'
import { loadModels, type Models } from '../../../src/risk/registry.ts'
import { measured, patient } from '../patient.ts'

let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu' })
})
afterAll(() => models.close())

test('for the record of a patient the app says what the model would need, and gives no number from single values', async () => {
  const facts = patient({ age: 67, vitals: [measured('8867-4', 90, '/min')], labs: [measured('2160-0', 1, 'mg/dL')] })
  const answers = (await estimatePerson(models, facts, [])).filter(({ model }) => model.id === 'icu-mortality')
  expect(answers).toMatchObject([
    {
      state: 'refused',
      title: 'Death in hospital after 48 hours of intensive care (research)',
      because: [{ code: 'incomplete', because: expect.stringContaining('The record is not read for them in this release') }],
      general: true,
    },
  ])
})
