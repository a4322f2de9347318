import type { Action } from '../../contract/findings.ts'
import type { ConditionRule, GuidanceTables, Population } from '../../guidance/guidance-tables.ts'
import type { ModifierRow } from '../../pgx/gene-tables.ts'
import type { Sketch } from '../patient-sketch.ts'

/** What a record must hold, in the words of a sketch. */
export type Extra = Partial<Pick<Sketch, 'age' | 'conditions' | 'medicines' | 'unread'>>

const ADULT = 45
/** Long before any order: longer than every limit of months in the rules. */
const LONG_AGO = '2000-01-01'

const withinAges = (rule: { readonly from?: number | undefined; readonly below?: number | undefined }): number =>
  rule.from ?? Math.max(0, (rule.below ?? ADULT + 1) - 1)

/** A condition that belongs to one of the sets and to none of the others; null when every code of them does. */
const findCondition = (
  any: readonly string[],
  not: readonly string[],
  { populations }: GuidanceTables,
): Sketch['conditions'][number] | null => {
  const excluded = not.flatMap((set) => populations.evidence[set] ?? [])
  for (const set of any) {
    const evidence = populations.evidence[set]
    if (!evidence) continue
    const snomed = evidence.snomed.find((code) => !excluded.some((other) => other.snomed.includes(code)))
    if (snomed !== undefined) return { name: evidence.label, snomed }
    const icd10 = evidence.icd10.find((code) => !excluded.some((other) => other.icd10.some((prefix) => code.startsWith(prefix))))
    if (icd10 !== undefined) return { name: evidence.label, icd10 }
  }
  return null
}

const conditionExtra = (any: readonly string[], not: readonly string[], tables: GuidanceTables): Extra | null => {
  const condition = findCondition(any, not, tables)
  return condition === null ? null : { conditions: [condition] }
}

/**
 * A record by which the patient belongs to the population; null when none can. What only asking decides is asked when nothing else
 * in the record answers it: with the medicines not read.
 */
export const recordFor = ({ rule }: Population, tables: GuidanceTables): Extra | null => {
  switch (rule.kind) {
    case 'age':
      return { age: withinAges(rule) }
    case 'age-or-weight':
      return { age: rule.from }
    case 'indication':
      return conditionExtra(rule.any, rule.unless, tables)
    case 'exposure':
      return rule.state === 'over' ? { medicines: rule.drugs.slice(0, 1).map((drug) => ({ drug, start: LONG_AGO })) } : {}
    case 'ask':
      return { unread: ['medications'] }
  }
}

const inhibitor = (rule: Extract<ConditionRule, { kind: 'modifier' }>, modifiers: readonly ModifierRow[]): Extra | null => {
  if (rule.absent) return {}
  const row = modifiers.find(
    ({ enzyme, kind, strength, verified }) =>
      kind === 'inhibitor' && verified === 'seen' && rule.enzymes.includes(enzyme) && rule.strengths.includes(strength),
  )
  return row ? { medicines: [row.drug] } : null
}

/** A record by which the `if(...)` of an action holds; null when none can. */
export const recordUnder = (rule: ConditionRule, tables: GuidanceTables, modifiers: readonly ModifierRow[]): Extra | null => {
  switch (rule.kind) {
    case 'evidence':
      return conditionExtra(rule.any, rule.deniedBy, tables)
    case 'age':
      return { age: withinAges(rule) }
    case 'modifier':
      return inhibitor(rule, modifiers)
    case 'all':
      return rule.of
        .map((one) => inhibitor(one, modifiers))
        .reduce<Extra | null>((all, one) => (all && one ? { medicines: [...(all.medicines ?? []), ...(one.medicines ?? [])] } : null), {})
  }
}

/** The conditions of a row's actions that a record can decide. */
export const decidableConditions = (actions: readonly Action[], tables: GuidanceTables): string[] => [
  ...new Set(
    actions.flatMap(({ condition }) =>
      condition?.kind === 'if' && condition.text !== undefined && condition.text in tables.populations.conditions ? [condition.text] : [],
    ),
  ),
]

/** Both at once; the first decides the age where both have one. */
export const both = (one: Extra, other: Extra): Extra => ({
  age: one.age ?? other.age ?? ADULT,
  conditions: [...(one.conditions ?? []), ...(other.conditions ?? [])],
  medicines: [...(one.medicines ?? []), ...(other.medicines ?? [])],
  unread: [...(one.unread ?? []), ...(other.unread ?? [])],
})
