import type { CompiledGene, MatchSite } from './compile-gene.ts'
import type { SampleGenotypes, SiteGenotype } from './genotypes.ts'
import type { Phasing, UndocumentedBase } from './star-call.ts'

/** Heterozygous positions whose bases are known to lie together: `first` on one copy, `second` on the other. */
export type Group = { readonly sites: readonly number[]; readonly first: readonly number[]; readonly second: readonly number[] }

/** A position where only one of two copies was read, and it is not the reference base. */
export type HalfCall = { readonly site: number; readonly base: number }

/** One sample at one gene, in places of bases. */
export type Observation = {
  /** Per site: place of the base on either copy; -1 where the site is missing. Equal for homozygous and haploid sites. */
  readonly first: Int8Array
  readonly second: Int8Array
  /** Free of each other: which copy of one group lies with which copy of another is not known. */
  readonly groups: readonly Group[]
  readonly present: readonly number[]
  readonly missing: readonly number[]
  readonly half: readonly HalfCall[]
  /** Positions with more than two alleles. */
  readonly crowded: readonly number[]
  /** Positions read on one copy only, of a gene that is not found once. */
  readonly halfReference: readonly number[]
  readonly undocumented: readonly UndocumentedBase[]
  readonly haploid: boolean
  /** One copy at some positions, two different ones at others. */
  readonly mixedPloidy: boolean
  readonly phasing: Phasing
  /** The record uses PS. */
  readonly phaseSets: boolean
}

type Draft = {
  readonly first: Int8Array
  readonly second: Int8Array
  readonly missing: number[]
  readonly half: HalfCall[]
  readonly crowded: number[]
  readonly halfReference: number[]
  readonly undocumented: UndocumentedBase[]
  readonly singles: number[]
  readonly phased: Map<string, number[]>
  readonly free: number[]
  /** Some pair stands without `|`. */
  slashes: boolean
  phaseSets: boolean
}

const isHemizygous = (gene: CompiledGene): boolean => gene.table.special.includes('x-linked') || gene.table.special.includes('haploid')

/** Written out in bases. What is gone with a deletion (`*`), any other allele (`<NON_REF>`) or one of several (`N`) may be anything. */
const isSpelt = (base: string): boolean => /^[ACGT>-]+$/.test(base)

const countsAsReference = (gene: CompiledGene, base: string): boolean => gene.definitions.undocumented === 'reference' && isSpelt(base)

/** Bases that no definition knows become the reference base or stay -1, as the gene's data say; both are reported. */
const placeOf = (gene: CompiledGene, site: MatchSite, base: string, unknown: string[]): number => {
  const place = site.bases.indexOf(base)
  if (place >= 0) return place
  unknown.push(base)
  return countsAsReference(gene, base) ? 0 : -1
}

const noteUnknown = (gene: CompiledGene, site: MatchSite, unknown: readonly string[], draft: Draft): void => {
  if (unknown.length === 0) return
  draft.undocumented.push({
    chrom: site.chrom,
    pos: site.pos,
    rsid: site.rsid,
    bases: [...new Set(unknown)],
    takenAsReference: unknown.every((base) => countsAsReference(gene, base)),
  })
}

/** One of two copies read: a reference base says nothing of the other copy, so the position is missing. */
const readHalf = (at: number, base: number, draft: Draft): void => {
  if (base === 0) draft.halfReference.push(at)
  else draft.half.push({ site: at, base })
  draft.missing.push(at)
}

const readPair = (at: number, one: number, other: number, genotype: SiteGenotype, draft: Draft): void => {
  draft.first[at] = one
  draft.second[at] = other
  if (genotype.phased && genotype.phaseSet !== null) draft.phaseSets = true
  if (!genotype.phased) draft.slashes = true
  if (one === other) return
  if (!genotype.phased) {
    draft.free.push(at)
    return
  }
  const key = genotype.phaseSet ?? ''
  draft.phased.set(key, [...(draft.phased.get(key) ?? []), at])
}

/** The common case: two bases that the definitions know. */
const readKnownPair = (site: MatchSite, at: number, genotype: SiteGenotype, draft: Draft): boolean => {
  const [first, second] = genotype.alleles
  if (genotype.alleles.length !== 2 || first == null || second == null) return false
  const one = first === site.ref ? 0 : site.bases.indexOf(first)
  const other = second === site.ref ? 0 : site.bases.indexOf(second)
  if (one < 0 || other < 0) return false
  readPair(at, one, other, genotype, draft)
  return true
}

const readSite = (gene: CompiledGene, site: MatchSite, at: number, genotype: SiteGenotype, draft: Draft): void => {
  if (readKnownPair(site, at, genotype, draft)) return
  const unknown: string[] = []
  const places = genotype.alleles.flatMap((base) => (base === null ? [] : [placeOf(gene, site, base, unknown)]))
  noteUnknown(gene, site, unknown, draft)
  const [first, second] = places
  if (first === undefined) draft.missing.push(at)
  else if (genotype.alleles.length > 2) draft.crowded.push(at)
  else if (second !== undefined) readPair(at, first, second, genotype, draft)
  else if (genotype.alleles.length === 1 && isHemizygous(gene)) {
    draft.singles.push(at)
    draft.first[at] = first
    draft.second[at] = first
  } else readHalf(at, first, draft)
}

const groupsOf = (draft: Draft): Group[] =>
  [...draft.phased.values(), ...draft.free.map((at) => [at])].map((sites) => ({
    sites,
    first: sites.map((at) => draft.first[at] ?? 0),
    second: sites.map((at) => draft.second[at] ?? 0),
  }))

const phasingOf = (draft: Draft, groups: number): Phasing => {
  if (groups === 0) return draft.slashes ? 'effectively-phased' : 'phased'
  if (groups === 1) return draft.free.length > 0 ? 'effectively-phased' : 'phased'
  return draft.phased.size > 0 ? 'phase-sets' : 'unphased'
}

/** Reads what one sample shows at the positions of one gene. Nothing is decided here. */
export const observe = (gene: CompiledGene, sample: SampleGenotypes): Observation => {
  const draft: Draft = {
    first: new Int8Array(gene.sites.length).fill(-1),
    second: new Int8Array(gene.sites.length).fill(-1),
    missing: [],
    half: [],
    crowded: [],
    halfReference: [],
    undocumented: [],
    singles: [],
    phased: new Map(),
    free: [],
    slashes: false,
    phaseSets: false,
  }
  gene.sites.forEach((site, at) => {
    const genotype = sample.at[site.index]
    if (genotype === undefined) draft.missing.push(at)
    else readSite(gene, site, at, genotype, draft)
  })
  const present: number[] = []
  draft.first.forEach((base, at) => {
    if (base >= 0 || (draft.second[at] ?? -1) >= 0) present.push(at)
  })
  const groups = groupsOf(draft)
  const haploid = draft.singles.length > 0 && groups.length === 0
  return {
    ...draft,
    groups,
    present,
    haploid,
    mixedPloidy: draft.singles.length > 0 && groups.length > 0,
    phasing: haploid ? 'haploid' : phasingOf(draft, groups.length),
  }
}
