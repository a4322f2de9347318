import type { Genotype } from '../../contract/genes.ts'
import type { SampleGenotypes, Site } from './genotypes.ts'

/** One position as a reader of a report knows it. GRCh38, 1-based. */
export type PositionName = {
  readonly chrom: string
  readonly pos: number
  readonly rsid: string | null
}

/** A position that was read and counted. `bases` as in the record, `T|C` or `T/C`; `text` names both: `rs4244285 G/A`. */
export type UsedPosition = PositionName & { readonly bases: string; readonly text: string }

/**
 * How the two chromosome copies of a gene were told apart.
 * `effectively-phased`: unphased, but at most one position differs, so there is only one way to lay the bases out.
 * `phase-sets`: told apart within each phase set, free between them. `haploid`: one copy only.
 */
export type Phasing = 'phased' | 'effectively-phased' | 'phase-sets' | 'unphased' | 'haploid'

/** One possible answer: what lies on each copy. */
export type StarDiplotype = {
  /** As reports write it: `*1/*2`, `[a + b]/c`, `B (reference)/Chatham`, one name alone for a haploid call. */
  readonly name: string
  /** Alleles per chromosome copy: one or two members; a combination has several alleles on one copy. */
  readonly copies: readonly (readonly string[])[]
  /** Number of positions by which the table defines these alleles; the highest wins. */
  readonly score: number
  /** Phenotype, activity score and guidance keys of the gene's table. */
  readonly genotype: Genotype
}

/** A variant that was found where the copies cannot be told apart (genes whose phenotype rests on the lowest functions). */
export type FoundVariant = { readonly allele: string; readonly copies: 1 | 2 }

/** An allele that cannot be seen, or not be told from one that is called in its place, with its missing positions. */
export type UncallableAllele = { readonly allele: string; readonly missing: readonly PositionName[] }

/** A base at a defining position that no definition knows. */
export type UndocumentedBase = PositionName & {
  readonly bases: readonly string[]
  /** True where the gene's data says that such a base counts as reference, with a note. */
  readonly takenAsReference: boolean
}

/** Another reading of the same data that cannot be excluded. */
export type CannotRuleOut = { readonly called: string; readonly alternative: string }

/**
 * What one sample shows of one gene.
 * - `called`: one diplotype fits best.
 * - `several`: more than one fits equally well; `diplotypes` holds all of them, `preferred` the one that the gene's own
 *   priority list picks, when it has one.
 * - `variants`: no diplotype, but a list of variants whose copies cannot be told apart; `inferred` holds the pair that counts.
 * - `indeterminate`: the data allow so many answers that none is stated.
 * - `not-called`: nothing fits, or the data are not there; `because` says which. Never read as normal.
 */
export type StarCall = {
  readonly gene: string
  readonly state: 'called' | 'several' | 'variants' | 'indeterminate' | 'not-called'
  /** Why there is no single diplotype; null when there is one. */
  readonly because: string | null
  /** What is printed as the call: names of the diplotypes, or of the variants (`c.2933A>G (homozygous)`). Empty when not called. */
  readonly names: readonly string[]
  /** All best diplotypes; empty for `variants`, `indeterminate` and `not-called`. */
  readonly diplotypes: readonly StarDiplotype[]
  /** The diplotype that a documented priority list prefers among several; null when there is none. */
  readonly preferred: StarDiplotype | null
  readonly variants: readonly FoundVariant[]
  /** Lowest-function genes only: the pair of alleles from which score and phenotype follow. Null elsewhere. */
  readonly inferred: StarDiplotype | null
  /**
   * Genotypes that stay possible, one per different phenotype and score: what `phenotypes` and `activityScores` are printed from.
   * A preference does not close the others.
   */
  readonly genotypes: readonly Genotype[]
  readonly phasing: Phasing
  readonly used: readonly UsedPosition[]
  /** Positions that were read and could not be counted: one of two copies (`T/.`, `T`), or more than two. */
  readonly uncounted: readonly UsedPosition[]
  readonly missing: readonly PositionName[]
  readonly uncallable: readonly UncallableAllele[]
  readonly undocumented: readonly UndocumentedBase[]
  readonly cannotRuleOut: readonly CannotRuleOut[]
  /** Diplotypes that fit with a lower score, best first, at most ten: kept for explanation, never acted on. */
  readonly alternatives: readonly StarDiplotype[]
  /** Positions that are read, but define no allele (rs12777823 beside CYP2C9). Absent bases are null. */
  readonly extra: readonly (PositionName & { readonly bases: string | null })[]
  /** Sentences for people, in our words. */
  readonly notes: readonly string[]
}

/** How a caller is asked to work. Everything off is the clinical mode. */
export type CallOptions = {
  /** Combination and partial alleles where nothing else fits. Research use only. */
  readonly combinations?: boolean
  /** Genes that are otherwise left to outside calls because a VCF does not show their copy number. Research use only. */
  readonly withoutCopyNumber?: boolean
}

export type StarCaller = {
  /** All positions of all genes, in the order of `SampleGenotypes.at`. What a VCF reader looks for. */
  readonly sites: readonly Site[]
  /** Symbols that can be called, in order. */
  readonly genes: readonly string[]
  /**
   * One gene alone; `at` holds the genotypes of its own sites, in the order of `sites`. Null for a gene that cannot be called.
   * Most of the work of a cohort is saved by calling samples that show the same once.
   */
  readonly callGene: (gene: string, sample: SampleGenotypes, options?: CallOptions) => StarCall | null
  /** One call per gene, in the order of `genes`. */
  readonly callSample: (sample: SampleGenotypes, options?: CallOptions) => readonly StarCall[]
}
