import type { GuidanceSource } from './findings.ts'

/** What became of one rule row for one drug of one patient. */
export type RowOutcome =
  /** It applies; its finding stands in the card or the app. */
  | 'fired'
  /** A gene that it asks for has no result in the record. */
  | 'not-tested'
  /** A gene has a result that cannot be used. */
  | 'not-usable'
  /** The results are other ones than the row speaks of. */
  | 'no-match'
  /** Its key holds two kinds of genotype, and the alleles are of the other kind. */
  | 'other-alleles'
  /** The patient is not of its population. */
  | 'other-population'
  /** A newer row of the same source speaks instead. */
  | 'superseded'
  /** A row for the exact diplotype speaks instead. */
  | 'less-exact'
  /** Another row of the source that applies says the same. */
  | 'same-advice'
  /** The results leave too many possibilities open. */
  | 'too-open'
  /** The text of the order names the drug, but which drug it is is not certain. */
  | 'drug-uncertain'
  /** The product is for local use. */
  | 'local-use'
  /** The source lists the pair; what it says was not read for this release, or is not among the rules. */
  | 'listed-only'
  /** Not used, with the reason in the data. */
  | 'off'
  /** Test before the first dose: the result is there, the test is ordered, the dose is below, the drug was tolerated for long … */
  | 'result-there'
  | 'test-ordered'
  | 'dose-below'
  | 'tolerated'
  | 'not-first'
  | 'not-an-order'
  | 'not-verified'

/** One rule row that was looked at; a `pair` is one that CPIC lists, and no row of CPIC is there. */
export type RowConsidered = {
  readonly row: string
  readonly kind: 'guidance' | 'test-first' | 'pair'
  readonly source: GuidanceSource | 'EMA'
  readonly year: number | null
  readonly genes: readonly string[]
  readonly strength: string | null
  readonly outcome: RowOutcome
  /** One sentence: what the row asks for and what the patient has. */
  readonly because: string
}

/** What became of a drug: a card, a line on the summary card, or silence with its reason. */
export type DrugFate =
  | { readonly shown: 'card' | 'summarised'; readonly card: string }
  | { readonly shown: 'silent'; readonly code: string; readonly because: string }

/** Everything that was considered about one drug of an order or a medicine in use; `drug` null: the text matches no known drug. */
export type Explained = {
  readonly about: 'order' | 'medicine'
  readonly ref: string
  readonly text: string
  readonly drug: string | null
  readonly fate: DrugFate
  readonly rows: readonly RowConsidered[]
}
