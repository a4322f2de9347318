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

/** The last sample of one gene: most samples share most genotypes with it, and a reader may give equal ones as one object. */
type Lately = {
  readonly genotypes: (SiteGenotype | undefined)[]
  readonly letters: Uint16Array
  /** Its call; null when it was not read to the end. */
  call: StarCall | null
  options: CallOptions | null
}

/** Takes over what differs from the last sample. Null when a genotype is too unusual to be met again, else whether anything differs. */
const takeOver = (sites: readonly MatchSite[], { genotypes, letters }: Lately, sample: SampleGenotypes): boolean | null => {
  let differs = false
  for (let at = 0; at < sites.length; at += 1) {
    const site = sites[at]
    const genotype = site === undefined ? undefined : sample.at[site.index]
    if (site === undefined || genotype === genotypes[at]) continue
    const letter = genotype === undefined ? NO_GENOTYPE_LETTER : letterOf(site, genotype)
    if (letter < 0) return null
    genotypes[at] = genotype
    letters[at] = letter
    differs = true
  }
  return differs
}

/** Samples with the same genotypes of a gene have the same call: it is made once. */
const remember = (gene: CompiledGene): ((sample: SampleGenotypes, options: CallOptions) => StarCall) => {
  const kept = new Map<string, StarCall>()
  const sites = [...gene.sites, ...gene.extra]
  const lately: Lately = {
    genotypes: sites.map(() => undefined),
    letters: new Uint16Array(sites.length).fill(NO_GENOTYPE_LETTER),
    call: null,
    options: null,
  }
  return (sample, options) => {
    const differs = takeOver(sites, lately, sample)
    if (differs === false && lately.call !== null && lately.options === options) return lately.call
    lately.call = null
    if (differs === null) return callGene(gene, sample, options)
    const key = `${options.combinations ? 'c' : ''}${options.withoutCopyNumber ? 'n' : ''} ${String.fromCharCode(...lately.letters)}`
    if (!kept.has(key) && kept.size >= MOST_KEPT) kept.clear()
    const call = kept.get(key) ?? callGene(gene, sample, options)
    kept.set(key, call)
    lately.call = call
    lately.options = options
    return call
  }
}

const CLINICAL: CallOptions = {}

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
    callSample: (sample, options = CLINICAL) => callers.map((call) => call(sample, options)),
  }
}
