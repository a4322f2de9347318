import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { WatchState } from '../../src/contract/monitoring.ts'
import { holdState } from '../../src/monitoring/hysteresis.ts'

const LIMIT = { watch: 3, act: 5 }
const bandOf = (value: number, part = 1): WatchState => (value >= LIMIT.act * part ? 'act' : value >= LIMIT.watch * part ? 'watch' : 'ok')
const walk = (values: readonly number[]): WatchState[] => {
  const states: WatchState[] = []
  for (const value of values) states.push(holdState(states.at(-1), bandOf(value), bandOf(value, 0.7)))
  return states
}
const RANK: Readonly<Record<string, number>> = { ok: 0, watch: 1, act: 2 }
/** How often a walk crosses into or out of a state that is as serious as this one or more. */
const crossings = (states: readonly WatchState[], rank: number): number =>
  states.filter((state, at) => at > 0 && (RANK[state] as number) >= rank !== (RANK[states[at - 1] as WatchState] as number) >= rank).length

it('a state is entered at its limit, and left only below a part of it', () => {
  expect(walk([2.9, 3, 2.2, 2.9, 2.09, 2.9, 5, 3.6, 3.4, 2.2, 2])).toEqual([
    'ok', 'watch', 'watch', 'watch', 'ok', 'ok', 'act', 'act', 'watch', 'watch', 'ok',
  ]) // biome-ignore format: one line reads as the figure moves
})

/** Figures anywhere, and often on a limit or just beside one. */
const VALUE = fc.oneof(
  fc.double({ min: 0, max: 8, noNaN: true }),
  fc.constantFrom(0, 2, LIMIT.watch * 0.7, 2.1, 3, 3.4, LIMIT.act * 0.7, 4, 5),
)

it('is never less serious than the figure, and crosses none of its limits more often than without', () => {
  fc.assert(
    fc.property(fc.array(VALUE, { minLength: 2, maxLength: 60 }), (values) => {
      const held = walk(values)
      const bare = values.map((value) => bandOf(value))
      held.forEach((state, at) => {
        expect(RANK[state]).toBeGreaterThanOrEqual(RANK[bare[at] as WatchState] as number)
        expect(RANK[state]).toBeLessThanOrEqual(
          Math.max(RANK[bandOf(values[at] as number, 0.7)] as number, RANK[bare[at] as WatchState] as number),
        )
      })
      for (const rank of [1, 2]) expect(crossings(held, rank)).toBeLessThanOrEqual(crossings(bare, rank))
    }),
    { numRuns: 2000 },
  )
})

it('a figure that falls through two limits at once may pass through the state between them', () => {
  expect(walk([5, 2.5, 0])).toEqual(['act', 'watch', 'ok'])
})

it('what was told stays told while there is too little to say otherwise', () => {
  expect(holdState('act', 'not-enough-data', 'not-enough-data')).toBe('act')
  expect(holdState('ok', 'not-enough-data', 'not-enough-data')).toBe('not-enough-data')
  expect(holdState(undefined, 'watch', 'watch')).toBe('watch')
  expect(holdState('watch', 'not-applicable', 'not-applicable')).toBe('not-applicable')
})
