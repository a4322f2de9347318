import type { Gap, Lineage, PartialDate } from './lineage.ts'

export type ModelRef = {
  readonly id: string
  readonly version: string
  readonly name: string
  readonly sha256: string
  readonly citation: string
}

/** Values that a what-if may ask for in place of an input's own: a judgement, so it names its source. */
export type Modifiable =
  | { readonly low: number; readonly high: number; readonly step: number; readonly source: string }
  | { readonly values: readonly (number | string)[]; readonly source: string }

export type ModelInput = {
  readonly name: string
  readonly label: string
  /** The gene whose result it is. */
  readonly gene?: string
  /** Quantity that several inputs describe. */
  readonly quantity?: string
  readonly value: number | string | null
  /** What the model takes for it, where people read a word or fewer digits in its place. */
  readonly taken?: number | string
  readonly unit: string
  /** `record` read from the chart, `default` the model's own stated value for missing. */
  readonly origin: 'record' | 'default'
  readonly note?: string
  /** What a what-if may try, and by which source; absent where it may not. */
  readonly modifiable?: Modifiable
  /** Why there is no value of the record to use: missing, stale, out of range, of an unknown unit, contradictory. */
  readonly gap?: Gap['code']
  readonly facts: readonly Lineage[]
}

export type Reason = {
  readonly label: string
  /** Contribution on the model's own scale; all of them and the baseline add up to the raw output. */
  readonly contribution: number
  readonly scale: string
}

/** `general`: asked of the person, not of a drug in hand. `question`: which of the model's questions this answers. */
type Asked = { readonly general?: true; readonly question?: string }

/** A class of values as the model's source names it: from `from` on (absent: from the lowest value), up to but not including `below`. */
export type Band = { readonly label: string; readonly from?: number; readonly below?: number }

export type RiskEstimate =
  | (Asked & {
      readonly state: 'estimated'
      readonly model: ModelRef
      readonly variant: string
      readonly title: string
      readonly value: number
      readonly unit: string
      /** What the value is, when the model gives further numbers with it. */
      readonly label?: string
      /** Class that the value falls into, as the source names it. */
      readonly band?: string
      /** All classes of the output in rising order; absent where the source names none. */
      readonly bands?: readonly Band[]
      /** The value is the chance of an event, per cent: it may be told as so many of 100 people. */
      readonly chance?: true
      /** Further numbers of the same equations: other outcomes, other horizons. */
      readonly also?: readonly { readonly label: string; readonly value: number; readonly unit: string }[]
      readonly interval: { readonly low: number; readonly high: number; readonly level: number; readonly basis: string } | null
      readonly baseline: number
      /** Raw output: the baseline and all reasons added up, on the model's own scale. */
      readonly total?: number
      /** Whose output the baseline is, in words; reasons are counted from there. */
      readonly baselineBasis?: string
      readonly reasons: readonly Reason[]
      /** Of a model over several modalities: how much the raw output changes when one is taken away. They overlap and do not add up. */
      readonly modalities?: readonly Reason[]
      readonly inputs: readonly ModelInput[]
      /** Inputs that only other variants of the same question take, as the record has them: what a fuller variant lacked is among them. */
      readonly alsoRead?: readonly ModelInput[]
      /** What is not known and what the model did about it. */
      readonly missing: readonly { readonly name: string; readonly label: string; readonly effect: string }[]
      readonly population: { readonly fits: boolean; readonly limits: readonly string[] }
      readonly limits: readonly string[]
      /** Other estimates shown for comparison (clinical variant beside the genetic one). */
      readonly comparison: readonly { readonly variant: string; readonly value: number; readonly unit: string }[]
      readonly execution: 'cpu' | 'cuda' | 'webgpu' | 'remote'
    })
  | (Asked & {
      readonly state: 'refused'
      readonly model: ModelRef
      readonly title: string
      readonly because: readonly Gap[]
      readonly inputs: readonly ModelInput[]
    })

/** Values of an input to try: a row of numbers, or listed values. `step` absent: the input's own. */
export type WhatIfChange =
  | { readonly low: number; readonly high: number; readonly step?: number }
  | { readonly values: readonly (number | string)[] }

export type WhatIfRequest = {
  readonly model: string
  /** Only this variant; absent: of each question the one that the inputs lead to. */
  readonly variant?: string
  /** By name, as `attune predict` takes them. No patient is named. */
  readonly inputs: Readonly<Record<string, unknown>>
  readonly change: Readonly<Record<string, WhatIfChange>>
  /** The site that asks; absent: what is silent at any site is silent. */
  readonly fhirServer?: string
}

/** One made-up version of the given person, and the estimate for a person with those values. */
export type WhatIfPoint = {
  readonly values: Readonly<Record<string, number | string>>
  /** Null where the equation has no meaning for these values. */
  readonly value: number | null
  readonly band?: string
}

/** Estimates for people with other values of the inputs that can be changed; never what would happen to this one if they changed. */
export type WhatIf =
  | {
      readonly state: 'estimated'
      readonly model: ModelRef
      readonly question: string
      readonly variant: string
      readonly title: string
      readonly label: string
      readonly unit: string
      /** The estimate for the values as given. */
      readonly asGiven: WhatIfPoint
      readonly points: readonly WhatIfPoint[]
      readonly says: string
      readonly limits: readonly string[]
    }
  | {
      readonly state: 'refused'
      readonly model: ModelRef
      readonly question: string
      readonly title: string
      readonly because: readonly Gap[]
    }

/** POST /api/what-if/missing: inputs by name, null where not known. No patient is named. */
export type MissingRequest = Pick<WhatIfRequest, 'model' | 'inputs' | 'fhirServer'> & { readonly question?: string }

/** What the model would say over all values of one input that is not known. */
export type MissingEffect =
  | {
      readonly state: 'ranged'
      readonly name: string
      readonly label: string
      readonly unit: string
      /** Lowest and highest estimate, each with the value of the input that leads to it. */
      readonly lowest: WhatIfPoint
      readonly highest: WhatIfPoint
      /** Values tried: the ends of the range that the model accepts, or the listed values. */
      readonly over: { readonly low: number; readonly high: number } | { readonly values: readonly (number | string)[] }
      /** Variants that were used, as the model names them. */
      readonly variants: readonly string[]
    }
  /** With this input alone the model still gives no number. */
  | { readonly state: 'not-enough'; readonly name: string; readonly label: string; readonly because: string }

/** For one question of a model: how far each unknown input could move the estimate, the others as they are. */
export type MissingAnswer = {
  readonly model: ModelRef
  readonly question: string
  readonly title: string
  readonly label: string
  readonly unit: string
  readonly effects: readonly MissingEffect[]
  /** Unknown inputs that were not tried, and why. */
  readonly left: string | null
  readonly says: string
}

/** One estimate for an earlier day, or why there is none. */
export type TrendPoint = {
  readonly on: PartialDate
  readonly value: number | null
  readonly band?: string
  readonly variant?: string
  readonly because?: string
}

/** The same question computed again, with the present model, from what the record dates at or before each day. */
export type RiskTrend = {
  readonly model: string
  readonly question: string
  readonly title: string
  readonly unit: string
  /** Oldest first; the present estimate is not among them. */
  readonly points: readonly TrendPoint[]
  /** Days on which an input was measured and that were not computed, for the sake of time. */
  readonly leftOut: number
  readonly says: string
}
