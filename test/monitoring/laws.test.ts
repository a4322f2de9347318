import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binNames, binOf, indexIn, sayRange } from '../../src/monitoring/bins.ts'
import { expectedAuroc, expectedBrier, type ScoreBin } from '../../src/monitoring/cbpe.ts'
import { psi, psiByChance, regroup, tenths } from '../../src/monitoring/psi.ts'

const counts = fc.array(fc.nat({ max: 500 }), { minLength: 1, maxLength: 15 })
const filled = counts.filter((all) => all.some((count) => count > 0))
const two = fc
  .array(fc.tuple(fc.nat({ max: 500 }), fc.nat({ max: 500 })), { minLength: 1, maxLength: 15 })
  .map((pairs) => ({ reference: pairs.map(([a]) => a), now: pairs.map(([, b]) => b) }))
  .filter(({ reference, now }) => reference.some(Boolean) && now.some(Boolean))

/** Numbers that look random and are the same at every run (Lehmer). */
const randomOf = (seed: number) => {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

describe('the population stability index', () => {
  it('is 0 for equal shares, whatever the numbers', () => {
    fc.assert(
      fc.property(filled, fc.integer({ min: 1, max: 50 }), (all, times) => {
        expect(psi({ reference: all, now: all.map((count) => count * times) })).toBeCloseTo(0, 12)
      }),
    )
  })

  it('is never negative, and the same seen from the other side', () => {
    fc.assert(
      fc.property(two, ({ reference, now }) => {
        const index = psi({ reference, now }) ?? -1
        expect(index).toBeGreaterThanOrEqual(0)
        expect(psi({ reference: now, now: reference })).toBeCloseTo(index, 9)
      }),
    )
  })

  it('does not depend on the names or the order of the bins', () => {
    fc.assert(
      fc.property(two, fc.integer({ min: 1, max: 1000 }), ({ reference, now }, seed) => {
        const random = randomOf(seed)
        const order = reference.map((_, n) => ({ n, key: random() })).sort((a, b) => a.key - b.key)
        const mixed = { reference: order.map(({ n }) => reference[n] ?? 0), now: order.map(({ n }) => now[n] ?? 0) }
        expect(psi(mixed)).toBeCloseTo(psi({ reference, now }) ?? 0, 9)
      }),
    )
  })

  it('never grows when bins are put together', () => {
    const plenty = fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 })), { minLength: 2, maxLength: 15 })
    fc.assert(
      fc.property(plenty, (pairs) => {
        const whole = { reference: pairs.map(([a]) => a), now: pairs.map(([, b]) => b) }
        const half = [
          [0, 1],
          [2, pairs.length - 1],
        ] as const
        const joined = { reference: regroup(whole.reference, half), now: regroup(whole.now, half) }
        expect(psi(joined) ?? 0).toBeLessThanOrEqual((psi(whole) ?? 0) + 1e-9)
      }),
    )
  })

  it('by hand: 50 and 50 of 100 against 80 and 20 of 100 is 0.3 ln 1.6 + 0.3 ln 2.5', () => {
    expect(psi({ reference: [50, 50], now: [80, 20] })).toBeCloseTo(0.3 * Math.log(1.6) + 0.3 * Math.log(2.5), 12)
  })

  it('with an empty bin counts half a person in it', () => {
    expect(psi({ reference: [90, 10], now: [100, 0] })).toBeCloseTo(0.1 * Math.log(1 / 0.9) + (0.005 - 0.1) * Math.log(0.05), 12)
  })

  it('is not there for nobody', () => {
    expect([psi({ reference: [0, 0], now: [1, 2] }), psi({ reference: [1, 2], now: [0, 0] })]).toEqual([null, null])
  })

  it('of two samples of one population stays below what chance is said to bring, as often as said', () => {
    const random = randomOf(7)
    const sample = (size: number): number[] => {
      const bins = Array.from({ length: 10 }, () => 0)
      for (let n = 0; n < size; n += 1) {
        const at = Math.floor(random() * 10)
        bins[at] = (bins[at] ?? 0) + 1
      }
      return bins
    }
    const rounds = Array.from({ length: 2000 }, () => ({ reference: sample(600), now: sample(300) }))
    const above = (z: number) => rounds.filter((round) => (psi(round) ?? 0) > psiByChance(round, z)).length / rounds.length
    expect(above(3)).toBeLessThan(0.006) // 0.00135 of a normal, with room for 2,000 rounds
    expect(above(1.645)).toBeGreaterThan(0.035) // 0.05
    expect(above(1.645)).toBeLessThan(0.075)
  })
})

describe('bins', () => {
  it('in tenths hold all of the reference, in order and without a gap', () => {
    fc.assert(
      fc.property(filled, (all) => {
        const groups = tenths(all)
        expect(groups.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, n) => first + n))).toEqual(
          all.map((_, n) => n),
        )
        expect(groups.length).toBeLessThanOrEqual(10)
      }),
    )
  })

  it('a value on an edge counts above it, and every value has exactly one bin', () => {
    const edges = [0, 10, 20]
    expect([-1, 0, 9.99, 10, 20, 1e9].map((value) => indexIn(edges, value))).toEqual([0, 1, 1, 2, 3, 3])
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(binNames({ kind: 'numbers', edges })).toContain(binOf({ kind: 'numbers', edges }, value))
      }),
    )
  })

  it('words that are not on the list, and numbers that are none, share one bin', () => {
    const words = { kind: 'words', words: ['yes', 'no'] } as const
    expect([binOf(words, 'yes'), binOf(words, 'Quillfeather'), binOf({ kind: 'numbers', edges: [1] }, Number.NaN)]).toEqual([
      'yes',
      'other',
      'other',
    ])
  })

  it('are said in words', () => {
    expect([sayRange([10, 20], 0, 0), sayRange([10, 20], 1, 1), sayRange([10, 20], 1, 2), sayRange([10, 20], 0, 2)]).toEqual([
      'under 10',
      '10 to 20',
      '10 and more',
      'any',
    ])
  })
})

describe('expected performance of calibrated probabilities, without outcomes', () => {
  /** Shape of the probabilities, and how many there are. */
  const peopleOf = (seed: number, size: number): number[] => {
    const random = randomOf(seed)
    return Array.from({ length: size }, () => 0.02 + 0.9 * random() ** 3)
  }
  const EDGES = Array.from({ length: 99 }, (_, n) => (n + 1) / 100)
  const binned = (people: readonly number[]): ScoreBin[] => {
    const bins = Array.from({ length: EDGES.length + 1 }, () => ({ n: 0, total: 0, squares: 0 }))
    for (const p of people) {
      const bin = bins[indexIn(EDGES, p)]
      if (!bin) continue
      bin.n += 1
      bin.total += p
      bin.squares += p * p
    }
    return bins
  }
  const realised = (people: readonly number[], seed: number) => {
    const random = randomOf(seed)
    const drawn = people.map((p) => ({ p, y: random() < p ? 1 : 0 })).sort((a, b) => a.p - b.p)
    let [below, won, events] = [0, 0, 0]
    for (const { y } of drawn) {
      if (y === 1) {
        events += 1
        won += below
      } else below += 1
    }
    return {
      auroc: won / (events * below),
      brier: drawn.reduce((sum, { p, y }) => sum + (p - y) ** 2, 0) / drawn.length,
    }
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const deviation = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))

  it.each([1, 2, 3])('is what the realised figures come to on average, and its error is their spread (people %i)', (seed) => {
    const people = peopleOf(seed * 101, 1500)
    const rounds = Array.from({ length: 300 }, (_, n) => realised(people, 5003 + 17 * n + seed))
    const [area, brier] = [expectedAuroc(binned(people)), expectedBrier(binned(people))]
    if (!area || !brier) throw new Error('nothing expected')
    const [areas, briers] = [rounds.map(({ auroc }) => auroc), rounds.map((round) => round.brier)]
    // The mean of 300 rounds is known to a 17th of their spread.
    expect(Math.abs(mean(areas) - area.value)).toBeLessThan(0.25 * deviation(areas))
    expect(Math.abs(mean(briers) - brier.value)).toBeLessThan(0.25 * deviation(briers))
    expect(area.error / deviation(areas)).toBeGreaterThan(0.8)
    expect(area.error / deviation(areas)).toBeLessThan(1.4)
    expect(brier.error / deviation(briers)).toBeGreaterThan(0.8)
    expect(brier.error / deviation(briers)).toBeLessThan(1.4)
  })

  it('the Brier score does not depend on the bins; the area loses little by them', () => {
    const people = peopleOf(31, 800)
    const apart = people.map((p) => ({ n: 1, total: p, squares: p * p })).sort((a, b) => a.total - b.total)
    expect(expectedBrier(binned(people))?.value).toBeCloseTo(expectedBrier(apart)?.value ?? 0, 12)
    expect(Math.abs((expectedAuroc(binned(people))?.value ?? 0) - (expectedAuroc(apart)?.value ?? 0))).toBeLessThan(0.001)
  })

  it('of one probability for all is 0.5, and of nobody it is not there', () => {
    expect(expectedAuroc([{ n: 100, total: 30, squares: 9 }])?.value).toBeCloseTo(0.5, 12)
    expect([expectedAuroc([]), expectedBrier([]), expectedAuroc([{ n: 10, total: 0, squares: 0 }])]).toEqual([null, null, null])
  })
})
