import type { Ingredient } from '../../contract/facts.ts'
import { oncePer } from '../../once-per.ts'
import { type Subject, sameIngredient } from '../subject.ts'
import type { AlternativeRow, DrugClass, DrugClasses } from './table.ts'

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
export const namedIn = (names: readonly string[], ingredients: readonly Ingredient[]): readonly string[] => {
  if (ingredients.length === 0) return []
  const own = ingredients.map(({ name }) => name.toLowerCase())
  return names.filter((name) => own.includes(name))
}

const byName = oncePer(({ classes }: DrugClasses): ReadonlyMap<string, readonly DrugClass[]> => {
  const found = new Map<string, DrugClass[]>()
  for (const one of Object.values(classes)) for (const name of new Set(one.members)) found.set(name, [...(found.get(name) ?? []), one])
  return found
})

/** Classes that hold one of the ingredients, in the order of the table. */
export const classesOf = (parts: readonly Ingredient[], classes: DrugClasses): readonly DrugClass[] => {
  const known = byName(classes)
  const [first = [], ...others] = parts.map(({ name }) => known.get(name.toLowerCase()) ?? [])
  if (others.length === 0) return first
  const held = new Set([first, ...others].flat())
  return Object.values(classes.classes).filter((one) => held.has(one))
}
