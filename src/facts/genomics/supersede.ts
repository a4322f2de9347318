import type { GeneReading } from '../../contract/genes.ts'
import { dateOf, listOf, textOf } from './fhir-fields.ts'
import { judge } from './flags.ts'
import type { Node } from './graph.ts'

type Placed = { readonly reading: GeneReading; readonly node: Node }

const RANK: Readonly<Record<string, number>> = { registered: 0, preliminary: 1, final: 2, amended: 3, corrected: 3 }
const rankOf = ({ reading }: Placed): number => RANK[reading.status ?? ''] ?? -1

const identifiersOf = ({ node }: Placed): readonly string[] =>
  listOf(node.resource.identifier).flatMap((identifier) => {
    const value = textOf(identifier.value)
    // A sub-identifier numbers the lines of one panel; it does not identify a result.
    return value === null || /sub-?id|obx-?4/i.test(textOf(listOf(identifier.type)[0]?.text) ?? '')
      ? []
      : [`${textOf(identifier.system) ?? ''}|${value}`]
  })

const isLater = (left: Placed, right: Placed): boolean => {
  if (rankOf(left) !== rankOf(right)) return rankOf(left) > rankOf(right)
  return (dateOf(left.node.resource.issued) ?? '') > (dateOf(right.node.resource.issued) ?? '')
}

const CORRECTED = 3

/** Names under which a result can be replaced: its identifiers, and gene, laboratory and date where a correction is among them. */
const namesOf = (placed: Placed): readonly string[] => {
  const { gene, lineage } = placed.reading
  if (gene === null) return []
  const test = lineage.source === undefined || lineage.date === undefined ? [] : [`test ${gene} ${lineage.source} ${lineage.date}`]
  return [...identifiersOf(placed).map((identifier) => `id ${gene} ${identifier}`), ...test]
}

/** The latest of all results that share a name; a shared test counts only when a correction is among them. */
const latestByName = (placed: readonly Placed[]): ReadonlyMap<string, Placed> => {
  const latest = new Map<string, Placed>()
  for (const each of placed)
    for (const name of namesOf(each)) {
      const known = latest.get(name)
      if (known === undefined || isLater(each, known)) latest.set(name, each)
    }
  for (const [name, each] of latest) if (name.startsWith('test ') && rankOf(each) < CORRECTED) latest.delete(name)
  return latest
}

/** The later standing of one result replaces the earlier one: same identifier, or a correction by the same laboratory. */
export const setAsideReplaced = (placed: readonly Placed[]): readonly GeneReading[] => {
  const latest = latestByName(placed.filter((each) => each.reading.use !== 'ignore'))
  return placed.map((own) => {
    if (own.reading.use === 'ignore') return own.reading
    const replaced = namesOf(own).some((name) => {
      const other = latest.get(name)
      return other !== undefined && other !== own && isLater(other, own)
    })
    return replaced ? { ...own.reading, ...judge(['superseded']) } : own.reading
  })
}
