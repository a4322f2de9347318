import { compareAlleles, compareCopies, nameDiplotype } from './allele-names.ts'
import type { CompiledGene } from './compile-gene.ts'
import type { Group, Observation } from './observe.ts'

/** What one chromosome copy may hold: alleles, and single variants that belong to none of them. */
export type CopyReading = { readonly alleles: readonly string[]; readonly score: number }

/** One copy laid out one way: the place of the base at each position, -1 where it is missing. */
export type Strand = Int8Array

/** More free groups than this make more lays-out than anyone could read. */
const MOST_GROUPS = 6

const layOut = (seen: Observation, swaps: number): readonly [Strand, Strand] => {
  const one = seen.first.slice()
  const other = seen.second.slice()
  seen.groups.forEach((group: Group, at) => {
    if (((swaps >> at) & 1) === 0) return
    for (const [index, site] of group.sites.entries()) {
      one[site] = group.second[index] ?? 0
      other[site] = group.first[index] ?? 0
    }
  })
  return [one, other]
}

/** Every way to lay out the copies, or null when there are too many. The first group stays: turning all of them changes nothing. */
export const layOuts = (seen: Observation): (readonly [Strand, Strand])[] | null => {
  if (seen.groups.length > MOST_GROUPS) return null
  const count = 2 ** Math.max(0, seen.groups.length - 1)
  return Array.from({ length: count }, (_none, swaps) => layOut(seen, swaps << 1))
}

/** Whether all that defines an allele and was read lies on the strand. */
const isOn = (gene: CompiledGene, allele: number, strand: Strand): boolean =>
  (gene.filled[allele] ?? []).every(
    (site) => (strand[site] ?? -1) < 0 || (((gene.cells[allele]?.[site] ?? 0) >> (strand[site] ?? 0)) & 1) === 1,
  )

const coreOn = (gene: CompiledGene, allele: number, strand: Strand): number[] =>
  (gene.cores[allele] ?? []).filter((site) => (strand[site] ?? -1) >= 0)

type Carried = { readonly allele: number; readonly core: readonly number[] }

const overlap = (left: Carried, right: Carried): boolean => left.core.some((site) => right.core.includes(site))

/** Sets of alleles without a position in common. A larger allele keeps the smaller ones out that it covers. */
const combine = (carried: readonly Carried[]): Carried[][] => {
  const sets: Carried[][] = []
  for (const one of carried) {
    let added = false
    let covered = false
    for (const set of sets) {
      const crossing = set.filter((other) => overlap(one, other))
      covered ||= crossing.some((other) => other.core.length !== one.core.length)
      if (crossing.length > 0) continue
      set.push(one)
      added = true
    }
    if (!added && !covered) sets.push([one])
  }
  return sets
}

/** Variants of a strand that no allele of the set accounts for, by their genomic names. */
const partsOf = (gene: CompiledGene, set: readonly Carried[], strand: Strand): string[] =>
  [...strand.keys()]
    .filter((site) => (strand[site] ?? 0) > 0 && !set.some(({ core }) => core.includes(site)))
    .sort((left, right) => (gene.sites[left]?.pos ?? 0) - (gene.sites[right]?.pos ?? 0))
    .map((site) => gene.sites[site]?.names[(strand[site] ?? 1) - 1] ?? '')

/** The alleles that one copy may hold, and what is left over. @param usable names that may take part */
export const readCopy = (gene: CompiledGene, strand: Strand, usable: ReadonlySet<string>): CopyReading[] => {
  const carried = gene.alleles
    .map((name, allele) => ({ name, allele, core: coreOn(gene, allele, strand) }))
    .filter(({ name, allele, core }) => allele !== gene.reference && usable.has(name) && core.length > 0 && isOn(gene, allele, strand))
    .sort((left, right) => right.core.length - left.core.length || compareAlleles(left.name, right.name))
  const sets = carried.length === 0 ? [[]] : combine(carried)
  return sets.map((set) => {
    const parts = partsOf(gene, set, strand)
    const names = set.map(({ allele }) => gene.alleles[allele] ?? '').sort(compareAlleles)
    const score = set.reduce((sum, { allele }) => sum + (gene.defined[allele] ?? 0), 0) - parts.length
    const alleles = [...names, ...parts]
    return { alleles: alleles.length === 0 ? [gene.alleles[gene.reference] ?? ''] : alleles, score }
  })
}

export type Combination = { readonly copies: readonly (readonly string[])[]; readonly score: number }

/**
 * Alleles that lie together on one copy, and variants that belong to no allele found (PharmCAT's combination and partial alleles).
 * Null when the data leave more ways to lay out the copies than can be listed.
 * @param usable names that may take part
 */
export const combineAlleles = (gene: CompiledGene, seen: Observation, usable: ReadonlySet<string>): Combination[] | null => {
  const all = layOuts(seen)
  if (all === null) return null
  const found = new Map<string, Combination>()
  for (const [one, other] of all)
    for (const first of readCopy(gene, one, usable))
      for (const second of seen.haploid ? [null] : readCopy(gene, other, usable)) {
        const copies = [first, ...(second ? [second] : [])].map(({ alleles }) => alleles).sort(compareCopies)
        found.set(nameDiplotype(copies), { copies, score: first.score + (second?.score ?? 0) })
      }
  return [...found.values()].sort((left, right) => right.score - left.score)
}
