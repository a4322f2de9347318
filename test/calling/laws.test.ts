import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callGene } from '../../src/pgx/calling/call-gene.ts'
import type { SampleGenotypes } from '../../src/pgx/calling/genotypes.ts'
import { makeCaller } from '../../src/pgx/calling/make-caller.ts'
import { matchPairs } from '../../src/pgx/calling/match-pairs.ts'
import { observe } from '../../src/pgx/calling/observe.ts'
import { bruteForce, compileToy, everyLayOut, isAllele, type ToyGene, toyCase, toyCohort } from './toy-gene.ts'

const RUNS = { numRuns: 200 }

const fastPairs = (toy: ToyGene, sample: SampleGenotypes): Map<string, number> => {
  const gene = compileToy(toy)
  return new Map(
    matchPairs(gene, observe(gene, sample)).map(({ first, second, score }) => [
      [gene.alleles[first] ?? '', gene.alleles[second ?? first] ?? ''].sort().join('/'),
      score,
    ]),
  )
}

const hasData = (sample: SampleGenotypes): boolean => sample.at.some((one) => one !== undefined)

const call = (toy: ToyGene, sample: SampleGenotypes) => callGene(compileToy(toy), sample, {})

describe('Laws of calling, over made-up genes and samples', () => {
  it('the matcher finds exactly the pairs, with the scores, that trying every lay-out finds', () => {
    fc.assert(
      fc.property(toyCase(), ({ toy, sample }) => {
        fc.pre(hasData(sample))
        expect([...fastPairs(toy, sample)].sort()).toEqual([...bruteForce(toy, sample)].sort())
      }),
      RUNS,
    )
  })

  it('the order of two bases without phase never changes the call', () => {
    fc.assert(
      fc.property(toyCase(), fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), ({ toy, sample }, turns) => {
        const turned = {
          ...sample,
          at: sample.at.map((one, at) => (one && !one.phased && turns[at] ? { ...one, alleles: [...one.alleles].reverse() } : one)),
        }
        const told = ({ used: _used, ...rest }: ReturnType<typeof call>) => rest
        expect(told(call(toy, turned))).toEqual(told(call(toy, sample)))
      }),
      RUNS,
    )
  })

  it('which of two phased copies is written first never changes the call', () => {
    fc.assert(
      fc.property(toyCase(), ({ toy, sample }) => {
        const turned = { ...sample, at: sample.at.map((one) => one && { ...one, alleles: [...one.alleles].reverse() }) }
        expect(call(toy, turned).names).toEqual(call(toy, sample).names)
      }),
      RUNS,
    )
  })

  it('a position that goes missing never makes a pair appear that the other positions contradict', () => {
    fc.assert(
      fc.property(toyCase(), fc.nat(4), ({ toy, sample }, gone) => {
        const less = { ...sample, at: sample.at.map((one, at) => (at === gone ? undefined : one)) }
        fc.pre(hasData(less))
        const lays = everyLayOut(less)
        for (const pair of fastPairs(toy, less).keys()) {
          const [first = '', second = ''] = pair.split('/')
          const fits = lays.some(
            ([one, other]) =>
              (isAllele(toy, first, one) && isAllele(toy, second, other)) || (isAllele(toy, second, one) && isAllele(toy, first, other)),
          )
          expect([pair, fits]).toEqual([pair, true])
        }
      }),
      RUNS,
    )
  })

  it('a position that goes missing never takes away a pair whose alleles can still be seen', () => {
    fc.assert(
      fc.property(toyCase(), fc.nat(4), ({ toy, sample }, gone) => {
        const less = { ...sample, at: sample.at.map((one, at) => (at === gone ? undefined : one)) }
        fc.pre(hasData(less))
        const unseen = new Set(call(toy, less).uncallable.map(({ allele }) => allele))
        const rest = fastPairs(toy, less)
        const lost = [...fastPairs(toy, sample).keys()].filter(
          (pair) => !rest.has(pair) && !pair.split('/').some((name) => unseen.has(name)),
        )
        expect(lost).toEqual([])
      }),
      RUNS,
    )
  })

  it('an allele that could lie on some copy is in a call, in an alternative or named as uncallable', () => {
    fc.assert(
      fc.property(toyCase(), ({ toy, sample }) => {
        fc.pre(hasData(sample))
        const { diplotypes, alternatives, uncallable } = call(toy, sample)
        const told = new Set([
          ...[...diplotypes, ...alternatives].flatMap(({ copies }) => copies.flat()),
          ...uncallable.map(({ allele }) => allele),
        ])
        fc.pre(alternatives.length < 10)
        const possible = [...bruteForce(toy, sample).keys()].flatMap((pair) => pair.split('/'))
        expect(possible.filter((name) => !told.has(name))).toEqual([])
      }),
      RUNS,
    )
  })

  it('what was called before never changes a call', () => {
    fc.assert(
      fc.property(toyCohort, fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }), ({ toy, samples }, combined) => {
        const caller = makeCaller(new Map([['TOY', toy.table]]), new Map([['TOY.variants', toy.definitions]]))
        const options = (at: number) => ({ combinations: combined[at] ?? false })
        expect(samples.map((sample, at) => caller.callSample(sample, options(at))[0])).toEqual(
          samples.map((sample, at) => callGene(compileToy(toy), sample, options(at))),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('every position is either used or listed as missing, and missing ones are told in a note', () => {
    fc.assert(
      fc.property(toyCase(), ({ toy, sample }) => {
        const { used, missing, notes } = call(toy, sample)
        expect([...used, ...missing].map(({ pos }) => pos).sort()).toEqual(toy.sites.map(({ pos }) => pos).sort())
        if (used.length > 0 && missing.length > 0) expect(notes.join(' ')).toContain('missing')
      }),
      RUNS,
    )
  })

  it('where the lowest function counts, a listed variant lies on some copy, and every variant that can is listed', () => {
    fc.assert(
      fc.property(toyCase(['lowest-function']), ({ toy, sample }) => {
        const result = call(toy, sample)
        fc.pre(result.state === 'variants')
        const copies = everyLayOut(sample).flat()
        const carries = (name: string): boolean => {
          const cells = Object.entries(toy.definitions.alleles[name]?.at ?? {}).filter(([pos]) => sample.at[Number(pos) - 1] !== undefined)
          const alone = { ...toy, definitions: { ...toy.definitions, alleles: { [name]: { at: Object.fromEntries(cells) } } } }
          return (
            cells.some(([, cell]) => cell !== 'A') &&
            copies.some((bases) =>
              isAllele(
                alone,
                name,
                bases.map((base, at) => (cells.some(([pos]) => Number(pos) === at + 1) ? base : null)),
              ),
            )
          )
        }
        const expected = Object.keys(toy.definitions.alleles).filter((name) => name !== '*1' && carries(name))
        expect(
          result.variants
            .map(({ allele }) => allele)
            .filter((name) => name !== '*1')
            .sort(),
        ).toEqual(expected.sort())
      }),
      RUNS,
    )
  })
})
