import type { PatientFacts } from './facts.ts'
import type { Assessment } from './findings.ts'
import type { PanelWords } from './profile.ts'
import type { RiskEstimate } from './risk.ts'

/** Members of the facts that a report shows. */
export const REPORT_FACTS = ['now', 'patient', 'orders', 'medicines', 'allergies', 'gaps', 'questions'] as const

/** What a report is made of: just what was told, nothing computed anew. */
export type ReportContent = {
  readonly facts: Pick<PatientFacts, (typeof REPORT_FACTS)[number]>
  readonly assessment: Assessment
  readonly words: PanelWords
  readonly estimates: readonly RiskEstimate[]
  readonly versions: { readonly attune: string; readonly rules: string }
}

/** Request of POST /api/report: what the profile told, with the seal that came with it. */
export type ReportRequest = {
  readonly fhirServer: string
  readonly patient: string
  readonly decision: string
  readonly content: ReportContent
  readonly seal: string
  readonly language: 'en' | 'de'
}

/** How serious, most serious first; `unknown` is "not assessed", never "nothing found". */
export type ReportLevel = 'critical' | 'warning' | 'caution' | 'info' | 'ok' | 'none' | 'unknown'

export type ReportDrug = {
  readonly name: string
  readonly level: ReportLevel
  /** The level's word in the report's language. */
  readonly word: string
  readonly headline: string | null
  readonly basis: readonly string[]
  readonly advice: readonly { readonly text: string; readonly source: string; readonly url: string }[]
  /** Why there is no advice, where there is none. */
  readonly silent: string | null
  readonly gaps: readonly string[]
}

export type ReportGene = {
  readonly gene: string
  readonly state: 'called' | 'candidates' | 'indeterminate'
  readonly genotype: string | null
  readonly phenotype: string | null
  /** What medicines make of it today; null where they change nothing. */
  readonly today: string | null
  readonly because: string | null
  /** Resources with date and laboratory. */
  readonly from: readonly string[]
}

export type ReportEstimate = {
  readonly title: string
  readonly value: number | null
  readonly unit: string | null
  readonly interval: { readonly low: number; readonly high: number; readonly level: number; readonly basis: string } | null
  readonly model: string
  /** Why it was not computed, or what limits it. */
  readonly limits: readonly string[]
}

/** A report, frozen: the page and the data are two forms of this. */
export type Report = {
  readonly language: 'en' | 'de'
  readonly made: string
  readonly read: string
  readonly decision: string
  readonly versions: ReportContent['versions']
  readonly fhirServer: string
  readonly patient: {
    readonly id: string
    readonly name: string | null
    readonly birthDate: string | null
    readonly sex: string | null
    readonly identifiers: readonly string[]
  }
  readonly orders: readonly ReportDrug[]
  readonly medicines: readonly ReportDrug[]
  readonly allergies: readonly string[]
  readonly genes: readonly ReportGene[]
  readonly notTested: readonly string[]
  readonly estimates: readonly ReportEstimate[]
  readonly gaps: readonly string[]
  readonly questions: readonly {
    readonly key: string
    readonly state: string
    readonly resources: number
    readonly because: string | null
  }[]
}
