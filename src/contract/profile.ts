import type { Background } from './background.ts'
import type { DeviceSummaries } from './devices.ts'
import type { PatientFacts, Question } from './facts.ts'
import type { Assessment, Bin } from './findings.ts'
import type { Coding } from './lineage.ts'
import type { NotesRead } from './notes.ts'
import type { ReviewList } from './review.ts'
import type { RiskEstimate, RiskTrend } from './risk.ts'

/** Request of POST /api/profile. The EHR's access token comes as `Authorization: Bearer`; nothing is stored. */
export type ProfileRequest = {
  /** FHIR base the app was launched from; must be a trusted one. */
  readonly fhirServer: string
  readonly patient: string
  /** Drug in hand, from the card's appContext: RxNorm code or name. */
  readonly drug?: { readonly rxcui?: string; readonly text?: string }
  /** The draft order that the card was about (`MedicationRequest/x`), so that card and panel show the same finding ids. */
  readonly order?: string
  /** What the draft says besides its drug, from the card's appContext: without it limits of dose and reasons could not be looked at. */
  readonly draft?: DraftInHand
}

/** Dose and coded reasons of the draft that a card was about. */
export type DraftInHand = {
  readonly dose?: {
    readonly mgPerDose?: number
    readonly timesPerDay?: number
    readonly text?: string
    readonly prn: boolean
  }
  readonly reasons?: readonly Coding[]
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
  /** The bin of each drug of an order or a medicine. */
  readonly bins?: readonly { readonly ref: string; readonly drug: string; readonly bin: Bin }[]
  /** What the card says of each moment of a drug, its slots filled in. */
  readonly moments?: readonly {
    readonly ref: string
    readonly drug: string
    readonly moment: string
    readonly headline: string | null
    readonly brief: string | null
    readonly advice: readonly string[]
  }[]
}

/** Members of the facts that come from the record and may be shown before the others. */
export type FactsPart = Exclude<keyof PatientFacts, 'now' | 'questions' | 'gaps' | 'orders' | 'encounter'>

/** Part of the facts -> questions that feed it. */
export type PartsTable = { readonly [part in FactsPart]?: readonly string[] }

/** Facts of parts whose questions have all ended; what could not be read or used of them stands in `gaps`. */
export type EarlyFacts = { readonly [part in FactsPart]?: PatientFacts[part] } & Pick<PatientFacts, 'now' | 'gaps'>

/**
 * One line of the newline-delimited JSON stream that /api/profile answers with. `plan` comes first, then a `source` for each question as
 * it ends. While some are still open: `part` for parts of the facts that are whole already, each part once; and the assessment as soon
 * as everything it needs has come. `facts` holds all of the record, comes once and replaces every part.
 */
export type ProfileEvent =
  | { readonly event: 'plan'; readonly questions: readonly Pick<Question, 'key' | 'query'>[] }
  | { readonly event: 'source'; readonly question: Question }
  | { readonly event: 'part'; readonly facts: EarlyFacts }
  | { readonly event: 'facts'; readonly facts: PatientFacts }
  /** Null where computing them failed. */
  | { readonly event: 'devices'; readonly summaries: DeviceSummaries | null }
  | { readonly event: 'assessment'; readonly assessment: Assessment; readonly words: PanelWords }
  /** Null where it could not be put together: that says nothing about the advice. */
  | { readonly event: 'background'; readonly background: Background | null }
  | { readonly event: 'review'; readonly review: ReviewList }
  | { readonly event: 'estimates'; readonly estimates: readonly RiskEstimate[] }
  | { readonly event: 'trends'; readonly trends: readonly RiskTrend[] }
  /** What was found in notes: shown apart, used for nothing. Null where reading them failed. */
  | { readonly event: 'notes'; readonly notes: NotesRead | null }
  | {
      readonly event: 'done'
      readonly decision: string
      readonly versions: { readonly attune: string; readonly rules: string }
      /** What is switched off or in the shadow at this site, as decisions name it; absent where nothing is. */
      readonly switches?: readonly string[]
      readonly sandbox: boolean
      /** Proves to the server that it told what a report is made of (`/api/report`). */
      readonly seal?: string
    }
  | { readonly event: 'error'; readonly code: string; readonly text: string }
