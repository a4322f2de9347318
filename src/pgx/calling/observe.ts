import type { CompiledGene } from './compile-gene.ts'
import type { SampleGenotypes } from './genotypes.ts'
import type { SiteReading } from './read-site.ts'
import type { Phasing, UndocumentedBase, UsedPosition } from './star-call.ts'

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
  /** The present positions with their bases. */
  readonly used: readonly UsedPosition[]
  /** Positions of which something was read that is not counted: `half`, `halfReference` and `crowded` together. */
  readonly uncounted: readonly UsedPosition[]
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
  readonly present: number[]
  readonly used: UsedPosition[]
  readonly uncounted: UsedPosition[]
  readonly missing: number[]
  readonly half: HalfCall[]
  readonly crowded: number[]
  readonly halfReference: number[]
  readonly undocumented: UndocumentedBase[]
  readonly phased: Map<string, number[]>
  readonly free: number[]
  singles: number
  /** Some pair stands without `|`. */
  slashes: boolean
  phaseSets: boolean
}

/** One of two copies read: a reference base says nothing of the other copy, so the position is missing. */
const addHalf = (at: number, base: number, used: UsedPosition, draft: Draft): void => {
  draft.uncounted.push(used)
  if (base === 0) draft.halfReference.push(at)
  else draft.half.push({ site: at, base })
  draft.missing.push(at)
}

const addCrowded = (at: number, used: UsedPosition, draft: Draft): void => {
  draft.uncounted.push(used)
  draft.crowded.push(at)
}

const addCopies = (at: number, first: number, second: number, used: UsedPosition, draft: Draft): void => {
  draft.first[at] = first
  draft.second[at] = second
  if (first < 0 && second < 0) return
  draft.present.push(at)
  draft.used.push(used)
}

const addPair = (at: number, { genotype, first, second, used }: SiteReading, draft: Draft): void => {
  addCopies(at, first, second, used, draft)
  if (!genotype.phased) draft.slashes = true
  else if (genotype.phaseSet !== null) draft.phaseSets = true
  if (first === second) return
  if (!genotype.phased) draft.free.push(at)
  else {
    const key = genotype.phaseSet ?? ''
    draft.phased.set(key, [...(draft.phased.get(key) ?? []), at])
  }
}

const add = (at: number, reading: SiteReading, draft: Draft): void => {
  if (reading.undocumented !== null) draft.undocumented.push(reading.undocumented)
  if (reading.kind === 'pair') addPair(at, reading, draft)
  else if (reading.kind === 'half') addHalf(at, reading.first, reading.used, draft)
  else if (reading.kind === 'crowded') addCrowded(at, reading.used, draft)
  else if (reading.kind === 'nothing') draft.missing.push(at)
  else {
    draft.singles += 1
    addCopies(at, reading.first, reading.first, reading.used, draft)
  }
}

const groupsOf = ({ first, second, phased, free }: Draft): Group[] =>
  [...phased.values(), ...free.map((at) => [at])].map((sites) => ({
    sites,
    first: sites.map((at) => first[at] ?? 0),
    second: sites.map((at) => second[at] ?? 0),
  }))

const phasingOf = (draft: Draft, groups: number): Phasing => {
  if (groups === 0) return draft.slashes ? 'effectively-phased' : 'phased'
  if (groups === 1) return draft.free.length > 0 ? 'effectively-phased' : 'phased'
  return draft.phased.size > 0 ? 'phase-sets' : 'unphased'
}

/** Reads what one sample shows at the positions of one gene. Nothing is decided here. */
export const observe = (gene: CompiledGene, sample: SampleGenotypes): Observation => {
  const { sites, indexes, readSite } = gene
  const draft: Draft = {
    first: new Int8Array(sites.length).fill(-1),
    second: new Int8Array(sites.length).fill(-1),
    present: [],
    used: [],
    uncounted: [],
    missing: [],
    half: [],
    crowded: [],
    halfReference: [],
    undocumented: [],
    phased: new Map(),
    free: [],
    singles: 0,
    slashes: false,
    phaseSets: false,
  }
  for (let at = 0; at < sites.length; at += 1) {
    const genotype = sample.at[indexes[at] ?? -1]
    if (genotype === undefined) draft.missing.push(at)
    else add(at, readSite(at, genotype), draft)
  }
  const groups = groupsOf(draft)
  const haploid = draft.singles > 0 && groups.length === 0
  const { first, second, present, used, uncounted, missing, half, crowded, halfReference, undocumented, phaseSets } = draft
  const mixedPloidy = draft.singles > 0 && groups.length > 0
  const phasing = haploid ? 'haploid' : phasingOf(draft, groups.length)
  return {
    first,
    second,
    groups,
    present,
    used,
    uncounted,
    missing,
    half,
    crowded,
    halfReference,
    undocumented,
    haploid,
    mixedPloidy,
    phasing,
    phaseSets,
  }
}
