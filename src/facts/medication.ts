import type { DrugIdentity, Ingredient } from '../contract/facts.ts'
import type { Coding } from '../contract/lineage.ts'
import type { DrugIndex } from '../terminology/drugs.ts'
import { asObjects, codings, isJson, type Json, nameOf, referenceOf, wording } from './accessors.ts'
import type { Chart } from './chart.ts'
import { readStrength, type Strength } from './strength.ts'

/** What an entry gives: the drug, and how much of it one unit of the product holds. */
export type Medication = { readonly drug: DrugIdentity; readonly strength: Strength }

/** Where the drug of a MedicationRequest and its kin may stand; R5 puts both forms under `medication` (reference: section 5.1). */
type Place = { readonly concept: unknown; readonly reference: unknown }

const placeOf = (resource: Json): Place => {
  const { medication } = resource
  const inside: Json = isJson(medication) ? medication : {}
  const reference = inside.reference
  return {
    concept: resource.medicationCodeableConcept ?? inside.concept ?? (inside.coding || inside.text ? medication : undefined),
    reference: resource.medicationReference ?? (isJson(reference) ? reference : typeof reference === 'string' ? medication : undefined),
  }
}

const identifyConcept = (concept: unknown, drugs: DrugIndex): DrugIdentity | null => {
  const [codes, text] = [codings(concept), wording(concept)]
  return codes.length === 0 && text === null ? null : drugs.identify({ codings: codes, text })
}

/** The substances of a product: named on the spot, or in another resource; a filler (`isActive` false) is none. */
const substancesOf = (medication: Json, holder: Json, chart: Chart): unknown[] =>
  asObjects(medication.ingredient).flatMap((one) => {
    if (one.isActive === false) return []
    const item = isJson(one.item) ? one.item : {}
    const reference = one.itemReference ?? item.reference
    const target = reference === undefined ? null : (chart.resolve(reference, holder) ?? chart.resolve(reference, medication))
    return [one.itemCodeableConcept ?? item.concept ?? target?.resource.code ?? reference]
  })

/** A product is all of its substances. That they differ is no conflict. */
const identifySubstances = (concepts: readonly unknown[], drugs: DrugIndex): DrugIdentity | null => {
  const text = concepts
    .map(nameOf)
    .filter((name) => name !== null)
    .join(' + ')
  if (text === '') return null
  const each = concepts.map((concept) => drugs.identify({ codings: codings(concept), text: nameOf(concept) }))
  const codes = each.flatMap((identity) => identity.codings)
  const whole = drugs.identify({ codings: codes, text })
  return { ...whole, text, flags: whole.flags.filter((flag) => flag !== 'medication-conflict') }
}

const isPartOf = (part: readonly Ingredient[], whole: readonly Ingredient[]): boolean =>
  part.every(({ name }) => whole.some((other) => other.name === name))

const disagree = (identities: readonly DrugIdentity[]): boolean =>
  identities.some((left, at) =>
    identities
      .slice(at + 1)
      .some((right) => !isPartOf(left.ingredients, right.ingredients) && !isPartOf(right.ingredients, left.ingredients)),
  )

const distinctCodings = (all: readonly Coding[]): Coding[] => [
  ...new Map(all.map((one) => [`${one.system}|${one.code}|${one.display ?? ''}`, one])).values(),
]

/** Named in words, not by a bare code. */
const hasWords = ({ text, codings: codes }: DrugIdentity): boolean => text !== '' && !codes.some(({ code }) => code === text)

/** All places together: each ingredient that any of them names; places that name different drugs are a conflict, and all count. */
const together = (identities: readonly DrugIdentity[]): DrugIdentity | null => {
  const [first] = identities
  const known = identities.filter(({ ingredients }) => ingredients.length > 0)
  const [best] = known
  if (!first || !best || identities.length === 1) return best ?? first ?? null
  const ingredients = [...new Map(known.flatMap((one) => one.ingredients).map((one) => [one.name, one])).values()]
  const conflict = known.some(({ flags }) => flags.includes('medication-conflict')) || disagree(known)
  return {
    text: (identities.find(hasWords) ?? first).text || best.text,
    codings: distinctCodings(identities.flatMap((one) => one.codings)),
    ingredients,
    how: best.how,
    flags: [...(conflict ? (['medication-conflict'] as const) : []), ...(ingredients.length > 1 ? (['combination'] as const) : [])],
  }
}

/**
 * The drug of an order or medication entry: its concept; the contained, sibling or referenced Medication with its code and its ingredients;
 * the text of the reference. All are tried, none is stopped at. An entry that names no drug has an empty text and the flag `unmapped`.
 */
export const readMedication = (resource: Json, chart: Chart, drugs: DrugIndex): Medication => {
  const { concept, reference } = placeOf(resource)
  const target = reference === undefined ? null : chart.resolve(reference, resource)
  const display = isJson(reference) ? wording(reference) : null
  const identities = [
    identifyConcept(concept, drugs),
    target && identifyConcept(target.resource.code, drugs),
    target && identifySubstances(substancesOf(target.resource, resource, chart), drugs),
    display === null ? null : drugs.identify({ codings: [], text: display }),
  ].filter((identity) => identity !== null)
  const read = together(identities) ?? unnamed(drugs, target === null ? referenceOf(reference) : null)
  const isNameless = read.ingredients.length === 0 && !hasWords(read) && (read.codings.length > 0 || reference !== undefined)
  const drug = isNameless ? { ...read, nameless: true as const } : read
  return { drug, strength: readStrength(drug, target?.resource ?? null, drugs) }
}

/** No drug is named: there is nothing yet, or the Medication that the entry points at did not come along. */
const unnamed = (drugs: DrugIndex, missing: string | null): DrugIdentity => ({
  ...drugs.identify({ codings: [], text: null }),
  unmapped: missing === null ? 'no medication is named yet' : 'the Medication it points at was not sent',
})
