import type { PatientFacts } from '../../../src/contract/facts.ts'
import type { Gap } from '../../../src/contract/lineage.ts'

/** Gaps of a whole question to the record, as against those of one entry. */
const WHOLE: ReadonlySet<Gap['code']> = new Set(['not-asked', 'not-authorized', 'not-found', 'timeout', 'unavailable', 'incomplete'])

/** What a panel must say about the parts of the record it rests on: an empty list is only empty when it was read. */
export const gapsAbout = (facts: PatientFacts | null, abouts: readonly string[]): string[] => [
  ...new Set((facts?.gaps ?? []).filter((gap) => abouts.includes(gap.about)).map((gap) => `${gap.about}: ${gap.because}`)),
]

/** The same, without what concerns single entries: for panels that share a question with others. */
export const wholeGapsAbout = (facts: PatientFacts | null, abouts: readonly string[]): string[] =>
  facts === null ? [] : gapsAbout({ ...facts, gaps: facts.gaps.filter((gap) => WHOLE.has(gap.code)) }, abouts)
