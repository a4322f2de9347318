import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { convert, ucumCode } from '../../src/terminology/units.ts'

const CREATININE = { molarMass: 113.12 }

describe('conversion', () => {
  it.each([
    [180, '[lb_av]', 'kg', 81.6466266],
    [70, '[in_i]', 'cm', 177.8],
    [98.6, '[degF]', 'Cel', 37],
    [0, 'mg', 'g', 0],
    [7.2, 'g/dL', 'g/L', 72],
    [250, 'ug', 'mg', 0.25],
    [5, '10*3/uL', '10*9/L', 5],
  ])('%d %s is %d %s', (value, from, to, expected) => {
    expect(convert(value, from, to)).toBeCloseTo(expected, 6)
  })

  it.each([
    [180, 'lbs', 'kg', 81.6466266],
    [180, 'Pounds', 'kg', 81.6466266],
    [70, 'in', 'cm', 177.8],
    [80, 'Kg', 'kg', 80],
    [5, 'mcg', 'mg', 0.005],
    [5, 'µg', 'mg', 0.005],
    [1.1, 'mg/dl', 'mg/L', 11],
    [500, 'MG', 'g', 0.5],
    [5, 'K/uL', '10*9/L', 5],
    [5, 'x10^9/L', '10*3/uL', 5],
    [37, '°C', 'Cel', 37],
    [120, 'mmHg', 'mm[Hg]', 120],
    [72, 'beats/min', '/min', 72],
    [60, 'mL/min/1.73 m²', 'mL/min/{1.73_m2}', 60],
    [12, 'cc', 'mL', 12],
    [2, 'IU/L', '[iU]/L', 2],
  ])('what laboratories write is understood: %d %s is %s %s', (value, from, to, expected) => {
    expect(convert(value, from, to)).toBeCloseTo(expected, 6)
  })

  it('creatinine converts between mass and amount only with its molar mass', () => {
    expect(convert(1, 'mg/dL', 'umol/L', CREATININE)).toBeCloseTo(88.4, 1)
    expect(convert(88.4, 'umol/L', 'mg/dL', CREATININE)).toBeCloseTo(1, 3)
    expect(convert(1, 'mg/dL', 'umol/L')).toBeNull()
  })

  it('equivalents convert to moles only with the charge', () => {
    expect([convert(4, 'meq/L', 'mmol/L'), convert(4, 'meq/L', 'mmol/L', { charge: 2 })]).toEqual([null, 2])
  })

  it.each([
    ['another kind of quantity', 5, 'mg/dL', '10*3/uL'],
    ['an unknown unit', 5, 'blobs', 'kg'],
    ['no unit', 5, '', 'kg'],
    ['a clearance per body surface as a clearance', 90, 'mL/min/{1.73_m2}', 'mL/min'],
    ['HbA1c percent as mmol/mol: another scale', 6.5, '%', 'mmol/mol'],
    ['an unknown unit, even into itself', 5, 'blobs', 'blobs'],
    ['a value that is no number', Number.NaN, 'kg', 'g'],
    ['an infinite value', Number.POSITIVE_INFINITY, 'kg', 'g'],
  ])('%s is not converted', (_what, value, from, to) => {
    expect(convert(value, from, to)).toBeNull()
  })
})

describe('UCUM codes', () => {
  it('spellings get their UCUM code, nonsense gets none', () => {
    expect(['lbs', 'mg/dl', 'K/uL', 'mm[Hg]', 'mcg/kg/min', '%', 'blobs', ''].map(ucumCode)).toEqual([
      '[lb_av]',
      'mg/dL',
      '10*3/uL',
      'mm[Hg]',
      'ug/kg/min',
      '%',
      null,
      null,
    ])
  })
})

describe('laws', () => {
  const units = [
    ['kg', 'g', 'mg', '[lb_av]', '[oz_av]'],
    ['cm', 'm', '[in_i]', '[ft_i]'],
    ['mg/dL', 'g/L', 'mg/L', 'ug/mL'],
    ['h', 'min', 'd', 'wk'],
  ] as const
  const pair = fc.constantFrom(...units).chain((family) => fc.tuple(fc.constantFrom(...family), fc.constantFrom(...family)))
  const value = fc.double({ min: 0.001, max: 1e6, noNaN: true })

  it('there and back is the same value', () => {
    fc.assert(
      fc.property(value, pair, (amount, [from, to]) => {
        const there = convert(amount, from, to)
        expect(convert(there ?? Number.NaN, to, from)).toBeCloseTo(amount, 6 - Math.ceil(Math.log10(amount + 1)))
      }),
    )
  })

  it('more stays more', () => {
    fc.assert(
      fc.property(value, value, pair, (less, more, [from, to]) => {
        fc.pre(less < more)
        expect(convert(less, from, to) ?? Number.NaN).toBeLessThanOrEqual(convert(more, from, to) ?? Number.NaN)
      }),
    )
  })

  it('any two texts give a number or null, never an error, and nothing of them is printed', () => {
    const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    fc.assert(
      fc.property(fc.double(), fc.string(), fc.string(), (amount, from, to) => {
        const result = convert(amount, from, to)
        expect(result === null || Number.isFinite(result)).toBe(true)
      }),
      { numRuns: 2000 },
    )
    expect(printed).not.toHaveBeenCalled()
    printed.mockRestore()
  })
})

it('a unit longer than any is unknown, and is not searched: the time it took grew with the square of its length', {
  timeout: 600_000,
}, () => {
  const long = `${'1'.repeat(300_000)}!`
  expect([convert(1, long, 'mg'), convert(1, 'mg', long), convert(1, long, long), ucumCode(long)]).toEqual([null, null, null, null])
})
