import { describe, expect, it } from 'vitest'
import { readStatements } from '../../src/notes/read-statements.ts'
import { noteTables } from './tables.ts'

const tables = noteTables()

const timed = (text: string): number => {
  const since = performance.now()
  readStatements(text, 'en', tables)
  return performance.now() - since
}

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
  it.each(Object.entries(SHAPES))('grows no faster than the note: %s', (_name, piece) => {
    const of = (characters: number): string => piece.repeat(Math.ceil(characters / piece.length))
    timed(of(100_000))
    const [short, long] = [timed(of(125_000)), timed(of(1_000_000))]
    // Eight times the text; quadratic time would be sixty-four times. Room for a busy machine.
    expect(long).toBeLessThan(Math.max(400, short * 32))
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
