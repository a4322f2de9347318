import { type AlleleLexicon, makeAlleleLexicon } from '../../pgx/allele-lexicon.ts'
import { type GeneNames, readGeneNames, type Site } from '../../pgx/gene-names.ts'
import type { GeneTable, GeneTables } from '../../pgx/gene-tables.ts'
import { remembering } from '../../terminology/remember.ts'
import { bare } from './bare.ts'
import { checkTerms } from './check-terms.ts'
import { type GenomicCodes, readGenomicCodes } from './codes.ts'
import { escapePattern, plainText } from './wording.ts'

export type GeneMention = { readonly gene: string; readonly start: number; readonly end: number }

/** All names and codes that the genomic readers look for, compiled once per set of rules. */
export type GenomicTerms = {
  readonly codes: GenomicCodes
  table(gene: string): GeneTable | undefined
  lexicon(gene: string): AlleleLexicon
  sites(gene: string): readonly Site[]
  /** Whether the gene's product acts in the liver or in blood cells. */
  actsIn(gene: string, where: 'liver' | 'marrow'): boolean
  /** Genes of ours that a text names, in the order of the text. */
  mentions(text: string): readonly GeneMention[]
  /** The same of the display of a code; kept by its words. */
  genesOfDisplay(display: string): readonly string[]
  /** Gene by HGNC number (`2621`, `HGNC:2621`) or symbol; null when it is none of ours. */
  geneOf(idOrSymbol: string): string | null
  readonly symbols: readonly string[]
}

/** What may follow a name. A name that ends in a sign (`A*`) is one only before a digit. */
const endOf = (name: string): string => (/[a-z0-9]$/.test(name) ? '(?![a-z0-9])' : '(?=\\d)')

const restPattern = (name: string): string => `${escapePattern(name.slice(1))}${endOf(name)}`

/** Where another word ended, none begins: the sign before is a letter or a digit. */
const isInsideWord = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)

/** Patterns by the first letter of the names, the longest first, each tried at one place. */
const patternsByLetter = (names: readonly string[]): ReadonlyMap<string, RegExp> => {
  const byLetter = new Map<string, string[]>()
  for (const name of [...names].sort((left, right) => right.length - left.length)) {
    const letter = name.slice(0, 1)
    byLetter.set(letter, [...(byLetter.get(letter) ?? []), name])
  }
  return new Map(
    [...byLetter].map(([letter, own]) => [letter, new RegExp(`${escapePattern(letter)}(?:${own.map(restPattern).join('|')})`, 'y')]),
  )
}

/** Every text of every result is searched, so names are tried only where a word begins, and few of them at each place. */
const mentionFinder = (byName: ReadonlyMap<string, string>): GenomicTerms['mentions'] => {
  const patterns = patternsByLetter([...byName.keys()])
  return (text) => {
    const lower = text.toLowerCase()
    const found: GeneMention[] = []
    for (let start = 0; start < lower.length; start += 1) {
      if (start > 0 && isInsideWord(lower.charCodeAt(start - 1))) continue
      const pattern = patterns.get(lower.charAt(start))
      if (pattern === undefined) continue
      pattern.lastIndex = start
      const name = pattern.exec(lower)?.[0]
      if (name === undefined) continue
      const gene = byName.get(name)
      if (gene !== undefined) found.push({ gene, start, end: start + name.length })
      start += name.length - 1
    }
    return found
  }
}

const compile = (genes: GeneTables, names: GeneNames, codes: GenomicCodes): GenomicTerms => {
  const byName = new Map<string, string>()
  const byHgnc = new Map<string, string>()
  for (const [symbol, table] of genes) {
    byName.set(symbol.toLowerCase(), symbol)
    byHgnc.set(table.hgnc.replace(/^HGNC:/i, ''), symbol)
    for (const alias of names[symbol]?.aliases ?? []) byName.set(alias.toLowerCase(), symbol)
  }
  const lexicons = new Map<string, AlleleLexicon>()
  const lexicon = (gene: string): AlleleLexicon => {
    const known = lexicons.get(gene)
    if (known) return known
    const table = genes.get(gene)
    const made = table ? makeAlleleLexicon(table, names[gene]) : { resolve: () => null, searchable: [] }
    lexicons.set(gene, made)
    return made
  }
  const mentions = mentionFinder(byName)
  return {
    codes: bare(codes),
    table: (gene) => genes.get(gene),
    lexicon,
    sites: (gene) => names[gene]?.sites ?? [],
    actsIn: (gene, where) => names[gene]?.acts.includes(where) ?? false,
    mentions,
    genesOfDisplay: remembering((display) => mentions(plainText(display)).map(({ gene }) => gene)),
    geneOf: (text) => byHgnc.get(text.replace(/^HGNC:/i, '').trim()) ?? byName.get(text.trim().toLowerCase()) ?? null,
    symbols: [...genes.keys()],
  }
}

const COMPILED = new WeakMap<object, GenomicTerms>()

/**
 * Checks and compiles names and codes; the result is kept with the tables it was made from. Called once at start, so that
 * wrong rules stop the start and not a patient's reading.
 * @throws AttuneError `rules-invalid` with every problem listed
 */
export const genomicTerms = (rules: { readonly genes: GeneTables; readonly tables: ReadonlyMap<string, unknown> }): GenomicTerms => {
  const known = COMPILED.get(rules.genes)
  if (known) return known
  const names = readGeneNames(rules.tables.get('gene-names'))
  const codes = readGenomicCodes(rules.tables.get('genomic-codes'))
  checkTerms(rules.genes, names, codes)
  const made = compile(rules.genes, names, codes)
  COMPILED.set(rules.genes, made)
  return made
}
