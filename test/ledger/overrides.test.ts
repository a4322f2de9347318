import { describe, expect, test } from 'vitest'
import { addTo, type Said, type Spoken } from '../../src/ledger/overrides.ts'

const spoken = (second: number, overridden: boolean, { pair = 'one', facts = 'same' } = {}): Spoken => ({
  pair,
  facts,
  word: { at: 1000 * second, overridden, reason: null },
})

const wordsIn = (said: Said): number => [...said.values()].reduce((sum, known) => sum + known.size, 0)

describe('What is remembered of feedback', () => {
  test('is one word for each concern, however often it is answered', () => {
    const said: Said = new Map()
    for (let second = 0; second < 1000; second += 1) addTo(said, [spoken(second, second % 2 === 0)])
    expect(wordsIn(said)).toBe(1)
    addTo(said, [spoken(1, true, { facts: 'other' }), spoken(1, true, { pair: 'another' })])
    expect(wordsIn(said)).toBe(3)
  })

  test.each([
    ['the later one, told first', [spoken(9, false), spoken(5, true)], false],
    ['the later one, told last', [spoken(5, false), spoken(9, true)], true],
    ['the one that takes back, of two in the same moment', [spoken(5, false), spoken(5, true)], false],
    ['that one, too, when it is told last', [spoken(5, true), spoken(5, false)], false],
    ['one whose time can be read, of two', [spoken(Number.NEGATIVE_INFINITY, true), spoken(5, false)], false],
  ] as const)('of several words is %s', (_, words, overridden) => {
    const atOnce = addTo(new Map(), words)
    const oneByOne = words.reduce((said: Said, word) => addTo(said, [word]), new Map())
    expect(oneByOne).toEqual(atOnce)
    expect(atOnce.get('one')?.get('same')?.overridden).toBe(overridden)
  })
})
