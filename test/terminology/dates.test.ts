import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ageAt, compareDates, daysSince, firstInstant, spanOf } from '../../src/terminology/dates.ts'

const NOW = '2026-11-21T10:00:00Z'

describe('age in completed years', () => {
  it.each([
    ['1960-11-21', 66],
    ['1960-11-22', 65],
    ['1960-11-20', 66],
    ['1960-10', 66],
    ['1960-12', 65],
    ['2026-11-21', 0],
    ['1952-02-29', 74],
  ])('born %s is %d on 21 November 2026', (birthDate, age) => {
    expect(ageAt(birthDate, NOW)).toBe(age)
  })

  it.each([
    ['only the year is known', '1960'],
    ['the month is this month', '1960-11'],
    ['the day does not exist', '1960-02-30'],
    ['it lies ahead', '2026-11-22'],
    ['it is no date', 'about 1960'],
  ])('is not told when %s', (_why, birthDate) => {
    expect(ageAt(birthDate, NOW)).toBeNull()
  })

  it('is told from the year alone on the last day of a year', () => {
    expect(ageAt('1960', '2026-12-31')).toBe(66)
  })

  it('somebody born on 29 February completes the year on 1 March', () => {
    expect([ageAt('2008-02-29', '2026-02-28'), ageAt('2008-02-29', '2026-03-01')]).toEqual([17, 18])
  })
})

describe('comparing dates of different exactness', () => {
  it.each([
    ['2023', '2024', -1],
    ['2024-03', '2024-02-28', 1],
    ['2024-03-05', '2024-03-05', 0],
    ['2024', '2024-03', null],
    ['2024-03-05', '2024-03-05T10:00:00Z', null],
    ['2024-03-05T12:00:00+02:00', '2024-03-05T10:00:00Z', 0],
    ['2024-13', '2024-01', null],
  ] as const)('%s against %s is %s', (left, right, expected) => {
    expect(compareDates(left, right)).toBe(expected)
  })
})

describe('days since', () => {
  it.each([
    ['2026-11-20', 1],
    ['2026-11-21', 0],
    ['2026-11-21T09:00:00Z', 0],
    ['2026-11', 20],
    ['2025', 689],
    ['2026-11-22', 0],
  ])('%s is %d whole days ago', (date, days) => {
    expect(daysSince(date, NOW)).toBe(days)
  })

  it('a date ahead or unreadable has no age', () => {
    expect([daysSince('2026-11-23', NOW), daysSince('2027', NOW), daysSince('yesterday', NOW)]).toEqual([null, null, null])
  })
})

describe('laws', () => {
  const day = fc
    .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2026-11-20T00:00:00Z'), noInvalidDate: true })
    .map((date) => date.toISOString())
  const partial = fc.tuple(day, fc.constantFrom(4, 7, 10, 24)).map(([text, length]) => text.slice(0, length))

  it('swapping two dates turns the answer round', () => {
    fc.assert(
      fc.property(partial, partial, (left, right) => {
        const answer = compareDates(left, right)
        expect(compareDates(right, left)).toBe(answer === null ? null : 0 - answer)
      }),
    )
  })

  it('less exact dates never give another age, only none', () => {
    fc.assert(
      fc.property(day, (birth) => {
        const exact = ageAt(birth.slice(0, 10), NOW)
        for (const length of [4, 7]) expect([exact, null]).toContain(ageAt(birth.slice(0, length), NOW))
      }),
    )
  })

  it('less exact dates are never fresher', () => {
    fc.assert(
      fc.property(day, (date) => {
        expect(daysSince(date.slice(0, 7), NOW) ?? 0).toBeGreaterThanOrEqual(daysSince(date.slice(0, 10), NOW) ?? 0)
      }),
    )
  })

  it('every date lies in its own span, and any text is answered', () => {
    fc.assert(
      fc.property(fc.oneof(partial, fc.string()), (date) => {
        const span = spanOf(date)
        expect(span === null || (span.first <= span.last && firstInstant(date) === span.first)).toBe(true)
      }),
    )
  })
})
