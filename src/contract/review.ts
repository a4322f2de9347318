import type { Consequence, GuidanceSource } from './findings.ts'

/** What a flag rests on, each under a keyed digest: when one changes, the flag is to be looked at anew, and it is known why. */
export type FlagRests = {
  /** Genotypes and phenotypes, and where they come from. */
  readonly result: string
  /** What medicines make of the genes. */
  readonly medicines: string
  /** Rows, years, strengths and actions of the sources. */
  readonly guidance: string
  /** Dose of the order. */
  readonly dose: string
  /** What could not be assessed. */
  readonly gaps: string
}

/** One drug and the genes that speak about it together: what a pharmacist reviews. */
export type ReviewFlag = {
  /** Of drug and genes alone, so that it is the same flag on another day. */
  readonly id: string
  readonly drug: string
  /** Orders and medicines that it is about. */
  readonly refs: readonly string[]
  readonly about: readonly ('order' | 'medicine')[]
  readonly genes: readonly string[]
  /** `blocked`: guidance exists and could not be applied. */
  readonly kind: 'guidance' | 'blocked'
  /** The most serious of its findings; null where nothing could be applied. */
  readonly consequence: Consequence | null
  readonly indicator: 'info' | 'warning' | 'critical'
  readonly headline: string
  /** `CYP2C19 poor metabolizer`; for a blocked one why it is blocked. */
  readonly basis: readonly string[]
  /** Sentences of the head's advice. */
  readonly advice: readonly string[]
  /** Ids of the findings, as cards and panels have them. */
  readonly findings: readonly string[]
  readonly sources: readonly {
    readonly source: GuidanceSource
    readonly year: number | null
    readonly strength: string | null
    readonly url: string
  }[]
  readonly rests: FlagRests
}

/** Flags of one profile. `seal` proves to the server that it wrote them for this patient and decision. */
export type ReviewList = { readonly flags: readonly ReviewFlag[]; readonly seal: string }

export type Mark = 'reviewed' | 'accepted' | 'overridden'

/**
 * Who did it. `verified`: the EHR's signature on the id token was checked. `stated`: the app named somebody and nothing proves it.
 * `unknown`: nobody was named.
 */
export type Reviewer = { readonly how: 'verified' | 'stated' | 'unknown'; readonly name: string | null; readonly user: string | null }

/** One entry of the history of a flag. */
export type MarkEntry = {
  readonly id: string
  readonly at: string
  readonly flag: string
  readonly mark: Mark
  readonly reason: { readonly code: string; readonly display: string } | null
  readonly note: string | null
  readonly by: Reviewer
  readonly decision: string
}

/** Where a flag stands today. `changed`: what is no longer as it was when it was marked, so that it is new again. */
export type FlagState = {
  readonly flag: string
  readonly state: 'new' | Mark
  readonly changed: readonly (keyof FlagRests)[]
  /** Newest first. */
  readonly history: readonly MarkEntry[]
}

/** A sign-off and what became of it in the EHR. */
export type SignOff = {
  readonly id: string
  readonly at: string
  readonly by: Reviewer
  readonly flags: readonly string[]
  readonly decision: string
  readonly written:
    | { readonly state: 'written'; readonly reference: string; readonly at: string }
    /** Asked for, and the EHR did not take it; may be tried again. */
    | { readonly state: 'pending'; readonly because: string }
    /** The EHR did not give the right to write: it stands in Attune's ledger alone. */
    | { readonly state: 'ledger-only' }
}

export type ReviewAnswer = {
  readonly flags: readonly FlagState[]
  readonly signOffs: readonly SignOff[]
  /** Reasons that an override is given with. */
  readonly reasons: readonly { readonly code: string; readonly display: string }[]
}

type Sealed = {
  readonly fhirServer: string
  readonly patient: string
  readonly decision: string
  readonly flags: readonly ReviewFlag[]
  readonly seal: string
  /** The id token of the sign-in, where the app has one. */
  readonly idToken?: string
}

export type ReviewListRequest = Sealed
export type ReviewMarkRequest = Sealed & {
  readonly marks: readonly { readonly flag: string; readonly mark: Mark; readonly reason?: string; readonly note?: string }[]
}
export type SignOffRequest = Sealed & {
  /** The app holds the right to create documents in this chart. */
  readonly mayWrite: boolean
  readonly language: 'en' | 'de'
  /** Id of a sign-off whose writing is to be tried again. */
  readonly again?: string
}
