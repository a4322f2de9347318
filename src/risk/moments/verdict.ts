import type { Lineage } from '../../contract/lineage.ts'
import type { Asked } from './ask.ts'
import type { Situation, Subject } from './situation.ts'

/** Whether a test holds. `unknown`: the record does not say, with what lacks; never taken for no. */
export type Verdict =
  | { readonly is: 'yes'; readonly because: string; readonly facts: readonly Lineage[]; readonly tells: boolean }
  | { readonly is: 'no'; readonly because: string }
  | { readonly is: 'unknown'; readonly because: string }

/** What a test is put to. */
export type View = { readonly situation: Situation; readonly subject: Subject; readonly number: (name: string) => Promise<Asked> }

export const yes = (because: string, facts: readonly Lineage[] = [], tells = false): Verdict => ({ is: 'yes', because, facts, tells })
export const no = (because: string): Verdict => ({ is: 'no', because })
export const unknown = (because: string): Verdict => ({ is: 'unknown', because })

type Bounds = {
  readonly below?: number | undefined
  readonly atMost?: number | undefined
  readonly atLeast?: number | undefined
  readonly above?: number | undefined
}

/** `7 and more`, `below 30`, `50 and below`, `above 500`. */
export const boundWords = ({ below, atMost, atLeast, above }: Bounds): string =>
  [
    ...(atLeast === undefined ? [] : [`${atLeast} and more`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
    ...(atMost === undefined ? [] : [`${atMost} and below`]),
  ].join(', ')

/** Rounding of the equations does not move a threshold that is met exactly. */
const NEAR = 1e-9

export const isWithin = (value: number, { below, atMost, atLeast, above }: Bounds): boolean =>
  (atLeast === undefined || value >= atLeast - NEAR) &&
  (above === undefined || value > above + NEAR) &&
  (below === undefined || value < below - NEAR) &&
  (atMost === undefined || value <= atMost + NEAR)
