import { describe, expect, test } from 'vitest'
import type { Medicine } from '../../src/contract/facts.ts'
import { lookUpGenotype } from '../../src/pgx/genotype.ts'
import { modifiersOf, phenoconvert } from '../../src/pgx/phenoconversion.ts'
import { theKnowledge } from '../builders/knowledge.ts'

const NOW = '2026-02-03T10:00:00Z'

const paroxetine = (members: Partial<Medicine>): Medicine => ({
  ref: 'MedicationRequest/m',
  drug: { text: 'paroxetine 20 mg tablet', codings: [], ingredients: [{ name: 'paroxetine', rxcui: '32937' }], how: 'text', flags: [] },
  dose: { mgPerDay: 20, mgPerDose: 20, timesPerDay: 1, prn: false, text: null, route: null, flags: [] },
  state: 'active',
  start: null,
  end: null,
  lineage: { resource: 'MedicationRequest/m' },
  ...members,
})

const names = (medicine: Medicine): unknown => {
  const { active, lately } = modifiersOf('CYP2D6', [medicine], theKnowledge().modifiers, NOW)
  return { active: active.map((modifier) => modifier.drug), lately: lately.map((modifier) => modifier.drug) }
}

describe('which medicines count', () => {
  test.each([
    ['one in use', {}, { active: ['paroxetine'], lately: [] }],
    ['one stopped five days ago is noted', { state: 'stopped', end: '2026-01-29' }, { active: [], lately: ['paroxetine'] }],
    ['one stopped three weeks ago is not', { state: 'stopped', end: '2026-01-13' }, { active: [], lately: [] }],
    ['one stopped at an unknown time is not', { state: 'stopped' }, { active: [], lately: [] }],
    ['a planned one is not', { state: 'planned' }, { active: [], lately: [] }],
  ] as const)('%s', (_name, members, expected) => {
    expect(names(paroxetine(members))).toEqual(expected)
  })
})

test('a medicine stopped lately leaves the genotype and is told', () => {
  const table = theKnowledge().genes.get('CYP2D6')
  if (!table) throw new Error('no table')
  const genetic = lookUpGenotype(table, ['*1', '*1'])
  const modifiers = modifiersOf('CYP2D6', [paroxetine({ state: 'stopped', end: '2026-01-29' })], theKnowledge().modifiers, NOW)
  expect(phenoconvert(table, genetic, modifiers)).toMatchObject({
    clinical: genetic,
    phenoconversion: { state: 'caution', note: 'Stopped within 14 days, not counted, though the effect may last: paroxetine.' },
  })
})
