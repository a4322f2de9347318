import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dosageOf, otherStrand } from '../../../src/risk/polygenic/dosage.ts'

const PAIRS = ['A', 'C', 'G', 'T'].flatMap((effect) =>
  ['A', 'C', 'G', 'T'].filter((one) => one !== effect).map((other) => ({ effect, other })),
)
const pair = fc.constantFrom(...PAIRS)
const copies = fc.tuple(fc.boolean(), fc.boolean())

it('counts the effect alleles of a sample, on either strand, or says that the strand cannot be told', () => {
  fc.assert(
    fc.property(pair, copies, fc.boolean(), (alleles, carried, flip) => {
      const { effect, other } = alleles
      const shown = carried.map((one) => (one ? effect : other)).map((base) => (flip ? otherStrand(base) : base)) as [string, string]
      const dosage = carried.filter(Boolean).length
      expect(dosageOf(alleles, shown)).toEqual(
        otherStrand(effect) === other ? { state: 'unknown', because: 'strand-ambiguous' } : { state: 'known', dosage, flipped: flip },
      )
    }),
  )
})

it('does not count alleles that the score does not know', () => {
  expect(dosageOf({ effect: 'A', other: 'G' }, ['A', 'C'])).toEqual({ state: 'unknown', because: 'alleles-differ' })
  expect(dosageOf({ effect: 'A', other: 'G' }, ['T', 'A'])).toEqual({ state: 'unknown', because: 'alleles-differ' })
})

it('does not count an insertion or deletion by its first base: a single base of the reference is not the shorter allele', () => {
  expect(dosageOf({ effect: 'A', other: 'AT' }, ['A', 'A'])).toEqual({ state: 'unknown', because: 'not-one-base' })
  expect(dosageOf({ effect: 'CTT', other: 'C' }, ['C', 'C'])).toEqual({ state: 'unknown', because: 'not-one-base' })
})
