import type { CodeAnswer, CodeAnswers } from '../contract/drug-answers.ts'
import type { DrugIdentity, Ingredient } from '../contract/facts.ts'
import type { Coding } from '../contract/lineage.ts'
import { canonicalSystem, RXNORM_URI } from './code-systems.ts'
import type { DrugIndex } from './drugs.ts'

/** The code as it is asked for: the system by its FHIR URI. */
export const askedOf = ({ system, code }: Coding) => ({ system: canonicalSystem(system), code: code.trim() })

const keyOf = ({ system, code }: { readonly system: string; readonly code: string }): string => `${system}|${code}`

/** What the index makes of an answer: of the RxNorm codes first, else of the names. */
const readAnswer = (answer: CodeAnswer, index: DrugIndex): readonly Ingredient[] => {
  if (answer.state !== 'known') return []
  const byCode = index.identify({ codings: answer.rxcuis.map((code) => ({ system: RXNORM_URI, code })), text: null }).ingredients
  return byCode.length > 0 ? byCode : answer.names.flatMap((text) => index.identify({ codings: [], text }).ingredients)
}

const distinct = (ingredients: readonly Ingredient[]): Ingredient[] => [...new Map(ingredients.map((one) => [one.name, one])).values()]

const isPartOf = (part: readonly Ingredient[], whole: readonly Ingredient[]): boolean =>
  part.every(({ name }) => whole.some((other) => other.name === name))

const disagree = (found: readonly (readonly Ingredient[])[]): boolean =>
  found.some((left, at) => found.slice(at + 1).some((right) => !isPartOf(left, right) && !isPartOf(right, left)))

const whyStillUnknown = (answers: readonly CodeAnswer[]): string => {
  const failure = answers.find((answer) => answer.state === 'failed')
  if (failure?.state === 'failed') return failure.because
  return answers.some((answer) => answer.state === 'known')
    ? 'the terminology server names it, but by no drug known here'
    : 'the terminology server does not know it either'
}

/** An index that also knows what a terminology server said. Only drugs that the index itself does not know are read anew. */
export const withAnswers = (index: DrugIndex, answers: CodeAnswers): DrugIndex => {
  const byKey = new Map(answers.map(({ asked, answer }) => [keyOf(asked), answer]))
  const identify = (drug: { readonly codings: readonly Coding[]; readonly text: string | null }): DrugIdentity => {
    const own = index.identify(drug)
    if (own.ingredients.length > 0) return own
    const said = drug.codings.flatMap((coding) => byKey.get(keyOf(askedOf(coding))) ?? [])
    if (said.length === 0) return own
    const found = said.map((answer) => readAnswer(answer, index)).filter((ingredients) => ingredients.length > 0)
    const ingredients = distinct(found.flat())
    if (ingredients.length === 0) return { ...own, unmapped: `${own.unmapped}; ${whyStillUnknown(said)}` }
    return {
      text: own.text,
      codings: own.codings,
      ingredients,
      how: 'terminology-server',
      flags: [
        ...(disagree(found) ? (['medication-conflict'] as const) : []),
        ...(ingredients.length > 1 ? (['combination'] as const) : []),
      ],
    }
  }
  return { ...index, identify }
}
