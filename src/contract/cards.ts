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

/** Why a card is there; kept in the decision record and shown in the sandbox's inspector. */
export type CardTrace = {
  readonly card: string
  readonly concern: 'guidance' | 'test-first' | 'not-assessed' | 'notice'
  readonly order: string | null
  readonly drug: string | null
  readonly findings: readonly string[]
  readonly facts: readonly string[]
  readonly rows: readonly string[]
}

/** Why there is no card for something that was looked at. Recorded with every decision. */
export type Silence = { readonly about: string; readonly code: string; readonly because: string }

export type WrittenCards = { readonly cards: readonly Card[]; readonly traces: readonly CardTrace[]; readonly silences: readonly Silence[] }
