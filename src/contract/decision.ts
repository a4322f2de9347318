import type { SeenAdvice } from './background.ts'
import type { Card, CardTrace, Silence } from './cards.ts'
import type { Question } from './facts.ts'
import type { Gap } from './lineage.ts'

/** The three ways in which a call ends (DESIGN decision 4). */
export type Outcome = 'assessed' | 'assessed-with-gaps' | 'not-assessed'

/** What was evaluated and shown to nobody: the cards that the prescriber would have seen. */
export type ShadowAnswer = {
  /** `site`, `service`: the whole answer; then `cards` of the decision is empty. `rules`: what the answer would be with the rules that run in the shadow. */
  readonly of: 'site' | 'service' | 'rules'
  readonly because: string
  readonly cards: readonly Card[]
  readonly traces: readonly CardTrace[]
}

/** One decision: written before the answer leaves. Holds no name and no raw resource. */
export type DecisionRecord = {
  readonly id: string
  readonly at: string
  readonly tenant: string
  readonly client: string
  readonly service: string
  readonly hook: string
  readonly hookInstance: string
  /** Id of the request, as in the log and in the answer's header; absent in records of the app and of older releases. */
  readonly requestId?: string
  /** `bytes:` and the SHA-256 of the body as it came; `keyed:` and an HMAC of a request of the app; without a word of the request as JSON, without authorization. */
  readonly requestDigest: string
  /** Keyed HMAC of FHIR base and patient id; not reversible without the key. */
  readonly patientKey: string
  /** Keyed HMAC of FHIR base and user id, so that what this user overrode is recognised; null for the app. */
  readonly userKey: string | null
  readonly versions: {
    readonly attune: string
    readonly rules: string
    readonly models: { readonly [id: string]: string }
    /** What was switched while the server ran, and held for this call; absent when nothing was. */
    readonly switches?: readonly string[]
  }
  readonly outcome: Outcome
  readonly questions: readonly Question[]
  readonly facts: readonly string[]
  /** What was shown. */
  readonly cards: readonly Card[]
  readonly traces: readonly CardTrace[]
  /** Absent where all that was written was shown. */
  readonly shadow?: ShadowAnswer
  readonly silences: readonly Silence[]
  readonly gaps: readonly Gap[]
  /** Of the app: what was advised of each drug, for the next look to compare with. */
  readonly seen?: readonly SeenAdvice[]
  readonly ms: number
}

/** The whole answer was for nobody: of its cards, and of what models said in it, nothing was shown. */
export const isUnseen = ({ shadow }: Pick<DecisionRecord, 'shadow'>): boolean => shadow !== undefined && shadow.of !== 'rules'

/** One feedback event, as CDS Hooks sends it, joined to its card's decision when that is known. */
export type FeedbackEvent = {
  readonly id: string
  readonly at: string
  readonly tenant: string
  readonly client: string
  readonly service: string
  readonly card: string
  readonly outcome: 'accepted' | 'overridden'
  readonly acceptedSuggestions: readonly string[]
  readonly overrideReason: {
    readonly code: string | null
    readonly system: string | null
    readonly display: string | null
    readonly comment: string | null
  } | null
  readonly outcomeTimestamp: string
  /** Decision that made the card; null when the card is unknown. */
  readonly decision: string | null
}
