import { describe, expect, test } from 'vitest'
import type { Medicine } from '../../src/contract/facts.ts'
import type { GeneTable } from '../../src/pgx/gene-tables.ts'
import { lookUpGenotype } from '../../src/pgx/genotype.ts'
import { isLocal } from '../../src/pgx/local-use.ts'
import { modifiersOf, phenoconvert } from '../../src/pgx/phenoconversion.ts'
import { theKnowledge } from '../builders/knowledge.ts'

const NOW = '2026-02-03T10:00:00Z'

const medicine = (name: string, rxcui: string | null, members: Partial<Medicine> = {}): Medicine => ({
  ref: 'MedicationRequest/m',
  drug: { text: `${name} tablet`, codings: [], ingredients: [{ name, rxcui }], how: 'text', flags: [] },
  dose: { mgPerDay: 20, mgPerDose: 20, timesPerDay: 1, prn: false, text: null, route: null, flags: [] },
  state: 'active',
  start: null,
  end: null,
  lineage: { resource: 'MedicationRequest/m' },
  ...members,
})

const paroxetine = (members: Partial<Medicine> = {}): Medicine => medicine('paroxetine', '32937', members)

const product = (text: string): Medicine => ({
  ...paroxetine(),
  drug: { ...paroxetine().drug, text },
})

const routed = (code: string): Medicine => ({
  ...paroxetine(),
  dose: { ...paroxetine().dose, route: { system: 'http://snomed.info/sct', code } },
})

const tableOf = (gene: string): GeneTable => {
  const table = theKnowledge().genes.get(gene)
  if (!table) throw new Error(`no table of ${gene}`)
  return table
}

const groups = (gene: string, ...medicines: Medicine[]) => {
  const { active, lately, unsure } = modifiersOf(gene, medicines, theKnowledge().modifiers, NOW)
  return { active: active.map(({ drug }) => drug), lately: lately.map(({ drug }) => drug), unsure: unsure.map(({ drug }) => drug) }
}

const NONE = { active: [], lately: [], unsure: [] }

describe('which medicines count', () => {
  test.each([
    ['one in use', {}, { ...NONE, active: ['paroxetine'] }],
    ['one stopped five days ago is told', { state: 'stopped', end: '2026-01-29' }, { ...NONE, lately: ['paroxetine'] }],
    [
      'one stopped 27 days ago too, as a study saw its effect for four weeks',
      { state: 'stopped', end: '2026-01-07' },
      { ...NONE, lately: ['paroxetine'] },
    ],
    ['one stopped five weeks ago is not', { state: 'stopped', end: '2025-12-30' }, NONE],
    [
      'one stopped in a month of which the day is not known counts to its last day',
      { state: 'stopped', end: '2026-01' },
      { ...NONE, lately: ['paroxetine'] },
    ],
    ['one stopped in the month of today is told', { state: 'stopped', end: '2026-02' }, { ...NONE, lately: ['paroxetine'] }],
    ['one that will be stopped later counts by its state alone', { state: 'stopped', end: '2026-03' }, NONE],
    ['one stopped, unknown when, is told when the record gives no date at all', { state: 'stopped' }, { ...NONE, lately: ['paroxetine'] }],
    ['and when it was begun within the wash-out', { state: 'stopped', start: '2026-01-20' }, { ...NONE, lately: ['paroxetine'] }],
    [
      'one begun before the wash-out and stopped, unknown when, too: it may have been yesterday',
      { state: 'stopped', start: '2025-06-01' },
      { ...NONE, lately: ['paroxetine'] },
    ],
    ['one begun more than a year before that is not', { state: 'stopped', start: '2024-11-01' }, NONE],
    ['one that was cancelled before it was begun is not', { state: 'stopped', start: '2026-01-20', neverTaken: true }, NONE],
    ['one of which the record does not say whether it is taken is told', { state: 'unknown' }, { ...NONE, unsure: ['paroxetine'] }],
    ['a planned one is not', { state: 'planned' }, NONE],
  ] as const)('%s', (_name, members, expected) => {
    expect(groups('CYP2D6', paroxetine(members))).toEqual(expected)
  })

  test.each([
    ['nine weeks for one that a study followed for so long', 'fluoxetine', '4493', '2025-12-10', ['fluoxetine']],
    ['two weeks where no source was read', 'bupropion', '42347', '2026-01-22', ['bupropion']],
    ['not beyond them', 'bupropion', '42347', '2026-01-15', []],
  ] as const)('an effect may last: %s', (_name, drug, rxcui, end, expected) => {
    expect(groups('CYP2D6', medicine(drug, rxcui, { state: 'stopped', end })).lately).toEqual(expected)
  })

  test('one that is taken again is not told as stopped', () => {
    const again = [paroxetine({ state: 'stopped', end: '2026-01-29' }), paroxetine()]
    expect(groups('CYP2D6', ...again)).toEqual({ ...NONE, active: ['paroxetine'] })
  })

  test('a subfamily stands for its members', () => {
    expect(groups('CYP3A5', medicine('rifampin', '9384')).active).toEqual(['rifampin'])
    expect(groups('CYP3A4', medicine('nelfinavir', '134527')).active).toEqual(['nelfinavir'])
  })

  test('weak ones change nothing, and rows that were only recalled do not count', () => {
    expect(groups('CYP2D6', medicine('sertraline', '36437'))).toEqual(NONE)
    expect(groups('CYP2D6', medicine('asunaprevir', null))).toEqual(NONE)
  })
})

describe('forms that stay where they are put', () => {
  test.each([
    ['Ketoconazole 20 MG/ML Topical Cream', true],
    ['terbinafine 1 % cream', true],
    ['Ketoconazole 20 MG/ML Medicated Shampoo', true],
    ['Timolol 5 MG/ML Ophthalmic Solution', true],
    ['Diclofenac 1 % gel', true],
    ['Miconazole 2 % oral gel', false],
    ['miconazole oromucosal gel', false],
    ['ibuprofen 200 MG Soft Gel Capsule', false],
    ['cyclosporine 25 mg liquid gel caps', false],
    ['metoclopramide nasal spray', false],
    ['fentanyl 25 mcg/h transdermal patch', false],
    ['Paroxetine 20 MG Oral Tablet', false],
  ] as const)('%s: %s', (text, local) => {
    expect(isLocal(product(text))).toBe(local)
  })

  test.each([
    ['topical', '6064005', true],
    ['ophthalmic', '54485002', true],
    ['otic', '10547007', true],
    ['transdermal: a patch takes the drug into the blood', '45890007', false],
    ['nasal', '46713006', false],
    ['oral', '26643006', false],
  ] as const)('route %s', (_name, code, local) => {
    expect(isLocal(routed(code))).toBe(local)
  })

  test('do not inhibit', () => {
    expect(
      groups('CYP2D6', {
        ...medicine('terbinafine', '37801'),
        drug: { ...medicine('terbinafine', '37801').drug, text: 'terbinafine 1% cream' },
      }),
    ).toEqual(NONE)
    expect(groups('CYP2D6', medicine('terbinafine', '37801')).active).toEqual(['terbinafine'])
  })
})

describe('what they make of a genotype', () => {
  const under = (gene: string, alleles: string[], ...medicines: Medicine[]) =>
    phenoconvert(tableOf(gene), lookUpGenotype(tableOf(gene), alleles), modifiersOf(gene, medicines, theKnowledge().modifiers, NOW))

  test.each([
    ['a strong inhibitor makes the score nil', ['*1', '*1'], [paroxetine()], '0.0', 'PM'],
    ['a moderate one halves it', ['*1', '*1'], [medicine('duloxetine', '72625')], '1.0', 'IM'],
    ['one read in the FDA table since counts the same', ['*1', '*1'], [medicine('rolapitant', null)], '1.0', 'IM'],
    [
      'of several the strongest counts, and they are not multiplied',
      ['*1', '*1'],
      [medicine('duloxetine', '72625'), medicine('cinacalcet', '407990')],
      '1.0',
      'IM',
    ],
    ['strong beside moderate is strong', ['*1', '*2x2'], [medicine('duloxetine', '72625'), paroxetine()], '0.0', 'PM'],
  ] as const)('%s', (_name, alleles, medicines, score, phenotype) => {
    const { clinical, phenoconversion } = under('CYP2D6', [...alleles], ...medicines)
    expect([phenoconversion.state, clinical.activityScore?.text, clinical.phenotype?.code]).toEqual(['converted', score, phenotype])
  })

  test.each([
    ['with its score', '*4/*4'],
    ['told as a phenotype alone', null],
  ])('a poor metabolizer by the genes alone, %s, is not said to be one by the medicine', (_title, diplotype) => {
    const table = tableOf('CYP2D6')
    const whole = lookUpGenotype(table, ['*4', '*4'])
    const genetic = diplotype === null ? { ...whole, diplotype: null, activityScore: null, keys: ['PM'] } : whole
    expect(phenoconvert(table, genetic, modifiersOf('CYP2D6', [paroxetine()], theKnowledge().modifiers, NOW))).toEqual({
      clinical: genetic,
      phenoconversion: {
        state: 'none',
        by: [expect.objectContaining({ drug: 'paroxetine', strength: 'strong' })],
        note: 'paroxetine (strong inhibitor): nothing left to inhibit, the genes alone leave no activity.',
      },
    })
  })

  test('genes without a rule keep the genotype, with a caution that names the medicine', () => {
    const genetic = lookUpGenotype(tableOf('CYP2C19'), ['*1', '*1'])
    expect(under('CYP2C19', ['*1', '*1'], medicine('fluconazole', '4450'))).toMatchObject({
      clinical: genetic,
      phenoconversion: { state: 'caution', by: [{ drug: 'fluconazole', strength: 'strong', kind: 'inhibitor' }] },
    })
  })

  test('a medicine stopped lately leaves the genotype and is told with its date', () => {
    const genetic = lookUpGenotype(tableOf('CYP2D6'), ['*1', '*1'])
    expect(under('CYP2D6', ['*1', '*1'], paroxetine({ state: 'stopped', end: '2026-01-29' }))).toMatchObject({
      clinical: genetic,
      phenoconversion: {
        state: 'caution',
        by: [{ drug: 'paroxetine', stopped: '2026-01-29' }],
        note: 'Stopped lately, not counted, though the effect may last: paroxetine (2026-01-29).',
      },
    })
  })

  test('a medicine stopped, unknown when, leaves the genotype and is told', () => {
    expect(under('CYP2D6', ['*1', '*1'], paroxetine({ state: 'stopped', start: '2026-01-20' }))).toMatchObject({
      clinical: lookUpGenotype(tableOf('CYP2D6'), ['*1', '*1']),
      phenoconversion: {
        state: 'caution',
        by: [{ drug: 'paroxetine', stoppedUndated: true }],
        note: 'Stopped lately, not counted, though the effect may last: paroxetine (the record does not say when).',
      },
    })
  })

  test('taken as needed counts, and is said', () => {
    const asNeeded = paroxetine({ dose: { ...paroxetine().dose, prn: true } })
    const { phenoconversion } = under('CYP2D6', ['*1', '*1'], asNeeded)
    expect(phenoconversion).toMatchObject({ state: 'converted', note: expect.stringContaining('Taken as needed: paroxetine.') })
  })

  test('a drug is not its own modifier', () => {
    const modifiers = modifiersOf('CYP2D6', [paroxetine()], theKnowledge().modifiers, NOW, { name: 'paroxetine', rxcui: null })
    expect(modifiers.active).toEqual([])
  })
})
