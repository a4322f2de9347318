import type { RuleItem } from './rule-items.ts'

/** What changed in one thing of the rules. */
export type ItemChange = {
  readonly section: string
  readonly id: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** Members before and after; a member that is not there is null. */
  readonly fields: readonly { readonly field: string; readonly from: unknown; readonly to: unknown }[]
  /** The whole thing, as it is now or was last. */
  readonly item: Readonly<Record<string, unknown>>
}

/** Members in any order are the same thing. */
const stable = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(stable)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, one]) => [name, stable(one)]),
        )
      : value

export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(stable(one)) === JSON.stringify(stable(other))

const fieldsOf = (before: RuleItem['members'], after: RuleItem['members']): ItemChange['fields'] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !isSame(before[field], after[field]))
    .map((field) => ({ field, from: before[field] ?? null, to: after[field] ?? null }))

const changeOf = (before: RuleItem | undefined, after: RuleItem | undefined): ItemChange[] => {
  const item = after ?? before
  if (!item) return []
  const fields = fieldsOf(before?.members ?? {}, after?.members ?? {})
  if (before && after && fields.length === 0) return []
  const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
  return [{ section: item.section, id: item.id, kind, fields: kind === 'changed' ? fields : [], item: item.members }]
}

/** Every difference between two sets of rules, by section and name. */
export const diffItems = (before: ReadonlyMap<string, RuleItem>, after: ReadonlyMap<string, RuleItem>): ItemChange[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .flatMap((key) => changeOf(before.get(key), after.get(key)))
    .sort((a, b) => (a.section < b.section ? -1 : a.section > b.section ? 1 : a.id.localeCompare(b.id, 'en', { numeric: true })))
