import type { GeneTable } from '../gene-tables.ts'
import { nameDiplotype } from './allele-names.ts'
import { type Bits, noBits, setBit } from './bits.ts'
import { basesOf, type GeneDefinitions } from './definitions.ts'
import type { Site } from './genotypes.ts'
import { type MatchSite, makeSiteReader, type SiteReader } from './read-site.ts'
import type { CannotRuleOut, PositionName, StarDiplotype } from './star-call.ts'

/** Definitions of one gene, laid out for matching. Made once. */
export type CompiledGene = {
  readonly table: GeneTable
  readonly definitions: GeneDefinitions
  /** Positions that define alleles, in the order of the definitions. */
  readonly sites: readonly MatchSite[]
  /** The same positions by name only. */
  readonly places: readonly PositionName[]
  /** What a genotype shows at each of them. */
  readonly readSite: SiteReader
  /** Place of each of them in `SampleGenotypes.at`. */
  readonly indexes: readonly number[]
  /** Positions that are read, but define nothing. */
  readonly extra: readonly MatchSite[]
  readonly alleles: readonly string[]
  readonly reference: number
  /** `fits[site][base]`: alleles that may have this base there, blank cells filled with the reference. */
  readonly fits: readonly (readonly Bits[])[]
  /** `cells[allele][site]`: bases by which the allele is defined there, as a mask; 0 for a blank cell. */
  readonly cells: readonly Uint8Array[]
  /** `cores[allele]`: positions that make the allele: cells other than the plain reference base. */
  readonly cores: readonly (readonly number[])[]
  /** `filled[allele]`: positions that the definition names, with the plain reference base, too. */
  readonly filled: readonly (readonly number[])[]
  /** `definedAt[site]`: alleles with a cell there. */
  readonly definedAt: readonly (readonly number[])[]
  /** Positions per allele where more than one base fits. */
  readonly wobbles: readonly (readonly number[])[]
  /** Alleles that have such positions. */
  readonly wobbling: readonly number[]
  /** Number of defined cells per allele: its score when nothing is missing. */
  readonly defined: readonly number[]
  /** The list of the definitions, with the names in the order in which diplotypes are named. */
  readonly cannotRuleOut: readonly (CannotRuleOut & {
    readonly hetAt: readonly string[]
    readonly calledInOrder: string
    readonly alternativeInOrder: string
  })[]
  /** Pairs of alleles as they are reported, by their places in the gene, filled as they are met. */
  readonly pairs: Map<number, NamedPair>
}

/** A pair of alleles under the names they are reported by, and what the tables say of it. */
export type NamedPair = Omit<StarDiplotype, 'score'>

type Definition = GeneDefinitions['alleles'][string]

const maskOf = (cell: string, bases: readonly string[]): number =>
  basesOf(cell).reduce((mask, base) => (bases.includes(base) ? mask | (1 << bases.indexOf(base)) : mask), 0)

const isSeveral = (mask: number): boolean => (mask & (mask - 1)) !== 0

/** Place of each position in the list of sites, by its number as the definitions write it. */
type Places = ReadonlyMap<string, number>

const placesIn = ({ at }: Definition, places: Places): number[] => Object.keys(at).flatMap((pos) => places.get(pos) ?? [])

const cellsOf = (definition: Definition, sites: readonly MatchSite[], places: Places): Uint8Array => {
  const cells = new Uint8Array(sites.length).fill(definition.whole ? 1 : 0)
  for (const [pos, cell] of Object.entries(definition.at)) {
    const at = places.get(pos)
    if (at !== undefined) cells[at] = maskOf(cell, sites[at]?.bases ?? [])
  }
  return cells
}

const matchSite = (site: Site): MatchSite => ({
  ...site,
  bases: [site.ref, ...site.alts],
  names: site.names ?? [],
})

/** Alleles that fit each base of each position; a blank cell is the reference allele's base. */
const fitsOf = (sites: readonly MatchSite[], cells: readonly Uint8Array[], reference: number): Bits[][] =>
  sites.map((site, at) => {
    const own = cells[reference]?.[at] ?? 1
    const filler = isSeveral(own) ? 1 : own
    const fits = site.bases.map(() => noBits(cells.length))
    cells.forEach((row, allele) => {
      const mask = row[at] || filler
      fits.forEach((bits, base) => {
        if (((mask >> base) & 1) === 1) setBit(bits, allele)
      })
    })
    return fits
  })

/** Places of the cells of a row for which something holds. */
const placesWhere = (row: Uint8Array, holds: (mask: number) => boolean): number[] => {
  const places: number[] = []
  row.forEach((mask, at) => {
    if (holds(mask)) places.push(at)
  })
  return places
}

const definedAtOf = (sites: readonly MatchSite[], cells: readonly Uint8Array[]): number[][] => {
  const definedAt = sites.map((): number[] => [])
  cells.forEach((row, allele) => {
    for (const at of placesWhere(row, (mask) => mask > 0)) definedAt[at]?.push(allele)
  })
  return definedAt
}

/** The reading of a diplotype that does not depend on the order of its alleles. */
const inOrder = (diplotype: string): string => nameDiplotype(diplotype.split('/').map((allele) => [allele]))

/** @param sites all positions of the gene in the order of `SampleGenotypes.at`, without ignored ones */
export const compileGene = (table: GeneTable, definitions: GeneDefinitions, all: readonly Site[]): CompiledGene => {
  const own = all.map(matchSite)
  const sites = own.filter((site) => !site.flags.includes('extra'))
  const places = new Map(sites.map(({ pos }, at) => [`${pos}`, at]))
  const alleles = Object.keys(definitions.alleles)
  const cells = Object.values(definitions.alleles).map((definition) => cellsOf(definition, sites, places))
  const reference = alleles.indexOf(table.referenceAllele ?? '')
  const wobbles = cells.map((row) => placesWhere(row, isSeveral))
  const foundOnce = table.special.includes('x-linked') || table.special.includes('haploid')
  return {
    table,
    definitions,
    sites,
    readSite: makeSiteReader(sites, { undocumented: definitions.undocumented, foundOnce }),
    indexes: sites.map(({ index }) => index),
    places: sites.map(({ chrom, pos, rsid }) => Object.freeze({ chrom, pos, rsid })),
    extra: own.filter((site) => site.flags.includes('extra')),
    alleles,
    reference,
    fits: fitsOf(sites, cells, reference),
    cells,
    cores: cells.map((row) => placesWhere(row, (mask) => mask > 1)),
    filled: Object.values(definitions.alleles).map((definition) => placesIn(definition, places).sort((left, right) => left - right)),
    definedAt: definedAtOf(sites, cells),
    wobbles,
    wobbling: [...wobbles.keys()].filter((allele) => (wobbles[allele]?.length ?? 0) > 0),
    defined: cells.map((row) => placesWhere(row, (mask) => mask > 0).length),
    cannotRuleOut: (definitions.cannotRuleOut ?? []).map((one) => ({
      ...one,
      hetAt: one.hetAt ?? [],
      calledInOrder: inOrder(one.called),
      alternativeInOrder: inOrder(one.alternative),
    })),
    pairs: new Map(),
  }
}
