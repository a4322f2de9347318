import type { PatientFacts, PatientRecord } from './contract/facts.ts'
import { type FactsTerms, factsInSlices } from './facts/read-facts.ts'
import { unknownCodes } from './facts/unknown-codes.ts'
import type { Resolved, TerminologyServer } from './fhir/terminology-server.ts'
import { inTurns } from './slices.ts'

/** What understanding a record needs. */
export type UnderstandKit = { readonly terms: FactsTerms; readonly terminology: TerminologyServer | null }

/** A terminology server that remembers what it said about one call. */
export type Heard = { readonly terminology: TerminologyServer | null; readonly said: () => Resolved | null }

export const listenTo = (terminology: TerminologyServer | null): Heard => {
  let said: Resolved | null = null
  if (terminology === null) return { terminology, said: () => null }
  const resolve: TerminologyServer['resolve'] = async (codes) => {
    said = await terminology.resolve(codes)
    return said
  }
  return { terminology: { ...terminology, resolve }, said: () => said }
}

/**
 * The record, understood. Where a drug code is known to nobody here and a terminology server is configured, it is asked, within its own small
 * budget, and the record is read once more with what it said; its silence is a stated gap. While a long record is read, other calls are
 * answered.
 */
export const understandRecord = async (record: PatientRecord, { terms, terminology }: UnderstandKit): Promise<PatientFacts> => {
  const facts = await inTurns(factsInSlices(record, terms))
  const resolved = terminology === null ? null : await terminology.resolve(unknownCodes(facts))
  if (resolved === null) return facts
  return inTurns(factsInSlices({ ...record, questions: [...record.questions, resolved.question] }, terms, resolved.answers))
}
