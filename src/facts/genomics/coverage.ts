import { conceptText, type Fields, isFields, listOf, textOf } from './fhir-fields.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import { hasWord } from './wording.ts'

export type Coverage = { readonly text: string; readonly narrow: boolean; readonly noCopyNumber: boolean }

/** What the result says about its own reach: method and notes. Null when it says nothing. */
export const coverageOf = (terms: GenomicTerms, resource: Fields): Coverage | null => {
  const method = isFields(resource.method) ? conceptText(resource.method) : null
  const notes = listOf(resource.note).flatMap((note) => textOf(note.text) ?? [])
  const texts = [...(method === null ? [] : [method]), ...notes]
  if (texts.length === 0) return null
  const text = texts.join(' ')
  const noCopyNumber = hasWord(text, terms.codes.coverage.noCopyNumber)
  return {
    text: text.slice(0, 500),
    narrow: noCopyNumber || (method !== null && hasWord(method, terms.codes.coverage.narrow)),
    noCopyNumber,
  }
}
