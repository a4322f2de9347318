import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { inTurns, mapInTurns, type Slices } from '../src/slices.ts'

/** Turns of the event loop that others had while the work was done. */
const turnsDuring = async (work: () => Promise<unknown>): Promise<number> => {
  let turns = 0
  let over = false
  const count = (): void => {
    turns += 1
    if (!over) setImmediate(count)
  }
  setImmediate(count)
  await work()
  over = true
  return turns
}

/** Work for so long on a clock that a busy machine does not move. */
function* holding(ms: number): Slices<string> {
  yield
  vi.advanceTimersByTime(ms)
  return 'done'
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

describe('Work in turns', () => {
  it('that held the thread for long ends with a turn of others, so that the next work does not add to it', async () => {
    expect(await turnsDuring(() => inTurns(holding(20)))).toBe(1)
    expect(await turnsDuring(() => inTurns(holding(0)))).toBe(0)
  })

  it('of many asynchronous steps gives their results in order, with a turn of others before each next few dozen', async () => {
    const many = Array.from({ length: 100 }, (_, n) => n)
    expect(await mapInTurns(many, async (n) => n * 2)).toEqual(many.map((n) => n * 2))
    expect(await turnsDuring(() => mapInTurns(many, async (n) => n))).toBe(3)
    expect(await turnsDuring(() => mapInTurns(many.slice(0, 32), async (n) => n))).toBe(0)
  })
})
