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
    return value === null || /sub-?id|obx-?4/i.test(textOf(listOf(identifier.type)[0]?.text) ?? '') ? [] : [`${textOf(identifier.system) ?? ''}|${value}`]
  })

const sameResult = (left: Placed, right: Placed): boolean => {
  if (left.reading.gene === null || left.reading.gene !== right.reading.gene) return false
  if (identifiersOf(left).some((identifier) => identifiersOf(right).includes(identifier))) return true
  const { lineage } = left.reading
  return lineage.source !== undefined && lineage.source === right.reading.lineage.source && lineage.date !== undefined && lineage.date === right.reading.lineage.date && Math.max(rankOf(left), rankOf(right)) === 3
}

const isLater = (left: Placed, right: Placed): boolean => {
  if (rankOf(left) !== rankOf(right)) return rankOf(left) > rankOf(right)
  return (dateOf(left.node.resource.issued) ?? '') > (dateOf(right.node.resource.issued) ?? '')
}

/** The later standing of one result replaces the earlier one: same identifier, or a correction by the same laboratory. */
export const setAsideReplaced = (placed: readonly Placed[]): readonly GeneReading[] =>
  placed.map((own) => {
    const replaced = own.reading.use !== 'ignore' && placed.some((other) => other !== own && other.reading.use !== 'ignore' && sameResult(own, other) && isLater(other, own))
    return replaced ? { ...own.reading, ...judge(['superseded']) } : own.reading
  })
