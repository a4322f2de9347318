import type { DecisionRecord, FeedbackEvent } from '../contract/decision.ts'
import type { RiskEstimate } from '../contract/risk.ts'
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

/** What is written to the ledger, in the form that also fits on a line of the spool. */
export type Entry =
  | { readonly kind: 'decision'; readonly record: DecisionRecord; readonly predictions: readonly PredictionEntry[] }
  | { readonly kind: 'feedback'; readonly event: FeedbackEvent }

export const isEntry = (entry: SpoolEntry): entry is Entry & SpoolEntry =>
  (entry.kind === 'decision' && typeof entry.record === 'object' && entry.record !== null) ||
  (entry.kind === 'feedback' && typeof entry.event === 'object' && entry.event !== null)

/** An estimate without what it was made from: the inputs stand as a keyed digest only. */
export const predictionOf = (estimate: RiskEstimate, pseudonym: Pseudonym): PredictionEntry => {
  const { id, version, sha256 } = estimate.model
  const inputs = pseudonym.seal(canonicalJson(estimate.inputs.map(({ name, value, unit }) => [name, value, unit])))
  return estimate.state === 'estimated'
    ? { model: id, version, sha256, state: 'estimated', variant: estimate.variant, value: estimate.value, unit: estimate.unit, inputs }
    : { model: id, version, sha256, state: 'refused', variant: null, value: null, unit: null, inputs }
}
