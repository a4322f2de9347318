import { expect, test } from 'vitest'
import { readCode, rememberingCodes } from '../../src/facts/genomics/read-code.ts'
import { remembering } from '../../src/terminology/remember.ts'

/** What was worked out, in order. */
const counted = () => {
  const made: string[] = []
  const read = remembering((words) => {
    made.push(words)
    return { words }
  })
  return { made, read }
}

test('words of a catalogue are read once, prose each time', () => {
  const { made, read } = counted()
  const prose = 'seen today with her daughter '.repeat(20)
  for (const words of ['5 mg', '5 mg', prose, prose]) expect(read(words)).toEqual({ words })
  expect(made).toEqual(['5 mg', prose, prose])
})

test('no more than some thousand of them are kept, whatever is sent', () => {
  const { made, read } = counted()
  for (let n = 0; n < 5000; n++) read(`word ${n}`)
  read('word 0')
  expect(made).toHaveLength(5001)
})

test('a concept is kept under all that it says; one without a coding is free text and is not kept', () => {
  const made: string[] = []
  const rules = {}
  const read = rememberingCodes((_rules: object, { text }) => {
    made.push(text ?? '')
    return { text }
  })
  const coded = (system: string, text: string) => readCode({ text, coding: [{ system, code: '1', display: 'One' }] })
  for (const code of [coded('a', 'x'), coded('a', 'x'), coded('b', 'x'), coded('a', 'y')]) read(rules, code)
  for (const code of [readCode({ text: 'free' }), readCode({ text: 'free' })]) read(rules, code)
  read({}, coded('a', 'x'))
  expect(made).toEqual(['x', 'x', 'y', 'free', 'free', 'x'])
})
