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
  /** The genotypes of one sample after the other at the sites of one gene, in their order. */
  readonly genotypesAt: (gene: string) => (sample: number, name: string) => SampleGenotypes
  /** What is known of the samples at the positions of one gene: equal codes mean equal genotypes and gaps. */
  readonly codesOf: (gene: string) => readonly Layer['codes'][]
}

/** A site's genotypes by code, ready for many samples. */
type Row = {
  readonly index: number
  readonly codes: Layer['codes']
  readonly genotypes: readonly (SiteGenotype | undefined)[]
  readonly spanned: boolean
}

const NO_CODES = new Uint8Array(0)

const rowOf = (index: number, layer: Layer | undefined): Row => {
  const genotypes = (layer?.entries ?? []).map(({ genotype }) => genotype)
  const spanned = genotypes.some((genotype) => genotype?.alleles.includes(SPANNED))
  return { index, codes: layer?.codes ?? NO_CODES, genotypes, spanned }
}

/** The codes of one sample beside each other: samples are read one after the other, and codes far apart are slow to reach. */
const bySample = (rows: readonly Row[]): Uint8Array | Uint32Array => {
  const samples = Math.max(0, ...rows.map(({ codes }) => codes.length))
  const wide = rows.some(({ genotypes }) => genotypes.length > 256)
  const all = wide ? new Uint32Array(samples * rows.length) : new Uint8Array(samples * rows.length)
  rows.forEach(({ codes }, at) => {
    for (let sample = 0; sample < codes.length; sample += 1) all[sample * rows.length + at] = codes[sample] ?? 0
  })
  return all
}

const placeOf = (site: Site): string => `${site.chrom}:${site.pos}`

export const makeSiteStore = (file: string, sites: readonly Site[]): SiteStore => {
  const layers: (Layer | undefined)[] = sites.map(() => undefined)
  const hints = new Map<number, string>()
  const spanned = spannedSites(sites)
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

  const genotypeAt = ({ index, codes, genotypes, spanned }: Row, sample: number): SiteGenotype | undefined => {
    const genotype = genotypes[codes[sample] ?? 0]
    return genotype !== undefined && spanned ? unspanned(index, genotype, sample, sites[index]?.ref ?? '') : genotype
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
    genotypesOf: (sample, name) => ({ sample: name, at: layers.map((layer, index) => genotypeAt(rowOf(index, layer), sample)) }),
    genotypesAt: (gene) => {
      const rows = sites.flatMap(({ gene: own, index }) => (own === gene ? [rowOf(index, layers[index])] : []))
      const codes = bySample(rows)
      return (sample, name) => {
        const from = sample * rows.length
        return { sample: name, at: rows.map((row, at) => (row.spanned ? genotypeAt(row, sample) : row.genotypes[codes[from + at] ?? 0])) }
      }
    },
    gapsOf: (sample) => {
      questionable ??= sites.filter(({ index }) => hints.has(index) || layers[index]?.entries.some(({ why }) => why !== null))
      const gaps: SiteGap[] = []
      for (const site of questionable) {
        const { genotype, why } = entryOf(site.index, sample)
        const reason = why ?? (genotype === undefined ? hints.get(site.index) : undefined)
        if (reason !== undefined) gaps.push({ site, why: reason })
      }
      return gaps
    },
    codesOf: (gene) =>
      sites.flatMap((site) => {
        const layer = site.gene === gene ? layers[site.index] : undefined
        return layer === undefined ? [] : [layer.codes]
      }),
  }
}
