import { describe, expect, it } from 'vitest'
import { readStatements } from '../../src/notes/read-statements.ts'
import { growthOf } from '../../tools/fuzz/text-readers.ts'
import { noteTables } from './tables.ts'

const tables = noteTables()

/** Each is a way in which text could make a reader slow: no end of sentence, only triggers, only targets, only marks, only headings. */
const SHAPES: Readonly<Record<string, string>> = {
  'a usual note, again and again': 'Denies fever, chills or cough. History of asthma. Mother had breast cancer. Return if bleeding.\n',
  'one endless sentence': 'no fever and cough without chills if headache ',
  'triggers without end': 'no evidence of possible history of ',
  'targets without end': 'breast cancer diabetes mellitus fever ',
  'open brackets and marks': '((((?:;-- , < > & ',
  'headings without end': 'Family history:\n',
  'letters without a space': 'abcdefghij',
  'blank lines': '\n \t',
}

describe('Time to read a note', () => {
  /** Between 10, which is in line, and 100, which is the square of the time. */
  const MOST = 40
  const reader = (text: string): unknown => readStatements(text, 'en', tables)

  it.each(Object.entries(SHAPES))('grows no faster than the note: %s', (_name, piece) => {
    reader(piece.repeat(1000)) // compiled
    // A busy machine and the collector can make one step look steep; the square of the time is steep in the next one, too.
    const ratios = [10_000, 100_000].map((size) => growthOf(reader, piece, size, MOST, 3).ratio)
    expect(Math.min(...ratios)).toBeLessThan(MOST)
  })
})

describe('Whatever a note holds', () => {
  const odd = [
    '',
    ' ',
    '\u0000',
    '\ud800',
    '<script>alert(1)</script>',
    '__proto__ constructor',
    '\u202e',
    'a'.repeat(5000),
    '😀 no fever 😀',
    '‮no fever',
  ]
  it.each(odd)('is read without a fault: %j', (text) => {
    for (const one of readStatements(text, 'en', tables)) expect(text.slice(one.start, one.end).length).toBeGreaterThan(0)
  })

  it('spans are those of the text as it was sent, whatever stands before', () => {
    const text = '😀 ﬁrst\u00ad: NO\u00a0fever today'
    const [one] = readStatements(text, 'en', tables)
    expect(one && text.slice(one.start, one.end)).toBe('fever')
    expect(one?.triggers.map(({ words }) => words)).toEqual(['NO'])
  })

  it('every statement lies within its sentence, and every trigger of it, too', () => {
    const text = SHAPES['a usual note, again and again']?.repeat(20) ?? ''
    for (const { start, end, sentence, triggers } of readStatements(text, 'en', tables)) {
      expect(sentence.start <= start && end <= sentence.end).toBe(true)
      for (const trigger of triggers) expect(sentence.start <= trigger.start && trigger.end <= sentence.end).toBe(true)
    }
  })
})
