import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMoreSerious, mostSerious } from '../../src/cards/more-serious.ts'
import type { Action, Consequence, Finding } from '../../src/contract/findings.ts'

/** Only what the order of findings looks at. */
const asking = (consequence: Consequence, ...actions: Action[]): Finding => ({ consequence, actions }) as unknown as Finding

const VALUES = [
  '20%',
  '30-80%',
  '50%',
  '20-50%',
  '150%',
  '200%',
  '25-50% of lowest',
  'lowest recommended',
  '10 mg/day',
  '<=20 mg/day',
  'lower',
]

const someFinding = fc
  .tuple(
    fc.constantFrom<Consequence>('contraindicated', 'avoid', 'alternative', 'dose', 'dose', 'dose', 'caution', 'standard'),
    fc.uniqueArray(fc.record({ code: fc.constantFrom('start', 'dose', 'maint', 'max'), value: fc.constantFrom(...VALUES) }), {
      selector: ({ code }) => code,
      maxLength: 3,
    }),
  )
  .map(([consequence, actions]) => asking(consequence, ...actions))

describe('Which of two findings is the more serious', () => {
  it('never each of the other, and it carries over from one to the next', () => {
    fc.assert(
      fc.property(someFinding, someFinding, someFinding, (a, b, c) => {
        expect(isMoreSerious(a, b) && isMoreSerious(b, a)).toBe(false)
        if (isMoreSerious(a, b) && isMoreSerious(b, c)) expect(isMoreSerious(a, c)).toBe(true)
      }),
    )
  })

  it('of any findings there is one that none outdoes, and it is of the gravest consequence among them', () => {
    fc.assert(
      fc.property(fc.array(someFinding, { minLength: 1, maxLength: 6 }), (findings) => {
        const head = mostSerious(findings)
        expect(head && findings.every((other) => !isMoreSerious(other, head))).toBe(true)
      }),
    )
  })

  it.each<[string, Finding, Finding]>([
    ['a deeper reduction', asking('dose', { code: 'start', value: '20%' }), asking('dose', { code: 'start', value: '65%' })],
    ['a range that lies lower', asking('dose', { code: 'start', value: '20-50%' }), asking('dose', { code: 'start', value: '30-80%' })],
    ['a lower limit', asking('dose', { code: 'max', value: '10 mg/day' }), asking('dose', { code: 'max', value: '20 mg/day' })],
    [
      'a share of the lowest dose',
      asking('dose', { code: 'start', value: '25-50% of lowest' }, { code: 'max', value: '50% of maximum' }),
      asking('dose', { code: 'start', value: 'lowest recommended' }),
    ],
    ['another drug', asking('alternative'), asking('dose', { code: 'start', value: '20%' })],
  ])('%s', (_what, more, less) => {
    expect([isMoreSerious(more, less), isMoreSerious(less, more)]).toEqual([true, false])
  })

  it.each<[string, Finding, Finding]>([
    ['an increase and a reduction', asking('dose', { code: 'dose', value: '150%' }), asking('dose', { code: 'dose', value: '60%' })],
    ['two increases', asking('dose', { code: 'dose', value: '150%' }), asking('dose', { code: 'dose', value: '200%' })],
    ['a share and milligrams', asking('dose', { code: 'start', value: '20%' }), asking('dose', { code: 'start', value: '20 mg/day' })],
    ['a start and a maintenance dose', asking('dose', { code: 'start', value: '20%' }), asking('dose', { code: 'maint', value: '50%' })],
  ])('%s: neither', (_what, one, other) => {
    expect([isMoreSerious(one, other), isMoreSerious(other, one)]).toEqual([false, false])
  })
})
