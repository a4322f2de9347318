import { codesOf, codingsOf, type Fields, isFields, listOf, textOf } from './fhir-fields.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import { plainText } from './wording.ts'

/** How a gene became known, from a coded member down to plain text. `code-alone`: nothing but the LOINC of the test names it. */
export type GeneBasis = 'structured' | 'code' | 'code-alone' | 'text' | 'none'

export type ResolvedGene = { readonly gene: string | null; readonly how: GeneBasis; readonly flags: readonly string[] }

export const NO_GENE: ResolvedGene = { gene: null, how: 'none', flags: [] }

/** Genes of ours that texts name, each once. */
export const distinctGenes = (terms: GenomicTerms, texts: readonly string[]): readonly string[] => [
  ...new Set(texts.flatMap((text) => terms.mentions(plainText(text)).map((mention) => mention.gene))),
]

export type StructuredGenes = {
  /** Genes of ours. */
  readonly genes: readonly string[]
  /** Names a gene that is none of ours. */
  readonly foreign: boolean
  /** Number and symbol name different genes, one of them ours. */
  readonly torn: boolean
  /** From the genetics extensions of base R4 and STU3. */
  readonly legacyShape: boolean
}

const isGeneCode = (system: string, code: string): boolean => system.includes('genenames') || /^HGNC:\d+$/i.test(code)

type OfCoding = { readonly gene: string | null; readonly torn: boolean }

const NO_NAMES: OfCoding = { gene: null, torn: false }

/** HGNC number and symbol must agree; a symbol with a wrong number counts only when other text names the gene, too. */
const geneOfCoding = (
  terms: GenomicTerms,
  coding: { system: string; code: string; display?: string },
  supported: readonly string[],
): OfCoding => {
  const isNumber = isGeneCode(coding.system, coding.code)
  const byCode = isNumber ? terms.geneOf(coding.code) : null
  const named = coding.display === undefined ? [] : terms.genesOfDisplay(coding.display)
  const bySymbol = named[0] ?? (coding.display === undefined ? terms.geneOf(coding.code) : null)
  if (byCode === null && bySymbol === null) return NO_NAMES
  if (byCode !== null && (byCode === bySymbol || coding.display === undefined)) return { gene: byCode, torn: false }
  if (bySymbol !== null && (coding.code === '' || !isNumber || supported.includes(bySymbol))) return { gene: bySymbol, torn: false }
  return { gene: null, torn: true }
}

const genesOfConcept = (
  terms: GenomicTerms,
  concept: unknown,
  supported: readonly string[],
): { readonly genes: readonly string[]; readonly foreign: boolean; readonly torn: boolean } => {
  const codings = codingsOf(concept)
  const read = codings.map((coding) => geneOfCoding(terms, coding, supported))
  const genes = read.flatMap((each) => each.gene ?? [])
  const text = isFields(concept) ? textOf(concept.text) : textOf(concept)
  const fromText = codings.length === 0 && text !== null ? terms.mentions(plainText(text)).map((mention) => mention.gene) : []
  const all = [...new Set([...genes, ...fromText])]
  const torn = all.length === 0 && read.some((each) => each.torn)
  return { genes: all, foreign: all.length === 0 && !torn && (codings.length > 0 || text !== null), torn }
}

export const NONE_STRUCTURED: StructuredGenes = { genes: [], foreign: false, torn: false, legacyShape: false }

/** Genes in `gene studied` components and in genetics extensions. */
export const structuredGenes = (terms: GenomicTerms, resource: Fields, supported: readonly string[]): StructuredGenes => {
  if (resource.component === undefined && resource.extension === undefined) return NONE_STRUCTURED
  const components = listOf(resource.component).filter((component) =>
    codesOf(component.code).some((code) => terms.codes.components.gene.includes(code)),
  )
  const extensions = listOf(resource.extension).filter((extension) => /geneticsGene$/i.test(textOf(extension.url) ?? ''))
  const read = [...components, ...extensions].map((holder) =>
    genesOfConcept(terms, holder.valueCodeableConcept ?? holder.valueString, supported),
  )
  return {
    genes: [...new Set(read.flatMap((each) => each.genes))],
    foreign: read.some((each) => each.foreign),
    torn: read.some((each) => each.torn),
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
  if (structured.torn && own === undefined) return { gene: null, how: 'structured', flags: ['gene-conflict'] }
  if (second !== undefined) return { gene: null, how: 'structured', flags: ['gene-conflict'] }
  if (code !== null) {
    const others = [...new Set([...(own === undefined ? [] : [own]), ...text])].filter((gene) => gene !== code)
    if (others.length === 0)
      return { gene: code, how: own !== undefined ? 'structured' : text.length > 0 ? 'code' : 'code-alone', flags: [] }
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
