import { codesOf, codingsOf, type Fields, isFields, listOf, textOf } from '../fhir-fields.ts'

/** Components of an Observation with one of these codes. */
export const componentsOf = (resource: Fields, codes: readonly string[]): readonly Fields[] =>
  listOf(resource.component).filter((component) => codesOf(component.code).some((code) => codes.includes(code)))

/** A value as a person would read it: text, else display, else code. */
export const wordsOf = (holder: Fields): string | null => {
  const own = textOf(holder.valueString)
  if (own !== null) return own
  const concept = isFields(holder.valueCodeableConcept) ? holder.valueCodeableConcept : {}
  const codings = codingsOf(concept)
  return textOf(concept.text) ?? codings.find(({ display }) => display)?.display ?? codings.find(({ code }) => code !== '')?.code ?? null
}

export const firstWords = (resource: Fields, codes: readonly string[]): string | null => {
  for (const component of componentsOf(resource, codes)) {
    const words = wordsOf(component)
    if (words !== null) return words
  }
  return null
}

/** Codes of the values of components. */
export const answersOf = (resource: Fields, codes: readonly string[]): readonly string[] =>
  componentsOf(resource, codes).flatMap((component) => codesOf(component.valueCodeableConcept))

/** `HGNC:1101` and sentences are no symbols. */
const SYMBOL = /^[A-Z][A-Z0-9]{0,11}(-[A-Z0-9]{1,5})?$/

const symbolIn = (component: Fields): string | null => {
  const concept = isFields(component.valueCodeableConcept) ? component.valueCodeableConcept : {}
  const texts = [...codingsOf(concept).flatMap(({ display, code }) => [display, code]), textOf(concept.text), textOf(component.valueString)]
  return texts.find((each): each is string => typeof each === 'string' && SYMBOL.test(each) && !each.startsWith('HGNC')) ?? null
}

/** Symbols of the genes that an Observation's components name, each once. */
export const genesIn = (resource: Fields, codes: readonly string[]): readonly string[] => [
  ...new Set(componentsOf(resource, codes).flatMap((component) => symbolIn(component) ?? [])),
]
