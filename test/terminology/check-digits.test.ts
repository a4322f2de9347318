import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAtcSubstance, isHgncId, isLoinc, isRxcui, isSnomedConcept } from '../../src/terminology/check-digits.ts'

describe('LOINC', () => {
  it.each(['79714-2', '84413-4', '2160-0', '57979-7', 'LA10315-2', 'LA10317-8', 'LA9657-3', 'LL3856-3'])('%s is right', (code) => {
    expect(isLoinc(code)).toBe(true)
  })

  it.each(['79714-4', 'LA10316-9', 'LA10317-1', 'LA25390-0', '79714', 'LA-2', '', '84413-4 '])('%s is a misprint', (code) => {
    expect(isLoinc(code)).toBe(false)
  })
})

describe('SNOMED CT concepts', () => {
  it.each(['738542003', '238012003', '1144910008', '363779003', '10828004', '416128008', '23719005'])('%s is right', (code) => {
    expect(isSnomedConcept(code)).toBe(true)
  })

  it.each(['356744012', '738542004', '73854200', '0', 'abc'])('%s is no concept', (code) => {
    expect(isSnomedConcept(code)).toBe(false)
  })
})

describe('a single wrong digit', () => {
  it('is always found in LOINC codes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('79714-2', '84413-4', '57979-7'),
        fc.nat({ max: 4 }),
        fc.integer({ min: 1, max: 9 }),
        (code, at, shift) => {
          const digit = (Number(code[at]) + shift) % 10
          expect(isLoinc(`${code.slice(0, at)}${digit}${code.slice(at + 1)}`)).toBe(false)
        },
      ),
    )
  })

  it('is always found in SNOMED CT codes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('738542003', '238012003', '416128008'),
        fc.nat({ max: 8 }),
        fc.integer({ min: 1, max: 9 }),
        (code, at, shift) => {
          const digit = (Number(code[at]) + shift) % 10
          expect(isSnomedConcept(`${code.slice(0, at)}${digit}${code.slice(at + 1)}`)).toBe(false)
        },
      ),
    )
  })
})

it.each([
  ['HGNC:2621', true],
  ['2621', false],
  ['HGNC:02621', false],
  ['HGNC:', false],
])('HGNC id %s: %s', (code, right) => {
  expect(isHgncId(code)).toBe(right)
})

it.each([
  ['32968', true],
  ['032968', false],
  ['C0070166', false],
])('RxNorm code %s: %s', (code, right) => {
  expect(isRxcui(code)).toBe(right)
})

it.each([
  ['B01AC04', true],
  ['B01AC', false],
  ['Z01AC04', false],
])('ATC substance %s: %s', (code, right) => {
  expect(isAtcSubstance(code)).toBe(right)
})
