import type { Gap } from '../../contract/lineage.ts'
import { asList, codings, type Json, wording } from '../accessors.ts'
import { readName } from '../long-names.ts'
import type { LabTerms } from './lab-terms.ts'

/** Words of a concept in lower case: text and displays. */
const wordsOf = (concept: unknown, ref: string, gaps: Gap[]): string =>
  asList(concept)
    .flatMap((one) => [wording(one) ?? '', ...codings(one).flatMap(({ display, code }) => [display ?? '', code])])
    .map((word) => readName(word, 'labs', ref, gaps))
    .join(' ')
    .toLowerCase()

const patterns = new WeakMap<LabTerms, readonly (readonly [string, RegExp])[]>()

const escaped = (word: string): string => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Stems count at the beginning of a word. */
const patternsOf = (terms: LabTerms): readonly (readonly [string, RegExp])[] => {
  const known = patterns.get(terms)
  if (known) return known
  const made = terms.kinds.map(({ id, words }) => [id, new RegExp(`(?<![\\p{L}\\d])(?:${words.map(escaped).join('|')})`, 'u')] as const)
  patterns.set(terms, made)
  return made
}

/** Which omics an Observation is of, by code, category, name or method (`rules/omics.json`); null for all others. Of a longer name than is read it is said. */
export const omicsOf = (resource: Json, terms: LabTerms, ref: string, gaps: Gap[]): string | null => {
  for (const concept of [...asList(resource.category), resource.code])
    for (const { system, code } of codings(concept)) {
      const kind = terms.byCode.get(`${system}|${code}`)
      if (kind !== undefined) return kind
    }
  const text = [resource.category, resource.code, resource.method].map((concept) => wordsOf(concept, ref, gaps)).join(' | ')
  return patternsOf(terms).find(([, pattern]) => pattern.test(text))?.[0] ?? null
}
