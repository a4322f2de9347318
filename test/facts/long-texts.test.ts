import { expect, it, vi } from 'vitest'
import { PUMPS } from '../../tools/fuzz/hostile-values.ts'
import { growthOf, READERS } from '../../tools/fuzz/text-readers.ts'

vi.setConfig({ testTimeout: 300_000 })

const SIZE = 10_000
/** Between 10, which is in line, and 100, which is the square; the garbage collector has its part in it. */
const MOST = 40

it.each(Object.entries(READERS))(
  '%s: no text that is ten times as long takes much more than ten times as long to read',
  (_name, reader) => {
    for (const pump of PUMPS) reader(pump.repeat(100)) // compiled
    const steep = PUMPS.map((pump) => ({ pump, ...growthOf(reader, pump, SIZE, MOST) })).filter(({ ratio }) => ratio > MOST)
    expect(steep).toEqual([])
  },
)

it('a reader that takes the square of the time is found', () => {
  const square = (text: string): number => {
    let same = 0
    for (let at = 0; at < text.length; at += 20)
      for (let other = 0; other < text.length; other += 20) same += Number(text[at] === text[other])
    return same
  }
  expect(growthOf(square, 'a', SIZE, MOST).ratio).toBeGreaterThan(MOST)
})
