import type { Lineage, PartialDate } from './lineage.ts'

/** Five classes of the ACMG/AMP standard of 2015 (PMID 25741868), as the laboratory gave them. */
export type VariantClass = 'pathogenic' | 'likely-pathogenic' | 'uncertain' | 'likely-benign' | 'benign'

/** What the laboratory says of the variant at all. `no-call` and `not-stated` are not `absent`. */
export type Presence = 'present' | 'absent' | 'no-call' | 'not-stated'

/** Names of one variant, each as sent; absent where not sent. */
export type VariantName = {
  /** The name to show: coding, else protein, else genomic HGVS, else an identifier. */
  readonly shown: string
  readonly coding?: string
  readonly protein?: string
  readonly genomic?: string
  /** Identifiers beside HGVS: ClinVar, dbSNP. */
  readonly ids: readonly { readonly system: string; readonly code: string }[]
}

/** One laboratory's statement about one variant at one time. */
export type VariantStatement = {
  readonly ref: string
  readonly presence: Presence
  /** Null: the statement gives no class. That is never benign. */
  readonly significance: { readonly class: VariantClass | null; readonly text: string } | null
  readonly condition: string | null
  readonly inheritance: string | null
  readonly method: string | null
  readonly notes: readonly string[]
  readonly status: string | null
  /** `stands`: the newest of its laboratory; `replaced`: by a newer one of the same laboratory; `not-used`: `because` says why. */
  readonly use: 'stands' | 'replaced' | 'not-used'
  readonly because?: string
  readonly lineage: Lineage
  /** Other resources that carry parts of the statement. */
  readonly supports: readonly Lineage[]
}

/** Membership of a gene in the ACMG list for secondary findings; only rows that were read in a source. */
export type SecondaryFindingGene = {
  readonly condition: string
  readonly inheritance: 'AD' | 'AR' | 'XL'
  /** Edition that added the gene. */
  readonly since: string
  readonly list: { readonly version: string; readonly year: number; readonly pmid: string }
}

/** A variant that the patient was born with, or of which the laboratory does not say otherwise. */
export type HereditaryFinding = {
  readonly id: string
  readonly gene: string | null
  readonly variant: VariantName
  readonly zygosity: string | null
  /** `germline` only when the laboratory says so. */
  readonly origin: 'germline' | 'not-stated'
  /** What the standing statements amount to. `conflicting`: laboratories differ and none is preferred. */
  readonly standing: VariantClass | 'conflicting' | 'not-classified' | 'not-usable'
  /** Pathogenic or likely pathogenic by every standing statement. Uncertain never is. */
  readonly actionable: boolean
  readonly statements: readonly VariantStatement[]
  readonly secondary: SecondaryFindingGene | null
}

/** A change in a tumour. Never used for dosing. */
export type SomaticFinding = {
  readonly id: string
  readonly gene: string | null
  readonly variant: VariantName
  /** Share of reads, as sent. */
  readonly alleleFrequency: { readonly value: number; readonly unit: string } | null
  readonly specimen: string | null
  readonly statement: VariantStatement
}

/** A gene that was looked at. `none-reported` holds only for what this test covers. */
export type ScreenedGene = {
  readonly gene: string
  readonly result: 'reported' | 'none-reported' | 'not-usable'
  readonly because?: string
  readonly secondary: SecondaryFindingGene | null
  readonly method: string | null
  readonly lineage: Lineage
}

/** A polygenic score that the record holds: what its laboratory stated and nothing else. */
export type PolygenicScore = {
  readonly ref: string
  readonly title: string
  /** Name and value with unit, as sent. */
  readonly values: readonly { readonly name: string; readonly text: string }[]
  /** Ancestry of the people that the score was made or compared with; null when it is not stated. */
  readonly ancestry: string | null
  readonly method: string | null
  readonly notes: readonly string[]
  readonly use: 'shown' | 'not-used'
  readonly because?: string
  readonly lineage: Lineage
}

/** What was found at one defining position. `not-stated`: nothing in the record speaks of it. */
export type SiteState = 'variant' | 'reference' | 'missing' | 'not-stated'

export type GeneSite = {
  /** Position on the chromosome, GRCh38. */
  readonly position: number
  readonly rsid: string | null
  readonly name: string
  /** Alleles that the position defines together with others or alone. */
  readonly alleles: readonly string[]
  readonly state: SiteState
  /** `heterozygous` and the like, or why it was not called, as sent. */
  readonly text: string | null
  readonly facts: readonly Lineage[]
  /** More than one result, and they differ. */
  readonly conflict?: true
}

/** The defining positions of one gene and what the record says of each. */
export type GeneSites = {
  readonly gene: string
  readonly assembly: string
  readonly chromosome: string
  /** Edition of the allele definitions. */
  readonly definitions: { readonly version: string; readonly asOf: PartialDate }
  readonly sites: readonly GeneSite[]
  /** Variants of this gene in the record that are no defining position. */
  readonly others: readonly { readonly name: string; readonly state: SiteState; readonly fact: Lineage }[]
}

/** Variant-level results of one record. */
export type VariantFacts = {
  readonly hereditary: readonly HereditaryFinding[]
  readonly somatic: readonly SomaticFinding[]
  readonly screened: readonly ScreenedGene[]
  /** Genes of the ACMG list about which the record says nothing: not tested, as far as it is known. */
  readonly notScreened: readonly string[]
  readonly list: {
    readonly version: string
    readonly year: number
    readonly pmid: string
    readonly url: string
    readonly genes: number
    readonly unverified: number
  }
  readonly polygenic: readonly PolygenicScore[]
  /** Only genes of which single positions are on record. */
  readonly sites: readonly GeneSites[]
}
