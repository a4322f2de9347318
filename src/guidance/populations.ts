import type { Medicine } from '../contract/facts.ts'
import type { Lineage } from '../contract/lineage.ts'
import { isLocal } from '../pgx/local-use.ts'
import type { GuidanceTables, Population } from './guidance-tables.ts'
import { findEvidence, nameFound } from './record-evidence.ts'
import { instantOf, monthsBetween, type Subject, wasRead } from './subject.ts'
import { bodyWeight } from './vitals.ts'

export type PopulationAnswer = {
  readonly state: 'matches' | 'undecided' | 'not'
  readonly because: string
  readonly facts: readonly Lineage[]
}

type Rule = Population['rule']
type Decider<K extends Rule['kind']> = (rule: Extract<Rule, { kind: K }>, subject: Subject, tables: GuidanceTables) => PopulationAnswer

const answer = (state: PopulationAnswer['state'], because: string, facts: readonly Lineage[] = []): PopulationAnswer => ({
  state,
  because,
  facts,
})

const patientFacts = (subject: Subject): Lineage[] => (subject.facts.patient ? [subject.facts.patient.lineage] : [])

const withinAge = (rule: { readonly from?: number | undefined; readonly below?: number | undefined }, age: number): boolean =>
  (rule.from === undefined || age >= rule.from) && (rule.below === undefined || age < rule.below)

const byAge: Decider<'age'> = (rule, subject) => {
  const age = subject.facts.patient?.ageYears ?? null
  if (age === null) return answer('undecided', 'the age is not known')
  return answer(withinAge(rule, age) ? 'matches' : 'not', `${age} years old`, patientFacts(subject))
}

const byAgeOrWeight: Decider<'age-or-weight'> = (rule, subject) => {
  const age = subject.facts.patient?.ageYears ?? null
  const weight = bodyWeight(subject.facts)
  if (age !== null && age >= rule.from) return answer('matches', `${age} years old`, patientFacts(subject))
  if (weight) return answer(weight.kg > rule.overKg ? 'matches' : 'not', `${weight.kg.toFixed(1)} kg`, [weight.lineage])
  return answer('undecided', age === null ? 'age and weight are not known' : `${age} years old; the weight is not known`)
}

const byIndication: Decider<'indication'> = (rule, subject, tables) => {
  const found = findEvidence(subject, rule.any, tables)
  const ruledOut = findEvidence(subject, rule.unless, tables)
  if (ruledOut.length > 0)
    return answer(
      'not',
      nameFound(ruledOut),
      ruledOut.map((one) => one.lineage),
    )
  if (found.length > 0)
    return answer(
      'matches',
      nameFound(found),
      found.map((one) => one.lineage),
    )
  const others = findEvidence(subject, rule.others, tables)
  if (others.length > 0)
    return answer(
      'not',
      `the record shows ${nameFound(others)}`,
      others.map((one) => one.lineage),
    )
  return answer('undecided', 'the record does not show the indication')
}

type Course = { readonly medicine: Medicine; readonly from: number | null; readonly to: number | null }

const coursesOf = (drugs: readonly string[], { facts, ref }: Subject): Course[] => {
  const now = Date.parse(facts.now)
  return facts.medicines
    .filter((medicine) => medicine.drug.ingredients.some((ingredient) => drugs.includes(ingredient.name)) && !isLocal(medicine))
    .filter((medicine) => medicine.state !== 'planned' && (medicine.ref !== ref || medicine.state === 'active'))
    .map((medicine) => {
      // Cautious at both ends: the latest start and the earliest end that the dates allow.
      const to = medicine.state === 'active' ? now : instantOf(medicine.end)
      return { medicine, from: instantOf(medicine.start, true), to: to === null ? null : Math.min(to, now) }
    })
}

/** Assumption: prescriptions that follow one another within two weeks are one use. */
const PAUSE = 14 * 86_400_000

/** Months of the longest use without a longer pause, days in between not counted; null when no course has both dates. */
const longestUse = (courses: readonly Course[]): number | null => {
  const spans = courses
    .flatMap(({ from, to }) => (from === null || to === null ? [] : [{ from: Math.min(from, to), to }]))
    .sort((a, b) => a.from - b.from)
  let longest: number | null = spans.length === 0 ? null : 0
  let use = 0
  let end = Number.NEGATIVE_INFINITY
  for (const { from, to } of spans) {
    if (from - end > PAUSE) use = 0
    use += Math.max(0, to - Math.max(from, end))
    end = Math.max(end, to)
    longest = Math.max(longest ?? 0, monthsBetween(0, use))
  }
  return longest
}

const reactionTo = (drugs: readonly string[], subject: Subject) =>
  subject.facts.allergies.find(
    (allergy) =>
      allergy.verificationStatus !== 'refuted' &&
      allergy.verificationStatus !== 'entered-in-error' &&
      allergy.ingredients.some((ingredient) => drugs.includes(ingredient.name)),
  )

/** How long the patient has taken one of the drugs: over the limit, under it, never, or not known. */
const exposureOf = (drugs: readonly string[], months: number, subject: Subject) => {
  const courses = coursesOf(drugs, subject)
  const facts = courses.map((course) => course.medicine.lineage)
  const reaction = reactionTo(drugs, subject)
  const longest = longestUse(courses)
  if (reaction) return { state: 'reacted' as const, because: 'a reaction to it is recorded', facts: [...facts, reaction.lineage] }
  if (longest !== null && longest > months) return { state: 'over' as const, because: `taken for ${Math.floor(longest)} months`, facts }
  if (courses.some(({ from, to }) => from === null || to === null))
    return { state: 'unknown' as const, because: 'taken, but since when is not known', facts }
  if (longest !== null) return { state: 'short' as const, because: `taken for less than ${months} months`, facts }
  return wasRead(subject.facts, 'medicines')
    ? { state: 'never' as const, because: 'no earlier use in the record', facts }
    : { state: 'unknown' as const, because: 'earlier medicines could not be read', facts }
}

const EXPOSURE: Readonly<Record<'naive' | 'over', Readonly<Record<ReturnType<typeof exposureOf>['state'], PopulationAnswer['state']>>>> = {
  naive: { over: 'not', never: 'matches', short: 'undecided', unknown: 'undecided', reacted: 'undecided' },
  over: { over: 'matches', never: 'not', short: 'not', unknown: 'undecided', reacted: 'not' },
}

const byExposure: Decider<'exposure'> = (rule, subject) => {
  const exposure = exposureOf(rule.drugs, rule.months, subject)
  return answer(EXPOSURE[rule.state][exposure.state], exposure.because, exposure.facts)
}

const byAsking: Decider<'ask'> = (rule, subject, tables) => {
  const other = rule.dropWhen === undefined ? null : decidePopulation(rule.dropWhen, subject, tables)
  return other?.state === 'matches' ? answer('not', other.because, other.facts) : answer('undecided', 'the record cannot tell')
}

/** Whether the drug was taken for longer without a recorded reaction; with `inUse`, only when it is taken still. */
export const toleratedFor = (subject: Subject, drug: string, months: number, inUse = false): boolean =>
  exposureOf([drug], months, subject).state === 'over' &&
  (!inUse || coursesOf([drug], subject).some(({ medicine, from }) => medicine.state === 'active' && from !== null))

/** Whether the patient belongs to the population of a row: decided from the record, or undecided and asked for. */
export const decidePopulation = (code: string, subject: Subject, tables: GuidanceTables): PopulationAnswer => {
  const rule = tables.populations.populations[code]?.rule
  if (!rule) return answer('undecided', 'this population is not described')
  switch (rule.kind) {
    case 'age':
      return byAge(rule, subject, tables)
    case 'age-or-weight':
      return byAgeOrWeight(rule, subject, tables)
    case 'indication':
      return byIndication(rule, subject, tables)
    case 'exposure':
      return byExposure(rule, subject, tables)
    case 'ask':
      return byAsking(rule, subject, tables)
  }
}
