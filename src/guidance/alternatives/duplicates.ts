import type { Ingredient } from '../../contract/facts.ts'
import type { Lineage } from '../../contract/lineage.ts'
import type { Kit } from '../advise.ts'
import { sameIngredient, wasRead } from '../subject.ts'
import { type Candidate, holds, namedIn } from './candidate.ts'
import { type Checked, fine, problem, unanswered } from './checked.ts'

const WHAT = 'duplicates'

type Beside = { readonly ingredients: readonly Ingredient[]; readonly lineage: Lineage; readonly how: string }

/** What is taken or ordered besides the drug that would be replaced. */
export const besides = ({ ordered }: Candidate): readonly Beside[] => {
  const others = (ingredients: readonly Ingredient[]) => ingredients.filter((one) => !sameIngredient(one, ordered.drug))
  return [
    ...ordered.facts.medicines
      .filter((medicine) => medicine.state === 'active')
      .map(({ drug, lineage }) => ({ ingredients: others(drug.ingredients), lineage, how: 'is already taken' })),
    ...ordered.facts.orders
      .filter((order) => order.ref !== ordered.ref)
      .map(({ drug, ref }) => ({ ingredients: others(drug.ingredients), lineage: { resource: ref }, how: 'is being ordered too' })),
  ].filter(({ ingredients }) => ingredients.length > 0)
}

/** The same drug again, or another one of a group of which one is enough. */
export const checkDuplicates = (candidate: Candidate, kit: Kit): Checked => {
  const { drug, parts } = candidate
  const taken = besides(candidate)
  const same = taken.find(({ ingredients }) => holds(ingredients, parts))
  if (same) return problem(WHAT, 'exclude', `${drug.name} ${same.how}`, [same.lineage])
  for (const one of Object.values(kit.prepared.tables.classes.classes)) {
    if (!one.duplicate || namedIn(one.members, parts).length === 0) continue
    for (const { ingredients, lineage, how } of taken) {
      const [other] = namedIn(one.members, ingredients)
      if (other !== undefined)
        return problem(WHAT, one.duplicate.result, `${other} ${how}: ${one.duplicate.because} (${one.duplicate.source})`, [lineage])
    }
  }
  return wasRead(candidate.ordered.facts, 'medicines')
    ? fine(WHAT, 'neither it nor another of its group is taken now')
    : unanswered(WHAT, 'medicines were not read')
}
