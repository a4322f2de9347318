import type { Lineage } from './lineage.ts'
import type { RiskEstimate } from './risk.ts'

/** One number of a moment, as the row's sentences name it. */
export type MomentNumber = {
  readonly name: string
  /** What it is, in words: `Estimated 10-year risk of atherosclerotic disease`. */
  readonly says: string
  readonly value: number
  readonly unit: string
  /** Class that the value falls into, as the source names it. */
  readonly band?: string
  readonly interval?: { readonly low: number; readonly high: number; readonly level: number }
  /** The equation or table that gave it. */
  readonly by: string
  /** The same number by other equations of the model. */
  readonly others?: readonly { readonly by: string; readonly value: number; readonly unit: string }[]
}

/** A product that is offered along with the advice, whole enough to be signed. */
export type MomentOffer = {
  readonly label: string
  readonly product: { readonly system: string; readonly code: string; readonly display: string }
  /** What the order is called; the product keeps the words of its code system. */
  readonly text: string
  readonly dosage: string
  readonly route: { readonly system: string; readonly code: string; readonly display: string }
  /** One dose and what is dispensed, by UCUM. */
  readonly dose: { readonly value: number; readonly unit: string }
  readonly dispense: { readonly value: number; readonly unit: string; readonly code: string }
  readonly asNeeded: boolean
  readonly reason: string
}

/** What trials say of the treatment at hand, applied to one of the numbers. */
export type MomentBenefit = { readonly says: string; readonly fewerLow: number; readonly fewer: number; readonly fewerHigh: number }

/** What one row of `rules/moments.json` came to for one order, one discharge or one opened chart. */
export type MomentAnswer = {
  readonly moment: string
  readonly at: 'order' | 'discharge' | 'chart'
  readonly title: string
  /** `beside`: told on a card that is there anyway, never a reason for one. `not-computed`: an input lacks, said with its reason. */
  readonly state: 'speaks' | 'beside' | 'silent' | 'not-computed'
  /** Code of the silence where there is no card. */
  readonly code: string
  /** The threshold that is reached or not, or what lacks. */
  readonly because: string
  /** Rule of the row that speaks; null where none does. */
  readonly rule: string | null
  readonly indicator: 'info' | 'warning'
  /** With `{drug}`, `{name}` and `{name.band}` to be filled in. */
  readonly headline: string | null
  readonly brief: string | null
  readonly advice: readonly string[]
  readonly numbers: readonly MomentNumber[]
  readonly benefit: MomentBenefit | null
  readonly estimates: readonly RiskEstimate[]
  /** Asked for and refused, where the row needs the number: said on the card. */
  readonly lacking: readonly RiskEstimate[]
  /** Whether what weighs most in the estimates is told: not for a number that everyone can read. */
  readonly explained: boolean
  /** Facts that the rule rests on beside the inputs of the estimates, in words. */
  readonly found: readonly { readonly words: string; readonly facts: readonly Lineage[] }[]
  readonly sources: readonly { readonly label: string; readonly url: string }[]
  readonly offers: readonly MomentOffer[]
  readonly overrideReasons: readonly string[]
  /** One line: where the numbers end. */
  readonly limits: string
}
