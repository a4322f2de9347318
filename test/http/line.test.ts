import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { makeLine } from '../../src/http/line.ts'

/** A line whose clock stands until it is moved, and who began or was told to come again, in order. */
const open = () => {
  const clock = { ms: 0 }
  const seen: string[] = []
  const line = makeLine(() => clock.ms)
  const join = (account: string, name: string): boolean =>
    line.join(
      () => account,
      () => seen.push(name),
      () => seen.push(`${name} late`),
    )
  /** Turns of the event loop, each of so many milliseconds. */
  const turns = async (count: number, ms: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      clock.ms += ms
      await turn()
    }
  }
  return { clock, seen, line, join, turns }
}

const names = (account: string, count: number) => Array.from({ length: count }, (_, at) => `${account}${at + 1}`)

describe('The line of calls', () => {
  test('begins a call at once where nobody waits, and one in each turn of the event loop where calls come together', async () => {
    const { seen, join, turns } = open()
    const taken = names('a', 4).map((name) => join('a', name))
    const began = [[...seen]]
    for (let n = 0; n < 3; n += 1) {
      await turns(1, 3)
      began.push([...seen])
    }
    expect([taken, began]).toEqual([Array(4).fill(true), [['a1'], ['a1', 'a2'], ['a1', 'a2', 'a3'], ['a1', 'a2', 'a3', 'a4']]])
  })

  test('lets accounts begin in turn: who sends much waits behind its own calls only', async () => {
    const { seen, join, turns } = open()
    for (const name of names('a', 20)) join('a', name)
    for (const name of names('b', 2)) join('b', name)
    await turns(4, 3)
    expect(seen).toEqual(['a1', 'a2', 'b1', 'a3', 'b2'])
  })

  test('turns away what would wait too long, and of another account that waits for nobody nothing', async () => {
    const { join } = open()
    const taken = names('a', 200).map((name) => join('a', name))
    expect([taken.filter(Boolean).length, join('b', 'b1')]).toEqual([62, true]) // one began, and 61 wait some 300 ms
  })

  test('takes a burst of 32 whatever they cost', async () => {
    const { seen, join, turns } = open()
    const taken = names('a', 33).map((name) => join('a', name))
    await turns(32, 100)
    expect([taken.every(Boolean), seen]).toEqual([true, names('a', 33)])
  })

  test('is shorter once it lasts, and long again after it was empty', async () => {
    const { join, line, turns } = open()
    const fill = () => {
      let count = 0
      while (join('a', 'x')) count += 1
      return count
    }
    fill()
    for (let n = 0; n < 200; n += 1) {
      await turns(1, 5)
      fill()
    }
    const lasting = line.length
    await turns(lasting + 2, 5)
    expect([lasting, line.length, fill()]).toEqual([32, 0, 62])
  })

  test('of a line that lasts tells those to come again whose turn comes too late', async () => {
    const { seen, join, turns, clock } = open()
    for (let n = 0; n < 300; n += 1) {
      while (join('a', 'x'));
      await turns(1, 5)
    }
    seen.length = 0
    clock.ms += 1000 // one call took a second
    await turns(1, 5)
    expect([seen.length > 1, new Set(seen)]).toEqual([true, new Set(['x late'])])
  })
})
