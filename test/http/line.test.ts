import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { makeLine } from '../../src/http/line.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setImmediate', 'setTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A line whose clock stands until it is moved; who began or was told to come again, in order; `end` ends the call that began first. */
const open = ({ busy = true } = {}) => {
  const clock = { ms: 0 }
  const seen: string[] = []
  const inWork: (() => void)[] = []
  const state = { busy, taken: 0 }
  const line = makeLine({ now: () => clock.ms, isIdle: () => !state.busy, taken: () => state.taken })
  const join = (account: string, name: string, hasCome = true): (() => void) =>
    line.join(account, {
      start: (done) => {
        seen.push(name)
        inWork.push(done)
      },
      refuse: () => seen.push(`${name} refused`),
      hasCome: () => hasCome,
    })
  /** Moves the clock, with the timers and turns of the event loop that fall into it. */
  const pass = (ms: number): void => {
    clock.ms += ms
    vi.advanceTimersByTime(ms + 10) // an immediate that is asked for in a turn comes a faked millisecond later
  }
  /** One turn of the event loop, so many milliseconds later. */
  const next = (ms: number): void => {
    clock.ms += ms
    vi.advanceTimersToNextTimer()
  }
  const end = (): void => inWork.shift()?.()
  /** Work of one call after the other, each so long. */
  const work = (calls: number, ms: number): void => {
    for (let n = 0; n < calls; n += 1) {
      pass(ms)
      end()
      pass(0)
    }
  }
  return { seen, line, join, pass, next, end, work, state }
}

const names = (account: string, count: number) => Array.from({ length: count }, (_, at) => `${account}${at + 1}`)
const refusedOf = (seen: readonly string[]) => seen.filter((name) => name.endsWith('refused')).length

describe('The line of calls', () => {
  test('begins a call at once where nobody waits, and one in each turn of the event loop where calls come together', () => {
    const { seen, join } = open()
    for (const name of names('a', 3)) join('a', name)
    const began = [[...seen]]
    for (let n = 0; n < 2; n += 1) {
      vi.advanceTimersToNextTimer()
      began.push([...seen])
    }
    expect(began).toEqual([['a1'], ['a1', 'a2'], ['a1', 'a2', 'a3']])
  })

  test('has six calls in work, four of one account, and begins the next when one is over', () => {
    const { seen, join, pass, end } = open()
    for (const name of names('a', 9)) join('a', name)
    pass(1)
    const alone = [...seen]
    for (const name of names('b', 3)) join('b', name)
    pass(1)
    const beside = seen.slice(alone.length)
    end()
    pass(1)
    expect([alone, beside, seen.slice(6)]).toEqual([names('a', 4), ['b1', 'b2'], ['a5']])
  })

  test('lets accounts begin in turn: who sends much waits behind its own calls only', () => {
    const { seen, join, pass, work } = open()
    for (const name of names('a', 20)) join('a', name)
    pass(1)
    for (const name of names('b', 3)) join('b', name)
    pass(1)
    work(4, 3)
    expect(seen).toEqual([...names('a', 4), 'b1', 'b2', 'a5', 'b3', 'a6', 'a7'])
  })

  test('begins more where those in work wait for others, one in each look', () => {
    const { seen, join, pass, state } = open()
    for (const name of names('a', 6)) join('a', name)
    pass(1)
    const busy = seen.length
    state.busy = false
    pass(5)
    expect([busy, seen.length > busy]).toEqual([4, true])
  })

  test('counts no call that is still being sent: slow senders hold up nobody', () => {
    const { seen, join, next } = open()
    for (const name of names('slow', 20)) join('a', name, false)
    join('a', 'whole')
    for (let turn = 0; turn < 21; turn += 1) next(1)
    expect(seen).toEqual([...names('slow', 20), 'whole'])
  })

  test('counts a call no more that takes longer than a tenth of a second: small ones do not wait for heavy ones', () => {
    const { seen, join, pass } = open()
    for (const name of names('a', 6)) join('a', name)
    pass(1)
    pass(101)
    expect(seen).toEqual(names('a', 6))
  })

  test('looks at new connections before the next call begins, and not for ever', () => {
    const { seen, join, next, state } = open()
    for (const name of names('a', 4)) join('a', name)
    const began: number[] = []
    for (let turn = 0; turn < 14; turn += 1) {
      state.taken += turn < 11 ? 1 : 0
      next(1)
      began.push(seen.length)
    }
    expect(began.join('')).toBe('11111222222344') // four of one account are in work then
  })

  test('takes a burst of 32 whatever they cost', () => {
    const { seen, join, work } = open()
    for (const name of names('a', 33)) join('a', name)
    work(33, 99)
    expect(seen).toEqual(names('a', 33))
  })

  test('of one account keeps what it can answer soon, and gives up what has waited longest; of another that waits for nobody nothing', () => {
    const { seen, join, line } = open()
    for (const name of names('a', 200)) join('a', name)
    join('b', 'b1')
    const refused = seen.filter((name) => name.endsWith('refused'))
    expect([line.length, refused]).toEqual([
      62,
      names('a', 139)
        .slice(1)
        .map((name) => `${name} refused`),
    ]) // one began, 61 wait some 300 ms
  })

  test('while it is full takes the newest first, and from its front again once it is short', () => {
    const { seen, join, pass, work } = open()
    for (const name of names('a', 200)) join('a', name)
    pass(1)
    seen.length = 0
    work(1, 3)
    const full = [...seen]
    work(60, 1)
    expect([full, seen.slice(-3)]).toEqual([['a197'], ['a144', 'a145', 'a146']])
  })

  test('is shorter once it lasts, and long again after it was empty', () => {
    const { join, line, seen, work } = open()
    /** Joins until one is refused; how many wait then. */
    const fill = (): number => {
      const before = refusedOf(seen)
      while (refusedOf(seen) === before) join('a', 'x')
      return line.length
    }
    fill()
    for (let n = 0; n < 200; n += 1) {
      work(1, 5)
      fill()
    }
    const lasting = line.length
    work(lasting + 4, 5)
    const empty = line.length
    join('a', 'x')
    expect([lasting, empty, fill()]).toEqual([32, 0, 61])
  })

  test('of a line that lasts tells those to come again whose turn comes too late, four in one turn of the event loop', () => {
    const { seen, join, line, work, next } = open()
    for (let n = 0; n < 300; n += 1) {
      while (line.length < 32) join('a', 'x')
      work(1, 5)
    }
    seen.length = 0
    const { length } = line
    // Nothing ends: one call takes a second.
    const told: number[] = []
    for (let turn = 0; turn < 12; turn += 1) {
      const before = refusedOf(seen)
      next(turn === 0 ? 1000 : 0)
      told.push(refusedOf(seen) - before)
    }
    expect([Math.max(...told), refusedOf(seen), line.length]).toEqual([4, length, 0])
  })

  test('who goes away leaves its place at once, and is neither begun nor told', () => {
    const { seen, join, line, pass, work } = open()
    for (const name of names('a', 4)) join('a', name)
    pass(1)
    const leave = join('a', 'gone')
    join('a', 'next')
    leave()
    const length = line.length
    work(1, 3)
    leave()
    expect([length, line.length, seen]).toEqual([1, 0, [...names('a', 4), 'next']])
  })
})
