import type { DocumentEntry } from '../../contract/facts.ts'
import type { Lineage } from '../../contract/lineage.ts'
import type { Evidence } from './evidence.ts'
import { codeOf, codesOf, conceptText, type Fields, isFields, listOf, textOf } from './fhir-fields.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import type { Node } from './graph.ts'
import { rememberingCodes } from './read-code.ts'
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

const isGeneticTitle = (terms: GenomicTerms, title: string): boolean =>
  hasStem(title, terms.codes.reportWords) || terms.mentions(title).length > 0

/** Kept by code. */
const isGeneticCode = rememberingCodes(
  (terms: GenomicTerms, { codes, words: [title] }) =>
    codes.some((code) => terms.codes.reports.includes(code)) || (title !== undefined && isGeneticTitle(terms, title)),
)

/** A report or document about genetics: by its code, its category, or the words of its titles. */
export const isGenetic = ({ terms }: RecordContext, node: Node): boolean => {
  if (isGeneticCode(terms, node.code)) return true
  if (codesOf(node.resource.type).some((code) => terms.codes.reports.includes(code))) return true
  if (listOf(node.resource.category).some((each) => codesOf(each).includes('GE'))) return true
  const titles = attachmentsOf(node).map((each) => textOf(each.title))
  return [node.code.words.length > 0 ? null : titleOf(node), ...titles].some((title) => title !== null && isGeneticTitle(terms, title))
}

/** Something to read that we do not read: an attachment of any kind, also plain text and HTML, a conclusion in prose, a narrative. */
const hasProse = ({ resource }: Node): boolean =>
  listOf(resource.presentedForm).length > 0 ||
  listOf(resource.content).some((content) => isFields(content.attachment)) ||
  (resource.resourceType === 'DiagnosticReport' &&
    (textOf(resource.conclusion) !== null || (isFields(resource.text) && textOf(resource.text.div) !== null)))

/** Genetic reports and documents whose result stands only in an attachment or in prose. They are listed, never read. */
export const unreadReports = (
  context: RecordContext,
  evidence: readonly Evidence[],
  lineage: (node: Node) => Lineage,
  variants: ReadonlySet<string> = new Set(),
): readonly DocumentEntry[] => {
  const read = new Set([
    ...evidence.filter((each) => each.role !== 'report').map((each) => each.node),
    ...(variants.size === 0 ? [] : context.graph.nodes.filter(({ ref }) => variants.has(ref))),
  ])
  const withReadResults = new Set([...read].flatMap((result) => context.reportsOf.get(result) ?? []))
  return [...context.graph.of('DiagnosticReport'), ...context.graph.of('DocumentReference')]
    .filter(
      (node) =>
        !WITHDRAWN.includes(codeOf(node.resource.status) ?? '') &&
        hasProse(node) &&
        !isOthers(context, node) &&
        isGenetic(context, node) &&
        !withReadResults.has(node),
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
