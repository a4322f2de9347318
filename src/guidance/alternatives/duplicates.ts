import type { Ingredient } from '../../contract/facts.ts'
import type { Lineage } from '../../contract/lineage.ts'
import { oncePer } from '../../once-per.ts'
import type { Kit } from '../advise.ts'
import { sameIngredient, wasRead } from '../subject.ts'
import { type Candidate, classesOf, holds, namedIn } from './candidate.ts'
import { type Checked, fine, problem, unanswered } from './checked.ts'

const WHAT = 'duplicates'

type Beside = { readonly ingredients: readonly Ingredient[]; readonly lineage: Lineage; readonly how: string }

const HOW = { active: 'is already taken', planned: 'is planned', unknown: 'is on record', stopped: 'was taken' } as const

const medicinesOf = (ordered: Candidate['ordered'], states: readonly (keyof typeof HOW)[]): Beside[] =>
  ordered.facts.medicines
    .filter(({ state }) => states.includes(state))
    .map(({ drug, state, lineage }) => ({ ingredients: others(drug.ingredients, ordered), lineage, how: HOW[state] }))
    .filter(({ ingredients }) => ingredients.length > 0)

const others = (ingredients: readonly Ingredient[], { drug }: Candidate['ordered']): readonly Ingredient[] =>
  ingredients.filter((one) => !sameIngredient(one, drug))

/** What is taken, planned or ordered besides the drug that would be replaced. */
export const besides = ({ ordered }: Candidate): readonly Beside[] => besidesOrder(ordered)

const besidesOrder = oncePer((ordered: Candidate['ordered']): readonly Beside[] => [
  ...medicinesOf(ordered, ['active', 'planned']),
  ...ordered.facts.orders
    .filter((order) => order.ref !== ordered.ref)
    .map(({ drug, ref }) => ({
      ingredients: others(drug.ingredients, ordered),
      lineage: { resource: ref },
      how: 'is being ordered too',
    }))
    .filter(({ ingredients }) => ingredients.length > 0),
])

/** Medicines of which the record does not say whether they are still taken. */
export const perhapsBesides = ({ ordered }: Candidate): readonly Beside[] => perhapsBesidesOrder(ordered)

const perhapsBesidesOrder = oncePer((ordered: Candidate['ordered']): readonly Beside[] => medicinesOf(ordered, ['unknown']))

/** Names of medicines and orders beside it that name no drug known here: nothing could be compared with them. */
export const unrecognised = ({ ordered }: Candidate): readonly string[] => unrecognisedBeside(ordered)

const unrecognisedBeside = oncePer(({ facts, ref }: Candidate['ordered']): readonly string[] => [
  ...new Set(
    [...facts.medicines.filter(({ state }) => state !== 'stopped'), ...facts.orders.filter((order) => order.ref !== ref)]
      .filter(({ drug }) => drug.ingredients.length === 0)
      .map(({ drug }) => drug.text),
  ),
])

const sharedName = (ingredients: readonly Ingredient[], { drug, parts }: Candidate): string =>
  parts
    .filter((part) => ingredients.some((one) => sameIngredient(one, part)))
    .map(({ name }) => name)
    .join(', ') || drug.name

/** The same drug again, or another one of a group of which one is enough. */
export const checkDuplicates = (candidate: Candidate, kit: Kit): Checked => {
  const { drug, parts } = candidate
  const taken = besides(candidate)
  const same = taken.find(({ ingredients }) => holds(ingredients, parts))
  // Of a combination only a part may be taken: what is said to be taken is what is taken.
  if (same) return problem(WHAT, 'exclude', `${sharedName(same.ingredients, candidate)} ${same.how}`, [same.lineage])
  for (const one of classesOf(parts, kit.prepared.tables.classes)) {
    if (!one.duplicate) continue
    for (const { ingredients, lineage, how } of taken) {
      const [other] = namedIn(one.members, ingredients)
      if (other !== undefined)
        return problem(WHAT, one.duplicate.result, `${other} ${how}: ${one.duplicate.because} (${one.duplicate.source})`, [lineage])
    }
  }
  const perhaps = perhapsBesides(candidate).find(({ ingredients }) => holds(ingredients, parts))
  if (perhaps) return unanswered(WHAT, `whether ${drug.name} is still taken is not on record`)
  return wasRead(candidate.ordered.facts, 'medicines')
    ? fine(WHAT, 'neither it nor another of its group is taken now')
    : unanswered(WHAT, 'medicines were not read')
}
