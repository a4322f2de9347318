import type { Consequence, GuidanceSource } from '../contract/findings.ts'
import type { Score } from '../risk/inference/score-many.ts'

export type Indicator = 'critical' | 'warning' | 'info'

/** One drug and the gene, or genes together, that speak about it, in one patient. */
export type WorklistRow = {
  /** `Patient/id`, as the export has it. */
  readonly patient: string
  /** `now`: of a medicine in use. `ahead`: of a drug that is not taken. */
  readonly when: 'now' | 'ahead'
  readonly indicator: Indicator
  readonly drug: string
  readonly rxcui: string | null
  /** The entries of the record that name the drug; empty for a drug that is not taken. */
  readonly medicines: readonly string[]
  readonly genes: readonly string[]
  /** The results in words, one per gene: `CYP2C19 poor metabolizer`. */
  readonly results: readonly string[]
  readonly diplotypes: readonly string[]
  readonly consequence: Consequence
  /** What to do, in the words of the cards. */
  readonly headline: string
  readonly advice: readonly string[]
  readonly source: GuidanceSource
  readonly strength: string | null
  readonly year: number | null
  readonly url: string
  /** What other sources say of the same drug and genes. */
  readonly others: readonly {
    readonly source: GuidanceSource
    readonly year: number | null
    readonly strength: string | null
    readonly consequence: Consequence
  }[]
  /** Condition or age that the advice is for, where the source limits it, and what of the record shows it. */
  readonly population: { readonly label: string; readonly state: 'matches' | 'undecided'; readonly because: string } | null
  /** Replacements that the source names and that fit this patient, or fit with care. */
  readonly alternatives: readonly { readonly drug: string; readonly verdict: 'fits' | 'caution' }[]
  /** Finding, flag and rule row: the same ids as in cards, app and review. */
  readonly finding: string
  readonly flag: string
  readonly rule: string
  /** Resources that it rests on. */
  readonly evidence: readonly string[]
  /** What could not be taken into account. */
  readonly gaps: readonly string[]
  /** What models say of this drug in this patient, each with the hash of the model. */
  readonly estimates: readonly Score[]
}

/** Something that could not be assessed. `drug` is null when it is about the patient as a whole. */
export type NotAssessed = {
  readonly patient: string
  readonly drug: string | null
  readonly medicines: readonly string[]
  readonly about: string
  readonly code: string
  readonly because: string
}

/** How a patient ended: exactly one of three. `also`: there are further lines among what was not assessed. */
export type PatientLine = {
  readonly patient: string
  readonly state: 'worklist' | 'nothing-to-say' | 'not-assessed'
  readonly code: string
  readonly because: string
  readonly rows: number
  readonly notAssessed: number
}

export type EstimateLine = { readonly patient: string } & Extract<Score, { state: 'estimated' }>

const WHEN = { now: 0, ahead: 1 } as const
const INDICATOR = { critical: 0, warning: 1, info: 2 } as const
const CONSEQUENCE: Readonly<Record<Consequence, number>> = {
  contraindicated: 0,
  avoid: 1,
  alternative: 2,
  dose: 3,
  caution: 4,
  monitor: 5,
  standard: 6,
  none: 7,
}

/** By urgency: what is taken before what is not, then how firmly the cards would speak, then what is asked for; then by name, so that the order is one. */
export const keyOfRow = ({ when, indicator, consequence, patient, drug, genes, finding }: WorklistRow): string =>
  [`${WHEN[when]}${INDICATOR[indicator]}${CONSEQUENCE[consequence]}`, patient, drug, genes.join('+'), finding].join('\u0001')
