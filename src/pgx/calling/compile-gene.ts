import type { GeneTable } from '../gene-tables.ts'
import { type Bits, noBits, setBit } from './bits.ts'
import { basesOf, type GeneDefinitions } from './definitions.ts'
import type { Site } from './genotypes.ts'
import type { PositionName } from './star-call.ts'

/** A position as the matcher uses it. Bases are kept as their place in `bases`; 0 is the reference base. */
export type MatchSite = Site & { readonly bases: readonly string[]; readonly names: readonly string[] }

/** Definitions of one gene, laid out for matching. Made once. */
export type CompiledGene = {
  readonly table: GeneTable
  readonly definitions: GeneDefinitions
  /** Positions that define alleles, in the order of the definitions. */
  readonly sites: readonly MatchSite[]
  /** The same positions by name only. */
  readonly places: readonly PositionName[]
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
  /** Number of defined cells per allele: its score when nothing is missing. */
  readonly defined: readonly number[]
}

const maskOf = (cell: string, bases: readonly string[]): number =>
  basesOf(cell).reduce((mask, base) => (bases.includes(base) ? mask | (1 << bases.indexOf(base)) : mask), 0)

const isSeveral = (mask: number): boolean => (mask & (mask - 1)) !== 0

const cellsOf = (definition: GeneDefinitions['alleles'][string], sites: readonly MatchSite[]): Uint8Array =>
  Uint8Array.from(sites, (site) => {
    const cell = definition.at[`${site.pos}`]
    return cell === undefined ? (definition.whole ? 1 : 0) : maskOf(cell, site.bases)
  })

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
    return site.bases.map((_base, base) => {
      const bits = noBits(cells.length)
      for (const [allele, row] of cells.entries()) if ((((row[at] || filler) >> base) & 1) === 1) setBit(bits, allele)
      return bits
    })
  })

/** @param sites all positions of the gene in the order of `SampleGenotypes.at`, without ignored ones */
export const compileGene = (table: GeneTable, definitions: GeneDefinitions, all: readonly Site[]): CompiledGene => {
  const own = all.map(matchSite)
  const sites = own.filter((site) => !site.flags.includes('extra'))
  const alleles = Object.keys(definitions.alleles)
  const cells = Object.values(definitions.alleles).map((definition) => cellsOf(definition, sites))
  const reference = alleles.indexOf(table.referenceAllele ?? '')
  return {
    table,
    definitions,
    sites,
    places: sites.map(({ chrom, pos, rsid }) => Object.freeze({ chrom, pos, rsid })),
    extra: own.filter((site) => site.flags.includes('extra')),
    alleles,
    reference,
    fits: fitsOf(sites, cells, reference),
    cells,
    cores: cells.map((row) => [...row.keys()].filter((at) => (row[at] ?? 0) > 1)),
    filled: Object.values(definitions.alleles).map(({ at }) => [...sites.keys()].filter((place) => `${sites[place]?.pos}` in at)),
    definedAt: sites.map((_site, at) => [...cells.keys()].filter((allele) => (cells[allele]?.[at] ?? 0) > 0)),
    wobbles: cells.map((row) => [...row.keys()].filter((at) => isSeveral(row[at] ?? 0))),
    defined: cells.map((row) => row.reduce((count, mask) => count + (mask === 0 ? 0 : 1), 0)),
  }
}
