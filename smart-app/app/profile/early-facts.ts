import type { PatientFacts } from '../../../src/contract/facts.ts'
import type { FactsPart } from '../../../src/contract/profile.ts'
import type { ProfileState } from './profile-state.ts'

type Some<Part extends FactsPart> = Pick<PatientFacts, Part | 'now' | 'gaps'>

/**
 * These parts of the facts as soon as all of them are whole; null while one is not. A slow source then holds back only the views that
 * show it. What comes back names just these parts, so that a view cannot take one for empty that has not come.
 */
export const factsWith = <Part extends FactsPart>({ facts, early }: ProfileState, ...parts: readonly Part[]): Some<Part> | null => {
  if (facts !== null) return facts
  return early !== null && parts.every((part) => part in early) ? (early as Some<Part>) : null // each part was looked for just now
}

/** The access token ended while the record was being read: what came is shown, the rest was not read. */
export const tokenEnded = ({ questions }: ProfileState): boolean => questions.some(({ status }) => status === 401)
