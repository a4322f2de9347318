import type { GeneReading, Genotype } from '../../contract/genes.ts'
import type { Lineage } from '../../contract/lineage.ts'
import type { GeneTable } from '../../pgx/gene-tables.ts'
import { NO_GENOTYPE } from '../../pgx/genotype.ts'
import { type Called, callFinding } from './call-finding.ts'
import { type Coverage, coverageOf } from './coverage.ts'
import { isFields, listOf, textOf } from './fhir-fields.ts'
import { judge } from './flags.ts'
import { followAll, type Node } from './graph.ts'
import { asOnlyCopy } from './hemizygous.ts'
import type { Linked } from './link-evidence.ts'
import { type Dated, dateOfResult, personFlags, type RecordContext, sampleOf, standingOf } from './standing.ts'
import { type Transplant, transplantFlags } from './transplant.ts'

const isNormal = (table: GeneTable | undefined, genotype: Genotype): boolean =>
  genotype.diplotype !== null &&
  (table?.referenceAllele == null || genotype.diplotype.split('/').every((allele) => allele === table.referenceAllele || allele === '*1'))

const coverageFlags = (table: GeneTable | undefined, coverage: Coverage | null): readonly string[] => [
  ...(coverage?.narrow ? ['limited-coverage'] : []),
  ...(coverage?.noCopyNumber && table?.special.includes('copy-number') ? ['copy-number-not-tested'] : []),
]

const wordingFlags = (linked: Linked, called: Called): readonly string[] => {
  const { base, finding } = linked
  if (linked.flags.includes('evidence')) return []
  const stated =
    called.genotype.diplotype ??
    called.genotype.phenotype ??
    (linked.gene === null ? null : (called.candidates[0] ?? (finding.flags.length > 0 ? base : null)))
  if (stated === null || linked.gene === null || base.role === 'indicator' || base.role === 'report') return []
  return base.textOnly || finding.inWords ? ['text-only'] : []
}

const isEntry = (linked: Linked): boolean => linked.base.role === 'indicator' || linked.base.role === 'condition'

/** An entry of a problem list that states an allele's presence says no more than a phenotype does. */
const entryFlags = (linked: Linked, called: Called): readonly string[] =>
  isEntry(linked) && called.genotype.diplotype === null && called.genotype.phenotype !== null ? ['phenotype-only'] : []

/** Not the patient: what is stated is kept, nothing is worked out from it. */
const asStated = (genotype: Genotype, linked: Linked): Genotype =>
  genotype.diplotype === null || linked.phenotypes.length > 0 ? genotype : { ...NO_GENOTYPE, diplotype: genotype.diplotype }

const sourceOf = (node: Node): string | undefined => {
  const who = [...listOf(node.resource.performer), ...listOf(node.resource.recorder), ...listOf(node.resource.asserter)]
  return who.map((each) => textOf(each.display)).find((display) => display !== null) ?? undefined
}

/** Lineage of a resource, with the date that was found for it. */
export const lineageOf = (context: RecordContext, node: Node, dated: Dated = dateOfResult(context, node)): Lineage => {
  const meta = isFields(node.resource.meta) ? node.resource.meta : {}
  const version = textOf(meta.versionId)
  const source = sourceOf(node)
  const [code] = node.code.codings
  return {
    resource: node.ref,
    ...(version === null ? {} : { versionId: version }),
    ...(source === undefined ? {} : { source }),
    ...(dated.date === null ? {} : { date: dated.date }),
    ...(dated.source === null ? {} : { dateSource: dated.source }),
    ...(code ? { code } : {}),
  }
}

const reportedOf = (linked: Linked): GeneReading['reported'] => {
  const phenotype = linked.phenotypes.map((each) => each.term)
  const { subAlleles, genotypes } = linked.finding
  const text = linked.base.text
  return {
    ...(genotypes.length > 0 && text !== null ? { diplotype: text } : {}),
    ...(phenotype.length > 0 ? { phenotype: [...new Set(phenotype)].sort().join(', ') } : {}),
    ...(text !== null ? { text } : {}),
    ...(subAlleles.length > 0 ? { subAlleles } : {}),
  }
}

/** The result that a problem rests on has the standing and the date that count. */
const restsOn = (linked: Linked): Node => {
  if (!linked.flags.includes('evidence')) return linked.base.node
  return linked.supports.find((node) => node.resource.resourceType === 'Observation') ?? linked.base.node
}

/** Words for the functions that a newer table gives (`2026:none` among the flags of an allele). */
const FUNCTIONS: Readonly<Record<string, string>> = {
  none: 'no function',
  decreased: 'decreased function',
  uncertain: 'uncertain function',
}

/** Alleles whose function a newer edition of the allele table gives otherwise. The older one is used, and the newer one is said. */
const newerTableNotes = (table: GeneTable | undefined, genotypes: readonly Genotype[]): readonly string[] => {
  const alleles = [...new Set(genotypes.flatMap(({ diplotype }) => diplotype?.split('/') ?? []))].sort()
  return alleles.flatMap((allele) =>
    (table?.alleles[allele]?.flags ?? []).flatMap((flag) => {
      const match = /^(\d{4}):(.+)$/.exec(flag)
      if (!match) return []
      const now = (match[2] ?? '').replace(/[()]/g, '')
      const used = table?.alleles[allele]?.function ?? 'not stated'
      return [
        `The allele table of ${match[1]} gives ${allele} as ${FUNCTIONS[now] ?? now}; the table used here says ${FUNCTIONS[used] ?? used}.`,
      ]
    }),
  )
}

const CODE_ALONE = 'The gene is known from the code of the test alone.'

/** Links of the resource whose targets were not received. */
const hasMissingTarget = (context: RecordContext, node: Node): boolean =>
  [node.resource.derivedFrom, node.resource.hasMember, ...listOf(node.resource.evidence).map((each) => each.detail)].some(
    (member) => followAll(context.graph, node, member).missing > 0,
  )

const OTHER_PERSON = ['relative', 'subject-mismatch', 'focus-not-patient']

const stateFlags = (linked: Linked, called: Called): readonly string[] => {
  const { state } = linked.finding
  return state === null || called.genotype.diplotype !== null || called.genotype.phenotype !== null ? [] : [state]
}

/** One reading out of what was linked: genotype by the tables, standing, person, date, confidence and use. */
export const buildReading = (context: RecordContext, one: Linked, transplants: readonly Transplant[]): GeneReading => {
  const linked = asOnlyCopy(context, one)
  const { terms } = context
  const source = restsOn(linked)
  const table = linked.gene === null ? undefined : terms.table(linked.gene)
  const called = callFinding(terms, linked)
  const dated = dateOfResult(context, source)
  const standing = standingOf(context, source)
  const entry = standingOf(context, linked.base.node)
  const person = personFlags(context, linked.base.node)
  const coverage = coverageOf(terms, source.resource, linked.gene)
  const relative = linked.base.role === 'relative'
  const pending = standing.flags.includes('pending')
  const flags = [
    ...linked.flags.filter((flag) => flag !== 'evidence'),
    ...linked.finding.flags,
    ...called.flags.filter((flag) => flag !== 'candidates-differ'),
    ...(pending ? [] : stateFlags(linked, called)),
    ...wordingFlags(linked, called),
    ...entryFlags(linked, called),
    ...coverageFlags(table, coverage),
    ...standing.flags,
    ...entry.flags,
    ...person,
    ...(relative ? [] : dated.flags),
    ...(linked.base.node.incomplete ? ['incomplete-search'] : []),
    ...(hasMissingTarget(context, linked.base.node) ? ['unresolved-reference'] : []),
    ...(linked.gene === null
      ? []
      : transplantFlags(terms, transplants, { gene: linked.gene, date: dated.date, sample: sampleOf(context, source) })),
  ]
  const differ = called.flags.includes('candidates-differ')
  const narrow = flags.includes('limited-coverage') && isNormal(table, called.genotype)
  const empty = called.genotype.diplotype === null && called.genotype.phenotype === null && called.candidates.length === 0
  const coarse = linked.finding.variants.length > 0 || linked.finding.flags.some((flag) => KEPT_WITHOUT_FINDING.includes(flag))
  const codeAlone = linked.base.role === 'result' && linked.base.gene.how === 'code-alone' && linked.gene !== null
  const kept = dropWordFlags(flags, linked, empty)
  const judged = judge(
    kept.length === 0 && empty ? ['indeterminate'] : kept,
    empty && linked.gene !== null
      ? { confidence: coarse ? 'low' : 'none', use: 'inform' }
      : differ
        ? { confidence: 'low', use: 'candidates' }
        : { confidence: narrow ? 'low' : codeAlone ? 'medium' : 'high' },
  )
  const other = person.some((flag) => OTHER_PERSON.includes(flag))
  return {
    ref: linked.base.node.ref,
    gene: linked.gene,
    genotype: other ? asStated(called.genotype, linked) : called.genotype,
    candidates: other ? [] : called.candidates,
    reported: reportedOf(linked),
    status: source === linked.base.node || entry.flags.length > 0 ? entry.status : standing.status,
    ...judged,
    notes: [
      ...judged.notes,
      ...(codeAlone && judged.use !== 'ignore' ? [CODE_ALONE] : []),
      ...(judged.use === 'ignore' ? [] : newerTableNotes(table, [called.genotype, ...called.candidates])),
    ],
    lineage: {
      ...lineageOf(context, linked.base.node, dated),
      ...(source !== linked.base.node && dated.source === 'effective' ? { dateSource: 'evidence.effective' as const } : {}),
    },
    supports: linked.supports.map((node) => lineageOf(context, node)).sort((left, right) => (left.resource < right.resource ? -1 : 1)),
    coverage: coverage === null ? null : { text: coverage.text, narrow: coverage.narrow },
  }
}

/** Flags that stand for a finding too coarse to use; the reading is low, not empty. */
const KEPT_WITHOUT_FINDING: readonly string[] = ['low-resolution', 'null-allele', 'site-missing', 'not-in-table', 'ambiguous-diplotype']

const WORD_FLAGS: readonly string[] = ['text-only', 'phenotype-only', 'legacy-term']

/** How a finding is worded matters only when there is one, and when its gene is known. */
const dropWordFlags = (flags: readonly string[], linked: Linked, empty: boolean): readonly string[] => {
  const silent = linked.gene === null || (empty && !linked.finding.flags.includes('site-missing'))
  return silent ? flags.filter((flag) => !WORD_FLAGS.includes(flag)) : flags
}
