import type { DocumentEntry, PatientRecord } from '../../contract/facts.ts'
import type { GeneReading } from '../../contract/genes.ts'
import type { Gap } from '../../contract/lineage.ts'
import type { GeneTables } from '../../pgx/gene-tables.ts'
import { inOneGo, SLICE, type Slices } from '../../slices.ts'
import { buildReading, lineageOf } from './build-reading.ts'
import { allergyEvidence, conditionEvidence, relativeEvidence, reportEvidence } from './condition-evidence.ts'
import { unreadReports } from './documents.ts'
import { activityGaps } from './enzyme-activity.ts'
import type { Evidence } from './evidence.ts'
import {
  geneticGroups,
  missingResultGaps,
  otherPatientGaps,
  pageGaps,
  pendingGaps,
  questionGaps,
  studiedGaps,
  unreadable,
} from './genomic-gaps.ts'
import { type GenomicTerms, genomicTerms } from './genomic-terms.ts'
import { canonical, followAll, type Graph, makeGraph, type Node, tailOf } from './graph.ts'
import { type Linked, linkEvidence } from './link-evidence.ts'
import { observationEvidence } from './observation-evidence.ts'
import type { RecordContext } from './standing.ts'
import { setAsideReplaced } from './supersede.ts'
import { findTransplants, type Transplant } from './transplant.ts'
import { type ReadVariants, readVariants } from './variants/read-variants.ts'
import { variantTerms } from './variants/variant-terms.ts'

export type GenomicFacts = {
  readonly readings: readonly GeneReading[]
  readonly documents: readonly DocumentEntry[]
  readonly gaps: readonly Gap[]
  /** Variant-level results; null when they could not be read at all, which the gaps then say. */
  readonly variants: ReadVariants | null
}

type Reader = (terms: GenomicTerms, node: Node) => readonly Evidence[]

/** Which resources can hold evidence. All others are passed over. */
const READERS: Readonly<Record<string, Reader>> = {
  Observation: observationEvidence,
  Condition: conditionEvidence,
  AllergyIntolerance: allergyEvidence,
  DiagnosticReport: reportEvidence,
  FamilyMemberHistory: relativeEvidence,
}

const patientNode = (graph: Graph, patientId: string): Node | null => {
  const wanted = patientId.replace(/^Patient\//, '')
  const patients = graph.of('Patient').filter((node) => node.container === null)
  return (
    patients.find((node) => node.ref === wanted || node.ref === `Patient/${wanted}` || tailOf(node.ref) === `Patient/${wanted}`) ?? null
  )
}

/** Report of every result, through groups. Each node is visited once per report, so circles end. */
const reportIndex = (graph: Graph): ReadonlyMap<Node, readonly Node[]> => {
  const index = new Map<Node, Node[]>()
  for (const report of graph.of('DiagnosticReport')) {
    const seen = new Set<Node>()
    const open = [...followAll(graph, report, report.resource.result).nodes]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node)) continue
      seen.add(node)
      const reports = index.get(node)
      if (reports) reports.push(report)
      else index.set(node, [report])
      open.push(...followAll(graph, node, node.resource.hasMember).nodes)
    }
  }
  return index
}

/** Runs one step for one resource; what goes wrong there costs only that resource. */
const contained = <T>(node: Node, gaps: Gap[], step: () => readonly T[]): readonly T[] => {
  try {
    return step()
  } catch {
    gaps.push(unreadable(node.ref))
    return []
  }
}

/** By reference, so that the order of the record decides nothing. */
const byRef = (left: Evidence, right: Evidence): number => {
  if (left.node.ref !== right.node.ref) return left.node.ref < right.node.ref ? -1 : 1
  if (left.node === right.node) return 0
  return canonical(left.node.resource) < canonical(right.node.resource) ? -1 : 1
}

function* collect(terms: GenomicTerms, graph: Graph, gaps: Gap[]): Slices<Evidence[]> {
  const found: Evidence[] = []
  let steps = 0
  for (const node of graph.nodes) {
    if (++steps % SLICE === 0) yield
    const reader = READERS[node.resource.resourceType]
    if (reader) for (const evidence of contained(node, gaps, () => reader(terms, node))) found.push(evidence)
  }
  return found
}

function* buildReadings(
  context: RecordContext,
  linked: readonly Linked[],
  transplants: readonly Transplant[],
  gaps: Gap[],
): Slices<{ readonly reading: GeneReading; readonly node: Node }[]> {
  const placed: { readonly reading: GeneReading; readonly node: Node }[] = []
  let steps = 0
  for (const each of linked) {
    if (++steps % SLICE === 0) yield
    const { node } = each.base
    for (const one of contained(node, gaps, () => [{ reading: buildReading(context, each, transplants), node }])) placed.push(one)
  }
  return placed
}

/** A fault here costs the variants and not the gene calls. */
function* variantsOf(
  context: RecordContext,
  rules: Parameters<typeof variantTerms>[0],
  transplants: readonly Transplant[],
  gaps: Gap[],
): Slices<ReadVariants | null> {
  const terms = variantTerms(rules)
  try {
    return yield* readVariants({ context, terms, transplants })
  } catch {
    gaps.push({
      about: 'genomics',
      code: 'unreadable',
      because: 'Variant-level results (hereditary and tumour findings) could not be read.',
    })
    return null
  }
}

/** In the order of a text that each has. */
const inOrder = <T>(all: readonly T[], textOf: (one: T) => string): T[] =>
  all
    .map((one) => ({ one, text: textOf(one) }))
    .sort((left, right) => (left.text < right.text ? -1 : left.text > right.text ? 1 : 0))
    .map(({ one }) => one)

const orderOfReading = ({ gene, lineage, ref, reported }: GeneReading): string =>
  `${gene ?? '~'} ${lineage.date ?? ''} ${ref} ${reported.text ?? ''}`

const orderOfGap = ({ about, code, resource, because }: Gap): string => `${about} ${code} ${resource ?? ''} ${because}`

/**
 * Genetic results of one patient's record, whatever their shape: HL7 genomics guide STU1 to STU4, base R4 extensions,
 * one LOINC per gene, v2 panels, text, genomic indicators, problem and allergy entries (reference fhir-genomics).
 * The same set of resources gives the same answer in any order. The input is never modified.
 * @throws AttuneError `rules-invalid` when `gene-names` or `genomic-codes` are missing or wrong; never for a patient's data.
 */
export function* genomicsInSlices(
  record: PatientRecord,
  rules: { readonly genes: GeneTables; readonly tables: ReadonlyMap<string, unknown> },
): Slices<GenomicFacts> {
  const terms = genomicTerms(rules)
  const graph = yield* makeGraph(record.resources)
  const gaps: Gap[] = Array.from({ length: graph.unreadable > 0 ? 1 : 0 }, () => unreadable(null))
  const context: RecordContext = {
    graph,
    terms,
    patientId: record.patientId,
    patient: patientNode(graph, record.patientId),
    reportsOf: reportIndex(graph),
  }
  const evidence = (yield* collect(terms, graph, gaps)).sort(byRef)
  yield
  const { linked, gaps: missing } = yield* linkEvidence(
    context,
    evidence,
    geneticGroups(context, new Set(evidence.map((each) => each.node))),
  )
  const transplants = yield* findTransplants(context)
  yield
  const placed = yield* buildReadings(context, linked, transplants, gaps)
  const standing = setAsideReplaced(placed)
  yield
  const readings = inOrder(standing, orderOfReading)
  yield
  const variants = yield* variantsOf(context, rules, transplants, gaps)
  const documents = unreadReports(context, evidence, (node) => lineageOf(context, node), variants?.refs ?? new Set())
  yield
  const known = new Set(readings.flatMap((reading) => reading.gene ?? []))
  const unread = documents.map(
    (document): Gap => ({
      about: 'genomics',
      code: 'unread-document',
      because: 'A genetic report is in the record only as an attachment or in prose, which is not read.',
      resource: document.ref,
    }),
  )
  return {
    readings,
    documents,
    variants,
    gaps: inOrder(
      [
        ...gaps,
        ...missing,
        ...unread,
        ...studiedGaps(context, known),
        ...pendingGaps(context, known),
        ...activityGaps(context, known),
        ...missingResultGaps(context),
        ...pageGaps(graph),
        ...questionGaps(record),
        ...otherPatientGaps(readings),
      ],
      orderOfGap,
    ),
  }
}

export const readGenomics = (...[record, rules]: Parameters<typeof genomicsInSlices>): GenomicFacts =>
  inOneGo(genomicsInSlices(record, rules))
