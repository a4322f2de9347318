import type { DrugIdentity } from '../contract/facts.ts'
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

const identifyConcept = (concept: unknown, otherText: string | null, drugs: DrugIndex): DrugIdentity =>
  drugs.identify({ codings: codings(concept), text: wording(concept) ?? otherText })

/** A Medication without usable code is what its ingredients are. Different ingredients of one product are no conflict. */
const identifyIngredients = (medication: Json, drugs: DrugIndex): DrugIdentity | null => {
  const concepts = asObjects(medication.ingredient).map(
    (one) => one.itemCodeableConcept ?? (isJson(one.item) ? one.item.concept : undefined),
  )
  const names = concepts.map(nameOf).filter((name) => name !== null)
  const text = wording(medication.code) ?? (names.join(' + ') || null)
  if (text === null) return null
  const identity = drugs.identify({ codings: concepts.flatMap(codings), text })
  return { ...identity, text, flags: identity.flags.filter((flag) => flag !== 'medication-conflict') }
}

const identifyMedication = (medication: Json, display: string | null, drugs: DrugIndex): DrugIdentity => {
  const byCode = identifyConcept(medication.code, null, drugs)
  if (byCode.ingredients.length > 0) return byCode
  const byIngredients = identifyIngredients(medication, drugs)
  if (byIngredients && (byIngredients.ingredients.length > 0 || byCode.text === '')) return byIngredients
  return byCode.text === '' || display !== null ? identifyConcept(medication.code, display, drugs) : byCode
}

/**
 * The drug of an order or medication entry: concept, contained, sibling or referenced Medication, its ingredients, or text alone; all
 * are tried, none is stopped at. An entry that names no drug has an empty text and the flag `unmapped`.
 */
export const readMedication = (resource: Json, chart: Chart, drugs: DrugIndex): Medication => {
  const { concept, reference } = placeOf(resource)
  const target = reference === undefined ? null : chart.resolve(reference, resource)
  const display = isJson(reference) ? wording(reference) : null
  if (concept !== undefined && (codings(concept).length > 0 || wording(concept) !== null)) {
    const drug = identifyConcept(concept, display, drugs)
    return { drug, strength: readStrength(drug, target?.resource ?? null, drugs) }
  }
  if (target) {
    const drug = identifyMedication(target.resource, display, drugs)
    return { drug, strength: readStrength(drug, target.resource, drugs) }
  }
  const drug = drugs.identify({ codings: [], text: display })
  return { drug: named(drug, display, referenceOf(reference)), strength: readStrength(drug, null, drugs) }
}

/** Why no drug is known: none was named, or the Medication it points at did not come along. */
const named = (drug: DrugIdentity, display: string | null, reference: string | null): DrugIdentity => {
  if (display !== null || drug.ingredients.length > 0) return drug
  const unmapped = reference === null ? 'no medication is named yet' : 'the Medication it points at was not sent'
  return { ...drug, unmapped }
}
