import type { Site } from '../pgx/calling/genotypes.ts'
import { chromosomeOf } from './assemblies.ts'
import { type SiteChanges, siteChanges } from './site-changes.ts'

/** From the first to the last site of a gene. */
type GeneStretch = { readonly gene: string; readonly from: number; readonly to: number }

/** The sites of one chromosome, by position. */
export type ChromosomeSites = {
  readonly sites: readonly SiteChanges[]
  /** Longest reach of a site beyond its position. */
  readonly longest: number
  readonly genes: readonly GeneStretch[]
}

/** Where a reader has to look. Chromosomes by plain name: `10`, `X`, `MT`. */
export type SiteIndex = {
  readonly chromosomes: ReadonlyMap<string, ChromosomeSites>
  /** rs number, without `rs`, to the positions that carry it. */
  readonly places: ReadonlyMap<number, ReadonlySet<number>>
}

const stretchesOf = (sites: readonly SiteChanges[]): GeneStretch[] =>
  [...new Set(sites.map(({ site }) => site.gene))].map((gene) => {
    const own = sites.filter(({ site }) => site.gene === gene)
    return { gene, from: Math.min(...own.map(({ site }) => site.pos)), to: Math.max(...own.map(({ zoneEnd }) => zoneEnd)) }
  })

export const indexSites = (sites: readonly Site[]): SiteIndex => {
  const byChromosome = new Map<string, SiteChanges[]>()
  const places = new Map<number, Set<number>>()
  for (const site of sites) {
    const chromosome = chromosomeOf(site.chrom)
    if (chromosome === null) throw new TypeError(`a site lies on no chromosome: ${site.chrom}`)
    const own = byChromosome.get(chromosome)
    if (own) own.push(siteChanges(site))
    else byChromosome.set(chromosome, [siteChanges(site)])
    const rs = Number(/^rs(\d+)$/.exec(site.rsid ?? '')?.[1] ?? 0)
    if (rs > 0) places.set(rs, (places.get(rs) ?? new Set()).add(site.pos))
  }
  const chromosomes = new Map(
    [...byChromosome].map(([name, own]) => [
      name,
      {
        sites: own.sort((left, right) => left.site.pos - right.site.pos),
        longest: Math.max(...own.map(({ site, zoneEnd }) => zoneEnd - site.pos)),
        genes: stretchesOf(own),
      },
    ]),
  )
  return { chromosomes, places }
}

/** Place of the first site at or after a position. */
const firstFrom = (sites: readonly SiteChanges[], pos: number): number => {
  let [low, high] = [0, sites.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sites[middle]?.site.pos ?? 0) < pos) low = middle + 1
    else high = middle
  }
  return low
}

/** Sites that a record from `from` to `to` may be about. */
export const sitesWithin = ({ sites, longest }: ChromosomeSites, from: number, to: number): readonly SiteChanges[] => {
  const found: SiteChanges[] = []
  for (let at = firstFrom(sites, from - longest); at < sites.length; at += 1) {
    const one = sites[at]
    if (one === undefined || one.site.pos > to) break
    if (one.zoneEnd >= from) found.push(one)
  }
  return found
}

/** Whether any site may lie from `from` to `to`; asked for every line of a file, so it makes nothing. */
export const anyWithin = ({ sites, longest }: ChromosomeSites, from: number, to: number): boolean => {
  const next = sites[firstFrom(sites, from - longest)]
  return next !== undefined && next.site.pos <= to
}

/** Genes whose sites lie on both sides of a stretch, or in it. */
export const genesWithin = ({ genes }: ChromosomeSites, from: number, to: number): readonly string[] =>
  genes.filter((gene) => gene.from <= to && gene.to >= from).map(({ gene }) => gene)
