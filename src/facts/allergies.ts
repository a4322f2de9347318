import type { Allergy, Ingredient } from '../contract/facts.ts'
import type { DateSource, Gap } from '../contract/lineage.ts'
import type { DrugIndex } from '../terminology/drugs.ts'
import { asCode, asList, asObjects, codings, nameOf, wording } from './accessors.ts'
import type { Item } from './chart.ts'
import { statusOf } from './conditions.ts'
import { gap } from './gaps.ts'
import { dateOf, lineageOf, mainCoding, sourceOf } from './lineage.ts'
import { WITHDRAWN } from './measurements.ts'

const DATED = [
  ['recordedDate', 'recorded'],
  ['onsetDateTime', 'effective'],
] as const satisfies readonly (readonly [string, DateSource])[]

/** "No known allergy to …" names a drug the patient tolerates as far as anyone knows. */
const DENIED = /^\s*(no|not|nil|denies|without)\b/i

/** Statements that there is none: `No known allergy` and its kinds (SNOMED CT, US Core 6.1 AllergyIntolerance). */
const NONE_KNOWN: ReadonlySet<string> = new Set(['716186003', '409137002', '429625007', '428607008', '428197003', '1003774007'])

const deniesAll = (codes: Allergy['codes'], name: string): boolean =>
  codes.some(({ code }) => NONE_KNOWN.has(code)) ||
  /^\s*(nkda|nka|no known (drug |medication |food )?allerg(y|ies)|keine (bekannten )?allergien)\b/i.test(name)

const ingredientsOf = (concepts: readonly unknown[], drugs: DrugIndex): Ingredient[] => {
  const found = new Map<string, Ingredient>()
  for (const concept of concepts) {
    const text = wording(concept)
    if (text !== null && DENIED.test(text)) continue
    const coded = codings(concept)
    if (text === null && coded.length === 0) continue
    for (const one of drugs.identify({ codings: coded, text }).ingredients) found.set(one.rxcui ?? one.name, one)
  }
  return [...found.values()]
}

const CRITICALITIES = ['low', 'high', 'unable-to-assess'] as const

/** One AllergyIntolerance with its statuses as sent, and the drug ingredients it names, if any. */
export const readAllergy = (item: Item, drugs: DrugIndex, gaps: Gap[]): Allergy | null => {
  const { resource, ref } = item
  const verificationStatus = statusOf(resource.verificationStatus)
  if (WITHDRAWN.has(verificationStatus)) {
    gaps.push(gap('allergies', 'withdrawn', 'An allergy is marked entered in error, so it was not used.', ref))
    return null
  }
  const codes = codings(resource.code)
  const reactions = asObjects(resource.reaction)
  const categories = asList(resource.category).flatMap((one) => asCode(one) ?? [])
  const criticality = CRITICALITIES.find((one) => one === asCode(resource.criticality))
  const name = nameOf(resource.code) ?? nameOf(reactions[0]?.substance) ?? 'Unnamed allergy'
  const manifestations = reactions.flatMap((reaction) => asObjects(reaction.manifestation).map((one) => nameOf(one.concept ?? one)))
  return {
    ref,
    name,
    codes,
    ingredients: ingredientsOf([resource.code, ...reactions.map((reaction) => reaction.substance)], drugs),
    verificationStatus,
    clinicalStatus: statusOf(resource.clinicalStatus),
    ...(deniesAll(codes, name) ? { deniesAll: true as const } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    reactions: [...new Set(manifestations.filter((name) => name !== null))],
    ...(criticality === undefined ? {} : { criticality }),
    lineage: lineageOf(item, dateOf(resource, DATED), mainCoding(codes), sourceOf(resource.recorder, resource.asserter)),
  }
}
