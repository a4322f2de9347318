import type { GeneTables } from '../gene-tables.ts'
import { callGene } from './call-gene.ts'
import { type CompiledGene, compileGene, type MatchSite } from './compile-gene.ts'
import type { GeneDefinitions } from './definitions.ts'
import { letterOf, NO_GENOTYPE_LETTER } from './genotype-letter.ts'
import type { SampleGenotypes, Site, SiteGenotype } from './genotypes.ts'
import type { CallOptions, StarCall, StarCaller } from './star-call.ts'

/** Different genotypes of one gene that are kept with their call. Beyond it the memory is cleared, so that it stays flat. */
const MOST_KEPT = 512

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

/** What was met last at each site: samples mostly share one genotype there, and a reader may give it as one object. */
type Lately = { readonly genotypes: (SiteGenotype | undefined)[]; readonly letters: Uint16Array }

/** The genotypes of a gene as a short text, or null when they are too unusual to be met again. */
const keyOf = (sites: readonly MatchSite[], lately: Lately, sample: SampleGenotypes): string | null => {
  const { genotypes, letters } = lately
  for (let at = 0; at < sites.length; at += 1) {
    const site = sites[at]
    const genotype = site === undefined ? undefined : sample.at[site.index]
    if (site === undefined || genotype === genotypes[at]) continue
    const letter = genotype === undefined ? NO_GENOTYPE_LETTER : letterOf(site, genotype)
    if (letter < 0) return null
    genotypes[at] = genotype
    letters[at] = letter
  }
  return String.fromCharCode(...letters)
}

/** Samples with the same genotypes of a gene have the same call: it is made once. */
const remember = (gene: CompiledGene): ((sample: SampleGenotypes, options: CallOptions) => StarCall) => {
  const kept = new Map<string, StarCall>()
  const sites = [...gene.sites, ...gene.extra]
  const lately: Lately = { genotypes: sites.map(() => undefined), letters: new Uint16Array(sites.length).fill(NO_GENOTYPE_LETTER) }
  return (sample, options) => {
    const genotypes = keyOf(sites, lately, sample)
    if (genotypes === null) return callGene(gene, sample, options)
    const key = `${options.combinations ? 'c' : ''}${options.withoutCopyNumber ? 'n' : ''} ${genotypes}`
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
