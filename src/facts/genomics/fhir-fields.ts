import type { FhirResource } from '../../contract/facts.ts'
import type { Coding } from '../../contract/lineage.ts'
import { withoutUnseen } from '../unseen.ts'

/**
 * Reading FHIR fields as they come: an object where an array belongs, nulls, empty strings, wrong types.
 * Nothing here throws on bad data, and nothing writes.
 */
export type Fields = { readonly [member: string]: unknown }

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** An element that should repeat: an array, one object in its place, or nothing. Nulls inside are dropped. */
export const listOf = (value: unknown): readonly Fields[] => {
  if (!Array.isArray(value)) return isFields(value) ? [value] : []
  return value.every(isFields) ? value : value.filter(isFields)
}

/** Longest text that is read for a finding. Longer ones are prose. */
const LONGEST = 4000

/** Trimmed text; null when it is missing, empty or not a text. */
export const textOf = (value: unknown): string | null => {
  if (typeof value !== 'string') return null
  const text = withoutUnseen(value).trim()
  return text === '' ? null : text.slice(0, LONGEST)
}

export const codingsOf = (concept: unknown): readonly Coding[] => {
  const found: Coding[] = []
  if (!isFields(concept)) return found
  for (const coding of listOf(concept.coding)) {
    const [system, code, display] = [textOf(coding.system) ?? '', textOf(coding.code), textOf(coding.display)]
    if (display !== null) found.push({ system, code: code ?? '', display })
    else if (code !== null) found.push({ system, code })
  }
  return found
}

/** Text of a CodeableConcept as a person would read it. */
export const conceptText = (concept: unknown): string | null =>
  isFields(concept) ? (textOf(concept.text) ?? codingsOf(concept).find((coding) => coding.display)?.display ?? null) : null

export const codesOf = (concept: unknown): readonly string[] => codingsOf(concept).map((coding) => coding.code)

export const referenceOf = (value: unknown): string | null => (isFields(value) ? textOf(value.reference) : null)

/** Status codes are compared in lower case. */
export const codeOf = (value: unknown): string | null => textOf(value)?.toLowerCase() ?? null

const PARTIAL_DATE = /^\d{4}(-\d{2}(-\d{2}(T[\d:.]{4,}(Z|[+-]\d{2}:?\d{2})?)?)?)?$/

/** A FHIR date as exact as it came; null when it is not one. */
export const dateOf = (value: unknown): string | null => {
  const text = textOf(value)
  return text !== null && PARTIAL_DATE.test(text) ? text : null
}

const REPEATING = [
  'category',
  'component',
  'identifier',
  'extension',
  'note',
  'performer',
  'hasMember',
  'derivedFrom',
  'basedOn',
  'result',
  'evidence',
]

const hasLooseCoding = (concept: unknown): boolean => isFields(concept) && isFields(concept.coding)

/** An object stands where the specification has an array. Read all the same, and flagged. */
export const isNonconformant = (resource: FhirResource): boolean =>
  REPEATING.some((member) => isFields(resource[member])) ||
  hasLooseCoding(resource.code) ||
  hasLooseCoding(resource.valueCodeableConcept) ||
  listOf(resource.component).some((component) => hasLooseCoding(component.code) || hasLooseCoding(component.valueCodeableConcept))
