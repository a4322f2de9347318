/** A share of some cards, with Wilson's 95 % interval. Null where there was no card. */
export type Share = { readonly value: number; readonly low: number; readonly high: number } | null

/** By what cards are put together. */
export type OverridesBy = 'rule' | 'drug' | 'service' | 'site' | 'week'

/** What became of the cards of one rule, drug, service, site or week. */
export type OverridesRow = {
  readonly tenant: string
  readonly service: string
  /** Row of the rules, drug, or first day of the week; `concern KIND` for cards that rest on no row. */
  readonly subject: string
  readonly drug: string | null
  readonly shown: number
  /** A suggestion of the card was accepted. */
  readonly accepted: number
  readonly overridden: number
  /** No feedback came. */
  readonly ignored: number
  readonly acceptRate: Share
  readonly overrideRate: Share
  /** Of the cards about a drug after which the same patient was looked at again within 24 hours: those where the drug was no longer ordered. */
  readonly changedAfter: { readonly n: number; readonly of: number }
  /** The same concern had been shown for the same patient in the 24 hours before. */
  readonly repeated: number
  /** Coded reasons, most first; one card may have several. `other`: a code that is none of ours. `uncoded`: words only. */
  readonly reasons: readonly { readonly code: string; readonly n: number }[]
  /** Only where the site's configuration asks for them. May hold patient data. */
  readonly comments?: readonly string[]
}

/** GET /api/overrides. */
export type OverridesReport = {
  readonly asOf: string
  readonly since: string
  readonly until: string
  readonly by: OverridesBy
  readonly sandbox: boolean
  /** Whether comments may be read here. */
  readonly comments: boolean
  readonly all: OverridesRow | null
  /** Most shown first. */
  readonly rows: readonly OverridesRow[]
}

export type ShadowRule = {
  readonly rule: string
  readonly drug: string
  /** Calls in which a card rests on it. */
  readonly fired: number
  readonly per100Orders: number | null
  /** Decisions to look at, newest first. */
  readonly samples: readonly string[]
}

export type ShadowService = {
  readonly tenant: string
  readonly service: string
  /** `shadow`: the whole service. `trial`: only rules in the shadow, in the calls in which they would have spoken. */
  readonly of: 'shadow' | 'trial'
  readonly from: string
  readonly to: string
  readonly calls: number
  readonly orders: number
  readonly withCard: number
  readonly cards: { readonly critical: number; readonly warning: number; readonly info: number }
  /** Critical and warning: which of them interrupt is for the EHR to decide. */
  readonly interrupting: number
  readonly interruptingPer100Orders: number | null
  readonly notAssessed: { readonly n: number; readonly share: Share }
  readonly silences: readonly { readonly code: string; readonly n: number }[]
  /** Most first. */
  readonly rules: readonly ShadowRule[]
  /** Rules of drugs that were looked at and that never fired: `looked` calls. */
  readonly neverFired: readonly { readonly rule: string; readonly drug: string; readonly looked: number }[]
  /** Rules of drugs that nobody ordered. */
  readonly neverAsked: number
}

/** GET /api/shadow. */
export type ShadowReport = {
  readonly asOf: string
  readonly since: string
  readonly until: string
  readonly sandbox: boolean
  readonly services: readonly ShadowService[]
}
