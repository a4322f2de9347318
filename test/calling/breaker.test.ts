import { describe, expect, test } from 'vitest'
import { makeCaller } from '../../src/pgx/calling/make-caller.ts'
import { theKnowledge } from '../builders/knowledge.ts'

const { genes, tables } = theKnowledge()
const caller = makeCaller(genes, tables)

const call = (gene: string, rsid: string, alleles: readonly string[]) =>
  caller
    .callSample({
      sample: 'one',
      at: caller.sites.map((site) => ({
        alleles: site.gene === gene && site.rsid === rsid ? alleles : [site.ref, site.ref],
        phased: false,
        phaseSet: null,
      })),
    })
    .find((one) => one.gene === gene)

describe('A base that is not written out, where unknown bases count as reference', () => {
  test.each([['*'], ['<NON_REF>'], ['<*>'], ['N'], ['Y']])('%s may be the variant itself: the gene is not called', (base) => {
    for (const alleles of [
      ['C', base],
      [base, base],
    ]) {
      const dpyd = call('DPYD', 'rs3918290', alleles)
      expect([dpyd?.state, dpyd?.genotypes, dpyd?.because]).toEqual([
        'not-called',
        [],
        `a base that no definition knows: ${base} at rs3918290`,
      ])
    }
  })

  test('a base that is written out is still counted as reference, with a note', () => {
    const dpyd = call('DPYD', 'rs3918290', ['C', 'A'])
    expect([dpyd?.state, dpyd?.names, dpyd?.undocumented[0]?.takenAsReference]).toEqual(['called', ['Reference/Reference'], true])
  })
})
