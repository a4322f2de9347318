import type { Modifiable } from './risk.ts'

/** What `GET /api/models` and the registry page tell about models. Holds no patient data. */

export type ModelOff = { readonly variant: string; readonly label: string; readonly because: string }

export type ServedModel = {
  readonly state: 'serving'
  readonly id: string
  readonly name: string
  readonly title: string
  readonly version: string
  /** SHA-256 over the files that decide the number. */
  readonly sha256: string
  readonly kind: string
  readonly standing: 'published' | 'research'
  readonly verified: { readonly state: string; readonly says: string }
  /** What it answers, in words. */
  readonly questions: readonly string[]
  /** Drugs whose order makes it speak; none: it speaks of the person. */
  readonly drugs: readonly string[]
  /** Whether it speaks: by the configuration, or by somebody who switched it off. `shadow`: it computes and is compared, and says nothing. */
  readonly use: { readonly state: 'on' | 'off' | 'shadow'; readonly because: string | null }
  readonly execution: string
  /** Why it does not run where it was asked to. */
  readonly fallback: string | null
  /** Test vectors run through the graph when the model was loaded. */
  readonly vectors: { readonly passed: number; readonly of: number; readonly at: string }
  /** Variants, of which some or all may be off. */
  readonly variants: number
  readonly off: readonly ModelOff[]
}

/** A folder that did not pass its checks. Nothing of it is computed for anyone. */
export type UnservedModel = { readonly state: 'not-served'; readonly id: string; readonly because: string }

export type ModelSummary = ServedModel | UnservedModel

export type SourceAttribute = { readonly id: string; readonly label: string; readonly text: string }
export type AttributeGroup = { readonly id: string; readonly title: string; readonly attributes: readonly SourceAttribute[] }

/** 45 CFR 170.315(b)(11)(iv): the 31 of predictive and the 13 of evidence-based interventions. */
export type SourceAttributes = {
  readonly model: string
  readonly version: string
  readonly asOf: string
  readonly predictive: readonly AttributeGroup[]
  readonly evidenceBased: readonly SourceAttribute[]
}

export type InputDescription = {
  readonly name: string
  readonly label: string
  /** UCUM; empty where the input has none. */
  readonly unit: string
  /** How it is read, in words. */
  readonly readAs: string
  readonly codes: readonly { readonly system: string; readonly code: string; readonly display: string }[]
  readonly range: { readonly low: number; readonly high: number } | null
  /** Older values are not used. */
  readonly freshDays: number | null
  /** What happens when the record lacks it. */
  readonly missing: string
  readonly sensitive: string | null
  /** What a what-if may try, and by which source; null where it may not. */
  readonly modifiable: Modifiable | null
  readonly note: string | null
}

export type OutputDescription = {
  readonly label: string
  readonly unit: string
  /** Formula of the value from `raw`; null where the graph alone gives it. */
  readonly value: string | null
  readonly scale: string
  readonly bands: readonly string[]
  /** What a site's own data changed about it, in words. */
  readonly recalibration: string | null
  /** Null when the model is no equation. `name`: the term as a formula over the inputs. */
  readonly terms: { readonly intercept: string; readonly rows: readonly { readonly name: string; readonly coefficient: string }[] } | null
}

export type VariantDescription = {
  readonly id: string
  readonly label: string
  readonly question: string
  readonly off: string | null
  readonly inputs: readonly string[]
  readonly outputs: readonly OutputDescription[]
}

/** One figure with the people it was measured in. `group` is `everyone` or names one: `sex: female`. */
export type ModelFigure = {
  readonly on: string
  readonly group: string
  readonly measure: string
  readonly value: number
  readonly low: number | null
  readonly high: number | null
  readonly n: number | null
}

/** A group too small for figures. */
export type WithheldGroup = { readonly on: string; readonly group: string; readonly n: number; readonly because: string }

/** People with similar estimates: the mean estimate, and the share in whom it came true. */
export type CalibrationPoint = { readonly people: number; readonly predicted: number; readonly observed: number }

export type ModelDetail = {
  readonly summary: ServedModel
  readonly citation: string
  readonly licence: string
  readonly asOf: string
  readonly attributes: SourceAttributes
  readonly inputs: readonly InputDescription[]
  readonly variants: readonly VariantDescription[]
  readonly population: readonly string[]
  readonly limits: readonly string[]
  readonly files: readonly { readonly file: string; readonly sha256: string }[]
  /** Measured figures; none for an equation that nobody measured here. */
  readonly figures: readonly ModelFigure[]
  readonly withheld: readonly WithheldGroup[]
  /** From the report of a learned model; empty where it holds none. */
  readonly calibration: readonly CalibrationPoint[]
  /** What a learned model was made from; null for a published equation. */
  readonly training: readonly { readonly label: string; readonly text: string }[] | null
}

export type ModelList = { readonly models: readonly ModelSummary[] }

/** One guideline, label or table entry that rows are taken from. */
export type CitedGuideline = {
  readonly id: string
  readonly url: string
  readonly year: number | null
  readonly pmid: readonly string[]
  /** When it was read. */
  readonly asOf: string
  readonly drugs: readonly string[]
}

/** The 13 source attributes of the guidance of one source, and what it was taken from. */
export type GuidanceAttributes = {
  readonly source: string
  /** Rows that may speak. */
  readonly rows: number
  readonly evidenceBased: readonly SourceAttribute[]
  readonly guidelines: readonly CitedGuideline[]
}

/** What `GET /api/rules/source-attributes` tells. */
export type RulesAttributes = { readonly version: string; readonly asOf: string; readonly sources: readonly GuidanceAttributes[] }
