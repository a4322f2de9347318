/** One position that allele definitions use. GRCh38, 1-based, left-aligned as in a VCF record. */
export type Site = {
  /** Place in the list of all sites; genotypes are kept in this order. */
  readonly index: number
  readonly gene: string
  /** `chr10` */
  readonly chrom: string
  readonly pos: number
  readonly rsid: string | null
  readonly ref: string
  readonly alts: readonly string[]
  /** Genomic HGVS names, one per member of `alts`: they tell how far an insertion or deletion can be shifted in the reference. */
  readonly names?: readonly string[]
  /** `amp1` minimum set, `required` gene cannot be called without it, `extra` read but not defining, `ignored` never used. */
  readonly flags: readonly string[]
}

/**
 * One sample at one site. Alleles stand in the bases of the site's own REF and ALTs, or as the record wrote them where the
 * definitions do not know them (`undocumented` is the matcher's word for these).
 */
export type SiteGenotype = {
  /** One per copy as the record gave them: one for a haploid call, two for a diploid, more where the record has more; null for `.`. */
  readonly alleles: readonly (string | null)[]
  /** `|` in the record. One copy, or equal copies, say nothing about phase. */
  readonly phased: boolean
  /** PS of the record; null when it has none. Only genotypes of one phase set share their order. */
  readonly phaseSet: string | null
}

/** All genotypes of one sample. A site without a record, or with `./.` only, is undefined: missing, never reference. */
export type SampleGenotypes = {
  readonly sample: string
  readonly at: readonly (SiteGenotype | undefined)[]
}
