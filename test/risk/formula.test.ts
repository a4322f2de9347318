import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile, compileMany, expand, namesIn, parseFormula } from '../../src/risk/formula.ts'

const value = (text: string, names: Readonly<Record<string, number>> = {}): number => compile(parseFormula(text))(names)

describe('formulas of the risk equations', () => {
  it.each<[string, number]>([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 2 - 3', 5],
    ['8 / 2 / 2', 2],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['0.946 ^ exp(0)', 0.946],
    ['ln(exp(2))', 2],
    ['clamp(7, 1, 4) + clamp(-7, 1, 4) + clamp(2, 1, 4)', 7],
    ['max(3, min(5, 4))', 4],
    ['floor(6.9)', 6],
    ['(3 >= 3) + (3 > 3) + (2 < 3) + (3 <= 2)', 2],
    ['1e-3', 0.001],
  ])('%s is %d', (text, expected) => {
    expect(value(text)).toBeCloseTo(expected, 12)
  })

  it('uses names, and definitions written out', () => {
    expect(value('a * (a + b)', { a: 2, b: 3 })).toBe(10)
    const definitions = new Map([['total', parseFormula('a + b')]])
    expect(namesIn(expand(parseFormula('total * a'), definitions)).sort()).toEqual(['a', 'b'])
  })

  it('a name without a value is not a number, never zero', () => {
    expect(value('a + 1')).toBeNaN()
  })

  it.each(['', '1 +', '(1', '1)', '1 2', 'ln(1, 2)', 'sqrt(2)', 'constructor(1)', 'a $ b', 'clamp(1, 2)', '1 = 1'])(
    'refuses %j at load',
    (text) => {
      expect(() => parseFormula(text)).toThrow(expect.objectContaining({ code: 'model-invalid' }))
    },
  )

  it('agrees with arithmetic written in TypeScript', () => {
    const positive = fc.double({ min: 0.01, max: 100, noNaN: true })
    fc.assert(
      fc.property(positive, positive, positive, (a, b, c) => {
        const here = value('a * ln(b) - c / (a + b) ^ 2', { a, b, c })
        expect(here).toBeCloseTo(a * Math.log(b) - c / (a + b) ** 2, 9)
      }),
    )
  })

  it('over many rows gives bit for bit what it gives row by row', () => {
    const number = fc.double({ min: -50, max: 50 })
    const texts = [
      'a * ln(b) - c / (a + b) ^ 2',
      'clamp(a, 0, 4) * (b >= c) + floor(c) * exp(a / 9)',
      'a',
      '3',
      '-a + max(b, c) ^ 2',
      'd + a',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(fc.tuple(number, number, number), { maxLength: 700 }), (text, rows) => {
        const formula = parseFormula(text)
        const column = (at: 0 | 1 | 2) => Float64Array.from(rows, (row) => row[at])
        const many = compileMany(formula)({ a: column(0), b: column(1), c: column(2) }, rows.length)
        expect(many).toEqual(Float64Array.from(rows, ([a, b, c]) => compile(formula)({ a, b, c })))
      }),
    )
  })
})
