import type { DecisionRecord } from './decision.ts'
import type { Ingredient, PatientFacts } from './facts.ts'
import type { GeneCall } from './genes.ts'
import type { PartialDate } from './lineage.ts'
import type { RiskEstimate } from './risk.ts'

/** Whether a model speaks. `shadow`: it computes and is watched, and nobody is shown what it says. */
export type Standing =
  | { readonly use: 'on' }
  | { readonly use: 'off'; readonly because: string }
  /** `challengerOf`: the model whose place it may take; both run on the same records and are compared. */
  | { readonly use: 'shadow'; readonly challengerOf: string | null }

/** A model switched at run time: who, when, why. Kept for ever; the newest of a tenant and model counts. */
export type ModelSwitch = {
  readonly model: string
  /** Null: every tenant. */
  readonly tenant: string | null
  readonly use: Standing['use']
  readonly at: string
  readonly by: string
  readonly because: string
}

/** One thing counted: of an input, a variant or, with an empty subject, the model as a whole. `value` is given for scores and differences only. */
export type TallyCell = readonly [subject: string, measure: TallyMeasure, bin: string, value?: number]

/**
 * `asked`: how the question ended. `refusal`: why. `state`: why an input had no value. `value`: bin of an input's value.
 * `score`, `band`: of the estimate. `population`: whether the person is one the model was made for. `execution`: where it ran.
 * `latency`: bin of the call's milliseconds. `pair`, `agree`, `difference`: of a challenger against its champion.
 */
export type TallyMeasure =
  | 'asked'
  | 'refusal'
  | 'state'
  | 'value'
  | 'score'
  | 'band'
  | 'population'
  | 'execution'
  | 'latency'
  | 'pair'
  | 'agree'
  | 'difference'

/** What one call adds to the day's counts of a model. Holds bins, no value of an input and nothing of the patient. */
export type ModelTally = {
  readonly model: string
  /** Version and beginning of the hash: counts of two releases are never added up. */
  readonly release: string
  /** `shadow`: of a model in the shadow. `unseen`: of a model that speaks, at a site or in a service in the shadow. */
  readonly mode: 'shown' | 'shadow' | 'unseen'
  readonly cells: readonly TallyCell[]
}

/** A call that has been recorded, with what its models were asked on. */
export type AnsweredCall = {
  readonly decision: DecisionRecord
  readonly facts: PatientFacts
  readonly calls: readonly GeneCall[]
  /** Ordered drugs. */
  readonly drugs: readonly Ingredient[]
  /** The models of the person were asked too. */
  readonly person: boolean
  readonly shown: readonly RiskEstimate[]
}

/** What became of a patient: 1 or 0 for an event, else a number in the model's unit. */
export type OutcomeItem = {
  readonly model: string
  /** Where the model gives several numbers in one call. */
  readonly variant?: string | undefined
  readonly outcome: number
  /** Day on which the outcome was known. */
  readonly date: PartialDate
} & (
  | { readonly decision: string }
  | { readonly card: string }
  /** All that is known is the patient: the latest estimate on or before the date is meant. */
  | { readonly patient: string; readonly fhirServer: string | null }
)

/** `unknown`: no such estimate here. `ambiguous`: several numbers, and none is named. `corrected`: another outcome stood there; this one counts now. `refused`: it cannot be the outcome of that estimate. */
export type OutcomeReceipt = {
  readonly state: 'stored' | 'repeated' | 'corrected' | 'unknown' | 'ambiguous' | 'refused'
  readonly because?: string
}

/** Most serious first; `not-judged`: shown without a reference to judge it by. */
export type WatchState = 'act' | 'watch' | 'ok' | 'not-enough-data' | 'not-judged' | 'not-applicable'

export type FigureId =
  | 'psi'
  | 'missing'
  | 'out-of-range'
  | 'unit-unknown'
  | 'stale'
  | 'contradictory'
  | 'score-psi'
  | 'coverage'
  | 'abstention'
  | 'estimated-auroc'
  | 'estimated-brier'
  | 'auroc'
  | 'brier'
  | 'calibration-slope'
  | 'expected-observed'
  | 'mean-error'
  | 'mean-absolute-error'

/** One number of monitoring with its judgement. */
export type WatchFigure = {
  readonly figure: FigureId
  /** Input or variant; empty for the model as a whole. */
  readonly subject: string
  readonly label: string
  readonly value: number | null
  readonly low?: number
  readonly high?: number
  /** What it is compared with; null when there is nothing to compare with. */
  readonly reference: number | null
  /** Counts behind the value. */
  readonly n: number
  readonly state: WatchState
  /** The state by the lower limits that a state is left by; absent where there is no limit. */
  readonly eased?: WatchState
  /** One sentence. */
  readonly because: string
}

/** Shares in bins, then and now; `bins` are words for people. */
export type WatchDistribution = {
  readonly subject: string
  readonly label: string
  readonly unit: string
  readonly bins: readonly string[]
  readonly reference: readonly number[]
  readonly now: readonly number[]
  readonly n: number
  /** Index of the windows before, oldest first; null where a window has too little. */
  readonly trend: readonly (number | null)[]
}

/** Whom the figures are compared with. */
export type WatchReference =
  | { readonly kind: 'training'; readonly on: string; readonly n: number }
  | { readonly kind: 'site'; readonly from: string; readonly to: string; readonly n: number }
  | { readonly kind: 'collecting'; readonly from: string | null; readonly day: number; readonly days: number; readonly n: number }

export type WatchedComparison = {
  readonly champion: string
  readonly both: number
  readonly onlyChampion: number
  readonly onlyChallenger: number
  readonly neither: number
  readonly sameBand: number | null
  readonly differences: { readonly unit: string; readonly bins: readonly string[]; readonly shares: readonly number[] }
  readonly meanDifference: number | null
}

export type WatchedModel = {
  readonly tenant: string
  readonly id: string
  readonly version: string
  readonly sha256: string
  readonly name: string
  readonly standing: Standing
  readonly state: WatchState
  readonly reference: WatchReference
  /** Of the window. */
  readonly calls: {
    readonly asked: number
    readonly estimated: number
    readonly refused: number
    readonly abstained: number
    readonly notEligible: number
    readonly byPlace: readonly { readonly place: string; readonly n: number }[]
    /** By window, oldest first, the last is now. */
    readonly trend: readonly { readonly asked: number; readonly estimated: number }[]
    readonly refusals: readonly { readonly code: string; readonly n: number }[]
    readonly execution: readonly { readonly provider: string; readonly n: number }[]
    readonly bands: readonly { readonly band: string; readonly n: number }[]
    readonly outsidePopulation: number
    readonly latency: readonly { readonly upTo: string; readonly n: number }[]
  }
  readonly figures: readonly WatchFigure[]
  readonly inputs: readonly WatchDistribution[]
  readonly scores: readonly WatchDistribution[]
  readonly comparison: WatchedComparison | null
  /** Newest first. */
  readonly switches: readonly ModelSwitch[]
}

export type WatchThreshold = {
  readonly figure: FigureId
  readonly watch: number
  readonly act: number
  readonly says: string
  readonly source: string
}

/** GET /api/monitoring. */
export type MonitoringReport = {
  readonly asOf: string
  readonly window: { readonly from: string; readonly to: string; readonly days: number }
  readonly sandbox: boolean
  readonly thresholds: readonly WatchThreshold[]
  readonly models: readonly WatchedModel[]
}
