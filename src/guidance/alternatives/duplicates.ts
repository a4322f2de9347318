import type { Ingredient } from '../../contract/facts.ts'
import type { Kit } from '../advise.ts'
import { sameIngredient, wasRead } from '../subject.ts'
import { besides, earliest, perhapsBesides } from './beside.ts'
import { type Candidate, classesOf, holds, namedIn } from './candidate.ts'
import { type Checked, fine, problem, unanswered } from './checked.ts'

const WHAT = 'duplicates'

const sharedName = (ingredients: readonly Ingredient[], { drug, parts }: Candidate): string =>
  parts
    .filter((part) => ingredients.some((one) => sameIngredient(one, part)))
    .map(({ name }) => name)
    .join(', ') || drug.name

/** The same drug again, or another one of a group of which one is enough. */
export const checkDuplicates = (candidate: Candidate, kit: Kit): Checked => {
  const { drug, parts } = candidate
  const taken = besides(candidate)
  const same = earliest(taken, ({ ingredients }) => holds(ingredients, parts))
  // Of a combination only a part may be taken: what is said to be taken is what is taken.
  if (same) return problem(WHAT, 'exclude', `${sharedName(same.ingredients, candidate)} ${same.first.how}`, [same.first.lineage])
  for (const one of classesOf(parts, kit.prepared.tables.classes)) {
    if (!one.duplicate) continue
    const { members, duplicate } = one
    const found = earliest(taken, ({ ingredients }) => namedIn(members, ingredients).length > 0)
    if (found === null) continue
    const [other] = namedIn(members, found.ingredients)
    const { lineage, how } = found.first
    return problem(WHAT, duplicate.result, `${other} ${how}: ${duplicate.because} (${duplicate.source})`, [lineage])
  }
  const perhaps = perhapsBesides(candidate).some(({ ingredients }) => holds(ingredients, parts))
  if (perhaps) return unanswered(WHAT, `whether ${drug.name} is still taken is not on record`)
  return wasRead(candidate.ordered.facts, 'medicines')
    ? fine(WHAT, 'neither it nor another of its group is taken now')
    : unanswered(WHAT, 'medicines were not read')
}
