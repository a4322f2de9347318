import { codesOf, codingsOf, type Fields, isFields, listOf, textOf } from './fhir-fields.ts'
import { type Finding, finding, NO_FINDING, saysSomething } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import type { Node } from './graph.ts'
import { type Asked, findingInText, findingInValue, textsOfValue } from './parse-finding.ts'
import { alleleAskedFor } from './parse-hla.ts'
import { testNameOf } from './test-name.ts'
import { hasStem, hasWord, plainText } from './wording.ts'

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

/**
 * Components that are named `Genotype` or `Phenotype`, or coded so, below a test that names the gene. The genotype comes first, and the
 * laboratory's phenotype is kept beside it.
 */
const findingInNamedParts = (terms: GenomicTerms, gene: string | null, resource: Fields): Finding => {
  const { genotypeWords, roles } = terms.codes
  const found = listOf(resource.component)
    .filter(
      ({ code }) => codesOf(code).some((each) => roles.genotype.includes(each)) || hasStem(textsOfCode(code).join(' '), genotypeWords),
    )
    .map((component) => {
      const names = textsOfCode(component.code)
      const scored = scoreOfNamed(terms, gene, names, component)
      return saysSomething(scored) ? scored : findingInValue(terms, gene, component)
    })
  const typed =
    found.find(({ genotypes, diplotype }) => genotypes.length > 0 && diplotype !== null) ??
    found.find(({ genotypes }) => genotypes.length > 0)
  const phenotypes = found.flatMap((one) => one.phenotypes)
  if (typed) return typed.phenotypes.length > 0 ? typed : { ...typed, phenotypes }
  return found.find((one) => one.phenotypes.length > 0) ?? found.find(saysSomething) ?? NO_FINDING
}

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

const ZYGOSITY_ALONE = /^\W*heterozygous\W*$/i

/**
 * `SLCO1B1 rs4149056: C/C`, `DPYD c.1905+1G>A: heterozygous`: the site or the allele stands in the name of the test, and its state in the
 * value. A bare `homozygous` may be homozygous for the reference.
 */
const stateOfNamed = (terms: GenomicTerms, gene: string | null, words: readonly string[], resource: Fields, value: Finding): Finding => {
  const [text] = textsOfValue(resource)
  if (gene === null || text === undefined) return NO_FINDING
  const isState = value.flags.includes('site-missing') || (!saysSomething(value) && ZYGOSITY_ALONE.test(text))
  const found = isState ? words.map((name) => findingInText(terms, gene, `${name} ${text}`)) : []
  return (
    found.find(({ genotypes }) => genotypes.length > 0) ??
    found.find((one) => saysSomething(one) && !one.flags.includes('site-missing')) ??
    NO_FINDING
  )
}

const SCORE = /^\W{0,3}(?:≥\s?)?\d{1,2}(?:\.\d{1,4})?\W{0,3}$/

/** `CYP2D6 activity score: 0`: the score stands in the value, as a text or as a number. */
const scoreOfNamed = (terms: GenomicTerms, gene: string | null, words: readonly string[], resource: Fields): Finding => {
  if (gene === null || !words.some((name) => /activity score/i.test(name))) return NO_FINDING
  const quantity = isFields(resource.valueQuantity) ? resource.valueQuantity : null
  const number = quantity === null ? resource.valueInteger : quantity.comparator === undefined ? quantity.value : undefined
  const text = typeof number === 'number' ? String(number) : (textsOfValue(resource)[0] ?? '')
  return SCORE.test(text) ? findingInText(terms, gene, `activity score: ${plainText(text)}`) : NO_FINDING
}

/** The finding of an Observation: its value, its test name with its value, its components, its extensions; the first that says something. */
export const readFinding = (terms: GenomicTerms, gene: string | null, { resource, code }: Node, asked: Asked): Finding => {
  if (gene !== null && testNameOf(terms, code).ofRelatives) return finding({ state: 'indeterminate' })
  const value = findingInValue(terms, gene, resource, asked)
  const stated = stateOfNamed(terms, gene, code.words, resource, value)
  if (saysSomething(stated)) return stated
  if (saysSomething(value)) return value
  const scored = scoreOfNamed(terms, gene, code.words, resource)
  if (saysSomething(scored)) return scored
  const named = findingInNameAndValue(terms, gene, code.words, resource)
  if (saysSomething(named)) return named
  const parts = findingInComponents(terms, gene, resource)
  if (saysSomething(parts)) return parts
  const extensions = findingInExtensions(terms, gene, resource)
  return saysSomething(extensions) ? extensions : findingInNamedParts(terms, gene, resource)
}
