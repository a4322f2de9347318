import type { DrugIdentity, Ingredient, Order } from './facts.ts'
import type { EnzymeModifier, GeneCall, Genotype, Phenoconversion } from './genes.ts'
import type { Gap, Lineage } from './lineage.ts'
import type { MomentAnswer } from './moments.ts'
import type { RiskEstimate } from './risk.ts'

export type GuidanceSource = 'CPIC' | 'DPWG' | 'FDA'

/** An action code of the knowledge base, taken apart. Codes are listed in `rules/actions.json`. */
export type Action = {
  /** `avoid`, `alternative`, `start`, `dose`, `tdm` … */
  readonly code: string
  /** `50%`, `<=20 mg/day`, `600 mg/day` … */
  readonly value?: string
  /** Words in brackets: alternatives named by the source, reasons, limits. */
  readonly detail?: string
  /** Prefix: `if(…)`, `if-used`, `if-no-response`, `if-no-alternative`, `if-adr`, `if-higher-needed`, `or`. */
  readonly condition?: { readonly kind: string; readonly text?: string }
  /** For limits in mg/day: whether the ordered dose keeps the limit; absent when it cannot be told. */
  readonly atHand?: { readonly state: 'within' | 'over'; readonly because: string }
}

/** What the advice amounts to, most serious first. Decides indicator and bin; derived from actions by `rules/actions.json`. */
export type Consequence = 'contraindicated' | 'avoid' | 'alternative' | 'dose' | 'caution' | 'monitor' | 'standard' | 'none'

/** The genotype a finding rests on, per gene. */
export type GeneBasis = {
  readonly gene: string
  /** `no-result` only for rows that speak about a missing gene (NR). */
  readonly state: 'called' | 'candidate' | 'no-result'
  /** The word of the row that matched (`PM`, `1.0`, `*57:01 positive`, `NR`); null for rows that only list the pair. */
  readonly key: string | null
  readonly genetic: Genotype | null
  readonly clinical: Genotype | null
  readonly converted: boolean
  /** What medicines make of the gene for this drug, those that are being ordered included; absent when nothing does. */
  readonly phenoconversion?: Exclude<Phenoconversion, { readonly state: 'none' }>
  readonly facts: readonly Lineage[]
}

/** Sections of a US label that are never left to the app. */
export type LabelPlace = 'boxed-warning' | 'contraindications'

/** Guidance of one source for one drug and this patient's genes. */
export type Finding = {
  /** Stable: the same row on the same facts has the same id in card and panel. */
  readonly id: string
  readonly kind: 'guidance' | 'listed'
  readonly row: string
  readonly order: string
  readonly drug: Ingredient
  readonly genes: readonly string[]
  readonly basis: readonly GeneBasis[]
  readonly source: GuidanceSource
  readonly guideline: {
    readonly id: string
    readonly url: string
    readonly year: number | null
    readonly pmid: readonly string[]
    readonly asOf: string
  }
  /** CPIC: Strong, Moderate, Optional, No recommendation; DPWG: null; FDA: the tier. */
  readonly strength: string | null
  readonly actions: readonly Action[]
  readonly consequence: Consequence
  /** exposure-up, exposure-down, adr-up, efficacy-down, normal … : a hint made by program, never shown alone. */
  readonly effect: readonly string[]
  readonly risk: string | null
  /** Population the row is limited to. `undecided` rows are asked about on the card, never applied by guess. */
  readonly population: {
    readonly code: string
    readonly label: string
    readonly state: 'matches' | 'undecided'
    readonly because: string
  } | null
  /** Facts that decided a population or a condition. */
  readonly facts: readonly Lineage[]
  /** Conditions of the row that hold for this patient: what is told follows from them and not from the genotype alone. */
  readonly met?: readonly string[]
  /** Where the label says this for this genotype; absent when it stands elsewhere in it, or the source is no label. */
  readonly label?: readonly LabelPlace[]
  /** The dose that the row asks for, computed for the order, with a product that makes it in whole units; absent when that is not certain. */
  readonly atOrder?: {
    readonly mgPerDose: number
    readonly timesPerDay: number
    /** Of what it was computed: a share of the ordered dose, or milligrams a day as the row states them. */
    readonly basis: { readonly kind: 'share'; readonly percent: number } | { readonly kind: 'daily'; readonly mgPerDay: number }
    readonly product: { readonly code: string; readonly display: string; readonly count: number }
  }
  /** Strength of the same source's change for one of these genes alone, where the row for all of them together is weaker. */
  readonly strengthAlone?: string
}

/** How firmly a source asks for a test: its label demands it, it advises it, it doses by the result or names the test. */
export type Demand = 'required' | 'recommended' | 'consider'

/** What one source asks to be tested before the first dose. */
export type TestDemand = {
  readonly row: string
  readonly source: GuidanceSource | 'EMA'
  readonly demand: Demand
  /** Tests, as in `genes` of the advice. */
  readonly tests: readonly string[]
  readonly basis: string
  readonly url: string
  readonly year: number | null
  /** Whom the source limits it to, where the record does not decide that; never decided by guess. Null: everyone. */
  readonly limit: string | null
}

/** Advice to test before the first dose, of all sources that ask for it; its own source is the one that asks most firmly. */
export type TestFirst = {
  readonly id: string
  readonly order: string
  readonly drug: Ingredient
  readonly genes: readonly {
    readonly gene: string
    readonly test: string
    readonly coding: { readonly system: string; readonly code: string; readonly display: string } | null
    readonly demand: Demand
    /** Whom the firmest request for this test is limited to, in a few words; null: everyone. */
    readonly limit: string | null
    /** Why the record does not answer it. */
    readonly because: string
    /** Ordered already and without a result: waited for, not asked for again. `on`: the day it was ordered; null: a draft, being ordered. */
    readonly awaited?: { readonly on: string | null }
  }[]
  readonly demands: readonly TestDemand[]
  /** Earlier orders of the tests were not, or not all, read: said, as they may be ordered already. Absent when they were read. */
  readonly ordersUnread?: string
  readonly demand: Demand
  readonly source: GuidanceSource | 'EMA'
  readonly basis: string
  readonly url: string
  readonly year: number | null
}

/** A replacement that a source names, checked against this patient. */
export type Alternative = {
  readonly drug: Ingredient
  readonly namedBy: readonly string[]
  readonly verdict: 'fits' | 'caution' | 'unfit' | 'unknown'
  readonly checked: readonly {
    readonly what: string
    readonly result: 'ok' | 'problem' | 'not-checked'
    readonly because: string
    readonly facts: readonly Lineage[]
    /** Value with its date that the answer rests on, where its age matters: `eGFR of 2026-10-01: 80 mL/min`. */
    readonly found?: string
  }[]
  /** Product offered in a suggestion: complete RxNorm coding; null when none is known. */
  readonly product: { readonly code: string; readonly display: string } | null
  /** Why there is no product to order, where there is none. */
  readonly noProduct?: string
  /** First dose that a cited row gives for this patient; absent when none fits, and then the suggestion has no dose. */
  readonly start?: { readonly mgPerDose: number; readonly timesPerDay: number; readonly source: string; readonly url: string }
  /**
   * What its label names (boxed warning, contraindications, allergies, duplicates) and no check answered for this patient. Only where
   * nothing is left open may it be recommended.
   */
  readonly labelOpen: readonly string[]
}

/**
 * Into which of the app's bins a drug falls. `unassessed` is never `nothing`: the one has guidance that could not be applied, of the other
 * no source that is held speaks.
 */
export type Bin = 'change-drug' | 'change-dose' | 'care' | 'unassessed' | 'directed' | 'nothing'

/** What guidance says of another drug of the class for the same genes, as if it were ordered without a dose. Neither an offer nor a check of anything else. */
export type Classmate = {
  readonly drug: Ingredient
  readonly bin: Bin
  readonly concern: 'guidance' | 'conflict' | 'not-assessed' | 'test-first' | null
  /** Of the finding that speaks first; null where none does. */
  readonly consequence: Consequence | null
  /** The card's words without the reason: `Avoid codeine`; null where no card would speak. */
  readonly headline: string | null
  /** The reason, one per gene; or why nothing could be said. */
  readonly because: readonly string[]
  /** Sources whose advice was applied, each with its own consequence; the headline's first. */
  readonly sources: readonly Pick<Finding, 'id' | 'source' | 'strength' | 'consequence'>[]
  readonly guidelines: readonly { readonly source: GuidanceSource; readonly year: number | null; readonly url: string }[]
  /** Taken now, by the record. */
  readonly taken: boolean
}

/** The class of a drug in hand, compared by this patient's genes alone. */
export type ClassComparison = {
  readonly label: string
  readonly source: string
  readonly url: string
  /** The drug in hand among them, as it was assessed; by urgency, then by name. */
  readonly members: readonly Classmate[]
}

/** Everything the engine says about one ordered or taken drug. */
export type DrugAssessment = {
  /** Order or medicine reference. */
  readonly ref: string
  readonly about: 'order' | 'medicine'
  readonly identity: DrugIdentity
  readonly drug: Ingredient
  readonly state: 'assessed' | 'assessed-with-gaps' | 'not-assessed' | 'no-guidance'
  /** Genes that any source's guidance for this drug asks for. */
  readonly genes: readonly string[]
  /** By precedence of sources, then by consequence. */
  readonly findings: readonly Finding[]
  /** True when sources' consequences differ in kind. */
  readonly disagreement: string | null
  readonly alternatives: readonly Alternative[]
  readonly testFirst: TestFirst | null
  readonly estimates: readonly RiskEstimate[]
  /** What risk models and their thresholds say at this order; absent where nobody asked. */
  readonly moments?: readonly MomentAnswer[]
  /** Other drugs of its class; absent where nobody asked, and where no class is known. */
  readonly classmates?: ClassComparison
  readonly gaps: readonly Gap[]
  /** A medicine in use, assessed anew because what is being ordered changes how it acts: the ordered inhibitors and inducers. */
  readonly changedBy?: readonly EnzymeModifier[]
}

/** The engine's answer on one patient. */
export type Assessment = {
  readonly knowledge: { readonly version: string; readonly asOf: string }
  readonly geneCalls: readonly GeneCall[]
  readonly orders: readonly { readonly order: Order; readonly drugs: readonly DrugAssessment[]; readonly gaps: readonly Gap[] }[]
  readonly medicines: readonly DrugAssessment[]
  /** Risk estimates of the person, for the app; no card speaks of them. */
  readonly general?: readonly RiskEstimate[]
  /** What risk models say at a discharge, or when the chart is opened. */
  readonly moments?: readonly MomentAnswer[]
  readonly gaps: readonly Gap[]
}
