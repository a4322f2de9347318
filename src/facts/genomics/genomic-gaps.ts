import type { PatientRecord, Question } from '../../contract/facts.ts'
import type { GeneReading } from '../../contract/genes.ts'
import type { Gap } from '../../contract/lineage.ts'
import { isGenetic } from './documents.ts'
import { codeOf, listOf } from './fhir-fields.ts'
import { followAll, type Graph, type Node } from './graph.ts'
import { isOthers, type RecordContext } from './standing.ts'
import { studiedGenes } from './studied-genes.ts'
import { genesInCode } from './test-name.ts'

/** Kinds of resources that can hold a genetic result. */
const HELD_IN: readonly string[] = ['Observation', 'Condition', 'AllergyIntolerance', 'DiagnosticReport', 'FamilyMemberHistory']

export const unreadable = (resource: string | null): Gap => ({
  about: 'genomics',
  code: 'unreadable',
  because: 'An entry of the record could not be read and was left out.',
  ...(resource === null ? {} : { resource }),
})

/** Said to be studied without a result: neither normal nor untested. */
export const studiedGaps = (context: RecordContext, known: ReadonlySet<string>): readonly Gap[] =>
  context.graph.nodes.flatMap((node) => {
    const studied = studiedGenes(context.terms, node)
    if (studied.length === 0) return []
    const genes = studied.filter((gene) => !known.has(gene))
    if (genes.length === 0 || isOthers(context, node)) return []
    return genes.map(
      (gene): Gap => ({
        about: gene,
        code: 'indeterminate',
        because: 'The gene was studied, but the record holds no finding for it.',
        resource: node.ref,
      }),
    )
  })

const reportsOf = (context: RecordContext): readonly Node[] =>
  context.graph.of('DiagnosticReport').filter((node) => !isOthers(context, node))

/** A genetic report that was registered, without results: which genes it is about may stand in its name. */
export const pendingGaps = (context: RecordContext, known: ReadonlySet<string>): readonly Gap[] =>
  reportsOf(context)
    .filter(
      (node) => codeOf(node.resource.status) === 'registered' && listOf(node.resource.result).length === 0 && isGenetic(context, node),
    )
    .flatMap((node) => {
      const genes = genesInCode(context.terms, node.code)
      return (genes.length > 0 ? genes : ['genomics'])
        .filter((about) => !known.has(about))
        .map(
          (about): Gap => ({
            about,
            code: 'indeterminate',
            because: 'A genetic test is registered; its result is not there yet.',
            resource: node.ref,
          }),
        )
    })

/** Groups that hold genetic results, or are said to: by their name or code, by their report, by what their members hold. */
export const geneticGroups = (context: RecordContext, holding: ReadonlySet<Node>): readonly Node[] => {
  const { none, study } = context.terms.codes.roles
  const isGroup = ({ resource }: Node): boolean => resource.hasMember !== undefined
  const isOurs = (node: Node): boolean =>
    isGenetic(context, node) ||
    node.code.codes.some((code) => none.includes(code) || study.includes(code)) ||
    (context.reportsOf.get(node) ?? []).some((report) => isGenetic(context, report)) ||
    followAll(context.graph, node, node.resource.hasMember).nodes.some((member) => holding.has(member))
  return context.graph.of('Observation').filter((node) => isGroup(node) && isOurs(node))
}

/** Results that a genetic report points at and that were not received. */
export const missingResultGaps = (context: RecordContext): readonly Gap[] =>
  reportsOf(context)
    .filter((node) => followAll(context.graph, node, node.resource.result).missing > 0 && isGenetic(context, node))
    .map(
      (node): Gap => ({
        about: 'genomics',
        code: 'not-found',
        because: 'A genetic report points at results that were not received.',
        resource: node.ref,
      }),
    )

/** Pages of a search that were not read: genes without a result may have one there. */
export const pageGaps = (graph: Graph): readonly Gap[] =>
  graph.nodes.some((node) => node.incomplete && HELD_IN.includes(node.resource.resourceType))
    ? [{ about: 'genomics', code: 'incomplete', because: 'A search had more pages than were read.' }]
    : []

/** Questions that ask for one thing alone, which is no genetic result. */
const OF_ONE_THING: ReadonlySet<string> = new Set(['pregnancy'])

const isGenomicQuestion = ({ key, query }: Question): boolean =>
  /^(Observation|DiagnosticReport|Condition)\b/.test(query) && !OF_ONE_THING.has(key)

/** A search of another part of the record can hold genetic results, too: indicators stand among the problems. */
export const questionGaps = (record: PatientRecord): readonly Gap[] =>
  record.questions
    .filter((question) => question.state === 'partial' && isGenomicQuestion(question))
    .map(
      (question): Gap => ({ about: 'genomics', code: 'incomplete', because: `Not all results of the search ${question.key} were read.` }),
    )

export const otherPatientGaps = (readings: readonly GeneReading[]): readonly Gap[] =>
  readings.some((reading) => reading.flags.includes('subject-mismatch'))
    ? [{ about: 'genomics', code: 'other-patient', because: 'A genetic result in the record belongs to another patient and was not used.' }]
    : []
