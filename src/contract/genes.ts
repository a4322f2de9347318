import type { Lineage, PartialDate } from './lineage.ts'

/** What a reading may be used for (reference: fhir-genomics, section 3.9). In doubt the weaker one. */
export type Use = 'act' | 'candidates' | 'inform' | 'ignore'
export type Confidence = 'high' | 'medium' | 'low' | 'none'

export type Phenotype = {
  /** Code that guidance rows use: PM, IM, NM, RM, UM, lIM, lPM, pIM, PF, DF, NF, IF, pDF, MHS, US, ind … */
  readonly code: string
  /** The CPIC term, for example `Poor Metabolizer`. */
  readonly term: string
}

export type ActivityScore = {
  readonly value: number
  /** True when an allele's copy number is open ended: the score is at least this. */
  readonly atLeast: boolean
  /** As guidance rows write it: `1.0`, `≥3.0`. */
  readonly text: string
}

/** One genotype and what the tables say of it. A field is null when it is not known, never when it is normal. */
export type Genotype = {
  /** Community form: `*4/*10`, `Reference/c.1905+1G>A (*2A)`, `rs9923231 C/T`, `HLA-A*03:01/HLA-A*30:01`. */
  readonly diplotype: string | null
  readonly activityScore: ActivityScore | null
  readonly phenotype: Phenotype | null
  /** Words under which guidance rows know this genotype: phenotype code, score text, `*57:01 positive`, `-1639 AG`, a diplotype. */
  readonly keys: readonly string[]
}

/** One result for one gene, read from one finding of the record. */
export type GeneReading = {
  /** Reference of the resource that holds the finding. */
  readonly ref: string
  /** HGNC symbol; null when no gene could be told. */
  readonly gene: string | null
  readonly genotype: Genotype
  /** More than one when the result itself leaves alternatives open. */
  readonly candidates: readonly Genotype[]
  /** The lab's or clinician's own words, kept beside the tables. */
  readonly reported: {
    readonly diplotype?: string
    readonly phenotype?: string
    readonly text?: string
    readonly subAlleles?: readonly string[]
  }
  readonly status: string | null
  readonly confidence: Confidence
  readonly use: Use
  readonly flags: readonly string[]
  /** One sentence per flag that lowers use or confidence, for people. */
  readonly notes: readonly string[]
  readonly lineage: Lineage
  /** Other resources that state the same finding. */
  readonly supports: readonly Lineage[]
  /** Tested alleles or method, when the result states them; null when it does not. */
  readonly coverage: { readonly text: string; readonly narrow: boolean } | null
}

/** A medicine that changes the activity of a gene's product. */
export type EnzymeModifier = {
  readonly drug: string
  readonly kind: 'inhibitor' | 'inducer'
  readonly strength: 'strong' | 'moderate' | 'weak'
  readonly basis: string
  readonly lineage: Lineage
  /** Being ordered in this call, not taken yet. */
  readonly ordered?: true
  /** No longer taken since; its effect may last. */
  readonly stopped?: PartialDate
  /** No longer taken, and the record does not say since when; its effect may last. */
  readonly stoppedUndated?: true
  /** The record does not say whether it is taken. */
  readonly unsure?: true
}

/** Genotype as it acts in this patient today, after phenoconversion by medicines. */
export type Phenoconversion =
  /** Nothing acts on it. `by` and `note`: what is taken and lowers nothing, because the genes alone leave no activity. */
  | { readonly state: 'none'; readonly by?: readonly EnzymeModifier[]; readonly note?: string }
  /** The genotype was recomputed by the CPIC factor (CYP2D6 activity score). */
  | { readonly state: 'converted'; readonly by: readonly EnzymeModifier[]; readonly factor: number; readonly note: string }
  /** No numeric rule exists: the genotype stands, the caution is shown. */
  | { readonly state: 'caution'; readonly by: readonly EnzymeModifier[]; readonly note: string }

/** What is known of one gene in this patient. `not-tested` and a normal result never share a shape. */
export type GeneCall =
  | {
      readonly state: 'called'
      readonly gene: string
      /** From the genes alone. */
      readonly genetic: Genotype
      /** After phenoconversion; equal to `genetic` when there is none. */
      readonly clinical: Genotype
      readonly phenoconversion: Phenoconversion
      readonly confidence: Confidence
      readonly flags: readonly string[]
      readonly readings: readonly GeneReading[]
    }
  | {
      readonly state: 'candidates'
      readonly gene: string
      /** Each to be run through the rules. Already after phenoconversion in `clinical`. */
      readonly candidates: readonly { readonly genetic: Genotype; readonly clinical: Genotype; readonly readings: readonly GeneReading[] }[]
      readonly phenoconversion: Phenoconversion
      readonly because: string
      readonly flags: readonly string[]
      readonly readings: readonly GeneReading[]
    }
  | {
      readonly state: 'indeterminate'
      readonly gene: string
      readonly because: string
      readonly flags: readonly string[]
      readonly readings: readonly GeneReading[]
    }
  | { readonly state: 'not-tested'; readonly gene: string }
