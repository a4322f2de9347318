import type { Genotype } from '../../contract/genes.ts'
import type { FindingState } from './codes.ts'

/** A phenotype as words or a coded answer state it. `code` is null when the gene has no such phenotype. */
export type WordedPhenotype = { readonly code: string | null; readonly term: string; readonly legacy: boolean }

/** What one text or coded value says about one gene. Nothing here is filled in by guess. */
export type Finding = {
  /** One genotype, or several when the result leaves them open. */
  readonly genotypes: readonly Genotype[]
  /** Diplotype to show when several genotypes are open, `*2/*4 + duplication`; null when they are simply alternatives. */
  readonly diplotype: string | null
  readonly phenotypes: readonly WordedPhenotype[]
  readonly state: FindingState | 'negated-text' | 'partial-call' | null
  readonly flags: readonly string[]
  readonly subAlleles: readonly string[]
  /** Single variants or alleles that do not make a call. */
  readonly variants: readonly string[]
  /** The finding is in words only (`HLA-B*15:02 not detected`), not in a notation or a code. */
  readonly inWords: boolean
}

export const NO_FINDING: Finding = {
  genotypes: [],
  diplotype: null,
  phenotypes: [],
  state: null,
  flags: [],
  subAlleles: [],
  variants: [],
  inWords: false,
}

export const finding = (parts: Partial<Finding>): Finding => ({ ...NO_FINDING, ...parts })

/** Holds something: alleles, a phenotype, loose variants or a stated reason why there is nothing. */
export const saysSomething = (found: Finding): boolean =>
  found.genotypes.length > 0 || found.phenotypes.length > 0 || found.variants.length > 0 || found.state !== null || found.flags.length > 0
