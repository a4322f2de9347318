import type { Alternative } from '../../contract/findings.ts'
import type { Lineage } from '../../contract/lineage.ts'

/** One check and how much it weighs: `exclude` rules the drug out, `caution` does not, `open` could not be answered. */
export type Checked = Alternative['checked'][number] & { readonly weight: 'none' | 'caution' | 'exclude' | 'open' }

export const fine = (what: string, because: string, facts: readonly Lineage[] = [], found?: string): Checked => ({
  what,
  result: 'ok',
  because,
  facts,
  ...(found === undefined ? {} : { found }),
  weight: 'none',
})

/** A question that could not be answered: `weight` says whether the drug is held back for it. */
export const unanswered = (what: string, because: string, weight: 'open' | 'caution' | 'none' = 'open'): Checked => ({
  what,
  result: 'not-checked',
  because,
  facts: [],
  weight,
})

export const problem = (what: string, weight: 'caution' | 'exclude', because: string, facts: readonly Lineage[]): Checked => ({
  what,
  result: 'problem',
  because,
  facts,
  weight,
})
