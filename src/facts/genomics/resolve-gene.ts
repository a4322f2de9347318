import { codesOf, codingsOf, type Fields, isFields, listOf, textOf } from './fhir-fields.ts'
import type { GenomicTerms } from './genomic-terms.ts'

/** How a gene became known, from a coded member down to plain text. */
export type GeneBasis = 'structured' | 'code' | 'text' | 'none'

export type ResolvedGene = { readonly gene: string | null; readonly how: GeneBasis; readonly flags: readonly string[] }

export const NO_GENE: ResolvedGene = { gene: null, how: 'none', flags: [] }

export type StructuredGenes = {
  /** Genes of ours. */
  readonly genes: readonly string[]
  /** Names a gene that is none of ours, or one that cannot be told. */
  readonly foreign: boolean
  /** From the genetics extensions of base R4 and STU3. */
  readonly legacyShape: boolean
}

const isGeneCode = (system: string, code: string): boolean => system.includes('genenames') || /^HGNC:\d+$/i.test(code)

/** HGNC number and symbol must agree; a symbol with a wrong number counts only when other text names the gene, too. */
const geneOfCoding = (
  terms: GenomicTerms,
  coding: { system: string; code: string; display?: string },
  supported: readonly string[],
): string | null => {
  const byCode = isGeneCode(coding.system, coding.code) ? terms.geneOf(coding.code) : null
  const named = coding.display === undefined ? [] : terms.mentions(coding.display).map((mention) => mention.gene)
  const bySymbol = named[0] ?? (coding.display === undefined ? terms.geneOf(coding.code) : null)
  if (byCode !== null && (bySymbol === null || bySymbol === byCode))
    return coding.display !== undefined && named.length === 0 ? null : byCode
  if (bySymbol === null) return null
  return coding.code === '' || !isGeneCode(coding.system, coding.code) || supported.includes(bySymbol) ? bySymbol : null
}

const genesOfConcept = (terms: GenomicTerms, concept: unknown, supported: readonly string[]): { genes: string[]; foreign: boolean } => {
  const codings = codingsOf(concept)
  const genes = codings.flatMap((coding) => geneOfCoding(terms, coding, supported) ?? [])
  const text = isFields(concept) ? textOf(concept.text) : null
  const fromText = codings.length === 0 && text !== null ? terms.mentions(text).map((mention) => mention.gene) : []
  const all = [...new Set([...genes, ...fromText])]
  return { genes: all, foreign: all.length === 0 && (codings.length > 0 || text !== null) }
}

/** Genes in `gene studied` components and in genetics extensions. */
export const structuredGenes = (terms: GenomicTerms, resource: Fields, supported: readonly string[]): StructuredGenes => {
  const components = listOf(resource.component).filter((component) =>
    codesOf(component.code).some((code) => terms.codes.components.gene.includes(code)),
  )
  const extensions = listOf(resource.extension).filter((extension) => /geneticsGene$/i.test(textOf(extension.url) ?? ''))
  const read = [...components, ...extensions].map((holder) => genesOfConcept(terms, holder.valueCodeableConcept, supported))
  return {
    genes: [...new Set(read.flatMap((each) => each.genes))],
    foreign: read.some((each) => each.foreign),
    legacyShape: extensions.length > 0,
  }
}

type Claims = { readonly structured: StructuredGenes; readonly code: string | null; readonly text: readonly string[] }

/**
 * One gene out of what the resource claims (reference fhir-genomics 3.1). A per-gene code is overruled only when a
 * structured gene and text agree against it; any other disagreement leaves no gene.
 */
export const resolveGene = ({ structured, code, text }: Claims): ResolvedGene => {
  const [own, second] = structured.genes
  if (second !== undefined) return { gene: null, how: 'structured', flags: ['gene-conflict'] }
  if (code !== null) {
    const others = [...new Set([...(own === undefined ? [] : [own]), ...text])].filter((gene) => gene !== code)
    if (others.length === 0) return { gene: code, how: own === undefined ? 'code' : 'structured', flags: [] }
    if (own !== undefined && own !== code && text.includes(own) && !text.includes(code))
      return { gene: own, how: 'structured', flags: ['loinc-gene-mismatch'] }
    return { gene: null, how: 'code', flags: ['gene-conflict'] }
  }
  if (own !== undefined)
    return text.length > 0 && !text.includes(own)
      ? { gene: null, how: 'structured', flags: ['gene-conflict'] }
      : { gene: own, how: 'structured', flags: [] }
  const [named, other] = text
  if (named === undefined) return NO_GENE
  return other === undefined ? { gene: named, how: 'text', flags: [] } : { gene: null, how: 'text', flags: ['gene-conflict'] }
}
