import type { Site } from '../../pgx/gene-names.ts'
import type { GeneTable } from '../../pgx/gene-tables.ts'
import { isInTable, lookUpGenotype } from '../../pgx/genotype.ts'
import { type Finding, finding } from './finding.ts'
import { genotypeOfList } from './listed-variants.ts'
import { escapePattern } from './wording.ts'
import { BASES, USUAL_WORD, VARIANT_WORD, ZYGOSITY } from './zygosity.ts'

const COMPLEMENT: Readonly<Record<string, string>> = { A: 'T', C: 'G', G: 'C', T: 'A' }

/** A genotype of two bases and nothing else. */
const BARE = /^([ACGT])\s?[/|]?\s?([ACGT])$/

type Mention = { readonly site: Site; readonly start: number; readonly end: number }

const PATTERNS = new WeakMap<Site, RegExp>()

/** Finds any name of a site. Kept per site. */
const patternOf = (site: Site): RegExp => {
  const known = PATTERNS.get(site)
  if (known) return known
  const names = [site.id, ...site.names].sort((left, right) => right.length - left.length)
  const pattern = new RegExp(names.map((name) => `(?<![a-z0-9])${escapePattern(name)}(?![0-9])`).join('|'), 'i')
  PATTERNS.set(site, pattern)
  return pattern
}

const mentionsOf = (text: string, sites: readonly Site[]): Mention[] =>
  sites.flatMap((site) => {
    const match = patternOf(site).exec(text)
    return match ? [{ site, start: match.index, end: match.index + match[0].length }] : []
  })

/** The site a text names, when it is exactly one of the gene's. */
export const siteNamed = (text: string, sites: readonly Site[]): Site | null => {
  const found = mentionsOf(text, sites)
  return found.length === 1 ? (found[0]?.site ?? null) : null
}

/** Plus-strand bases; letters of the gene strand are complemented. Null when that cannot be told. */
const plusStrand = (site: Site, bases: readonly string[]): string[] | null => {
  const known = Object.keys(site.bases)
  const turned = bases.map((base) => COMPLEMENT[base] ?? base)
  const direct = bases.every((base) => known.includes(base))
  const complement = turned.every((base) => known.includes(base))
  if (direct && complement) return bases[0] !== bases[1] ? [...bases] : null
  return direct ? [...bases] : complement ? turned : null
}

const alleleSets = (site: Site, bases: readonly string[], table: GeneTable): string[][] => {
  const [first = [], second = []] = bases.map((base) => (site.bases[base] ?? []).filter((allele) => isInTable(table, [allele])))
  return first.flatMap((left) => second.map((right) => [left, right]))
}

const asSite = (site: Site, bases: readonly string[], table: GeneTable): Finding => {
  const order = Object.keys(site.bases)
  const sorted = [...bases].sort((left, right) => order.indexOf(left) - order.indexOf(right))
  const diplotype = `${site.id} ${sorted.join('/')}`
  const genotype = lookUpGenotype(
    table,
    sorted.map((base) => site.bases[base]?.[0] ?? ''),
  )
  const keys = genotype.keys.map((key) => (key === genotype.diplotype ? diplotype : key))
  return finding({ genotypes: [{ ...genotype, diplotype, keys }], diplotype })
}

const asAlleles = (site: Site, bases: readonly string[], table: GeneTable): Finding => {
  const sets = alleleSets(site, bases, table)
  const genotypes = [
    ...new Map(sets.map((alleles) => lookUpGenotype(table, alleles)).map((genotype) => [genotype.diplotype, genotype])).values(),
  ]
  const reference = Object.keys(site.bases)[0]
  return finding({
    genotypes,
    diplotype: genotypes.length === 1 ? (genotypes[0]?.diplotype ?? null) : null,
    flags: [
      ...(genotypes.length > 1 ? ['ambiguous-diplotype'] : []),
      ...(site.legacy ? ['legacy-allele-name'] : []),
      // One site was looked at: no variant there says nothing about the others.
      ...(bases.every((base) => base === reference) ? ['limited-coverage'] : []),
    ],
  })
}

/** Bases that the words beside a site stand for: `rs3918290 heterozygous`. Homozygous alone does not say of which base. */
const basesOfWords = (site: Site, words: string): string[] | null => {
  const [reference, variant, third] = Object.keys(site.bases)
  if (reference === undefined || variant === undefined || third !== undefined) return null
  if (ZYGOSITY.hetero.test(words)) return [reference, variant]
  if (!ZYGOSITY.homo.test(words)) return null
  if (USUAL_WORD.test(words)) return [reference, reference]
  return VARIANT_WORD.test(words) ? [variant, variant] : null
}

type Seen = { readonly site: Site; readonly bases: readonly string[] | null }

/** What a text says of each site it names. Null when it gives no bases and no zygosity for any of them. */
const sitesSeen = (text: string, sites: readonly Site[]): Seen[] | null => {
  const found = mentionsOf(text, sites)
  const seen = found.map(({ site, end }): Seen & { readonly said: boolean } => {
    const next = Math.min(...found.map((other) => other.start).filter((start) => start >= end), text.length)
    const match = BASES.exec(text.slice(end, next))
    const words = found.length === 1 ? text : text.slice(end, next)
    const said = match !== null || ZYGOSITY.hetero.test(words) || ZYGOSITY.homo.test(words)
    return { site, bases: match ? plusStrand(site, [match[1] ?? '', match[2] ?? '']) : basesOfWords(site, words), said }
  })
  return seen.some((each) => each.said) ? seen : null
}

/**
 * Several sites of one gene: the variants found on them make the genotype where the gene's method reads lists of variants
 * (CPIC fluoropyrimidines 2017: two variants without phase are presumed on different chromosomes). Elsewhere they are no call.
 */
const asList = (seen: readonly Seen[], text: string, table: GeneTable): Finding => {
  const loose = finding({ variants: [text.slice(0, 200)], flags: ['variant-only'] })
  const { referenceAllele } = table
  if (!table.special.includes('lowest-function') || referenceAllele === null) return loose
  const carried: string[] = []
  for (const { site, bases } of seen) {
    if (bases === null || site.as !== 'alleles') return loose
    for (const base of bases) {
      const [allele, other] = site.bases[base] ?? []
      if (allele === undefined || other !== undefined) return loose
      if (allele !== referenceAllele) carried.push(allele)
    }
  }
  const list = genotypeOfList(carried, table)
  if (list === null) return loose
  const genotype = lookUpGenotype(table, list.alleles)
  return finding({
    genotypes: [genotype],
    diplotype: genotype.diplotype,
    flags: [...(list.unphased ? ['ambiguous-diplotype'] : []), ...(carried.length === 0 ? ['limited-coverage'] : [])],
  })
}

const readSite = ({ site, bases }: Seen, text: string, table: GeneTable): Finding => {
  if (bases === null || site.as === 'variant') return finding({ variants: [text.slice(0, 200)], flags: ['variant-only'] })
  return site.as === 'site' ? asSite(site, bases, table) : asAlleles(site, bases, table)
}

/** The table's own names of a site's alleles (`rs9923231 variant (T)/rs9923231 reference (C)`): the site and its bases. */
const namedPair = (text: string, sites: readonly Site[]): Seen | null => {
  const names = text.split('/').map((name) => name.trim().toLowerCase())
  if (names.length !== 2) return null
  const found = sites.map((site): Seen => {
    const baseOf = (name: string) => Object.entries(site.bases).find(([, [own]]) => own?.toLowerCase() === name)?.[0]
    return { site, bases: names.flatMap((name) => (/^rs\d/.test(name) ? (baseOf(name) ?? []) : [])) }
  })
  return found.find(({ bases }) => bases?.length === 2) ?? null
}

/** Sites and their two bases (`-1639G>A: G/A`) or zygosity. Null when the text holds neither. */
export const parseSites = (text: string, table: GeneTable, sites: readonly Site[]): Finding | null => {
  const named = namedPair(text, sites)
  if (named) return readSite(named, text, table)
  const seen = sitesSeen(text, sites)
  const [first, second] = seen ?? []
  if (seen && first) return second === undefined ? readSite(first, text, table) : asList(seen, text, table)
  const bare = BARE.exec(text)
  if (!bare) return null
  const shown = table.method === 'genotype' ? `${bare[1]}/${bare[2]} (site not stated)` : null
  return finding({ diplotype: shown, flags: ['site-missing'] })
}
