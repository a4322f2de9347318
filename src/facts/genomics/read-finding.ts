import { codesOf, codingsOf, type Fields, isFields, listOf, textOf } from './fhir-fields.ts'
import { type Finding, finding, NO_FINDING, saysSomething } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import type { Node } from './graph.ts'
import { type Asked, findingInText, findingInValue, textsOfValue } from './parse-finding.ts'
import { alleleAskedFor } from './parse-hla.ts'
import { testNameOf } from './test-name.ts'
import { hasWord, plainText } from './wording.ts'

/** Text and displays of a code, as a person would read them. */
export const textsOfCode = (code: unknown): readonly string[] => {
  const text = isFields(code) ? textOf(code.text) : null
  return [...(text === null ? [] : [text]), ...codingsOf(code).flatMap((coding) => coding.display ?? [])]
}

/** The allele that a presence test asks for: by the test's code, or named in its text. */
export const askedOf = (terms: GenomicTerms, codes: readonly string[], names: readonly string[], gene: string): Asked => {
  const table = terms.table(gene)
  if (!table?.presence) return null
  const byCode = codes.map((code) => terms.codes.presence[code]).find((presence) => presence?.gene === gene)?.allele
  const allele = byCode ?? names.map((name) => alleleAskedFor(plainText(name), table)).find((found) => found !== null) ?? null
  return allele === null ? null : { table, allele }
}

/** Components that carry the implication itself (STU2 and later). */
const findingInComponents = (terms: GenomicTerms, gene: string | null, resource: Fields): Finding =>
  listOf(resource.component)
    .filter((component) => codesOf(component.code).some((code) => terms.codes.components.finding.includes(code)))
    .map((component) => findingInValue(terms, gene, component))
    .find(saysSomething) ?? NO_FINDING

/** Allele names in the genetics extensions of base R4 and STU3: two of them are a diplotype. */
const findingInExtensions = (terms: GenomicTerms, gene: string | null, resource: Fields): Finding => {
  const names = listOf(resource.extension)
    .filter((extension) => /geneticsAlleleName$/i.test(textOf(extension.url) ?? ''))
    .flatMap((extension) => textsOfValue(extension)[0] ?? [])
  return names.length === 2 ? findingInText(terms, gene, names.join('/')) : NO_FINDING
}

/** `Metabolizer status: Poor`: the noun of the phenotype stands in the name of the test. */
const findingInNameAndValue = (terms: GenomicTerms, gene: string | null, words: readonly string[], resource: Fields): Finding => {
  const names = words.map(plainText).join(' ').toLowerCase()
  const [value] = textsOfValue(resource)
  const noun = terms.codes.phenotypeNouns.find((each) => hasWord(names, [each]))
  if (gene === null || noun === undefined || value === undefined || !/^[a-z -]{3,20}$/i.test(value.trim())) return NO_FINDING
  const found = findingInText(terms, gene, `${value.trim()} ${noun}`)
  return found.phenotypes.length > 0 ? found : NO_FINDING
}

/** The finding of an Observation: its value, its test name with its value, its components, its extensions; the first that says something. */
export const readFinding = (terms: GenomicTerms, gene: string | null, { resource, code }: Node, asked: Asked): Finding => {
  if (gene !== null && testNameOf(terms, code).ofRelatives) return finding({ state: 'indeterminate' })
  const value = findingInValue(terms, gene, resource, asked)
  if (saysSomething(value)) return value
  const named = findingInNameAndValue(terms, gene, code.words, resource)
  if (saysSomething(named)) return named
  const parts = findingInComponents(terms, gene, resource)
  return saysSomething(parts) ? parts : findingInExtensions(terms, gene, resource)
}
