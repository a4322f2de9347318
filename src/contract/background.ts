import type { Explained } from './explained.ts'
import type { Consequence } from './findings.ts'
import type { Gap, PartialDate } from './lineage.ts'

/** One resource that came, and what became of it. Holds references, dates and codes, no words of the record. */
export type ResourceEntry = {
  readonly ref: string
  /** Keys of the questions that brought it. */
  readonly keys: readonly string[]
  readonly version?: string
  readonly lastUpdated?: string
  /** Clinical date of the fact that was read from it. */
  readonly date?: PartialDate
  /** `used`: the advice or a number rests on it. `read`: it was understood and nothing asked for it. */
  readonly state: 'used' | 'read' | 'flawed' | 'withdrawn' | 'other-patient' | 'unread'
  /** Drugs and models that rest on it. */
  readonly for: readonly string[]
  /** What was wrong with it. */
  readonly because: readonly string[]
}

/** A gap and what it does to the advice. */
export type GapEffect = Pick<Gap, 'about' | 'code' | 'because' | 'resource'> & {
  /** Drugs in hand and medicines whose advice it weakens or takes away. */
  readonly drugs: readonly string[]
  readonly genes: readonly string[]
  /** Estimates that lack it. */
  readonly models: readonly string[]
}

/** One thing that changed, by the record's own dates. */
export type Change = {
  /** `renewed`: prescribed anew, and the doses cannot be compared. */
  readonly kind: 'started' | 'stopped' | 'dose' | 'renewed' | 'planned' | 'gene-result'
  readonly date: PartialDate
  /** Medicine as the record writes it, or gene. */
  readonly what: string
  readonly from?: string
  readonly to?: string
  /** Gene: results of single positions of the same day, which say nothing by themselves. */
  readonly positions?: number
  readonly resource: string
}

/** What was advised of one drug when Attune looked: kept with a decision, so that a later one can tell what changed. */
export type SeenAdvice = { readonly drug: string; readonly consequence: Consequence | null; readonly state: string }

/** The earlier look that this one is compared with. */
export type LastLook =
  | {
      readonly state: 'compared'
      readonly at: string
      readonly decision: string
      /** Rules, then and now, where they differ. */
      readonly rules: { readonly earlier: string; readonly now: string } | null
      /** `earlier` null: the drug was not there; `now` null: it is not there any more. */
      readonly drugs: readonly { readonly drug: string; readonly earlier: SeenAdvice | null; readonly now: SeenAdvice | null }[]
    }
  /** `none`: there is none that kept what it advised. `unknown`: the ledger did not answer. */
  | { readonly state: 'none' | 'unknown' }

export type Changes = {
  /** Days before the reading that are looked at. */
  readonly days: number
  readonly changes: readonly Change[]
  /** Medicines and results without a date: nothing can be said about when they came. */
  readonly undated: number
  readonly lastLook: LastLook
}

/** What stands behind an answer: what was read, what it was used for, what lacks, what changed, and why nothing was said. */
export type Background = {
  readonly resources: readonly ResourceEntry[]
  /** Further resources that came, were read, and are not listed because there are too many. */
  readonly unlisted: number
  readonly gaps: readonly GapEffect[]
  readonly changes: Changes
  /** Every drug with the rows that were considered; what is `card` here would be one at the hook. */
  readonly considered: readonly Explained[]
  readonly silences: readonly { readonly about: string; readonly code: string; readonly because: string; readonly order?: string }[]
  readonly models: readonly { readonly id: string; readonly name: string; readonly version: string; readonly sha256: string }[]
}
