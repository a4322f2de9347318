import { expect, test } from 'vitest'
import { asText } from '../../src/facts/accessors.ts'
import { genomicTerms } from '../../src/facts/genomics/genomic-terms.ts'
import { variantTerms } from '../../src/facts/genomics/variants/variant-terms.ts'
import { textOfHtml } from '../../src/facts/plain-text.ts'
import { unitWords } from '../../src/terminology/unit-words.ts'
import { theTerms } from '../builders/knowledge.ts'

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('a code named %s finds nothing in a table', (code) => {
  expect(unitWords(code)).toBe(code)
  const { answers, presence, conditions, builds } = genomicTerms(theTerms()).codes
  const { classes, zygosities, origins } = variantTerms(theTerms()).codes
  expect(
    [answers, presence, conditions, builds, classes, zygosities, origins].map((table) => (table as Record<string, unknown>)[code]),
  ).toEqual(Array(7).fill(undefined))
  expect(textOfHtml(`a &${code}; b`)).toContain(`&${code};`)
})

test.each([
  ['one that turns the direction of what follows', '5 mg \u202e10\u202c', '5 mg 10'],
  ['one that isolates', '\u2066Doe\u2069', 'Doe'],
  ['a NUL and a bell', 'a\u0000b\u0007c', 'abc'],
  ['a byte order mark alone', '\ufeff', null],
  ['letters of no width', 'war\u200bfa\u200crin\u2060 5\u200d mg\u2064', 'warfarin 5 mg'],
  ['tags that spell a hidden text', `peanut${String.fromCodePoint(0xe0069, 0xe0067, 0xe007f)}`, 'peanut'],
  ['none: joiners between letters that join stay', 'می\u200cخواهم', 'می\u200cخواهم'],
  ['none: marks of Hebrew and Arabic names stay', 'דוד\u200f 1', 'דוד\u200f 1'],
])('of the characters that nobody sees, %s', (_what, text, read) => {
  expect(asText(text)).toBe(read)
})
