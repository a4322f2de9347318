import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AttuneError } from '../../src/errors.ts'
import { jsonInSlices } from '../../src/http/parse-json.ts'
import { inOneGo } from '../../src/slices.ts'

/** What became of a text: its value, told with the order of its members and the sign of zero, or a refusal. */
const outcome = (parse: () => unknown): string => {
  try {
    return inspect(parse(), { depth: null, maxArrayLength: null })
  } catch (fault) {
    expect(['SyntaxError', 'body-not-json']).toContain(fault instanceof AttuneError ? fault.code : (fault as Error).name)
    return 'refused'
  }
}

const withParser = (bytes: Buffer): string => outcome(() => JSON.parse(bytes.toString().replace(/^\ufeff/, '')))
const inPieces = (bytes: Buffer, pieceBytes: number): string => outcome(() => inOneGo(jsonInSlices(bytes, 1000, pieceBytes)))

const expectSame = (bytes: Buffer, pieceBytes: number): void => {
  expect(inPieces(bytes, pieceBytes)).toBe(withParser(bytes))
}

const RUNS = { numRuns: 1000 }
const pieces = fc.integer({ min: 1, max: 12 })
const spaces = fc.constantFrom('', '', '', ' ', '\n', '\t\r ')
const names = fc.constantFrom('a', 'b', '1', '0', '', '__proto__', 'constructor', 'a,b', '}{', '\\u0061', '\\"', '\\\\', 'ü', '\\ud800')
const scalars = fc.constantFrom('0', '-0', '1e400', '-12.50E+3', '12345678901234567890', 'true', 'null', '"x"', '"],["', '"\\\\"', '"é\\n"')

/** JSON as no printer writes it: white space anywhere, names twice, escapes, numbers of any form. */
const { value: json } = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalars, tie('list'), tie('object')),
  list: fc
    .tuple(spaces, fc.array(fc.tuple(spaces, tie('value'), spaces), { maxLength: 6 }))
    .map(([blank, all]) => `[${blank}${all.map((one) => one.join('')).join(',')}]`),
  object: fc
    .tuple(spaces, fc.array(fc.tuple(spaces, names, spaces, tie('value'), spaces), { maxLength: 6 }))
    .map(([blank, all]) => `{${blank}${all.map(([a, name, b, value, c]) => `${a}"${name}"${b}:${b}${value}${c}`).join(',')}}`),
}))

test('law: what is parsed in pieces is what JSON.parse gives, with its members in the same order', () => {
  fc.assert(
    fc.property(json, pieces, (text, size) => expectSame(Buffer.from(text), size)),
    RUNS,
  )
})

const marks = ['[', ']', '{', '}', ',', ':', '"', '\\', ' ', '0', '.5', 'null', '"a"', '"a":', '\u0000', '\ufeff', 'é']

test('law: a text that was damaged anywhere is refused where JSON.parse refuses it, and only there', () => {
  const damage = fc.record({ at: fc.nat(), removed: fc.integer({ min: 0, max: 2 }), put: fc.constantFrom('', ...marks) })
  fc.assert(
    fc.property(json, fc.array(damage, { minLength: 1, maxLength: 3 }), pieces, (text, damages, size) => {
      const damaged = damages.reduce((before, { at, removed, put }) => {
        const place = at % (before.length + 1)
        return before.slice(0, place) + put + before.slice(place + removed)
      }, text)
      expectSame(Buffer.from(damaged), size)
    }),
    RUNS,
  )
})

const REFUSED: readonly (readonly [string, ...string[]])[] = [
  ['brackets of two kinds', '[1,2}', '{"a":1,"b":2]', '[[1,2},3]'],
  ['more than one document', '1,2', '[1,2],[3,4]', '1,[2,3]', '[1,2] [3,4]', '[1,2]3', '[1,2]{}', '[1,2].5'],
  ['values without a comma', '[[1,2][3,4]]', '[[1,2]3]', '[3[1,2]]', '{"a":[1,2][3,4]}', '{"a":[1,2]"b":1}', '[[1,2].5]', '[[1,2]"x"]'],
  ['brackets too many or too few', '[1,2]]', '{"a":[1,2]}}', '[1,2', '[[1,2]', '{"a":[1,2]', ']1,2[', ','],
  ['empty elements', '[1,2],', '[1,2,]', '[,1,2]', '[1,,2]', '[[1,2],]', '{"a":1,}', '{"a":[1,2],}', '{,"a":[1,2]}'],
  ['members that are none', '["a":1,2]', '["a":[1,2]]', '{[1,2]:1}', '{[1,2]}', '{1:[1,2]}', '{"a" [1,2]}', '{"a":"b":[1,2]}'],
  ['nothing', '', ' ', '\ufeff'],
]

test.each(REFUSED)('%s are refused in pieces of every size', (_, ...texts) => {
  for (const text of texts)
    for (let size = 1; size < 12; size += 1) expect([text, size, inPieces(Buffer.from(text), size)]).toEqual([text, size, 'refused'])
})

test('law: the same for any string of marks, and for any bytes', () => {
  const strings = fc.array(fc.constantFrom(...marks), { maxLength: 16 }).map((all) => Buffer.from(all.join('')))
  const some = fc.constantFrom(
    0x5b,
    0x5d,
    0x2c,
    0x22,
    0x22,
    0x5c,
    0x31,
    0x20,
    0xc3,
    0xa9,
    0xe2,
    0x82,
    0xf0,
    0xff,
    0xed,
    0xa0,
    0xef,
    0xbb,
    0xbf,
  )
  const bytes = fc.array(some, { maxLength: 16 }).map((all) => Buffer.from(all))
  const inText = bytes.map((all) => Buffer.concat([Buffer.from('["'), all, Buffer.from('","x"]')]))
  fc.assert(
    fc.property(fc.oneof(strings, bytes, inText), pieces, (all, size) => expectSame(all, size)),
    { numRuns: 5000 },
  )
})

test('a text is parsed in as many steps as it has pieces, and a list of numbers is cut like a list of records', () => {
  const text = Buffer.from(
    JSON.stringify({ few: 1, many: Array.from({ length: 1000 }, (_, n) => n), deep: { records: [{ a: 'x'.repeat(3000) }, { b: [] }] } }),
  )
  const steps = [...jsonInSlices(text, 64, 1000)].length
  expect(inOneGo(jsonInSlices(text, 64, 1000))).toEqual(JSON.parse(text.toString()))
  expect(steps).toBeGreaterThan(4)
})

test('what nests deeper than is allowed is refused as that, before anything is parsed', () => {
  const refusal = (text: string): unknown => {
    try {
      return inOneGo(jsonInSlices(Buffer.from(text), 3, 4))
    } catch (fault) {
      return (fault as AttuneError).code
    }
  }
  expect(refusal('[[[1,2,3],4,5],6]')).toEqual([[[1, 2, 3], 4, 5], 6])
  expect(refusal('[[[[1]]]]')).toBe('body-too-deep')
  expect(refusal('no JSON [{"a":[[')).toBe('body-too-deep')
  expect(refusal('["[[[[[[",{"]":"{{{{"}]')).toEqual(['[[[[[[', { ']': '{{{{' }])
})
