import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadModels } from '../../src/risk/registry.ts'
import { copyModels } from './models-copy.ts'

let copy: ReturnType<typeof copyModels>
beforeEach(() => {
  copy = copyModels('kidney', 'readmission-diabetes')
})
afterEach(() => copy.remove())

/** Any of the folder's files, as far as these tests touch it. */
type Content = {
  attributes: { id: string; label: string; text: string }[]
  inputs: { name: string; kind: string; sensitive?: string; unit: string }[]
  performance?: { by: string }[]
  training?: object
  chai?: object
}

const edit = (id: string, file: string, change: (content: Content) => void): void => {
  const path = join(copy.dir, id, file)
  const content = JSON.parse(readFileSync(path, 'utf8')) as Content
  change(content)
  writeFileSync(path, JSON.stringify(content))
}

const because = async (id: string): Promise<string> => {
  const models = await loadModels(copy.dir, { execution: 'cpu', strict: false })
  const health = models.health().models.find((one) => one.id === id)
  await models.close()
  return health?.state === 'not-served' ? health.because : 'served'
}

const KIDNEY = 'kidney'
const LEARNED = 'readmission-diabetes'

describe('a model is not loaded', () => {
  it.each<[string, string, () => void, string]>([
    [
      'without one of the 31 attributes',
      KIDNEY,
      () => edit(KIDNEY, 'card.json', (card) => void card.attributes.shift()),
      'card.json has no source attribute details_and_output.1',
    ],
    [
      'with one of them twice',
      KIDNEY,
      () => edit(KIDNEY, 'card.json', (card) => void card.attributes.push(...card.attributes.slice(0, 1))),
      'card.json has the source attribute details_and_output.1 twice',
    ],
    [
      'when an attribute has only blanks, and so an element of the card no words',
      KIDNEY,
      () =>
        edit(KIDNEY, 'card.json', (card) => {
          for (const attribute of card.attributes) if (attribute.id === 'purpose.3') attribute.text = ' '
        }),
      'AppliedModelCard/UsesAndDirections/PrimaryIntendedUsers is empty',
    ],
    [
      'when what the CHAI card asks for is said in part',
      KIDNEY,
      () =>
        edit(KIDNEY, 'card.json', (card) => {
          card.chai = { developerContact: 'me' }
        }),
      'globalAvailability',
    ],
    [
      'when an input of sex is not marked as sensitive',
      KIDNEY,
      () =>
        edit(KIDNEY, 'features.json', (features) => {
          for (const input of features.inputs) if (input.kind === 'sex') delete input.sensitive
        }),
      'has to be marked as sensitive "sex"',
    ],
    [
      'when a mark names no class of the rule',
      KIDNEY,
      () =>
        edit(KIDNEY, 'features.json', (features) => {
          for (const input of features.inputs) if (input.kind === 'age') input.sensitive = 'date of birth, shoe size'
        }),
      'is marked as sensitive "shoe size"',
    ],
    [
      'when a measurement has a unit that is none',
      KIDNEY,
      () =>
        edit(KIDNEY, 'features.json', (features) => {
          for (const input of features.inputs) if (input.kind === 'measurement') input.unit = 'spoonfuls'
        }),
      '"spoonfuls" is not a unit',
    ],
    [
      'that learned and does not say from what',
      LEARNED,
      () => edit(LEARNED, 'manifest.json', (manifest) => void delete manifest.training),
      'does not say what the model was trained on',
    ],
    [
      'that learned and has figures for everyone only',
      LEARNED,
      () =>
        edit(LEARNED, 'manifest.json', (manifest) => {
          manifest.performance = manifest.performance?.filter(({ by }) => by === 'all') ?? []
        }),
      'has no figures for everyone and by group',
    ],
  ])('%s', async (_, id, spoil, said) => {
    expect(await because(id)).toBe('served')
    spoil()
    expect(await because(id)).toContain(said)
  })
})
