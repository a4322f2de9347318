import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { oncePer, oncePerPair } from '../src/once-per.ts'
import { makePlaces } from '../src/places.ts'

setFlagsFromString('--expose-gc')
const gc: (options?: { readonly type: 'minor' }) => void = runInNewContext('gc')

const oldBytes = (): number => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ?? 0

type Thing = { readonly of: number; readonly long: readonly number[] }

const CALLS = 400
const LENGTH = 2000

/** By how much the old generation grows, in bytes, while calls come and go after a collection of the whole heap. */
const growth = (one: (thing: Thing) => void): number => {
  one({ of: -1, long: [] })
  gc()
  gc()
  const before = oldBytes()
  for (let of = 0; of < CALLS; of += 1) {
    one({ of, long: new Array(LENGTH).fill(of) })
    if (of % 4 === 3) gc({ type: 'minor' })
  }
  return oldBytes() - before
}

/** What the calls held: 8 bytes or, where V8 compresses pointers, 4 to a number. */
const HELD = CALLS * LENGTH * 4

// Where this fails, V8 has mended it: then places may be Sets again, and this file can go.
test('a Set that calls enter and leave keeps them until the whole heap is collected: what places are for', () => {
  const set = new Set<Thing>()
  let before: Thing | null = null
  const grown = growth((thing) => {
    set.add(thing)
    if (before) set.delete(before)
    before = thing
  })
  expect(grown).toBeGreaterThan(HELD / 4)
})

test('what entered a place and left it is gone with the next small collection', () => {
  const places = makePlaces<Thing>()
  let before = -1
  const grown = growth((thing) => {
    const place = places.take(thing)
    places.leave(before)
    before = place
  })
  expect(grown).toBeLessThan(HELD / 8)
  expect(places.all().map(({ of }) => of)).toEqual([CALLS - 1])
})

test('what was worked out of a record goes with it, also where it refers to the record', () => {
  const reading = oncePer((thing: Thing) => ({ thing, twice: thing.long.map((one) => 2 * one) }))
  expect(growth((thing) => void reading(thing))).toBeLessThan(HELD / 8)
})

test('and so does what was worked out of it and a rule', () => {
  const rule = { factor: 3 }
  const reading = oncePerPair((thing: Thing, { factor }: typeof rule) => ({ thing, times: thing.long.map((one) => factor * one) }))
  expect(growth((thing) => void reading(thing, rule))).toBeLessThan(HELD / 8)
})

test('things in places are found until they leave, each place is used again, and leaving twice is harmless', () => {
  const places = makePlaces<{ readonly name: string }>()
  const [one, two] = [places.take({ name: 'one' }), places.take({ name: 'two' })]
  expect(places.leave(one)).toEqual({ name: 'one' })
  expect(places.leave(one)).toBeUndefined()
  expect(places.take({ name: 'three' })).toBe(one)
  expect(places.all().map(({ name }) => name)).toEqual(['three', 'two'])
  expect(places.leave(two)).toEqual({ name: 'two' })
})

test('it is worked out once, for frozen objects too, no copy takes it along, and nobody sees it', () => {
  let times = 0
  const count = oncePer((list: readonly number[]) => {
    times += 1
    return list.length > 0 ? list.length : undefined
  })
  const [list, frozen, empty] = [[1, 2], Object.freeze([1, 2, 3]), [] as number[]]
  expect([count(list), count(list), count(frozen), count(frozen), count(empty), count(empty)]).toEqual([2, 2, 3, 3, undefined, undefined])
  expect(times).toBe(3)
  expect(count([...list])).toBe(2)
  expect(times).toBe(4)
  expect([Reflect.ownKeys(list), JSON.stringify(list)]).toEqual([['0', '1', 'length'], '[1,2]'])
})

test('what could not be worked out is tried again: a failure is never taken for an answer', () => {
  let fails = true
  const count = oncePer((list: readonly number[]) => {
    if (fails) throw new RangeError('not now')
    return list.length
  })
  const list = [1, 2]
  expect(() => count(list)).toThrow('not now')
  expect(() => count(list)).toThrow('not now')
  fails = false
  expect(count(list)).toBe(2)
})
