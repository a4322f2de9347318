import type { DocumentEntry } from '../../contract/facts.ts'
import type { Lineage } from '../../contract/lineage.ts'
import type { Evidence } from './evidence.ts'
import { codeOf, codesOf, conceptText, type Fields, isFields, listOf, textOf } from './fhir-fields.ts'
import { followAll, type Node } from './graph.ts'
import { isOthers, type RecordContext } from './standing.ts'
import { hasStem } from './wording.ts'

const WITHDRAWN = ['entered-in-error', 'cancelled', 'superseded']

const attachmentsOf = ({ resource }: Node): readonly Fields[] => [
  ...listOf(resource.presentedForm),
  ...listOf(resource.content).flatMap((content) => listOf(content.attachment)),
]

const titleOf = (node: Node): string | null => {
  const { resource } = node
  const attached = attachmentsOf(node)
  const description = resource.resourceType === 'DocumentReference' ? textOf(resource.description) : null
  return (
    conceptText(resource.code) ??
    conceptText(resource.type) ??
    description ??
    attached.map((each) => textOf(each.title)).find((title) => title !== null) ??
    null
  )
}

/** A report or document about genetics: by its code, its category, or the words of its titles. */
export const isGenetic = (context: RecordContext, node: Node): boolean => {
  const { reports, reportWords } = context.terms.codes
  const codes = [...codesOf(node.resource.code), ...codesOf(node.resource.type)]
  const category = listOf(node.resource.category).flatMap((each) => codesOf(each))
  const words = [titleOf(node), ...attachmentsOf(node).map((each) => textOf(each.title))].filter((text): text is string => text !== null)
  return (
    codes.some((code) => reports.includes(code)) ||
    category.includes('GE') ||
    words.some((text) => hasStem(text, reportWords) || context.terms.mentions(text).length > 0)
  )
}

/** Something to read that we do not read: an attachment of any kind, also plain text and HTML, a conclusion in prose, a narrative. */
const hasProse = ({ resource }: Node): boolean =>
  listOf(resource.presentedForm).length > 0 ||
  listOf(resource.content).some((content) => isFields(content.attachment)) ||
  (resource.resourceType === 'DiagnosticReport' &&
    (textOf(resource.conclusion) !== null || (isFields(resource.text) && textOf(resource.text.div) !== null)))

/** Results of the report that were read as evidence. */
const hasReadResults = (context: RecordContext, node: Node, read: ReadonlySet<Node>): boolean => {
  const results = followAll(context.graph, node, node.resource.result).nodes
  return results.some((result) => read.has(result)) || [...read].some((result) => context.reportsOf.get(result)?.includes(node))
}

/** Genetic reports and documents whose result stands only in an attachment or in prose. They are listed, never read. */
export const unreadReports = (
  context: RecordContext,
  evidence: readonly Evidence[],
  lineage: (node: Node) => Lineage,
  variants: ReadonlySet<string> = new Set(),
): readonly DocumentEntry[] => {
  const read = new Set([
    ...evidence.filter((each) => each.role !== 'report').map((each) => each.node),
    ...context.graph.nodes.filter(({ ref }) => variants.has(ref)),
  ])
  return context.graph.nodes
    .filter((node) => node.resource.resourceType === 'DiagnosticReport' || node.resource.resourceType === 'DocumentReference')
    .filter(
      (node) =>
        !WITHDRAWN.includes(codeOf(node.resource.status) ?? '') &&
        hasProse(node) &&
        !isOthers(context, node) &&
        isGenetic(context, node) &&
        !hasReadResults(context, node, read),
    )
    .map(
      (node): DocumentEntry => ({
        ref: node.ref,
        kind: node.resource.resourceType === 'DiagnosticReport' ? 'report' : 'note',
        title: titleOf(node) ?? 'Genetic report',
        status: codeOf(node.resource.status),
        geneticUnread: true,
        lineage: lineage(node),
      }),
    )
    .sort((left, right) => (left.ref < right.ref ? -1 : 1))
}
