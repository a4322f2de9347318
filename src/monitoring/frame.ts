import type { Judged } from '../ledger/model-store.ts'
import type { Model } from '../risk/load-model.ts'
import type { CountView, Take } from './counts.ts'
import type { Thresholds } from './thresholds.ts'

/** What the figures of one model at one tenant are made from. */
export type Frame = {
  readonly model: Model
  readonly view: CountView
  /** Estimates whose outcome is known. */
  readonly judged: readonly Judged[]
  readonly thresholds: Thresholds
  /** Rows of the reference, of this window, and of the windows before, oldest first. */
  readonly early: Take
  readonly now: Take
  readonly before: readonly Take[]
}
