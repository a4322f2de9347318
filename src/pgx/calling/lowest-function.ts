import type { GeneTable } from '../gene-tables.ts'
import { compareAlleles, compareCopies, nameDiplotype } from './allele-names.ts'
import { keepBits, listBits, noBits, setBit } from './bits.ts'
import { type Combination, layOuts, readCopy, type Strand } from './combine-alleles.ts'
import type { CompiledGene } from './compile-gene.ts'
import type { Observation } from './observe.ts'
import { type ProxySites, proxyInList, proxyOnCopy, proxySites } from './proxy.ts'
import { sightOf } from './sight.ts'
import type { FoundVariant } from './star-call.ts'

/** What a gene shows whose phenotype rests on the lowest functions found: variants per copy, or a list of variants. */
export type LowestReading =
  | { readonly kind: 'diplotypes'; readonly diplotypes: readonly Combination[]; readonly notes: readonly string[] }
  | { readonly kind: 'variants'; readonly variants: readonly FoundVariant[]; readonly notes: readonly string[] }

const withoutProxy = (strand: Strand, sites: ProxySites | null): Strand => {
  if (sites === null) return strand
  const rest = strand.slice()
  rest[sites.marker] = -1
  rest[sites.decider] = -1
  return rest
}

/** Alleles that can be seen, without those of the proxy, which are read by themselves. */
const usableNames = (gene: CompiledGene, seen: Observation): ReadonlySet<string> => {
  const { visible } = sightOf(gene, seen.missing)
  const { proxy } = gene.definitions
  if (proxy === undefined) return visible
  const rest = new Set(visible)
  rest.delete(proxy.both)
  rest.delete(proxy.deciderOnly)
  return rest
}

/** Single alleles that account for a whole copy. Several when positions are missing that would tell them apart. */
const exactAlleles = (gene: CompiledGene, strand: Strand, usable: ReadonlySet<string>): string[] => {
  const bits = noBits(gene.alleles.length)
  for (const [allele, name] of gene.alleles.entries()) if (usable.has(name)) setBit(bits, allele)
  for (const [site, base] of strand.entries()) if (base >= 0) keepBits(bits, gene.fits[site]?.[base] ?? bits)
  return listBits(bits).map((allele) => gene.alleles[allele] ?? '')
}

const addProxy = (gene: CompiledGene, alleles: readonly string[], proxy: string | null): string[] => {
  if (proxy === null) return [...alleles]
  const others = alleles.filter((name) => name !== gene.alleles[gene.reference])
  return [...others, proxy].sort(compareAlleles)
}

const perCopy = (gene: CompiledGene, all: readonly (readonly [Strand, Strand])[], usable: ReadonlySet<string>): LowestReading => {
  const sites = proxySites(gene)
  const notes = new Set<string>()
  const found = new Map<string, Combination>()
  for (const strands of all) {
    const rest = strands.map((strand) => withoutProxy(strand, sites))
    const exact = rest.map((strand) => exactAlleles(gene, strand, usable))
    const whole = exact.every((names) => names.length > 0)
    const options = strands.map((strand, at) => {
      const proxy = sites === null ? null : proxyOnCopy(gene, sites, strand, notes)
      const readings = whole
        ? (exact[at] ?? []).map((name) => [name])
        : readCopy(gene, rest[at] ?? strand, usable).map(({ alleles }) => alleles)
      return readings.map((alleles) => addProxy(gene, alleles, proxy))
    })
    for (const first of options[0] ?? [])
      for (const second of options[1] ?? []) {
        const copies = [first, second].sort(compareCopies)
        found.set(nameDiplotype(copies), { copies, score: 0 })
      }
  }
  return { kind: 'diplotypes', diplotypes: [...found.values()], notes: [...notes] }
}

const suits = (gene: CompiledGene, allele: number, site: number, base: number): boolean => {
  const mask = gene.cells[allele]?.[site] ?? 0
  return mask === 0 || base < 0 || ((mask >> base) & 1) === 1
}

/** Whether one copy can hold all that defines the allele: in every group, one of the two lays-out must do. */
const canLie = (gene: CompiledGene, seen: Observation, allele: number, sites: readonly number[]): boolean =>
  sites.every((site) => suits(gene, allele, site, seen.first[site] ?? -1) || suits(gene, allele, site, seen.second[site] ?? -1)) &&
  seen.groups.every(
    (group) =>
      group.sites.every((site, at) => suits(gene, allele, site, group.first[at] ?? 0)) ||
      group.sites.every((site, at) => suits(gene, allele, site, group.second[at] ?? 0)),
  )

/** Whether something other than the reference base makes the allele and was read. */
const isVariant = (gene: CompiledGene, seen: Observation, allele: number): boolean =>
  (gene.cores[allele] ?? []).some((site) => (seen.first[site] ?? -1) >= 0)

const liesTwice = (gene: CompiledGene, seen: Observation, allele: number): boolean =>
  (gene.filled[allele] ?? []).every(
    (site) => suits(gene, allele, site, seen.first[site] ?? -1) && suits(gene, allele, site, seen.second[site] ?? -1),
  )

const counted = (names: readonly string[]): FoundVariant[] =>
  [...new Set(names)].map((allele) => ({ allele, copies: names.filter((name) => name === allele).length > 1 ? 2 : 1 }))

/** Alleles that a base stands for which was read on one copy only. The proxy's two positions are read together (`proxyInList`). */
const halfFound = (gene: CompiledGene, seen: Observation, proxy: ProxySites | null): string[] =>
  seen.half
    .filter(({ site }) => site !== proxy?.marker && site !== proxy?.decider)
    .flatMap(({ site, base }) =>
      gene.alleles.filter((_name, allele) => allele !== gene.reference && (((gene.cells[allele]?.[site] ?? 0) >> base) & 1) === 1),
    )

/** Alleles of which something was found that is not the reference base, or that fit the reference base, too. */
const candidatesOf = (gene: CompiledGene, seen: Observation): number[] => {
  const found = new Set(gene.wobbling)
  for (const site of seen.present)
    if ((seen.first[site] ?? 0) > 0 || (seen.second[site] ?? 0) > 0) for (const allele of gene.definedAt[site] ?? []) found.add(allele)
  return [...found].sort((left, right) => left - right)
}

const asList = (gene: CompiledGene, seen: Observation, usable: ReadonlySet<string>): LowestReading => {
  const sites = proxySites(gene)
  const notes = new Set<string>()
  const half = seen.half.length === 0 ? [] : halfFound(gene, seen, sites)
  const found = candidatesOf(gene, seen).flatMap((allele): FoundVariant[] => {
    const name = gene.alleles[allele] ?? ''
    const isFound =
      allele !== gene.reference &&
      usable.has(name) &&
      isVariant(gene, seen, allele) &&
      canLie(gene, seen, allele, gene.filled[allele] ?? [])
    return isFound ? [{ allele: name, copies: liesTwice(gene, seen, allele) ? 2 : 1 }] : []
  })
  const proxies = counted(sites === null ? [] : proxyInList(gene, sites, seen, notes))
  const single = counted(half).filter(({ allele }) => ![...found, ...proxies].some((other) => other.allele === allele))
  const others = [...found, ...proxies, ...single]
  const copies = found.length + proxies.reduce((sum, one) => sum + one.copies, 0) + single.length
  const reference = gene.alleles[gene.reference] ?? ''
  const plain = copies < 2 && canLie(gene, seen, gene.reference, seen.present) ? [{ allele: reference, copies: 1 as const }] : []
  return {
    kind: 'variants',
    variants: [...plain, ...others].sort((left, right) => compareAlleles(left.allele, right.allele)),
    notes: [...notes],
  }
}

/**
 * Reads a gene whose phenotype rests on the lowest functions found. Where the copies can be told apart, all variants of each copy
 * are given (`[a + b]/c`); where they cannot, a list of variants, each once or twice.
 */
export const readLowestFunction = (gene: CompiledGene, seen: Observation): LowestReading => {
  const usable = usableNames(gene, seen)
  const told = seen.half.length === 0 && (seen.groups.length <= 1 || seen.phaseSets)
  const all = told ? layOuts(seen) : null
  return all === null ? asList(gene, seen, usable) : perCopy(gene, all, usable)
}

/** Where an allele stands by function, lowest first: its activity value, or whether two of it make a phenotype that calls for action. */
const rankOf = (table: GeneTable, allele: string): number => {
  const { function: name, activity } = table.alleles[allele] ?? { function: null, activity: null }
  if (table.method === 'activity-score') return activity === null || Number.isNaN(Number(activity)) ? Number.MAX_VALUE : Number(activity)
  const phenotype = table.phenotypes[table.pairs?.[`${name}+${name}`] ?? '']
  return phenotype?.priority === 'priority' ? 0 : 1
}

/** Order of alleles by function, lowest first; of equal ones the first in the sequence. */
export const compareByFunction =
  (table: GeneTable) =>
  (left: string, right: string): number =>
    rankOf(table, left) - rankOf(table, right) || compareAlleles(left, right)

/** Lowest allele of each copy. */
export const lowestOfCopies = (table: GeneTable, copies: readonly (readonly string[])[]): string[] =>
  copies.flatMap((alleles) => [...alleles].sort(compareByFunction(table)).slice(0, 1))

/** The two lowest alleles of a list; CPIC takes two different variants to lie on different copies. */
export const lowestOfList = (table: GeneTable, variants: readonly FoundVariant[]): string[] => {
  const all = variants.flatMap(({ allele, copies }) => Array<string>(copies).fill(allele)).sort(compareByFunction(table))
  return [...all, ...(table.referenceAllele === null ? [] : [table.referenceAllele])].slice(0, 2)
}
