import type { GeneTable } from '../../pgx/gene-tables.ts'
import { lookUpGenotype } from '../../pgx/genotype.ts'
import type { Token } from './allele-pairs.ts'
import { type Finding, finding } from './finding.ts'
import { BASES, USUAL_WORD, ZYGOSITY } from './zygosity.ts'

/** Methods that read lists of variants: what is not listed as found counts as reference. */
const READS_LISTS: readonly string[] = ['lowest-function', 'any-risk', 'x-linked']

export const readsLists = (table: GeneTable): boolean => READS_LISTS.some((method) => table.special.includes(method))

/** Copies that carry the variant, by the bases or the words beside its name (`c.2846A>T: heterozygous`); null when nothing says it. */
const copiesOf = (name: string, words: string, denies: (text: string) => boolean): number | null => {
  const change = /([ACGT])>([ACGT])$/i.exec(name)
  const bases = BASES.exec(words)
  if (change && bases) {
    const seen = [bases[1], bases[2]]
    const known = [change[1]?.toUpperCase(), change[2]?.toUpperCase()]
    return seen.every((base) => known.includes(base)) ? seen.filter((base) => base === known[1]).length : null
  }
  if (USUAL_WORD.test(words) || denies(words)) return 0
  if (ZYGOSITY.hetero.test(words)) return 1
  return ZYGOSITY.homo.test(words) ? 2 : null
}

/** Which alleles are carried, once per copy. */
export const genotypeOfList = (
  carried: readonly string[],
  table: GeneTable,
): { readonly alleles: readonly string[]; readonly unphased: boolean } | null => {
  const { referenceAllele } = table
  if (referenceAllele === null || carried.length > 2) return null
  const [first = referenceAllele, second = referenceAllele] = carried
  return { alleles: [first, second], unphased: carried.length === 2 && first !== second }
}

/**
 * A list of variants, each with its own word: `c.1905+1G>A: negative, c.2846A>T: heterozygous`. Two without phase are presumed on
 * different chromosomes (CPIC fluoropyrimidines 2017). Null when a variant has no word; only absent ones are no call, never normal.
 */
export const readListed = (text: string, tokens: readonly Token[], table: GeneTable, denies: (text: string) => boolean): Finding | null => {
  if (!readsLists(table) || tokens.length === 0) return null
  const carried: string[] = []
  for (const [index, { name, start, end }] of tokens.entries()) {
    const alone = tokens.length === 1
    const copies = copiesOf(
      text.slice(start, end),
      text.slice(alone && !BASES.test(text.slice(end)) ? 0 : end, tokens[index + 1]?.start),
      denies,
    )
    if (copies === null || name.allele === table.referenceAllele) return null
    for (let copy = 0; copy < copies; copy++) carried.push(name.allele)
  }
  const list = genotypeOfList(carried, table)
  if (carried.length === 0 || list === null) return finding({ variants: tokens.map(({ name }) => name.allele), flags: ['variant-only'] })
  const genotype = lookUpGenotype(table, list.alleles)
  return finding({
    genotypes: [genotype],
    diplotype: genotype.diplotype,
    flags: [
      ...(tokens.some(({ name }) => name.legacy) ? ['legacy-allele-name'] : []),
      ...(list.unphased ? ['ambiguous-diplotype'] : []),
      ...(genotype.phenotype === null ? ['not-in-table'] : []),
    ],
  })
}
