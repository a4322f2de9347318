import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeColumns } from '../../src/risk/encode.ts'
import { equations } from '../../src/risk/kinds/equation.ts'
import type { LoadedVariant } from '../../src/risk/load-model.ts'
import type { Column, InputSpec, InputValue, Values } from '../../src/risk/model-folder.ts'
import { reasonsOf } from '../../src/risk/reasons.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { runVariant } from '../../src/risk/run-variant.ts'
import { randomOf } from '../../src/validation/resample.ts'
import { madeUp } from '../../tools/models/readmission/made-up.ts'

/** Four inputs; `d` is an input of two columns, as a category is. */
const COLUMNS: readonly Column[] = [
  { term: 'a', input: 'a', as: 'number' },
  { term: 'b', input: 'b', as: 'number' },
  { term: 'c', input: 'c', as: 'number' },
  { term: 'd_ward', input: 'd', as: 'indicator', equals: ['ward'] },
  { term: 'd_home', input: 'd', as: 'indicator', equals: ['home'] },
]
const INPUTS = ['a', 'b', 'c', 'd'] as const

const basisOf = (terms: Readonly<Record<string, number>>) => {
  const basis = equations.read({ id: 'test', citation: 'made up', equations: { risk: { intercept: 0.5, terms } } }).bases.get('risk')
  if (!basis) throw new Error('no basis')
  return basis
}
type Basis = ReturnType<typeof basisOf>

const caseOf = (values: Values, reference: Values) => ({
  columns: COLUMNS,
  values,
  reference,
  run: async () => ({}),
  rawOf: async () => Float64Array.of(),
})

/** Shapley values of the whole equation by their definition: the mean over all orders in which the inputs can be changed. */
const byDefinition = (basis: Basis, values: Values, reference: Values): Record<string, number> => {
  const orders = (left: readonly string[]): string[][] =>
    left.length === 0 ? [[]] : left.flatMap((one) => orders(left.filter((other) => other !== one)).map((rest) => [one, ...rest]))
  const all = orders(INPUTS)
  const sums: Record<string, number> = {}
  for (const order of all) {
    let mixed: Values = reference
    for (const one of order) {
      const before = basis.evaluate?.(encodeColumns(COLUMNS, mixed)) ?? Number.NaN
      mixed = { ...mixed, [one]: values[one] ?? null }
      sums[one] = (sums[one] ?? 0) + ((basis.evaluate?.(encodeColumns(COLUMNS, mixed)) ?? Number.NaN) - before) / all.length
    }
  }
  return sums
}

const TERMS = [
  'a',
  'b',
  'ln(a + 3)',
  'a * b',
  'a * b * c',
  'min(a, b)',
  '(a >= 1) * c',
  'd_ward',
  'a * d_ward - c * d_home',
  'max(c, 0) ^ 2',
]
const number = fc.integer({ min: -8, max: 8 }).map((value) => value / 4)
const person = fc.record({ a: number, b: number, c: number, d: fc.constantFrom('ward', 'home', 'other') })
const terms = fc.dictionary(fc.constantFrom(...TERMS), number, { minKeys: 1 })

describe('contributions of an equation', () => {
  it('are the Shapley values of the whole equation, terms that several inputs make together among them', async () => {
    await fc.assert(
      fc.asyncProperty(terms, person, person, async (asked, values, reference) => {
        const basis = basisOf(asked)
        const { contributions } = await basis.reasons(caseOf(values, reference))
        const given = Object.fromEntries(contributions.map(({ input, contribution }) => [input, contribution]))
        for (const [input, wanted] of Object.entries(byDefinition(basis, values, reference)))
          expect(given[input] ?? 0).toBeCloseTo(wanted, 10)
      }),
      { numRuns: 200 },
    )
  })

  it('a term of one input is that input’s alone, a product is shared by the inputs that changed', async () => {
    const { baseline, contributions } = await basisOf({ a: 2, 'a * b': 3 }).reasons(
      caseOf({ a: 2, b: 1, c: 0, d: 'ward' }, { a: 0, b: 0, c: 0, d: 'home' }),
    )
    // 2a is 4; 3ab is 6 and neither a nor b makes it alone.
    expect({ baseline, contributions }).toEqual({
      baseline: 0.5,
      contributions: [
        { input: 'a', contribution: 7 },
        { input: 'b', contribution: 3 },
      ],
    })
  })

  it('an input that is as in the reference person contributes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(terms, person, number, async (asked, reference, a) => {
        const { contributions } = await basisOf(asked).reasons(caseOf({ ...reference, a }, reference))
        expect(contributions.map(({ input }) => input).filter((input) => input !== 'a')).toEqual([])
      }),
    )
  })
})

describe('contributions of every variant of the library', () => {
  let models: Models
  beforeAll(async () => {
    models = await loadModels('models', { execution: 'cpu' })
  })
  afterAll(() => models.close())

  /** A number from 0 to 1 per call. */
  const shares = (seed: string) => {
    const random = randomOf(seed)
    return () => random() / 2 ** 32
  }

  const usable = (variant: LoadedVariant, inputs: readonly InputSpec[], values: Values): Values => {
    const named = inputs.filter(({ name }) => variant.inputs.includes(name))
    const filled = (spec: InputSpec): InputValue => values[spec.name] ?? (spec.missing.do === 'default' ? spec.missing.value : null)
    return Object.fromEntries(named.map((spec) => [spec.name, filled(spec)]))
  }

  it('and the baseline add up to the number that the graph gives, for 10 made-up people each', async () => {
    const variants = models.all.flatMap((model) => model.variants.map((variant) => ({ model, variant })))
    let checked = 0
    for (const { model, variant } of variants) {
      const people = madeUp(model.inputs, [], 10, shares(`${model.ref.id}/${variant.spec.id}`))
      for (const person of people) {
        const values = usable(variant, model.inputs, person)
        for (const { output, raw } of await runVariant(variant, values)) {
          const { baseline, contributions } = await reasonsOf(variant, output, raw, values)
          const sum = contributions.reduce((total, { contribution }) => total + contribution, baseline)
          expect(Math.abs(sum - raw)).toBeLessThanOrEqual(variant.agree * Math.max(1, Math.abs(raw)))
          checked += 1
        }
      }
    }
    expect(checked).toBeGreaterThanOrEqual(10 * variants.length)
  })
})
