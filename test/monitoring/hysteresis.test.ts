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
const changes = (states: readonly WatchState[]): number => states.filter((state, at) => at > 0 && state !== states[at - 1]).length

it('a state is entered at its limit, and left only below a part of it', () => {
  expect(walk([2.9, 3, 2.2, 2.9, 2.09, 2.9, 5, 3.6, 3.4, 2.2, 2])).toEqual([
    'ok', 'watch', 'watch', 'watch', 'ok', 'ok', 'act', 'act', 'watch', 'watch', 'ok',
  ]) // biome-ignore format: one line reads as the figure moves
})

it('is never less serious than the figure, and never changes more often than without', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 8, noNaN: true }), { minLength: 2, maxLength: 60 }), (values) => {
      const held = walk(values)
      const bare = values.map((value) => bandOf(value))
      held.forEach((state, at) => {
        expect(RANK[state]).toBeGreaterThanOrEqual(RANK[bare[at] as WatchState] as number)
        expect(RANK[state]).toBeLessThanOrEqual(
          Math.max(RANK[bandOf(values[at] as number, 0.7)] as number, RANK[bare[at] as WatchState] as number),
        )
      })
      expect(changes(held)).toBeLessThanOrEqual(changes(bare))
    }),
    { numRuns: 2000 },
  )
})

it('what was told stays told while there is too little to say otherwise', () => {
  expect(holdState('act', 'not-enough-data', 'not-enough-data')).toBe('act')
  expect(holdState('ok', 'not-enough-data', 'not-enough-data')).toBe('not-enough-data')
  expect(holdState(undefined, 'watch', 'watch')).toBe('watch')
  expect(holdState('watch', 'not-applicable', 'not-applicable')).toBe('not-applicable')
})
