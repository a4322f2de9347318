import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Case } from '../../src/risk/basis.ts'
import { replacementReasons } from '../../src/risk/kinds/external-reasons.ts'
import type { Values } from '../../src/risk/model-folder.ts'

type Raw = (x: readonly number[]) => number

const caseOf = (raw: Raw, here: readonly number[], there: readonly number[]): Case => {
  const names = here.map((_, n) => `x${n}`)
  const named = (values: readonly number[]): Values => Object.fromEntries(names.map((name, n) => [name, values[n] ?? 0]))
  const one = (values: Values): number => raw(names.map((name) => Number(values[name])))
  return {
    columns: names.map((name) => ({ term: name, input: name, as: 'number' as const })),
    values: named(here),
    reference: named(there),
    run: async () => ({}),
    rawOf: async (rows) => Float64Array.from(rows.map(one)),
  }
}

const values = (length: number) => fc.array(fc.integer({ min: -9, max: 9 }), { minLength: length, maxLength: length })
/** Few inputs are mixed in all ways, many along fixed orders. */
const pair = fc.constantFrom(1, 3, 8, 9, 14).chain((length) => fc.tuple(values(length), values(length), values(length)))

describe('reasons of a graph whose inner form is not known', () => {
  it('add up to its number, however the inputs work together', async () => {
    const raw: Raw = (x) => Math.tanh(x.reduce((sum, value, n) => sum + value * (n % 3), 0) / 20) + (x[0] ?? 0) * (x.at(-1) ?? 0)
    await fc.assert(
      fc.asyncProperty(pair, async ([here, there]) => {
        const { baseline, contributions } = await replacementReasons(caseOf(raw, here, there))
        expect(baseline).toBe(raw(there))
        expect(contributions.reduce((sum, { contribution }) => sum + contribution, baseline)).toBeCloseTo(raw(here), 9)
      }),
    )
  })

  it('of a sum are its terms', async () => {
    await fc.assert(
      fc.asyncProperty(pair, async ([here, there, weights]) => {
        const raw: Raw = (x) => x.reduce((sum, value, n) => sum + value * (weights[n] ?? 0), 0)
        const { contributions } = await replacementReasons(caseOf(raw, here, there))
        const terms = new Map(here.map((value, n) => [`x${n}`, (value - (there[n] ?? 0)) * (weights[n] ?? 0)]))
        for (const { input, contribution } of contributions) expect(contribution).toBeCloseTo(terms.get(input) ?? Number.NaN, 9)
      }),
    )
  })

  it('name no input that is as the reference person’s, and are the same each time', async () => {
    const raw: Raw = (x) => Math.exp((x[0] ?? 0) / 5) * (1 + (x[1] ?? 0)) + x.reduce((product, value) => product + value ** 2, 0)
    const here = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 3, 2]
    const there = [0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    const first = await replacementReasons(caseOf(raw, here, there))
    expect(first.contributions.map(({ input }) => input)).not.toContain('x2')
    expect(await replacementReasons(caseOf(raw, here, there))).toEqual(first)
  })

  it('of two inputs that only work together are halves', async () => {
    const { contributions } = await replacementReasons(caseOf((x) => (x[0] ?? 0) * (x[1] ?? 0), [4, 5], [0, 0]))
    expect(contributions).toEqual([
      { input: 'x0', contribution: 10 },
      { input: 'x1', contribution: 10 },
    ])
  })
})
