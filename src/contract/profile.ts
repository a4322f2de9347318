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
}

/** The whole answer, once all panels are in. */
export type Profile = {
  readonly decision: string
  readonly facts: PatientFacts
  readonly assessment: Assessment
  readonly estimates: readonly RiskEstimate[]
}

/** One line of the newline-delimited JSON stream that /api/profile answers with. */
export type ProfileEvent =
  | { readonly event: 'source'; readonly question: Question }
  | { readonly event: 'facts'; readonly facts: PatientFacts }
  | { readonly event: 'assessment'; readonly assessment: Assessment }
  | { readonly event: 'estimates'; readonly estimates: readonly RiskEstimate[] }
  | {
      readonly event: 'done'
      readonly decision: string
      readonly versions: { readonly attune: string; readonly rules: string }
      readonly sandbox: boolean
    }
  | { readonly event: 'error'; readonly code: string; readonly text: string }
