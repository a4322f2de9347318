import { addBits, allBits, type Bits, clearBit, hasBit, keepBits, listBits, noBits } from './bits.ts'
import type { CompiledGene } from './compile-gene.ts'
import type { Group, Observation } from './observe.ts'
import { sightOf } from './sight.ts'

/** Two alleles that explain the sample, by their place in the gene; `second` is null for a haploid sample. */
export type Pair = { readonly first: number; readonly second: number | null; readonly score: number }

/** Which alleles fit the bases of one group of positions, laid out the one way and the other. */
type GroupFits = { readonly group: Group; readonly first: Bits; readonly second: Bits }

const fitsAll = (gene: CompiledGene, sites: readonly number[], bases: ArrayLike<number>): Bits => {
  const bits = allBits(gene.alleles.length)
  for (const [at, site] of sites.entries()) keepBits(bits, gene.fits[site]?.[bases[at] ?? 0] ?? noBits(gene.alleles.length))
  return bits
}

/** Alleles that can be seen and fit every position where both copies are alike. */
const fitAlike = (gene: CompiledGene, seen: Observation, cells: readonly number[]): Bits => {
  const bits = allBits(gene.alleles.length)
  cells.forEach((count, allele) => {
    if (count <= 0) clearBit(bits, allele)
  })
  for (const site of seen.present) {
    const base = seen.first[site] ?? 0
    const fits = gene.fits[site]?.[base]
    if (base === seen.second[site] && fits !== undefined) keepBits(bits, fits)
  }
  return bits
}

/** Alleles that can lie opposite to `allele`: in every group, one of the two lays-out must suit both. */
const partnersOf = (allele: number, candidates: Bits, groups: readonly GroupFits[]): Bits => {
  const partners = candidates.slice()
  for (const { first, second } of groups) {
    const here = new Uint32Array(candidates.length)
    if (hasBit(first, allele)) addBits(here, second)
    if (hasBit(second, allele)) addBits(here, first)
    keepBits(partners, here)
  }
  return partners
}

/** A cell where the reference base fits beside another one scores only when the other one was found. */
const wobbleLoss = (gene: CompiledGene, allele: number, baseAt: (site: number) => number | undefined): number =>
  (gene.wobbles[allele] ?? []).reduce((loss, site) => loss + (baseAt(site) === 0 ? 1 : 0), 0)

const alikeLoss = (gene: CompiledGene, seen: Observation, allele: number): number =>
  wobbleLoss(gene, allele, (site) => (seen.first[site] === seen.second[site] ? seen.first[site] : undefined))

/** The smaller loss of the lays-out of one group that suit the pair. Groups are free of each other, so each is decided alone. */
const groupLoss = (gene: CompiledGene, pair: readonly [number, number], { group, first, second }: GroupFits): number => {
  const [one, other] = pair
  if (gene.wobbles[one]?.length === 0 && gene.wobbles[other]?.length === 0) return 0
  const lossOf = (allele: number, bases: readonly number[]): number => wobbleLoss(gene, allele, (site) => bases[group.sites.indexOf(site)])
  const losses = [
    ...(hasBit(first, one) && hasBit(second, other) ? [lossOf(one, group.first) + lossOf(other, group.second)] : []),
    ...(hasBit(second, one) && hasBit(first, other) ? [lossOf(one, group.second) + lossOf(other, group.first)] : []),
  ]
  return Math.min(...losses)
}

/**
 * All pairs of alleles that explain what was seen, in time that grows with alleles times alleles times positions: pairs of
 * definitions are laid against the genotypes, the ways to lay out the genotypes are never listed. Exact: a pair is given if and
 * only if some way to lay out the heterozygous positions gives it. Score: number of defined positions of both, PharmCAT's rule.
 */
export const matchPairs = (gene: CompiledGene, seen: Observation): Pair[] => {
  const { cells } = sightOf(gene, seen.missing)
  const candidates = fitAlike(gene, seen, cells)
  const alone = (allele: number): number => (cells[allele] ?? 0) - alikeLoss(gene, seen, allele)
  const list = listBits(candidates)
  if (seen.haploid) return list.map((allele) => ({ first: allele, second: null, score: alone(allele) }))
  const groups = seen.groups.map((group) => ({
    group,
    first: fitsAll(gene, group.sites, group.first),
    second: fitsAll(gene, group.sites, group.second),
  }))
  return list.flatMap((first) =>
    listBits(partnersOf(first, candidates, groups))
      .filter((second) => second >= first)
      .map((second) => ({
        first,
        second,
        score: alone(first) + alone(second) - groups.reduce((loss, group) => loss + groupLoss(gene, [first, second], group), 0),
      })),
  )
}
