import type { Genotype } from '../../contract/genes.ts'
import type { AlleleLexicon, NamedAllele } from '../../pgx/allele-lexicon.ts'
import { formatDiplotype } from '../../pgx/allele-order.ts'
import type { GeneTable } from '../../pgx/gene-tables.ts'
import { isInTable, lookUpGenotype, phenotypeGenotype } from '../../pgx/genotype.ts'
import { findPairs, findTokens, type Pair, type Token } from './allele-pairs.ts'
import { COUNT_WORDS, countsItself, duplicated, placements, type Total, totalCopies } from './copy-number.ts'
import { type Finding, finding } from './finding.ts'
import { readListed, readsLists } from './listed-variants.ts'
import { USUAL_WORD, ZYGOSITY } from './zygosity.ts'

const distinct = (genotypes: readonly Genotype[]): Genotype[] => [
  ...new Map(genotypes.map((genotype) => [genotype.diplotype, genotype])).values(),
]

/** Genes whose alleles decide a phenotype; where they do not, the alleles are outside what the table knows. */
const DECIDES: readonly GeneTable['method'][] = ['function-pair', 'activity-score']

const flagsOf = (
  names: readonly NamedAllele[],
  genotypes: readonly Genotype[],
  table: GeneTable,
  alleles: readonly string[][],
): string[] => {
  const outside = alleles.flat().filter((allele) => !isInTable(table, [allele]))
  const undecided = DECIDES.includes(table.method) && genotypes.some((genotype) => genotype.phenotype === null)
  return [
    ...(names.some((name) => name.legacy) ? ['legacy-allele-name'] : []),
    ...(outside.length > 0 || undecided || genotypes.length === 0 ? ['not-in-table'] : []),
    ...(outside.some((allele) => allele.includes('+')) ? ['tandem'] : []),
  ]
}

const subsOf = (names: readonly NamedAllele[]): string[] => names.flatMap((name) => (name.sub ? [name.sub] : []))

/** More copies in all than alleles: which allele is duplicated, and with `xN` how often, is left open. */
const readDuplicated = (pair: Pair, { copies: total, open, counted }: Total, table: GeneTable): Finding => {
  const plain = pair.map((name) => name.allele)
  const alleles = [...duplicated(table, plain, total), ...(open ? duplicated(table, plain, total + 1) : [])]
  const genotypes = alleles.map((each) => lookUpGenotype(table, each))
  const said = open ? ' unknown number of copies' : counted ? ` ${COUNT_WORDS[total] ?? total} copies` : ' + duplication'
  return finding({
    genotypes,
    diplotype: `${formatDiplotype(table, plain)}${said}`,
    flags: ['duplicated-allele-unknown', ...(open ? ['copy-number-unknown'] : []), ...flagsOf(pair, genotypes, table, alleles)],
    subAlleles: subsOf(pair),
  })
}

const readPair = (pair: Pair, text: string, table: GeneTable): Finding => {
  const plain = pair.map((name) => name.allele)
  const total = table.special.includes('copy-number') && !countsItself(pair) ? totalCopies(text) : null
  if (total !== null && total.copies > 2) return readDuplicated(pair, total, table)
  const alleles = placements(pair, table)
  const genotypes = alleles.map((each) => lookUpGenotype(table, each))
  const open = pair.some((name) => name.copiesOpen)
  return finding({
    genotypes: genotypes.length > 0 ? genotypes : [lookUpGenotype(table, plain)],
    diplotype: formatDiplotype(table, plain),
    flags: [...(open ? ['copy-number-unknown'] : []), ...flagsOf(pair, genotypes, table, alleles)],
    subAlleles: subsOf(pair),
  })
}

const readAlternatives = (pairs: readonly Pair[], table: GeneTable): Finding => {
  const alleles = pairs.flatMap((pair) => placements(pair, table))
  const genotypes = distinct(alleles.map((each) => lookUpGenotype(table, each)))
  return finding({
    genotypes,
    diplotype: genotypes.length === 1 ? (genotypes[0]?.diplotype ?? null) : null,
    flags: ['ambiguous-diplotype', ...flagsOf(pairs.flat(), genotypes, table, alleles)],
    subAlleles: subsOf(pairs.flat()),
  })
}

const makeCall = (alleles: readonly string[], names: readonly NamedAllele[], table: GeneTable, extra: readonly string[] = []): Finding => {
  const genotype = lookUpGenotype(table, alleles)
  return finding({
    genotypes: [genotype],
    diplotype: genotype.diplotype,
    flags: [...extra, ...flagsOf(names, [genotype], table, [[...alleles]])],
    subAlleles: subsOf(names),
  })
}

/** Phenotype code that an allele decides whatever the other one is (a malignant-hyperthermia variant); null when it depends. */
const decidedAlone = (table: GeneTable, allele: string): string | null => {
  const name = table.alleles[allele]?.function
  const codes = Object.entries(table.pairs ?? {}).flatMap(([functions, code]) => (functions.split('+').includes(name ?? '') ? [code] : []))
  const [code] = codes
  return name && code !== undefined && code !== 'ind' && codes.every((each) => each === code) ? code : null
}

const dominant = (name: NamedAllele, table: GeneTable): Finding | null => {
  const code = table.method === 'function-pair' ? decidedAlone(table, name.allele) : null
  if (code === null) return null
  const diplotype = `${name.allele} (second allele not stated)`
  return finding({
    genotypes: [{ ...phenotypeGenotype(table, code), diplotype }],
    diplotype,
    flags: ['limited-coverage', ...(name.legacy ? ['legacy-allele-name'] : [])],
  })
}

const singleCall = (only: NamedAllele, text: string, table: GeneTable): Finding | null => {
  const { special, referenceAllele } = table
  const call = (...alleles: string[]): Finding => makeCall(alleles, [only], table)
  if (special.includes('haploid')) return call(only.allele)
  if (special.includes('x-linked') && ZYGOSITY.hemi.test(text)) return call(only.allele)
  if (ZYGOSITY.homo.test(text)) return call(only.allele, only.allele)
  if (ZYGOSITY.hetero.test(text) && referenceAllele && readsLists(table)) return call(referenceAllele, only.allele)
  return dominant(only, table)
}

/** The reference allele on the only copy is a whole call; beside an unnamed copy it is none. */
const hemizygousReference = (names: readonly NamedAllele[], text: string, table: GeneTable): Finding | null => {
  const [reference] = names
  return reference && table.special.includes('x-linked') && ZYGOSITY.hemi.test(text)
    ? makeCall([reference.allele], [reference], table)
    : null
}

/** Named alleles with their zygosity. Only genes whose method reads lists of variants may take the other copy as reference. */
const readSingle = (names: readonly NamedAllele[], text: string, table: GeneTable): Finding | null => {
  const [only, second, third] = [
    ...new Map(names.filter((name) => name.allele !== table.referenceAllele).map((name) => [name.allele, name])).values(),
  ]
  if (only === undefined) return hemizygousReference(names, text, table)
  if (second === undefined) return singleCall(only, text, table)
  // Two reduced variants in one unphased result are presumed to be on different chromosomes (CPIC fluoropyrimidines 2017).
  const listed = table.special.includes('lowest-function') && ZYGOSITY.hetero.test(text) && third === undefined
  return listed ? makeCall([only.allele, second.allele], [only, second], table, ['ambiguous-diplotype']) : null
}

/** Names without digits (`Mediterranean`) are taken only when nothing but names and zygosity stands in the text. */
const readWordedAlleles = (text: string, table: GeneTable, lexicon: AlleleLexicon): Finding | null => {
  // A name may hold brackets and commas of its own: `B (reference)/Japan, Shinagawa`.
  const known = wordedNames(text.split('/'), lexicon) ?? wordedNames(text.split(/[/,;()]| and /), lexicon)
  if (known === null) return null
  const found =
    known.length === 2 && !ZYGOSITY.hetero.test(text) && !ZYGOSITY.hemi.test(text)
      ? readPair([known[0], known[1]] as unknown as Pair, '', table)
      : readSingle(known, text, table) // two are known
  return found ? { ...found, inWords: true } : null
}

/** `A/B or C/D` in names without stars: each part a whole pair, or none is taken. */
const readWordedAlternatives = (text: string, table: GeneTable, lexicon: AlleleLexicon): Finding | null => {
  const parts = text.split(/\s+or\s+/i)
  const pairs = parts.map((part) => wordedNames(part.split('/'), lexicon))
  if (parts.length < 2 || pairs.some((pair) => pair?.length !== 2)) return null
  return { ...readAlternatives(pairs as unknown as Pair[], table), inWords: true } // each holds two
}

const ZYGOSITY_WORDS = /(?<![a-z])(?:(?:homo|hetero|hemi)zygous|het|hom|hemi|variant|allele)(?![a-z])/gi

/** Names of all pieces; null when one of them is no name. */
const wordedNames = (pieces: readonly string[], lexicon: AlleleLexicon): readonly NamedAllele[] | null => {
  const texts = pieces
    .map((piece) =>
      piece
        .replace(ZYGOSITY_WORDS, '')
        .replace(/\(\s*\)/g, '')
        .trim(),
    )
    .filter((piece) => piece !== '')
  if (texts.every((piece) => piece.startsWith('*'))) return null
  const names = texts.map((piece) => lexicon.resolve(piece))
  const known = names.filter((name): name is NamedAllele => name !== null)
  return known.length > 0 && known.length === names.length ? known : null
}

/** A pair whose second half is missing: `*1/?`. */
const isPartial = (text: string, tokens: readonly Token[]): boolean =>
  tokens.length === 1 &&
  (/^\s?\/\s?(?:\*?\?|unknown|nc|no call)/i.test(text.slice(tokens[0]?.end)) ||
    /(?:\?|unknown)\s?\/\s?$/i.test(text.slice(0, tokens[0]?.start)))

/**
 * Alleles of one gene in a text, gene names before stars already removed. Null when there are none. Where the text says that something
 * was not found (`denies`), a single named allele is what was looked for, not what was found.
 */
export const parseAlleles = (text: string, table: GeneTable, lexicon: AlleleLexicon, denies: (text: string) => boolean): Finding | null => {
  const tokens = findTokens(text, table, lexicon)
  if (isPartial(text, tokens)) return finding({ state: 'partial-call' })
  const pairs = findPairs(text, tokens, table, lexicon)
  const [pair] = pairs
  if (pair !== undefined) return pairs.length === 1 ? readPair(pair, text, table) : readAlternatives(pairs, table)
  const names = tokens.map((token) => token.name)
  const worded = denies(text) ? null : (readWordedAlternatives(text, table, lexicon) ?? readWordedAlleles(text, table, lexicon))
  if (worded && (tokens.length === 0 || text.includes('/'))) return worded
  const absent = denies(text) || USUAL_WORD.test(text)
  const single = readListed(text, tokens, table, denies) ?? (absent ? null : readSingle(names, text, table))
  if (single) return single
  const loose = names.filter((name) => name.allele !== table.referenceAllele).map((name) => name.allele)
  return loose.length > 0 ? finding({ variants: loose, flags: ['variant-only'] }) : null
}
