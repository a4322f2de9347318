/**
 * The knowledge about one gene, as `rules/genes/<SYMBOL>.json` holds it. Data only; methods are named, not written here.
 * Sources: CPIC and PharmVar through the tables named in `rules/sources.json`.
 */
export type GeneTable = {
  readonly symbol: string
  /** `HGNC:2621` */
  readonly hgnc: string
  readonly kind: 'metabolizer' | 'function' | 'susceptibility' | 'allele-status' | 'genotype' | 'deficiency' | 'drug-response' | 'risk'
  /** What guidance rows look up: phenotype, activity score, allele status or genotype. */
  readonly lookup: 'phenotype' | 'activity-score' | 'genotype' | 'allele-positive'
  /** How a genotype becomes a phenotype. */
  readonly method: 'function-pair' | 'activity-score' | 'allele-presence' | 'genotype'
  /** function-pair: sorted functions joined by `+` (`decreased+none`), or one function for haploid calls, to a phenotype code. */
  readonly pairs?: { readonly [functions: string]: string }
  /** activity-score: phenotype code for `from <= score <= to`; `above` and `below` are exclusive limits. */
  readonly ranges?: readonly {
    readonly phenotype: string
    readonly from?: number
    readonly to?: number
    readonly above?: number
    readonly below?: number
  }[]
  /** Names of special methods that apply: `lowest-function`, `x-linked`, `any-risk`, `haploid`, `copy-number`, `inhibitor-score` (inhibitors multiply the activity score, CPIC). */
  readonly special: readonly string[]
  readonly referenceAllele: string | null
  /** Alleles of interest for allele-presence genes, for example `*57:01`. */
  readonly presence?: readonly string[]
  readonly alleles: {
    readonly [name: string]: {
      readonly function: string | null
      readonly activity: string | null
      readonly clinpgx?: string
      readonly flags?: readonly string[]
    }
  }
  /** Phenotype code -> CPIC term, guidance key and EHR priority. */
  readonly phenotypes: {
    readonly [code: string]: { readonly term: string; readonly key: string; readonly priority: 'normal' | 'priority' | null }
  }
  /**
   * What a low activity of the gene's enzyme means, by the laboratory's own word or range: a phenotype code. `decides`: genotypes that
   * leave the activity open. Absent: an activity of it is not read.
   */
  readonly activity?: { readonly low: string; readonly decides: readonly string[]; readonly basis: string }
  readonly loinc: { readonly phenotype: string | null; readonly sure: 'sure' | 'fair' | null }
  readonly callableFrom: string
  readonly clinpgx: string | null
  readonly source: { readonly id: string; readonly version: string; readonly asOf: string }
  readonly verified: string
  /** What a reader of the table must know: which edition it follows, what would surprise. */
  readonly note?: string
}

/** All genes by symbol. */
export type GeneTables = ReadonlyMap<string, GeneTable>

/** One row of `rules/phenoconversion.json`. Rows that were not read in a source are off. */
export type ModifierRow = {
  readonly enzyme: string
  readonly kind: 'inhibitor' | 'inducer'
  readonly strength: 'strong' | 'moderate' | 'weak'
  readonly drug: string
  readonly rxcui: string | null
  readonly basis: string
  readonly verified: 'seen' | 'recalled'
  /** What was read, when the reference only recalled the row: the strength is this source's. */
  readonly source?: { readonly title: string; readonly asOf: string; readonly url: string; readonly where: string } | undefined
  /** Days for which the effect may outlast the last dose, where a source was read; absent: the assumption of `phenoconversion.ts`. */
  readonly washout?: { readonly days: number; readonly basis: string; readonly url: string } | undefined
  readonly note?: string | undefined
}
