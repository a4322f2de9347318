import type { Verb } from '../verb.ts'

/** One thing that `attune models` does: a verb of its own, named by the second word. */
export type Action = Omit<Verb, 'name'>
