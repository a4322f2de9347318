import type { SampleGenotypes, Site, SiteGenotype } from '../pgx/calling/genotypes.ts'
import { SPANNED } from './read-alleles.ts'
import { siteChanges } from './site-changes.ts'
import { type Entry, type Layer, mergeLayers, NO_RECORD } from './site-genotypes.ts'
import { unreadable } from './vcf-error.ts'

/** A site without a usable genotype, and why. */
export type SiteGap = { readonly site: Site; readonly why: string }

/** A known deletion, and the sites whose bases it takes away. */
type Spanning = { readonly by: number; readonly alt: string }

const spannedSites = (sites: readonly Site[]): ReadonlyMap<number, readonly Spanning[]> => {
  const spanned = new Map<number, Spanning[]>()
  for (const site of sites)
    siteChanges(site).changes.forEach(({ start, deleted, inserted }, at) => {
      if (deleted.length <= inserted.length) return
      for (const other of sites)
        if (
          other.chrom === site.chrom &&
          other.gene === site.gene &&
          other.pos >= start &&
          other.pos < start + deleted.length &&
          other !== site
        )
          spanned.set(other.index, [...(spanned.get(other.index) ?? []), { by: site.index, alt: site.alts[at] ?? '' }])
    })
  return spanned
}

const copiesOf = (genotype: SiteGenotype | undefined, allele: string): number =>
  genotype?.alleles.filter((one) => one === allele).length ?? 0

/** Genotypes of all samples at all sites: one small code each, so that a thousand samples take megabytes. */
export type SiteStore = {
  /** @throws AttuneError `input-unreadable` when the record contradicts or repeats an earlier one of the position */
  readonly add: (site: Site, layer: Layer) => void
  /** Why a position whose record was looked at has no genotype, for all samples. */
  readonly explain: (site: Site, why: string) => void
  readonly genotypesOf: (sample: number, name: string) => SampleGenotypes
  readonly gapsOf: (sample: number) => readonly SiteGap[]
}

/** A site's genotypes by code, ready for many samples. */
type Row = { readonly codes: Layer['codes']; readonly genotypes: readonly (SiteGenotype | undefined)[]; readonly spanned: boolean }

const tableOf = (layer: Layer | undefined): Row | undefined => {
  if (layer === undefined) return undefined
  const genotypes = layer.entries.map(({ genotype }) => genotype)
  return { codes: layer.codes, genotypes, spanned: genotypes.some((genotype) => genotype?.alleles.includes(SPANNED)) }
}

const placeOf = (site: Site): string => `${site.chrom}:${site.pos}`

export const makeSiteStore = (file: string, sites: readonly Site[]): SiteStore => {
  const layers: (Layer | undefined)[] = sites.map(() => undefined)
  const hints = new Map<number, string>()
  const spanned = spannedSites(sites)
  let table: readonly (Row | undefined)[] | null = null
  /** Sites of which anything has to be said; most files have none. */
  let questionable: readonly Site[] | null = null
  const entryOf = (index: number, sample: number): Entry => {
    const layer = layers[index]
    return layer?.entries[layer.codes[sample] ?? 0] ?? NO_RECORD
  }

  /** A base that a known deletion took away is no base of its own: the deletion's position tells of it. */
  const unspanned = (index: number, genotype: SiteGenotype, sample: number, ref: string): SiteGenotype => {
    const gone = copiesOf(genotype, SPANNED)
    const explained = (spanned.get(index) ?? []).reduce((sum, { by, alt }) => sum + copiesOf(entryOf(by, sample).genotype, alt), 0)
    return gone === 0 || explained < gone
      ? genotype
      : { ...genotype, alleles: genotype.alleles.map((allele) => (allele === SPANNED ? ref : allele)) }
  }

  return {
    add: (site, layer) => {
      const earlier = layers[site.index]
      if (earlier === undefined) {
        layers[site.index] = layer
        return
      }
      if (earlier.kind === 'record' && layer.kind === 'record' && layer.stated.some((base) => earlier.stated.includes(base)))
        throw unreadable(file, layer.line, `${placeOf(site)} has this change already in line ${earlier.line}: duplicate position`)
      const merged = mergeLayers(earlier, layer, site)
      if (merged === null) throw unreadable(file, layer.line, `its genotypes contradict those of line ${earlier.line} at ${placeOf(site)}`)
      layers[site.index] = merged
    },
    explain: (site, why) => {
      if (!hints.has(site.index)) hints.set(site.index, why)
    },
    genotypesOf: (sample, name) => {
      table ??= layers.map(tableOf)
      const at = table.map((row) => row?.genotypes[row.codes[sample] ?? 0])
      for (const [index, row] of table.entries()) {
        const genotype = row?.spanned ? at[index] : undefined
        if (genotype) at[index] = unspanned(index, genotype, sample, sites[index]?.ref ?? '')
      }
      return { sample: name, at }
    },
    gapsOf: (sample) => {
      questionable ??= sites.filter(({ index }) => hints.has(index) || layers[index]?.entries.some(({ why }) => why !== null))
      return questionable.flatMap((site) => {
        const { genotype, why } = entryOf(site.index, sample)
        const reason = why ?? (genotype === undefined ? hints.get(site.index) : undefined)
        return reason === undefined ? [] : [{ site, why: reason }]
      })
    },
  }
}
