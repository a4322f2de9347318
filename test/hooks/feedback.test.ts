import { expect, test } from 'vitest'
import { AttuneError } from '../../src/errors.ts'
import { readFeedback } from '../../src/hooks/feedback.ts'

const AT = '2026-11-21T10:00:00Z'
const accepted = { card: 'c1', outcome: 'accepted', acceptedSuggestions: [{ id: 's1' }], outcomeTimestamp: AT }
const overridden = { card: 'c1', outcome: 'overridden', outcomeTimestamp: AT }
const read = (...feedback: unknown[]) => readFeedback({ feedback })

test('an accepted suggestion is one event', () => {
  expect(read(accepted)).toEqual([
    { card: 'c1', outcome: 'accepted', acceptedSuggestions: ['s1'], overrideReason: null, outcomeTimestamp: AT },
  ])
})

const reasonOf = (entry: object) => read({ ...overridden, ...entry }).map(({ overrideReason }) => overrideReason)
const whole = { code: 'patref', system: 'urn:x', display: 'Patient refuses' }

test.each<readonly [string, object, unknown]>([
  ['no reason', {}, [null]],
  ['null for a reason', { overrideReason: null }, [null]],
  ['a whole reason and a comment', { overrideReason: { reason: whole, userComment: 'told twice' } }, [{ ...whole, comment: 'told twice' }]],
  [
    'a code alone, as the public sandbox sends it',
    { overrideReason: { reason: { code: 'patref' } } },
    [{ code: 'patref', system: null, display: null, comment: null }],
  ],
  ['a comment alone', { overrideReason: { userComment: 'no' } }, [{ code: null, system: null, display: null, comment: 'no' }]],
  ['reasons in the plural, as codes', { overrideReasons: [whole] }, [{ ...whole, comment: null }]],
  [
    'reasons in the plural, as reason objects',
    { overrideReasons: [{ reason: whole }, { userComment: 'no' }] },
    [
      { ...whole, comment: null },
      { code: null, system: null, display: null, comment: 'no' },
    ],
  ],
  ['one reason under the plural name', { overrideReasons: { reason: whole } }, [{ ...whole, comment: null }]],
])('an override with %s is kept', (_name, entry, expected) => {
  expect(reasonOf(entry)).toEqual(expected)
})

test('several entries and repeats for one card are each an event', () => {
  expect(read(accepted, accepted, overridden)).toHaveLength(3)
})

test('unknown members are ignored', () => {
  expect(read({ ...accepted, extension: { a: 1 }, more: null })).toHaveLength(1)
})

test.each([
  ['+01:00', '2026-11-21T10:00:00+01:00'],
  ['fractions', '2026-11-21T10:00:00.123456Z'],
])('a time with %s is an instant', (_name, outcomeTimestamp) => {
  expect(read({ ...accepted, outcomeTimestamp })).toHaveLength(1)
})

const MALFORMED: readonly (readonly [string, unknown])[] = [
  ['no object', []],
  ['null', null],
  ['text', 'feedback'],
  ['no feedback', {}],
  ['feedback that is no list', { feedback: accepted }],
  ['an empty list', { feedback: [] }],
  ['an entry that is null', { feedback: [null] }],
  ['a good entry beside a bad one', { feedback: [accepted, {}] }],
  ['no card', { feedback: [{ ...accepted, card: undefined }] }],
  ['a card that is a number', { feedback: [{ ...accepted, card: 5 }] }],
  ['an empty card', { feedback: [{ ...accepted, card: '' }] }],
  ['a card of 10,000 letters', { feedback: [{ ...accepted, card: 'c'.repeat(10_000) }] }],
  ['another outcome', { feedback: [{ ...accepted, outcome: 'ignored' }] }],
  ['accepted without suggestions', { feedback: [{ ...accepted, acceptedSuggestions: undefined }] }],
  ['accepted with an empty list', { feedback: [{ ...accepted, acceptedSuggestions: [] }] }],
  ['a suggestion that is text', { feedback: [{ ...accepted, acceptedSuggestions: ['s1'] }] }],
  ['a reason without content', { feedback: [{ ...overridden, overrideReason: {} }] }],
  ['a reason that is text', { feedback: [{ ...overridden, overrideReason: 'no' }] }],
  ['a comment of 5,000 letters', { feedback: [{ ...overridden, overrideReason: { userComment: 'x'.repeat(5000) } }] }],
  ['no time', { feedback: [{ ...accepted, outcomeTimestamp: undefined }] }],
  ['a time without offset', { feedback: [{ ...accepted, outcomeTimestamp: '2026-11-21T10:00:00' }] }],
  ['a day', { feedback: [{ ...accepted, outcomeTimestamp: '2026-11-21' }] }],
  ['a day that does not exist', { feedback: [{ ...accepted, outcomeTimestamp: '2026-02-30T10:00:00Z' }] }],
  ['501 entries', { feedback: Array.from({ length: 501 }, () => accepted) }],
]

test.each(MALFORMED)('a body with %s is refused as a whole', (_name, body) => {
  expect(() => readFeedback(body)).toThrow(AttuneError)
})

test('the reason for a refusal names the member and never its value', () => {
  try {
    read({ ...accepted, card: { secret: 'Quillfeather' } })
    expect.unreachable()
  } catch (error) {
    expect((error as AttuneError).publicText).toContain('feedback.0.card')
    expect((error as AttuneError).publicText).not.toContain('Quillfeather')
  }
})
