import type { GeneTable } from '../../pgx/gene-tables.ts'
import { findTokens } from './allele-pairs.ts'
import { conceptText, type Fields, isFields, listOf, textOf } from './fhir-fields.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import { withoutGeneBeforeStar } from './parse-finding.ts'
import { memoryPerRules, SEAM } from './read-code.ts'
import { hasWord, plainText } from './wording.ts'

export type Coverage = { readonly text: string; readonly narrow: boolean; readonly noCopyNumber: boolean }

/** Alleles that every test of the gene should look for (AMP Tier 1), by the gene's table. */
const firstTier = (table: GeneTable): readonly string[] =>
  Object.entries(table.alleles).flatMap(([allele, { flags }]) => (flags?.includes('amp1') ? [allele] : []))

const matters = (table: GeneTable, allele: string): boolean =>
  allele !== table.referenceAllele && Object.hasOwn(table.alleles, allele) && table.alleles[allele]?.function !== 'normal'

/** What a normal result does not exclude: alleles said to be untested, and first-tier alleles missing from a list of tested ones. */
const notExcluded = (terms: GenomicTerms, gene: string, sentences: readonly string[]): readonly string[] => {
  const table = terms.table(gene)
  if (!table) return []
  const tested = new Set<string>()
  const untested = new Set<string>()
  for (const sentence of sentences) {
    const text = withoutGeneBeforeStar(terms, plainText(sentence))
    const alleles = findTokens(text, table, terms.lexicon(gene)).map((token) => token.name.allele)
    const { coverage } = terms.codes
    const into = hasWord(text, coverage.untested) ? untested : hasWord(text, coverage.tested) ? tested : null
    if (into !== null) for (const allele of alleles) into.add(allele)
  }
  const missing = tested.size === 0 ? [] : firstTier(table).filter((allele) => !tested.has(allele))
  return [...new Set([...missing, ...[...untested].filter((allele) => matters(table, allele))])]
}

/** What the result says about its own reach: method and notes. Null when it says nothing. */
export const coverageOf = (terms: GenomicTerms, resource: Fields, gene: string | null): Coverage | null => {
  const method = isFields(resource.method) ? conceptText(resource.method) : null
  const notes = listOf(resource.note).flatMap((note) => textOf(note.text) ?? [])
  if (notes.length > 0) return coverageIn(terms, gene, method, notes)
  return method === null ? null : coverageOfMethod(terms, gene, method)
}

const memoryOf = memoryPerRules<GenomicTerms, Coverage>()

/** Methods are named as the laboratory's catalogue names them, so what they say is kept. Notes are not. */
const coverageOfMethod = (terms: GenomicTerms, gene: string | null, method: string): Coverage => {
  const [memory, key] = [memoryOf(terms), `${gene ?? ''}${SEAM}${method}`]
  return memory.get(key) ?? memory.keep(key, coverageIn(terms, gene, method, []))
}

const coverageIn = (terms: GenomicTerms, gene: string | null, method: string | null, notes: readonly string[]): Coverage => {
  const texts = [...(method === null ? [] : [method]), ...notes]
  const text = texts.join(' ')
  const open =
    gene === null
      ? []
      : notExcluded(
          terms,
          gene,
          texts.flatMap((each) => each.split(/[.;\n](?=\s|$)/)),
        )
  const noCopyNumber = hasWord(text, terms.codes.coverage.noCopyNumber)
  return {
    text: `${text.slice(0, 500)}${open.length > 0 ? ` Not excluded: ${open.join(', ')}.` : ''}`,
    narrow: noCopyNumber || open.length > 0 || (method !== null && hasWord(method, terms.codes.coverage.narrow)),
    noCopyNumber,
  }
}
