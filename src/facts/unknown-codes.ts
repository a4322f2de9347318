import type { AskedCode } from '../contract/drug-answers.ts'
import type { PatientFacts } from '../contract/facts.ts'
import { askedOf } from '../terminology/with-answers.ts'

/** Codes of ordered and taken drugs that could not be mapped: drug codes only, nothing of the patient. Orders first. */
export const unknownCodes = (facts: PatientFacts): readonly AskedCode[] =>
  [...facts.orders, ...facts.medicines.filter(({ state }) => state === 'active')]
    .filter(({ drug }) => drug.ingredients.length === 0)
    .flatMap(({ drug }) => drug.codings.map(askedOf))
