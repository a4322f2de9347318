import { describe, expect, test } from 'vitest'
import { judge, type Minute, slopeOf } from '../../tools/soak/judge.ts'

/** Minutes of a server whose memory is that of a heap that fills and is collected: `spread` MiB up and down, never twice alike. */
const minutesOf = (count: number, { perHour, spread }: { readonly perHour: number; readonly spread: number }): Minute[] =>
  Array.from({ length: count }, (_, n) => {
    const rss = 300 + (perHour * n) / 60 + spread * (((n * 7919) % 101) / 101)
    return { answered: 180, shed: 0, wrong: 0, p50: 8, p99: 20, rss, peak: rss + 40, handles: 90, disk: 2 }
  })

const stateOf = (rows: readonly Minute[], about: RegExp) => judge(rows).find(({ says }) => about.test(says))?.state

describe('what half an hour of soak says of memory', () => {
  test.each([
    ['goes up and down by 8 MiB and comes back', { perHour: 0, spread: 8 }, 'holds'],
    ['grows by 60 MiB an hour under that', { perHour: 60, spread: 8 }, 'fails'],
    ['goes up and down by 150 MiB', { perHour: 0, spread: 150 }, 'undecided'],
  ] as const)('one that %s', (_, shape, state) => {
    expect(stateOf(minutesOf(30, shape), /^memory/)).toBe(state)
  })

  test('one minute far above the others changes nothing', () => {
    const rows = minutesOf(30, { perHour: 0, spread: 8 })
    const outlier = rows.map((row, n) => (n === 29 ? { ...row, rss: 900 } : row))
    expect(stateOf(outlier, /^memory/)).toBe('holds')
  })

  test('eight hours are held to 1 MiB an hour', () => {
    expect(stateOf(minutesOf(480, { perHour: 0, spread: 8 }), /^memory/)).toBe('holds')
    expect(stateOf(minutesOf(480, { perHour: 5, spread: 8 }), /^memory/)).toBe('fails')
  })

  test('ten minutes are too few', () => {
    expect(judge(minutesOf(10, { perHour: 0, spread: 8 })).map(({ state }) => state)).toEqual(['holds', 'undecided'])
  })
})

test('the slope of a straight line is its own, and the interval has no width', () => {
  expect(slopeOf([1, 2, 3, 4, 5, 6], 10)).toEqual({ perHour: 6, from: 6, to: 6 })
})

test('one answer that nobody should get fails the soak', () => {
  const rows = minutesOf(30, { perHour: 0, spread: 8 }).map((row, n) => (n === 12 ? { ...row, wrong: 1 } : row))
  expect(judge(rows)[0]).toEqual({ state: 'fails', says: 'answers: 5400 good, 0 shed, 1 wrong (none may be)' })
})

test('times that rise fail, and what the disk did meanwhile stands beside and excuses nothing', () => {
  const rows = minutesOf(30, { perHour: 0, spread: 8 }).map((row, n) => (n < 20 ? row : { ...row, p99: 60, disk: 55 }))
  expect(judge(rows).find(({ says }) => says.startsWith('p99'))).toEqual({
    state: 'fails',
    says: 'p99: 20 ms, then 60 ms (at most 20 % more); of a synced write beside it 2 ms, then 55 ms',
  })
})
