import { describe, expect, test } from 'vitest'
import { reportGenes } from '../../src/exporters/gene-report.ts'
import { makeCaller } from '../../src/pgx/calling/make-caller.ts'
import { theKnowledge } from '../builders/knowledge.ts'

const { genes, tables } = theKnowledge()
const caller = makeCaller(genes, tables)

/** Genotypes of one gene by rs number, `./C` as in a record; all others are reference. */
const callOf = (gene: string, changes: Readonly<Record<string, readonly (string | null)[]>>) =>
  caller
    .callSample({
      sample: 'one',
      at: caller.sites.map((site) => ({
        alleles: (site.gene === gene && changes[site.rsid ?? '']) || [site.ref, site.ref],
        phased: false,
        phaseSet: null,
      })),
    })
    .find((one) => one.gene === gene)
const call = (gene: string, rsid: string, alleles: readonly string[]) => callOf(gene, { [rsid]: alleles })

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

describe('HapB3, where one of two copies was read', () => {
  const [HAPB3, INTRON] = ['c.1129-5923C>G, c.1236G>A (HapB3)', 'c.1129-5923C>G']
  test.each([
    ['the deciding base, without the marker', [null, 'C'], ['C', 'C'], ['Reference', INTRON], ['1.5', '1.0']],
    ['the deciding base, with the marker', [null, 'C'], ['C', 'T'], ['Reference', HAPB3], ['1.5', '1.0']],
    ['both bases', [null, 'C'], [null, 'T'], ['Reference', HAPB3], ['1.5', '1.0']],
    ['the marker, where the deciding base is known', ['G', 'C'], [null, 'T'], ['Reference', HAPB3], ['1.5', '1.0']],
    ['the marker, where both copies decide', ['C', 'C'], [null, 'T'], [INTRON, HAPB3], ['1.0']],
    ['the deciding base, with two markers', [null, 'C'], ['T', 'T'], [`${HAPB3} (homozygous)`], ['1.0']],
  ] as const)('is counted once: %s', (_name, decider, marker, names, scores) => {
    const dpyd = callOf('DPYD', { rs75017182: decider, rs56038477: marker })
    expect([dpyd?.names, dpyd?.genotypes.map(({ activityScore }) => activityScore?.text)]).toEqual([names, scores])
  })
})

describe('A gene of which one copy of one position was read', () => {
  test.each([
    ['a variant, the other copy unread', [null, 'T'], 'only one of two copies was read: rs2231142 ./T'],
    ['a variant, where GT has one copy only', ['T'], 'only one of two copies was read: rs2231142 T'],
    ['the reference base', ['G'], 'none of its positions was read on both copies, only on one: rs2231142 G'],
    ['three copies', ['G', 'G', 'T'], 'more than two alleles at rs2231142'],
  ] as const)('was tested: it is not called, never not tested (%s)', (_name, alleles, because) => {
    const call = callOf('ABCG2', { rs2231142: alleles })
    const [abcg2] = reportGenes(new Map([...genes].filter(([symbol]) => symbol === 'ABCG2')), {
      sample: 'one',
      calls: call ? [call] : [],
      gaps: [],
      structural: [],
      outside: [],
    })
    expect([abcg2?.state, abcg2?.source, abcg2?.because]).toEqual(['not-called', 'vcf', because])
  })
})
