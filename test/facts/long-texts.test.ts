import { expect, it, vi } from 'vitest'
import { PUMPS } from '../../tools/fuzz/hostile-values.ts'
import { growthOf, READERS } from '../../tools/fuzz/text-readers.ts'

vi.setConfig({ testTimeout: 600_000 })

const SIZE = 10_000
/** Between 10, which is in line, and 100, which is the square; the garbage collector has its part in it. */
const MOST = 40

/** A text of 100,000 characters that takes so long needs no second step, which could take hours. */
const HOPELESS_MS = 3000

type Reader = (text: string) => unknown

/**
 * The collector leaves a small text alone and not a large one, so that on a busy machine the first step can look steep for what is not: the
 * square of the time is steep in the next step too.
 */
const isSteep = (reader: Reader, pump: string, end?: string): boolean => {
  const first = growthOf(reader, pump, SIZE, MOST, 5, end)
  return first.ratio > MOST && (first.largeMs > HOPELESS_MS || growthOf(reader, pump, SIZE * 10, MOST, 2, end).ratio > MOST)
}

/** The second, since `.` in a pattern ends at the end of a line, so that what should go to the end of the text is tried in vain. */
const ENDS = ['!', '\n!']

it.each(Object.entries(READERS))(
  '%s: no text that is ten times as long takes much more than ten times as long to read',
  (_name, reader) => {
    for (const pump of PUMPS) reader(pump.repeat(100)) // compiled
    const steep = PUMPS.flatMap((pump) => ENDS.map((end) => [pump, end] as const)).filter(([pump, end]) => isSteep(reader, pump, end))
    expect(steep).toEqual([])
  },
)

it('a reader that takes the square of the time is found', () => {
  const square: Reader = (text) => {
    let same = 0
    for (let at = 0; at < text.length; at += 20)
      for (let other = 0; other < text.length; other += 20) same += Number(text[at] === text[other])
    return same
  }
  expect(isSteep(square, 'a')).toBe(true)
})
