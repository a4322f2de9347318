import type { Genotype } from '../../contract/genes.ts'
import { isInTable, lookUpGenotype, NO_GENOTYPE } from '../genotype.ts'
import { compareCopies, nameDiplotype } from './allele-names.ts'
import type { CompiledGene, NamedPair } from './compile-gene.ts'
import type { Observation } from './observe.ts'
import type { StarCall, StarDiplotype, UsedPosition } from './star-call.ts'

export type Copies = readonly (readonly string[])[]

/** What the method of a gene comes to; the rest of a call is the same for all. */
export type Outcome = Pick<
  StarCall,
  'state' | 'because' | 'names' | 'diplotypes' | 'preferred' | 'variants' | 'inferred' | 'alternatives' | 'genotypes'
> & { readonly notes: readonly string[] }

export const NOTHING = {
  names: [],
  diplotypes: [],
  preferred: null,
  variants: [],
  inferred: null,
  alternatives: [],
  genotypes: [],
  notes: [],
} as const

export const notCalled = (because: string): Outcome => ({ ...NOTHING, state: 'not-called', because })

/** rsids of positions, or places where they have none. */
export const namesAt = (gene: CompiledGene, sites: readonly number[]): string =>
  sites.map((at) => gene.sites[at]?.rsid ?? `${gene.sites[at]?.chrom}:${gene.sites[at]?.pos}`).join(', ')

/** Positions with what was read there: `rs2231142 T/.` */
export const textsOf = (positions: readonly UsedPosition[]): string => positions.map(({ text }) => text).join(', ')

export const halfBecause = (gene: CompiledGene, seen: Observation): string => {
  const places = new Set(seen.half.map(({ site }) => gene.sites[site]?.pos))
  return `only one of two copies was read: ${textsOf(seen.uncounted.filter(({ pos }) => places.has(pos)))}`
}

/** More than one way to lay out the copies. */
export const isUnphased = (seen: Observation): boolean => seen.groups.length > 1

export const severalBecause = (gene: CompiledGene, seen: Observation): string => {
  const reasons = [
    ...(isUnphased(seen) ? ['the copies cannot be told apart'] : []),
    ...(seen.missing.length > 0 ? ['positions that would decide are missing'] : []),
  ]
  return reasons.length > 0 ? reasons.join(', and ') : `several diplotypes of ${gene.table.symbol} have the same definitions here`
}

/** Genotype of single alleles; a combination has no function of its own in the table. */
const genotypeOf = (gene: CompiledGene, copies: Copies): Genotype => {
  const alleles = copies.flat()
  return copies.every((copy) => copy.length === 1) && isInTable(gene.table, alleles)
    ? lookUpGenotype(gene.table, alleles)
    : { ...NO_GENOTYPE, diplotype: nameDiplotype(copies) }
}

const namedPair = (gene: CompiledGene, copies: Copies): NamedPair => {
  const sorted = [...copies].sort(compareCopies)
  return { name: nameDiplotype(sorted), copies: sorted, genotype: genotypeOf(gene, sorted) }
}

export const withScore = ({ name, copies, genotype }: NamedPair, score: number): StarDiplotype => ({ name, copies, score, genotype })

export const diplotypeOf = (gene: CompiledGene, copies: Copies, score: number): StarDiplotype => withScore(namedPair(gene, copies), score)

/** A pair of alleles, by their places in the gene, under the names they are reported by; `second` is null for a haploid sample. */
export const reportedPair = (gene: CompiledGene, first: number, second: number | null): NamedPair => {
  const key = first * (gene.alleles.length + 1) + (second ?? gene.alleles.length)
  const known = gene.pairs.get(key)
  if (known !== undefined) return known
  const nameOf = (allele: number): string => {
    const name = gene.alleles[allele] ?? ''
    return gene.definitions.reportedAs?.[name] ?? name
  }
  const made = namedPair(gene, [[nameOf(first)], ...(second === null ? [] : [[nameOf(second)]])])
  gene.pairs.set(key, made)
  return made
}

export const compareDiplotypes = (left: { readonly copies: Copies }, right: { readonly copies: Copies }): number => {
  for (const [at, copy] of left.copies.entries()) {
    const difference = compareCopies(copy, right.copies[at] ?? [])
    if (difference !== 0) return difference
  }
  return 0
}

/** One genotype per different phenotype and score, in order. Those without either are kept apart by their words. */
export const distinctGenotypes = (diplotypes: readonly StarDiplotype[]): Genotype[] => {
  if (diplotypes.length === 1) return diplotypes.map(({ genotype }) => genotype)
  const found = new Map<string, Genotype>()
  for (const { genotype } of diplotypes) {
    const key = `${genotype.phenotype?.code ?? genotype.keys.join()} ${genotype.activityScore?.text ?? ''}`
    if (!found.has(key)) found.set(key, genotype)
  }
  return [...found.values()]
}

/** What diplotypes that all count come to. */
export const fromDiplotypes = (gene: CompiledGene, seen: Observation, diplotypes: readonly StarDiplotype[]): Outcome => ({
  ...NOTHING,
  state: diplotypes.length === 1 ? 'called' : 'several',
  because: diplotypes.length === 1 ? null : severalBecause(gene, seen),
  names: diplotypes.map(({ name }) => name),
  diplotypes,
  genotypes: distinctGenotypes(diplotypes),
})
