import type { DrugIdentity, PatientFacts } from '../contract/facts.ts'
import type { Action } from '../contract/findings.ts'
import type { Lineage } from '../contract/lineage.ts'
import { oncePer } from '../once-per.ts'
import type { ModifierRow } from '../pgx/gene-tables.ts'
import { isLocal } from '../pgx/local-use.ts'
import type { ConditionRule, GuidanceTables } from './guidance-tables.ts'
import { findEvidence } from './record-evidence.ts'
import { keysOf, type Subject, wasRead } from './subject.ts'

type Truth = { readonly holds: boolean | null; readonly facts: readonly Lineage[] }
const UNKNOWN: Truth = { holds: null, facts: [] }

/** Something that is taken, or that `ordered` says is being ordered. */
type Beside = { readonly at: number; readonly drug: DrugIdentity; readonly lineage: Lineage; readonly ordered: boolean }

/** Medicines in use before orders, each in its place, under the names and codes of its ingredients. */
const takenByDrug = oncePer(({ medicines, orders }: PatientFacts): ReadonlyMap<string, readonly Beside[]> => {
  const taken = medicines
    .filter((medicine) => medicine.state === 'active' && !isLocal(medicine))
    .map(({ drug, lineage }) => ({ drug, lineage, ordered: false }))
  const drafts = orders.filter((order) => !isLocal(order)).map(({ drug, ref }) => ({ drug, lineage: { resource: ref }, ordered: true }))
  const byDrug = new Map<string, Beside[]>()
  for (const [at, one] of [...taken, ...drafts].entries())
    for (const key of new Set(one.drug.ingredients.flatMap(keysOf))) {
      const known = byDrug.get(key)
      if (known) known.push({ at, ...one })
      else byDrug.set(key, [{ at, ...one }])
    }
  return byDrug
})

/** What is beside a subject of the drug that a row names, in the order of the record. */
const besideOf = ({ facts, drug }: Subject, row: ModifierRow): readonly Beside[] => {
  const byDrug = takenByDrug(facts)
  const [found = [], ...others] = keysOf({ name: row.drug, rxcui: row.rxcui }).flatMap((key) => {
    const one = byDrug.get(key)
    return one ? [one] : []
  })
  const all = others.length === 0 ? found : [...new Map([found, ...others].flat().map((one) => [one.at, one])).values()].sort(byPlace)
  return all.some(({ ordered }) => ordered)
    ? all.filter((one) => !one.ordered || !one.drug.ingredients.some(({ name }) => name === drug.name))
    : all
}

const byPlace = (one: Beside, other: Beside): number => one.at - other.at

/** Medicines in use or ordered beside this one, but for eye, ear and skin, that modify an enzyme as the rule says, with their rows. */
export const modifiersBeside = (
  subject: Subject,
  modifiers: readonly ModifierRow[],
  rule: { readonly enzymes: readonly string[]; readonly kind: ModifierRow['kind']; readonly strengths: readonly ModifierRow['strength'][] },
) =>
  modifiers
    .filter((row) => row.kind === rule.kind && rule.enzymes.includes(row.enzyme) && rule.strengths.includes(row.strength))
    .flatMap((row) => besideOf(subject, row).map(({ lineage }) => ({ row, lineage })))

/** Rows that were only recalled cannot prove a modifier, and their presence keeps its absence open. */
const byModifier = (rule: Extract<ConditionRule, { kind: 'modifier' }>, subject: Subject, modifiers: readonly ModifierRow[]): Truth => {
  const found = modifiersBeside(subject, modifiers, { enzymes: rule.enzymes, kind: 'inhibitor', strengths: rule.strengths })
  const seen = found.filter(({ row }) => row.verified === 'seen')
  if (seen.length > 0) return { holds: !rule.absent, facts: seen.map(({ lineage }) => lineage) }
  if (found.length > 0 || !wasRead(subject.facts, 'medicines')) return UNKNOWN
  return { holds: rule.absent, facts: [] }
}

const byEvidence = (rule: Extract<ConditionRule, { kind: 'evidence' }>, subject: Subject, tables: GuidanceTables): Truth => {
  const found = findEvidence(subject, rule.any, tables)
  const denied = findEvidence(subject, rule.deniedBy, tables)
  if (found.length > 0 && denied.length > 0) return UNKNOWN
  if (found.length > 0) return { holds: true, facts: found.map((one) => one.lineage) }
  // What a chart does not say is not proof; only a recorded other reason is.
  return denied.length > 0 ? { holds: false, facts: denied.map((one) => one.lineage) } : UNKNOWN
}

const byAge = (rule: Extract<ConditionRule, { kind: 'age' }>, { facts }: Subject): Truth => {
  const age = facts.patient?.ageYears ?? null
  if (age === null || !facts.patient) return UNKNOWN
  const holds = age >= (rule.from ?? 0) && age < (rule.below ?? Number.POSITIVE_INFINITY)
  return !holds && age < (rule.openBelow ?? 0) ? UNKNOWN : { holds, facts: [facts.patient.lineage] }
}

/** False as soon as one does not hold; open while one is. */
const byAll = (rule: Extract<ConditionRule, { kind: 'all' }>, subject: Subject, modifiers: readonly ModifierRow[]): Truth => {
  const truths = rule.of.map((one) => byModifier(one, subject, modifiers))
  if (truths.some(({ holds }) => holds === false)) return { holds: false, facts: [] }
  return truths.every(({ holds }) => holds) ? { holds: true, facts: truths.flatMap(({ facts }) => facts) } : UNKNOWN
}

const truthOf = (text: string, subject: Subject, tables: GuidanceTables, modifiers: readonly ModifierRow[]): Truth => {
  const rule = tables.populations.conditions[text]?.rule
  switch (rule?.kind) {
    case undefined:
      return UNKNOWN
    case 'evidence':
      return byEvidence(rule, subject, tables)
    case 'modifier':
      return byModifier(rule, subject, modifiers)
    case 'all':
      return byAll(rule, subject, modifiers)
    case 'age':
      return byAge(rule, subject)
  }
}

/** The `if(...)` that an action stands under: its own, or the branch of an if-else row that it follows. */
const branchesOf = (actions: readonly Action[]): (string | null)[] => {
  const texts = actions.map((action) => (action.condition?.kind === 'if' ? (action.condition.text ?? '') : null))
  const distinct = new Set(texts.filter((text) => text !== null))
  const last = texts.reduce<number>((at, text, index) => (text === null ? at : index), -1)
  let current: string | null = null
  return actions.map((action, index) => {
    const own = texts[index] ?? null
    if (own !== null) current = own
    // Between two branches everything belongs to the first of them; after the last one only its own `or`.
    const follows = distinct.size > 1 && (index < last || action.condition?.kind === 'or')
    return own ?? (follows ? current : null)
  })
}

const decided = (action: Action): Action => {
  if (action.condition?.kind !== 'if') return action
  const { condition: _condition, ...rest } = action
  return rest
}

/**
 * Decides the `if(...)` of a row's actions where the record can: actions whose condition does not hold are left out,
 * those whose condition holds stand without it, the others keep it as text. `other` holds when every other branch of the row does not.
 */
export const decideConditions = (
  actions: readonly Action[],
  subject: Subject,
  tables: GuidanceTables,
  modifiers: readonly ModifierRow[],
): { readonly actions: readonly Action[]; readonly facts: readonly Lineage[]; readonly met: readonly string[] } => {
  const branches = branchesOf(actions)
  const texts = [...new Set(branches.filter((text) => text !== null))]
  if (texts.length === 0) return { actions, facts: [], met: [] }
  const truths = new Map(texts.filter((text) => text !== 'other').map((text) => [text, truthOf(text, subject, tables, modifiers)]))
  const known = [...truths.values()]
  const other: Truth = known.some((truth) => truth.holds === true)
    ? { holds: false, facts: [] }
    : known.length > 0 && known.every((truth) => truth.holds === false)
      ? { holds: true, facts: [] }
      : UNKNOWN
  const truthAt = (index: number): Truth => {
    const text = branches[index]
    if (text === null || text === undefined) return { holds: true, facts: [] }
    return text === 'other' ? other : (truths.get(text) ?? UNKNOWN)
  }
  return {
    actions: actions.flatMap((action, index) => {
      const { holds } = truthAt(index)
      if (holds === false) return []
      return [holds === true ? decided(action) : withBranch(action, branches[index] ?? null)]
    }),
    facts: known.filter((truth) => truth.holds !== null).flatMap((truth) => truth.facts),
    met: [...truths].flatMap(([text, { holds }]) => (holds === true ? [text] : [])),
  }
}

/** An action that follows an open branch is shown under the same condition. */
const withBranch = (action: Action, branch: string | null): Action =>
  action.condition === undefined && branch !== null ? { ...action, condition: { kind: 'if', text: branch } } : action
