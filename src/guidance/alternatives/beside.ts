import type { Ingredient, Medicine, PatientFacts } from '../../contract/facts.ts'
import type { Lineage } from '../../contract/lineage.ts'
import { oncePer } from '../../once-per.ts'
import { type Subject, sameIngredient } from '../subject.ts'
import type { Candidate } from './candidate.ts'

/** A medicine or an order, in its place on the record. */
type Entry = {
  readonly at: number
  /** Of an order: its own. */
  readonly order: string | null
  readonly ingredients: readonly Ingredient[]
  readonly text: string
  readonly lineage: Lineage
  readonly how: string
  readonly end: string | null
  /** Null when it cannot be computed. */
  readonly mgPerDay: number | null
  /** Given once, as a loading dose is: no daily dose. */
  readonly once: boolean
}

/** Entries of the same drug: a record may hold a drug thousands of times, and is looked through for every drug that it holds. */
type Group = {
  readonly entries: readonly Entry[]
  /** The first one, and the first one that is no entry of the same order. */
  readonly first: Entry
  readonly next: Entry | null
}

const HOW = { active: 'is already taken', planned: 'is planned', unknown: 'is on record', stopped: 'was taken' } as const

const asEntry = ({ drug, dose, lineage, state, end }: Medicine): Omit<Entry, 'at'> => ({
  order: null,
  ingredients: drug.ingredients,
  text: drug.text,
  lineage,
  how: HOW[state],
  end,
  mgPerDay: dose.mgPerDay,
  once: dose.extent?.single === true,
})

const medicinesIn = ({ medicines }: PatientFacts, ...states: readonly Medicine['state'][]): Omit<Entry, 'at'>[] =>
  medicines.filter(({ state }) => states.includes(state)).map(asEntry)

const ordersIn = ({ orders }: PatientFacts): Omit<Entry, 'at'>[] =>
  orders.map(({ drug, dose, ref }) => ({
    order: ref,
    ingredients: drug.ingredients,
    text: drug.text,
    lineage: { resource: ref },
    how: 'is being ordered too',
    end: null,
    mgPerDay: dose.mgPerDay,
    once: dose.extent?.single === true,
  }))

const groupsBy = (keyOf: (entry: Omit<Entry, 'at'>) => string, entries: readonly Omit<Entry, 'at'>[]): readonly Group[] => {
  const byKey = new Map<string, Entry[]>()
  for (const [at, entry] of entries.entries()) {
    const key = keyOf(entry)
    const known = byKey.get(key)
    if (known) known.push({ at, ...entry })
    else byKey.set(key, [{ at, ...entry }])
  }
  return [...byKey.values()].flatMap((own) => {
    const [first] = own
    return first ? [{ entries: own, first, next: own.find(({ order }) => order === null || order !== first.order) ?? null }] : []
  })
}

const ofSameDrugs = (entries: readonly Omit<Entry, 'at'>[]): readonly Group[] =>
  groupsBy(
    ({ ingredients }) => JSON.stringify(ingredients.map(({ name, rxcui }) => [name, rxcui])),
    entries.filter(({ ingredients }) => ingredients.length > 0),
  )

const takenGroups = oncePer((facts: PatientFacts) => ofSameDrugs([...medicinesIn(facts, 'active', 'planned'), ...ordersIn(facts)]))
const unclearGroups = oncePer((facts: PatientFacts) => ofSameDrugs(medicinesIn(facts, 'unknown')))
const stoppedGroups = oncePer((facts: PatientFacts) => ofSameDrugs(medicinesIn(facts, 'stopped')))

/** Drugs that nobody here knows, by what the record says of them. */
const unknownGroups = oncePer((facts: PatientFacts) =>
  groupsBy(
    ({ text }) => text,
    [...medicinesIn(facts, 'active', 'planned', 'unknown'), ...ordersIn(facts)].filter(({ ingredients }) => ingredients.length === 0),
  ),
)

/** What of a group is beside one order. */
export type Beside = {
  readonly ingredients: readonly Ingredient[]
  readonly first: Entry
  /** All of them, in the order of the record. */
  readonly all: () => readonly Entry[]
}

const isOwn = ({ order }: Entry, { ref }: Subject): boolean => order !== null && order === ref

const besideOrder =
  (groups: (facts: PatientFacts) => readonly Group[]) =>
  (ordered: Subject): readonly Beside[] =>
    groups(ordered.facts).flatMap(({ entries, first: one, next }) => {
      const first = isOwn(one, ordered) ? next : one
      return first === null ? [] : [{ ingredients: first.ingredients, first, all: () => entries.filter((entry) => !isOwn(entry, ordered)) }]
    })

/** Without the drug that would be replaced. */
const otherDrugs = (groups: (facts: PatientFacts) => readonly Group[]): ((ordered: Subject) => readonly Beside[]) => {
  const beside = besideOrder(groups)
  return oncePer((ordered: Subject) =>
    beside(ordered)
      .map((one) => ({ ...one, ingredients: one.ingredients.filter((ingredient) => !sameIngredient(ingredient, ordered.drug)) }))
      .filter(({ ingredients }) => ingredients.length > 0),
  )
}

const besidesOrder = otherDrugs(takenGroups)
const perhapsBesidesOrder = otherDrugs(unclearGroups)

/** What is taken, planned or ordered besides the drug that would be replaced. */
export const besides = ({ ordered }: Candidate): readonly Beside[] => besidesOrder(ordered)

/** Medicines of which the record does not say whether they are still taken. */
export const perhapsBesides = ({ ordered }: Candidate): readonly Beside[] => perhapsBesidesOrder(ordered)

/** Medicines that were stopped, whichever drug would be replaced. */
export const stopped = ({ ordered }: Candidate): readonly Beside[] => besideOrder(stoppedGroups)(ordered)

/** The first of the record that fits. */
export const earliest = (some: readonly Beside[], fits: (one: Beside) => boolean): Beside | null => {
  let found: Beside | null = null
  for (const one of some) if ((found === null || one.first.at < found.first.at) && fits(one)) found = one
  return found
}

const unrecognisedBeside = oncePer((ordered: Subject): readonly string[] =>
  [...besideOrder(unknownGroups)(ordered)].sort((one, other) => one.first.at - other.first.at).map(({ first }) => first.text),
)

/** Names of medicines and orders beside it that name no drug known here: nothing could be compared with them. */
export const unrecognised = ({ ordered }: Candidate): readonly string[] => unrecognisedBeside(ordered)
