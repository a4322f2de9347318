import type { PatientFacts, Question } from './facts.ts'
import type { Assessment } from './findings.ts'
import type { RiskEstimate } from './risk.ts'

/** Request of POST /api/profile. The EHR's access token comes as `Authorization: Bearer`; nothing is stored. */
export type ProfileRequest = {
  /** FHIR base the app was launched from; must be a trusted one. */
  readonly fhirServer: string
  readonly patient: string
  /** Drug in hand, from the card's appContext: RxNorm code or name. */
  readonly drug?: { readonly rxcui?: string; readonly text?: string }
  /** The draft order that the card was about (`MedicationRequest/x`), so that card and panel show the same finding ids. */
  readonly order?: string
}

/** Advice in the words of the cards (`cards/panel-words.ts`), so that card and panel say the same. */
export type PanelWords = {
  /** Finding id to one sentence per action. */
  readonly sentences: { readonly [finding: string]: readonly string[] }
  /** For each drug about which there is something to say: what kind of thing, its headline and its indicator. */
  readonly heads: readonly {
    readonly ref: string
    readonly drug: string
    /** `conflict`: results lead to different advice, so none is chosen. */
    readonly concern: 'guidance' | 'conflict' | 'not-assessed' | 'test-first'
    /** Finding that the headline speaks for; null when it speaks for none. */
    readonly finding: string | null
    /** Clause without the reason: `Avoid clopidogrel`. */
    readonly headline: string
    /** The reason, one per gene: `CYP2C19 poor metabolizer`. */
    readonly basis: readonly string[]
    readonly indicator: 'info' | 'warning' | 'critical'
  }[]
}

/** One line of the newline-delimited JSON stream that /api/profile answers with. */
export type ProfileEvent =
  | { readonly event: 'source'; readonly question: Question }
  | { readonly event: 'facts'; readonly facts: PatientFacts }
  | { readonly event: 'assessment'; readonly assessment: Assessment; readonly words: PanelWords }
  | { readonly event: 'estimates'; readonly estimates: readonly RiskEstimate[] }
  | {
      readonly event: 'done'
      readonly decision: string
      readonly versions: { readonly attune: string; readonly rules: string }
      readonly sandbox: boolean
    }
  | { readonly event: 'error'; readonly code: string; readonly text: string }
