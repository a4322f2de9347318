import type { FhirResource } from './facts.ts'

/** CDS Hooks 2.0.1 card and its parts, as they go over the wire. No member is ever null, "" or []. */
export type HookCoding = { readonly system: string; readonly code: string; readonly display?: string }

export type CardAction =
  | { readonly type: 'create' | 'update'; readonly description: string; readonly resource: FhirResource }
  | { readonly type: 'delete'; readonly description: string; readonly resourceId: string }

export type Suggestion = {
  readonly label: string
  readonly uuid: string
  readonly isRecommended?: boolean
  readonly actions: readonly CardAction[]
}

export type CardLink = { readonly label: string; readonly url: string; readonly type: 'absolute' | 'smart'; readonly appContext?: string }

export type Card = {
  readonly uuid: string
  readonly summary: string
  readonly detail?: string
  readonly indicator: 'info' | 'warning' | 'critical'
  readonly source: { readonly label: string; readonly url?: string; readonly topic?: HookCoding }
  readonly suggestions?: readonly Suggestion[]
  readonly selectionBehavior?: 'at-most-one' | 'any'
  readonly overrideReasons?: readonly Required<HookCoding>[]
  readonly links?: readonly CardLink[]
  readonly extension?: { readonly [key: string]: unknown }
}

export type CardsResponse = { readonly cards: readonly Card[]; readonly extension?: { readonly [key: string]: unknown } }

/** What a card says about one drug, so that the same concern is recognised at a later call. */
export type ConcernMark = {
  /** What it is about: a drug against its genes. The same for every patient, tenant and service; rests on nothing of the patient. */
  readonly key: string
  /** Keyed digest (HMAC-SHA-256) of what the card rests on for this patient: equal means that nothing changed. */
  readonly facts: string
  /** Order or medicine reference; null when it is about the whole list. */
  readonly order: string | null
  readonly drug: string | null
}

/** An override of the same user for the same patient that still counts. */
export type PastOverride = {
  /** When it was made and until when it counts; instants in UTC. */
  readonly at: string
  readonly until: string
  /** The coded reason in our own words; null where none of ours was given. */
  readonly reason: string | null
}

/** Why a card is there; kept in the decision record and shown in the sandbox's inspector. */
export type CardTrace = {
  readonly card: string
  /** `risk`: what risk models say. `summary`: the concerns that the limit on cards left over, on one card. */
  readonly concern: 'guidance' | 'test-first' | 'not-assessed' | 'risk' | 'notice' | 'summary'
  readonly order: string | null
  readonly drug: string | null
  readonly findings: readonly string[]
  readonly facts: readonly string[]
  readonly rows: readonly string[]
  /** Every concern that the card speaks of; empty for a notice. */
  readonly concerns: readonly ConcernMark[]
}

/** Why there is no card for something that was looked at. Recorded with every decision. `order`: the order or medicine it is about. */
export type Silence = { readonly about: string; readonly code: string; readonly because: string; readonly order?: string }

export type WrittenCards = { readonly cards: readonly Card[]; readonly traces: readonly CardTrace[]; readonly silences: readonly Silence[] }
