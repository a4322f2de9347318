import type { GeneTables } from '../gene-tables.ts'
import { callGene } from './call-gene.ts'
import { type CompiledGene, compileGene } from './compile-gene.ts'
import type { GeneDefinitions } from './definitions.ts'
import type { Site } from './genotypes.ts'
import type { CallOptions, StarCaller } from './star-call.ts'

const definitionsIn = (tables: ReadonlyMap<string, unknown>): GeneDefinitions[] =>
  [...tables]
    .filter(([name]) => name.endsWith('.variants'))
    .map(([, content]) => content as GeneDefinitions) // checked at load by guidance/check-variants.ts
    .sort((left, right) => (left.symbol < right.symbol ? -1 : 1))

const sitesOf = (all: readonly GeneDefinitions[]): Site[] => {
  const used = all.flatMap((gene) => gene.positions.filter((one) => !one.flags?.includes('ignored')).map((one) => ({ gene, one })))
  return used.map(({ gene, one }, index) => ({
    index,
    gene: gene.symbol,
    chrom: gene.chrom,
    pos: one.pos,
    rsid: one.rsid,
    ref: one.ref,
    alts: one.alts,
    names: one.names,
    flags: one.flags ?? [],
  }))
}

/** A gene whose sites are numbered from 0, and where they stand in the list of all. */
type OwnSites = { readonly gene: CompiledGene; readonly from: number; readonly to: number }

const CLINICAL: CallOptions = {}

/**
 * Reads the definitions once and gives a caller of star alleles. Pure: the same genotypes give the same calls.
 * @param genes function, activity and phenotype tables by symbol
 * @param tables rule tables by name; those named `SYMBOL.variants` hold definitions
 */
export const makeCaller = (genes: GeneTables, tables: ReadonlyMap<string, unknown>): StarCaller => {
  const all = definitionsIn(tables)
  const sites = sitesOf(all)
  const own = all.flatMap((definitions): OwnSites[] => {
    const table = genes.get(definitions.symbol)
    if (table === undefined) return []
    const from = sites.findIndex((site) => site.gene === definitions.symbol)
    const mine = sites.filter((site) => site.gene === definitions.symbol).map((site, index) => ({ ...site, index }))
    return [{ gene: compileGene(table, definitions, mine), from, to: from + mine.length }]
  })
  const bySymbol = new Map(own.map(({ gene }) => [gene.table.symbol, gene]))
  return {
    sites,
    genes: [...bySymbol.keys()],
    callGene: (symbol, sample, options = CLINICAL) => {
      const gene = bySymbol.get(symbol)
      return gene === undefined ? null : callGene(gene, sample, options)
    },
    callSample: ({ sample, at }, options = CLINICAL) =>
      own.map(({ gene, from, to }) => callGene(gene, { sample, at: at.slice(from, to) }, options)),
  }
}
