import type { GeneTables } from '../gene-tables.ts'
import { callGene } from './call-gene.ts'
import { type CompiledGene, compileGene } from './compile-gene.ts'
import type { GeneDefinitions } from './definitions.ts'
import type { SampleGenotypes, Site, SiteGenotype } from './genotypes.ts'
import type { CallOptions, StarCall, StarCaller } from './star-call.ts'

/** Different genotypes of one gene that are kept with their call. Beyond it the memory is cleared, so that it stays flat. */
const MOST_KEPT = 4096

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

const keyOfSite = (genotype: SiteGenotype | undefined): string =>
  genotype === undefined
    ? ';'
    : `${genotype.alleles.join(genotype.phased ? '|' : '/')}${genotype.phaseSet === null ? '' : `@${genotype.phaseSet}`};`

/** Samples with the same genotypes of a gene have the same call: it is made once. */
const remember = (gene: CompiledGene): ((sample: SampleGenotypes, options: CallOptions) => StarCall) => {
  const kept = new Map<string, StarCall>()
  const indices = [...gene.sites, ...gene.extra].map((site) => site.index)
  return (sample, options) => {
    let key = `${options.combinations ?? false},${options.withoutCopyNumber ?? false};`
    for (const index of indices) key += keyOfSite(sample.at[index])
    const known = kept.get(key)
    if (known) return known
    if (kept.size >= MOST_KEPT) kept.clear()
    const call = callGene(gene, sample, options)
    kept.set(key, call)
    return call
  }
}

/**
 * Reads the definitions once and gives a caller of star alleles. Pure: the same genotypes give the same calls.
 * @param genes function, activity and phenotype tables by symbol
 * @param tables rule tables by name; those named `SYMBOL.variants` hold definitions
 */
export const makeCaller = (genes: GeneTables, tables: ReadonlyMap<string, unknown>): StarCaller => {
  const all = definitionsIn(tables)
  const sites = sitesOf(all)
  const callers = all.flatMap((definitions) => {
    const table = genes.get(definitions.symbol)
    if (table === undefined) return []
    return [
      remember(
        compileGene(
          table,
          definitions,
          sites.filter((site) => site.gene === definitions.symbol),
        ),
      ),
    ]
  })
  return {
    sites,
    genes: all.map((gene) => gene.symbol),
    callSample: (sample, options = {}) => callers.map((call) => call(sample, options)),
  }
}
