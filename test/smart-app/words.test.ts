import { describe, expect, test } from 'vitest'
import { dateWords, momentWords, recentWords } from '../../smart-app/app/words/dates.ts'
import { fixedWords, localDigits } from '../../smart-app/app/words/numbers.ts'
import { numberWords, quantityWords, rangeWords } from '../../smart-app/app/words/values.ts'

describe('numbers', () => {
  test.each([
    [0, '0'],
    [1.05, '1.05'],
    [-3.2, '-3.2'],
    [0.123456, '0.1235'],
    [1234, '1234'],
    [12345, '12\u202f345'],
    [1234567, '1\u202f234\u202f567'],
    [12345.678, '12\u202f346'],
    [1e21, '1e+21'],
  ])('%d reads %s: no whole digit is lost, no comma groups', (value, words) => {
    expect(numberWords(value)).toBe(words)
  })

  test('a number of given digits keeps its zeros', () => {
    expect(fixedWords(1.5, 2)).toBe('1.50')
  })

  test.each(['', 'n/a', '1.2.3', '<5', '1e-7'])('text that is no plain number stays as it is: %j', (text) => {
    expect(localDigits(text)).toBe(text)
  })

  test('units stay as they are, next to their number', () => {
    expect(quantityWords(5.5, 'mmol/L')).toBe('5.5\u00a0mmol/L')
    expect(quantityWords(72, 'mL/min/{1.73_m2}')).toBe('72\u00a0mL/min/1.73 m²')
    // A unit that is nothing but an annotation is all that tells a relative abundance from a concentration.
    expect(quantityWords(4.21, '{NPX}')).toBe('4.21\u00a0NPX')
  })

  test('a range names its bounds in words', () => {
    expect([rangeWords({ low: 3.5, high: 5.1 }), rangeWords({ low: 60 }), rangeWords({ high: 130 }), rangeWords(null)]).toEqual([
      '3.5 to 5.1',
      'from 60',
      'up to 130',
      null,
    ])
  })
})

describe('dates', () => {
  test.each([
    ['2024-03-05', '5 Mar 2024'],
    ['2024-03-05T23:30:00-05:00', '5 Mar 2024'],
    ['2024-03', 'Mar 2024'],
    ['2024', '2024'],
    ['2024-13', '2024'],
    ['no date', 'no date'],
  ])('%s reads %s: as exact as the record, in no other time zone', (date, words) => {
    expect(dateWords(date)).toBe(words)
  })

  test('an instant of today needs no date', () => {
    const now = new Date('2026-11-21T10:42:00Z')
    expect([recentWords('2026-11-21T09:05:00Z', now), recentWords('2026-11-20T09:05:00Z', now), momentWords('x')]).toEqual([
      '09:05',
      '20 Nov 2026, 09:05',
      'x',
    ])
  })
})
