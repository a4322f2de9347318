import type { Lineage } from '../../contract/lineage.ts'
import { oncePerPair } from '../../once-per.ts'
import type { Kit } from '../advise.ts'
import { modifiersBeside } from '../conditions.ts'
import { findEvidence, nameFound } from '../record-evidence.ts'
import { instantOf, sameIngredient, wasRead } from '../subject.ts'
import { bodyWeight } from '../vitals.ts'
import { allergiesOf, allergyTo, concernsClass } from './allergies.ts'
import { type Beside, besides, perhapsBesides, stopped } from './beside.ts'
import { type Candidate, namedIn } from './candidate.ts'
import { type Checked, fine, problem, unanswered } from './checked.ts'
import { answerKidney } from './kidney.ts'
import type { AlternativeCheck, CheckRule, DrugClasses } from './table.ts'

/** Whether the patient has what a rule asks about; null when the record cannot tell, and then what is missing. */
export type Answer = {
  readonly hit: boolean | null
  readonly facts: readonly Lineage[]
  readonly found?: string
  readonly missing?: string
}

type Answering<K extends CheckRule['kind']> = (rule: Extract<CheckRule, { kind: K }>, candidate: Candidate, kit: Kit) => Answer

const DAY = 86_400_000
const open = (missing: string): Answer => ({ hit: null, facts: [], missing })
const no = (facts: readonly Lineage[] = []): Answer => ({ hit: false, facts })

const byCondition: Answering<'condition'> = ({ any, current }, { ordered }, kit) => {
  const found = findEvidence(ordered, any, kit.prepared.tables, { current })
  if (found.length > 0) return { hit: true, facts: found.map((one) => one.lineage), found: nameFound(found) }
  return wasRead(ordered.facts, 'conditions') ? no() : open('conditions were not read')
}

const byAge: Answering<'age'> = ({ from = 0, below = Number.POSITIVE_INFINITY }, { ordered }) => {
  const { patient } = ordered.facts
  const age = patient?.ageYears ?? null
  if (!patient || age === null) return open('no age on record')
  return { hit: age >= from && age < below, facts: [patient.lineage], found: `${age} years` }
}

const byWeight: Answering<'weight'> = ({ belowKg }, { ordered }) => {
  const weight = bodyWeight(ordered.facts)
  return weight ? { hit: weight.kg < belowKg, facts: [weight.lineage], found: `${weight.kg.toFixed(1)} kg` } : open('no weight on record')
}

type Use = {
  readonly name: string
  readonly lineage: Lineage
  readonly end: string | null
  readonly mgPerDay: number | null
  readonly once: boolean
}

/** Medicines of a list among what is beside the order, in the order of the record. */
const usesOf = (names: readonly string[], some: readonly Beside[]): Use[] =>
  some
    .flatMap(({ ingredients, all }) => {
      const named = namedIn(names, ingredients)
      return named.length === 0
        ? []
        : all().flatMap(({ at, lineage, end, mgPerDay, once }) => named.map((name) => ({ at, name, lineage, end, mgPerDay, once })))
    })
    .sort((one, other) => one.at - other.at)

/** Medicines that ended less than so many days ago; those without a date of their end keep the question open. */
const endedLately = (names: readonly string[], days: number, candidate: Candidate): { readonly sure: Use[]; readonly unsure: Use[] } => {
  const now = Date.parse(candidate.ordered.facts.now)
  const sure: Use[] = []
  const unsure: Use[] = []
  for (const use of usesOf(names, stopped(candidate))) {
    const ended = instantOf(use.end, true)
    if (ended === null) unsure.push(use)
    else if (now - ended < days * DAY) sure.push({ ...use, name: `${use.name} (until ${use.end})` })
  }
  return { sure, unsure }
}

type ByMedicine = Extract<CheckRule, { kind: 'medicine' }>

/** Every medicine that a rule names, those of its classes too. */
const membersOf = oncePerPair(({ classes }: DrugClasses, rule: ByMedicine): readonly string[] => [
  ...rule.ingredients,
  ...rule.classes.flatMap((name) => classes[name]?.members ?? []),
])

/** Uses whose dose may be one that the rule speaks of: known daily doses count together, since one drug may stand in two orders; a single dose is no daily one. */
const ofDose = ({ aboveMgPerDay }: ByMedicine, uses: readonly Use[]): readonly Use[] => {
  if (aboveMgPerDay === undefined) return uses
  const daily = uses.filter(({ once }) => !once)
  const total = daily.reduce((sum, { mgPerDay }) => sum + (mgPerDay ?? 0), 0)
  return daily.filter(({ mgPerDay }) => (mgPerDay === null) !== total > aboveMgPerDay)
}

const byMedicine: Answering<'medicine'> = (rule, candidate, kit) => {
  const { daysAfter, aboveMgPerDay } = rule
  const { facts, drug } = candidate.ordered
  const names = membersOf(kit.prepared.tables.classes, rule).filter((name) => !sameIngredient({ name, rxcui: null }, drug))
  const now = usesOf(names, besides(candidate))
  const lately = daysAfter === undefined ? { sure: [], unsure: [] } : endedLately(names, daysAfter, candidate)
  const meant = ofDose(rule, [...now, ...lately.sure])
  const sure = meant.filter(({ mgPerDay }) => aboveMgPerDay === undefined || mgPerDay !== null)
  if (sure.length > 0)
    return { hit: true, facts: sure.map(({ lineage }) => lineage), found: [...new Set(sure.map(({ name }) => name))].join(', ') }
  if (meant.length > 0) return open(`the daily dose of ${meant.map(({ name }) => name).join(', ')} is not on record`)
  const perhaps = ofDose(rule, usesOf(names, perhapsBesides(candidate)))
  if (perhaps.length > 0) return open(`whether ${perhaps.map(({ name }) => name).join(', ')} is still taken is not on record`)
  if (lately.unsure.length > 0) return open(`when ${lately.unsure.map(({ name }) => name).join(', ')} ended is not on record`)
  return wasRead(facts, 'medicines') ? no() : open('medicines were not read')
}

const byModifier: Answering<'modifier'> = ({ enzymes, modifier: kind, strengths }, { ordered, drug }, { knowledge }) => {
  const found = modifiersBeside(ordered, knowledge.modifiers, { enzymes, kind, strengths }).filter(
    ({ row }) => row.drug !== ordered.drug.name && row.drug !== drug.name,
  )
  const seen = found.filter(({ row }) => row.verified === 'seen')
  const names = (rows: typeof found) => [...new Set(rows.map(({ row }) => row.drug))].join(', ')
  if (seen.length > 0) return { hit: true, facts: seen.map(({ lineage }) => lineage), found: names(seen) }
  if (found.length > 0) return open(`the effect of ${names(found)} on ${enzymes.join(' and ')} was not verified`)
  return wasRead(ordered.facts, 'medicines') ? no() : open('medicines were not read')
}

const byAllergy: Answering<'allergy'> = ({ class: name }, candidate, kit) => {
  const one = kit.prepared.tables.classes.classes[name]
  const found = one ? allergiesOf(candidate, kit).filter((allergy) => concernsClass(allergy, one)) : []
  if (found.length > 0) return { hit: true, facts: found.map((one) => one.lineage), found: found.map(allergyTo).join(', ') }
  return wasRead(candidate.ordered.facts, 'allergies') ? no() : open('allergies were not read')
}

const answerRule = (rule: CheckRule, candidate: Candidate, kit: Kit): Answer => {
  switch (rule.kind) {
    case 'condition':
      return byCondition(rule, candidate, kit)
    case 'age':
      return byAge(rule, candidate, kit)
    case 'weight':
      return byWeight(rule, candidate, kit)
    case 'kidney':
      return answerKidney(rule.below, candidate.ordered, kit)
    case 'medicine':
      return byMedicine(rule, candidate, kit)
    case 'modifier':
      return byModifier(rule, candidate, kit)
    case 'allergy':
      return byAllergy(rule, candidate, kit)
    case 'no-limit':
      return no()
  }
}

/** A dose that nobody knows may be above the limit: that asks for care too. */
const weightOfOpen = ({ result, rule }: AlternativeCheck): 'open' | 'caution' | 'none' => {
  if (result === 'exclude') return 'open'
  return rule.kind === 'medicine' && rule.aboveMgPerDay !== undefined ? 'caution' : 'none'
}

/** One check of a row, answered for this patient. */
export const applyCheck = (check: AlternativeCheck, candidate: Candidate, kit: Kit): Checked => {
  const { hit, facts, found, missing } = answerRule(check.rule, candidate, kit)
  const cited = `${check.because} (${check.source})`
  // What only asks for care does not hold the drug back when it is not on record; it is said.
  if (hit === null) return unanswered(check.what, `${missing}; ${check.because}`, weightOfOpen(check))
  if (hit) return problem(check.what, check.result, `${found ?? check.what}: ${cited}`, facts)
  return fine(
    check.what,
    check.rule.kind === 'no-limit' ? cited : `checked against: ${cited}`,
    facts,
    check.rule.kind === 'kidney' ? found : undefined,
  )
}
