import { MOST_STALL_MS } from './judge.ts'
import type { Memory, Tally } from './run-kind.ts'

/** Growth of the heap (after collections) and of resident memory from the second quarter of a run to the last that is still none, in MiB. */
const MOST_GROWTH = { heapUsed: 20, rss: 100 } as const

const percentile = (times: readonly number[], share: number): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length * share)] ?? 0

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

const quarter = (memory: readonly Memory[], which: number, member: keyof Memory): number => {
  const size = memory.length / 4
  return mean(memory.slice(Math.floor(which * size), Math.floor((which + 1) * size)).map((at) => at[member]))
}

const growth = (memory: readonly Memory[], member: keyof Memory): number => quarter(memory, 3, member) - quarter(memory, 1, member)

const stall = ({ ms, told }: Tally['worstStall']): string => `${ms.toFixed(0)} ms${ms > 0 ? ` (${told})` : ''}`

const line = (tally: Tally): string => {
  const { kind, cases, statuses, times, worstStall, worstLargeStall, places, failures } = tally
  const by = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`)
  const where = places.size === 0 ? '' : `, ${places.size} places`
  return `${kind}: ${cases} cases (${by.join(', ')})${where}; median ${percentile(times, 0.5).toFixed(0)} ms, p99 ${percentile(times, 0.99).toFixed(0)} ms; longest stall ${stall(worstStall)}, with bodies over 1 MB ${stall(worstLargeStall)}; ${failures.length} failures`
}

/** What the run showed, and whether anything failed. */
export const makeSummary = (tallies: readonly Tally[]): { readonly text: string; readonly failed: boolean } => {
  const memory = tallies.filter(({ kind }) => kind !== 'tokens and headers').flatMap((tally) => tally.memory)
  const enough = memory.length >= 16
  const [heap, rss] = [growth(memory, 'heapUsed'), growth(memory, 'rss')]
  const grew = enough && (heap > MOST_GROWTH.heapUsed || rss > MOST_GROWTH.rss)
  const failures = tallies.flatMap((tally) => tally.failures)
  const empty = tallies.length === 0 || tallies.some(({ cases }) => cases === 0)
  return {
    failed: failures.length > 0 || grew || empty,
    text: [
      ...tallies.map(line),
      ...(empty ? ['A KIND WAS NOT RUN: the time was over before its first case'] : []),
      enough
        ? `Memory, second quarter to last: heap ${heap.toFixed(1)} MiB, RSS ${rss.toFixed(1)} MiB${grew ? ': IT GREW' : ''}`
        : 'Memory: too few cases to judge',
      `Failures in all, stalls above ${MOST_STALL_MS} ms with bodies up to 1 MB among them: ${failures.length}`,
    ].join('\n'),
  }
}
