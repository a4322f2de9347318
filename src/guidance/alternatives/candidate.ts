import type { Ingredient } from '../../contract/facts.ts'
import { type Subject, sameIngredient } from '../subject.ts'
import type { AlternativeRow } from './table.ts'

/** A replacement that is looked at for one order. */
export type Candidate = {
  readonly drug: Ingredient
  /** What it holds: itself, or the ingredients of a combination. */
  readonly parts: readonly Ingredient[]
  /** The order (or medicine) that it would replace. */
  readonly ordered: Subject
  /** Its row in `rules/alternatives.json`; absent when there is none. */
  readonly row: AlternativeRow | undefined
}

export const holds = (ingredients: readonly Ingredient[], parts: readonly Ingredient[]): boolean =>
  ingredients.some((one) => parts.some((part) => sameIngredient(one, part)))

/** Drug names of a list that another list of ingredients holds. */
export const namedIn = (names: readonly string[], ingredients: readonly Ingredient[]): readonly string[] =>
  names.filter((name) => ingredients.some((one) => one.name.toLowerCase() === name))
