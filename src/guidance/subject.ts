import type { Dose, DrugIdentity, Ingredient, Order, PatientFacts } from '../contract/facts.ts'
import { oncePer } from '../once-per.ts'
import { isLocal } from '../pgx/local-use.ts'
import { asTaken, type Taken } from '../pgx/phenoconversion.ts'

/** What is assessed: one ingredient of an order or of a medicine in use, in one patient. */
export type Subject = {
  readonly facts: PatientFacts
  readonly about: 'order' | 'medicine'
  readonly ref: string
  readonly identity: DrugIdentity
  readonly drug: Ingredient
  readonly dose: Dose
  readonly reasons: Order['reasons']
  /** What is being ordered along with it: it acts on enzymes as a medicine in use does. */
  readonly beside: readonly Taken[]
}

/** Drafts of different substances: what a basket can do to enzymes, however often it holds the same drug. */
const differentDrafts = oncePer(({ orders }: PatientFacts): readonly Order[] => {
  if (orders.length < 2) return orders
  const keyOf = (order: Order): string => `${isLocal(order)} ${order.drug.ingredients.map(({ name }) => name).join('+')}`
  return [...new Map([...orders].reverse().map((order) => [keyOf(order), order])).values()].reverse()
})

/** What is being ordered along with an order, or with a medicine in use, as something that acts on enzymes. */
export const takenAlong = (facts: PatientFacts, own: Order | null): Taken[] =>
  differentDrafts(facts)
    .filter((order) => order !== own)
    .map(asTaken)

const DAY = 86_400_000
const MONTH = 30.4375 * DAY

/** Instant of a partial date: its start, or its end when `late`. Null when it cannot be read. */
export const instantOf = (date: string | null, late = false): number | null => {
  if (date === null) return null
  const parts = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(date)
  if (!parts) return Number.isNaN(Date.parse(date)) ? null : Date.parse(date)
  const year = Number(parts[1])
  const month = parts[2] === undefined ? (late ? 11 : 0) : Number(parts[2]) - 1
  if (parts[3] !== undefined) return Date.UTC(year, month, Number(parts[3]))
  return late ? Date.UTC(year, month + 1, 0) : Date.UTC(year, month, 1)
}

/** Months between two instants, with the mean length of a month. */
export const monthsBetween = (from: number, to: number): number => (to - from) / MONTH

/** Two ingredients are the same where they share one of these. */
export const keysOf = ({ name, rxcui }: Ingredient): readonly string[] =>
  rxcui === null ? [`name ${name.toLowerCase()}`] : [`name ${name.toLowerCase()}`, `rxcui ${rxcui}`]

export const sameIngredient = (one: Ingredient, other: Ingredient): boolean =>
  one.name.toLowerCase() === other.name.toLowerCase() || (one.rxcui !== null && one.rxcui === other.rxcui)

/** Keys of questions as the services name them, by the part of the record that they ask for. */
const PARTS = {
  medicines: /medication|medicine/i,
  conditions: /condition|problem/i,
  allergies: /allerg/i,
  procedures: /procedure/i,
  'test orders': /^requests$/,
  pregnancy: /^pregnancy$/,
} as const

type Part = keyof typeof PARTS

/** The questions of each part, sorted once per record. */
const questionsFor = oncePer(
  ({ questions }: PatientFacts): ReadonlyMap<Part, PatientFacts['questions']> =>
    new Map(Object.entries(PARTS).map(([part, keys]) => [part as Part, questions.filter(({ key }) => keys.test(key))])), // the keys of PARTS
)

const isAnswered = ({ state }: PatientFacts['questions'][number]): boolean => state === 'answered' || state === 'empty'

/**
 * Whether a part of the record was read, so that absence means something.
 * True when every question for it was answered (also with nothing); false when one failed or none was asked.
 */
export const wasRead = (facts: PatientFacts, part: Part): boolean => {
  const asked = questionsFor(facts).get(part) ?? []
  return asked.length > 0 && asked.every(isAnswered)
}

/** How much is missing of a part that was asked for beside the rest: what was never a question (a case in a file) is not missed. */
export const missedOf = (facts: PatientFacts, part: Part): 'all' | 'some' | 'none' => {
  const missed = (questionsFor(facts).get(part) ?? []).filter((question) => !isAnswered(question))
  if (missed.length === 0) return 'none'
  return missed.every(({ state }) => state === 'partial') ? 'some' : 'all'
}
