import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { activityScore, listedScore, phenotypeOfScore, possibleScores, scoreAlleles } from '../../src/pgx/activity-score.ts'
import type { GeneTable } from '../../src/pgx/gene-tables.ts'
import { lookUpGenotype, phenotypeGenotype, presenceGenotype } from '../../src/pgx/genotype.ts'
import { theKnowledge } from '../builders/knowledge.ts'

const table = (gene: string): GeneTable => {
  const found = theKnowledge().genes.get(gene)
  if (!found) throw new Error(`no gene ${gene}`)
  return found
}

describe('alleles to genotype', () => {
  test.each([
    ['CYP2D6', ['*10', '*4'], { diplotype: '*4/*10', score: '0.25', phenotype: 'IM', keys: ['0.25', 'IM', '*4/*10'] }],
    ['CYP2D6', ['*1', '*1x≥3'], { diplotype: '*1/*1x≥3', score: '≥4.0', phenotype: 'UM', keys: ['≥4.0', 'UM', '*1/*1x≥3'] }],
    ['CYP2D6', ['*4x≥3', '*4'], { diplotype: '*4/*4x≥3', score: '0.0', phenotype: 'PM', keys: ['0.0', 'PM', '*4/*4x≥3'] }],
    ['CYP2D6', ['*22', '*1'], { diplotype: '*1/*22', score: null, phenotype: 'ind', keys: ['n/a', '*1/*22'] }],
    ['CYP2C9', ['*3', '*1'], { diplotype: '*1/*3', score: '1.0', phenotype: 'IM', keys: ['1.0', 'IM', '*1/*3'] }],
    ['CYP2C19', ['*17', '*2'], { diplotype: '*2/*17', score: null, phenotype: 'IM', keys: ['IM', '*2/*17'] }],
    ['CYP2C19', ['*9', '*1'], { diplotype: '*1/*9', score: null, phenotype: 'lIM', keys: ['lIM', '*1/*9'] }],
    [
      'DPYD',
      ['c.2846A>T', 'Reference'],
      { diplotype: 'Reference/c.2846A>T', score: '1.5', phenotype: 'IM', keys: ['1.5', 'IM', 'Reference/c.2846A>T'] },
    ],
    [
      'G6PD',
      ['Canton, Taiwan-Hakka, Gifu-like, Agrigento-like'],
      { diplotype: 'Canton (hemizygous)', score: null, phenotype: 'deficient', keys: ['Deficient', 'Canton (hemizygous)'] },
    ],
    [
      'MT-RNR1',
      ['m.1555A>G'],
      {
        diplotype: 'm.1555A>G',
        score: null,
        phenotype: 'increased-risk',
        keys: ['increased risk of aminoglycoside-induced hearing loss', 'm.1555A>G'],
      },
    ],
    [
      'VKORC1',
      ['rs9923231 variant (T)', 'rs9923231 reference (C)'],
      { diplotype: 'rs9923231 C/T', score: null, phenotype: null, keys: ['-1639 AG', 'rs9923231 C/T'] },
    ],
    ['CYP2C19', ['*2', '*999'], { diplotype: '*2/*999', score: null, phenotype: null, keys: [] }],
  ])('%s %j', (gene, alleles, expected) => {
    const { diplotype, activityScore: score, phenotype, keys } = lookUpGenotype(table(gene), alleles)
    expect({ diplotype, score: score?.text ?? null, phenotype: phenotype?.code ?? null, keys }).toEqual(expected)
  })

  test('the order of alleles never matters, for any gene', () => {
    const genes = [...theKnowledge().genes.values()].filter((gene) => Object.keys(gene.alleles).length > 1)
    const pair = fc
      .constantFrom(...genes)
      .chain((gene) =>
        fc.tuple(fc.constant(gene), fc.constantFrom(...Object.keys(gene.alleles)), fc.constantFrom(...Object.keys(gene.alleles))),
      )
    fc.assert(
      fc.property(pair, ([gene, one, other]) => {
        expect(lookUpGenotype(gene, [one, other])).toEqual(lookUpGenotype(gene, [other, one]))
      }),
      { numRuns: 500 },
    )
  })

  test('presence is a key per allele, and the positive ones are the headline', () => {
    const statuses = [
      { allele: '*58:01', positive: false },
      { allele: '*57:01', positive: true },
    ]
    expect(presenceGenotype(table('HLA-B'), statuses, null)).toEqual({
      diplotype: null,
      activityScore: null,
      phenotype: { code: '*57:01 positive', term: 'HLA-B*57:01 positive' },
      keys: ['*57:01 positive', '*58:01 negative'],
    })
  })

  test('a phenotype alone has no score and no diplotype to look up', () => {
    expect(phenotypeGenotype(table('DPYD'), 'PM')).toEqual({
      diplotype: null,
      activityScore: null,
      phenotype: { code: 'PM', term: 'Poor Metabolizer' },
      keys: ['PM'],
    })
  })
})

describe('activity scores', () => {
  test.each([
    ['CYP2D6', 0, false, 'PM'],
    ['CYP2D6', 1, false, 'IM'],
    ['CYP2D6', 1.25, false, 'NM'],
    ['CYP2D6', 2.25, false, 'NM'],
    ['CYP2D6', 2.5, false, 'UM'],
    ['CYP2D6', 3, true, 'UM'],
    ['CYP2D6', 1.5, true, null],
    ['CYP2C9', 0.5, false, 'PM'],
    ['CYP2C9', 1.5, false, 'IM'],
    ['DPYD', 2, false, 'NM'],
  ])('%s %d (at least: %s) is %s', (gene, value, atLeast, phenotype) => {
    expect(phenotypeOfScore(table(gene), activityScore(value, atLeast))).toBe(phenotype)
  })

  test('every listed score of CYP2D6 is a sum of two alleles and has a phenotype', () => {
    const scores = possibleScores(table('CYP2D6'))
    expect(scores.map((score) => score.text)).toEqual(expect.arrayContaining(['0.0', '0.25', '1.0', '2.25', '≥3.0', '≥6.0']))
    expect(scores.filter((score) => phenotypeOfScore(table('CYP2D6'), score) === null)).toEqual([])
  })

  test('a halved score is looked up as the next lower listed score of its phenotype', () => {
    const cyp2d6 = table('CYP2D6')
    expect([0.375, 0.625, 0.125, 1.125].map((value) => listedScore(cyp2d6, activityScore(value))?.text)).toEqual([
      '0.25',
      '0.5',
      '0.25',
      '1.0',
    ])
  })

  test('an allele without a value leaves the sum unknown', () => {
    expect(scoreAlleles(table('CYP2D6'), ['*1', '*22'])).toBeNull()
  })
})
