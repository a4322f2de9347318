import type { DecisionRecord, FeedbackEvent } from '../contract/decision.ts'
import type { ModelTally } from '../contract/monitoring.ts'
import type { RiskEstimate } from '../contract/risk.ts'
import type { ServiceTally } from '../contract/service-watch.ts'
import { canonicalJson } from './canonical.ts'
import type { Pseudonym } from './pseudonym.ts'
import type { SpoolEntry } from './spool.ts'

export type PredictionEntry = {
  readonly model: string
  readonly version: string
  readonly sha256: string
  readonly state: 'estimated' | 'refused'
  readonly variant: string | null
  readonly value: number | null
  readonly unit: string | null
  readonly inputs: string
}

/** What models said that nobody was shown, of a call that has been answered. */
export type ShadowRecord = Pick<DecisionRecord, 'id' | 'at' | 'tenant' | 'service'>

/** A step of a review: append-only, as everything here. `record` holds digests and codes; free text and names stand in `locked` alone. */
export type ReviewRow = {
  readonly id: string
  readonly at: string
  readonly tenant: string
  readonly patientKey: string
  readonly kind: 'mark' | 'sign-off' | 'written' | 'report'
  readonly record: string
  readonly locked: string | null
}

/** What is written to the ledger, in the form that also fits on a line of the spool. Entries spooled by an older release have no tallies and are not counted. */
export type Entry =
  | {
      readonly kind: 'decision'
      readonly record: DecisionRecord
      readonly predictions: readonly PredictionEntry[]
      readonly tallies?: readonly ModelTally[]
      readonly counted?: readonly ServiceTally[]
      /** The inputs that it was made of, encrypted; only where the site keeps them. */
      readonly inputs?: string | null
    }
  | { readonly kind: 'feedback'; readonly event: FeedbackEvent }
  | { readonly kind: 'review'; readonly row: ReviewRow }
  | {
      readonly kind: 'shadow'
      readonly call: ShadowRecord
      readonly predictions: readonly PredictionEntry[]
      readonly tallies: readonly ModelTally[]
    }

export const isEntry = (entry: SpoolEntry): entry is Entry & SpoolEntry =>
  (entry.kind === 'decision' && typeof entry.record === 'object' && entry.record !== null) ||
  (entry.kind === 'feedback' && typeof entry.event === 'object' && entry.event !== null) ||
  (entry.kind === 'review' && typeof entry.row === 'object' && entry.row !== null) ||
  (entry.kind === 'shadow' && typeof entry.call === 'object' && entry.call !== null)

/** An estimate without what it was made from: the inputs stand as a keyed digest only. */
export const predictionOf = (estimate: RiskEstimate, pseudonym: Pseudonym): PredictionEntry => {
  const { id, version, sha256 } = estimate.model
  const inputs = pseudonym.seal(canonicalJson(estimate.inputs.map(({ name, value, unit }) => [name, value, unit])))
  return estimate.state === 'estimated'
    ? { model: id, version, sha256, state: 'estimated', variant: estimate.variant, value: estimate.value, unit: estimate.unit, inputs }
    : { model: id, version, sha256, state: 'refused', variant: null, value: null, unit: null, inputs }
}
