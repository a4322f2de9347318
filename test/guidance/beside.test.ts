import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Ingredient, Medicine, Order, PatientFacts } from '../../src/contract/facts.ts'
import { type Beside, besides, earliest, perhapsBesides, stopped, unrecognised } from '../../src/guidance/alternatives/beside.ts'
import type { Candidate } from '../../src/guidance/alternatives/candidate.ts'
import { sameIngredient } from '../../src/guidance/subject.ts'

const HOW = { active: 'is already taken', planned: 'is planned', unknown: 'is on record', stopped: 'was taken' } as const

/** Looked through entry by entry, for every drug again: what the groups must say. */
const entryByEntry = ({ ordered: { facts, ref, drug } }: Candidate, states: readonly Medicine['state'][], withOrders: boolean) => {
  const others = (all: readonly Ingredient[]) => all.filter((one) => !sameIngredient(one, drug))
  const taken = facts.medicines
    .filter(({ state }) => states.includes(state))
    .map((one) => ({ ingredients: others(one.drug.ingredients), lineage: one.lineage, how: HOW[one.state] }))
  const drafts = (withOrders ? facts.orders : [])
    .filter((order) => order.ref !== ref)
    .map((order) => ({ ingredients: others(order.drug.ingredients), lineage: { resource: order.ref }, how: 'is being ordered too' }))
  return [...taken, ...drafts].filter(({ ingredients }) => ingredients.length > 0)
}

const unknownByEntry = ({ ordered: { facts, ref } }: Candidate): string[] => [
  ...new Set(
    [...facts.medicines.filter(({ state }) => state !== 'stopped'), ...facts.orders.filter((order) => order.ref !== ref)]
      .filter(({ drug }) => drug.ingredients.length === 0)
      .map(({ drug }) => drug.text),
  ),
]

const inOrder = (some: readonly Beside[]) =>
  some
    .flatMap(({ ingredients, all }) => all().map(({ at, lineage, how }) => ({ at, entry: { ingredients, lineage, how } })))
    .sort((one, other) => one.at - other.at)
    .map(({ entry }) => entry)

const ingredient: fc.Arbitrary<Ingredient> = fc.constantFrom(
  { name: 'codeine', rxcui: '2670' },
  { name: 'Codeine', rxcui: null },
  { name: 'codeine phosphate', rxcui: '2670' },
  { name: 'tramadol', rxcui: '10689' },
  { name: 'aspirin', rxcui: '1191' },
)
const dose = fc.constant({ mgPerDay: null })
const drug = fc.record({ ingredients: fc.array(ingredient, { maxLength: 2 }), text: fc.constantFrom('a', 'b', 'c') })
const ref = fc.constantFrom('MedicationRequest/1', 'MedicationRequest/2', 'MedicationRequest/3')
const medicine = fc
  .record({
    drug,
    dose,
    ref,
    state: fc.constantFrom('active', 'planned', 'unknown', 'stopped'),
    end: fc.constantFrom(null, '2026-01-01'),
    place: fc.nat(),
  })
  .map(({ place, ...one }) => ({ ...one, lineage: { resource: one.ref, date: String(place) } }) as unknown as Medicine)
const order = fc.record({ drug, dose, ref }) as unknown as fc.Arbitrary<Order>
const candidate = fc
  .record({ medicines: fc.array(medicine, { maxLength: 12 }), orders: fc.array(order, { maxLength: 6 }), ref, drug: ingredient })
  .map(({ medicines, orders, ...own }) => ({ ordered: { facts: { medicines, orders } as unknown as PatientFacts, ...own } }) as Candidate)

describe('What is beside a drug, in groups of the same drug', () => {
  it('is what the record says entry by entry, in its order, without the drug and the order themselves', () => {
    fc.assert(
      fc.property(candidate, (one) => {
        expect(inOrder(besides(one))).toEqual(entryByEntry(one, ['active', 'planned'], true))
        expect(inOrder(perhapsBesides(one))).toEqual(entryByEntry(one, ['unknown'], false))
        expect(inOrder(stopped(one)).map(({ lineage }) => lineage)).toEqual(
          one.ordered.facts.medicines
            .filter(({ state, drug: { ingredients } }) => state === 'stopped' && ingredients.length > 0)
            .map(({ lineage }) => lineage),
        )
        expect(unrecognised(one)).toEqual(unknownByEntry(one))
      }),
      { numRuns: 2000 },
    )
  })

  it('has the same first entry that holds a drug', () => {
    fc.assert(
      fc.property(candidate, ingredient, (one, wanted) => {
        const fits = ({ ingredients }: { readonly ingredients: readonly Ingredient[] }) =>
          ingredients.some((each) => sameIngredient(each, wanted))
        const found = earliest(besides(one), fits)
        const first = entryByEntry(one, ['active', 'planned'], true).find(fits)
        expect(found && { ingredients: found.ingredients, lineage: found.first.lineage, how: found.first.how }).toEqual(first ?? null)
      }),
      { numRuns: 1000 },
    )
  })

  it('are as few groups as there are drugs, however often a record holds each', () => {
    const medicines = Array.from({ length: 3000 }, (_, n) => ({
      drug: { ingredients: [{ name: ['codeine', 'tramadol', 'aspirin'][n % 3] ?? '', rxcui: null }], text: '' },
      dose: { mgPerDay: null },
      state: 'active',
      lineage: { resource: `MedicationRequest/${n}` },
      end: null,
    })) as unknown as Medicine[]
    const facts = { medicines, orders: [] } as unknown as PatientFacts
    const of = { ordered: { facts, ref: 'MedicationRequest/0', drug: { name: 'aspirin', rxcui: null } } } as unknown as Candidate
    expect(besides(of)).toHaveLength(2)
  })
})
