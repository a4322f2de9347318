import type { Genotype } from '../../contract/genes.ts'
import type { Gap } from '../../contract/lineage.ts'
import { lookUpGenotype } from '../../pgx/genotype.ts'
import { SLICE, type Slices } from '../../slices.ts'
import type { Evidence, Role } from './evidence.ts'
import { listOf, textOf } from './fhir-fields.ts'
import { type Finding, saysSomething, type WordedPhenotype } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import { followAll, type Node } from './graph.ts'
import { type Draft, draftOf, linkGenes, perReport, take, type Work } from './link-genes.ts'
import { siteNamed } from './parse-sites.ts'
import type { RecordContext } from './standing.ts'
import { contradictionOf, describeVariant } from './variant-evidence.ts'

/** One finding with everything that states the same thing. */
export type Linked = {
  readonly base: Evidence
  readonly gene: string | null
  readonly finding: Finding
  readonly flags: readonly string[]
  /** Phenotypes that the laboratory gave for this result, its own first. */
  readonly phenotypes: readonly WordedPhenotype[]
  readonly supports: readonly Node[]
}

/** Everything an implication rests on, through haplotypes and groups. */
const targetsOf = (work: Work, node: Node): readonly Node[] => {
  const { graph } = work.context
  return [...followAll(graph, node, node.resource.derivedFrom).nodes, ...followAll(graph, node, node.resource.hasMember).nodes]
}

const summaryTexts = (node: Node): readonly string[] =>
  listOf(node.resource.extension).flatMap((extension) =>
    /interpretation-summary/i.test(textOf(extension.url) ?? '') ? (textOf(extension.valueString) ?? []) : [],
  )

const genesNamed = (terms: GenomicTerms, texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.flatMap((text) => terms.mentions(text).map((mention) => mention.gene)))

/** A base pair without a site gets the site that the laboratory's own summary of it names. */
const readSite = (work: Work, draft: Draft, summaries: readonly string[]): void => {
  if (draft.gene === null || !draft.finding.flags.includes('site-missing')) return
  const sites = summaries.map((text) => siteNamed(text, work.context.terms.sites(draft.gene ?? ''))).filter((site) => site !== null)
  const [site] = sites
  if (site && sites.every((each) => each.id === site.id)) draft.finding = draft.base.readFor(draft.gene, site.id)
}

const attach = (draft: Draft, support: Draft): void => {
  draft.supports.add(support.base.node)
  for (const node of support.supports) draft.supports.add(node)
  // The words are read again for the gene of the result: some words mean a phenotype for one gene only.
  draft.phenotypes.push(...(draft.gene === null ? support.phenotypes : support.base.readFor(draft.gene).phenotypes))
  for (const flag of support.finding.flags) if (flag === 'bad-code') draft.flags.add(flag)
}

/** Implications belong to the genotype they are derived from; one derived from several genes belongs to none. */
const linkImplication = (work: Work, draft: Draft): void => {
  const targets = targetsOf(work, draft.base.node).flatMap((node) => work.drafts.get(node) ?? [])
  const genes = [...new Set(targets.flatMap((target) => target.gene ?? []))]
  if (genes.length === 0) return
  work.used.add(draft.base.node)
  const summaries = summaryTexts(draft.base.node)
  if (genes.length > 1) {
    if (genesNamed(work.context.terms, summaries).size > 1) for (const target of targets) target.flags.add('multi-gene-implication')
    return
  }
  const results = targets.filter((target) => target.base.role === 'result')
  for (const target of results) {
    readSite(work, target, summaries)
    attach(target, draft)
  }
  if (results.length === 0) {
    work.used.delete(draft.base.node)
    take(draft, genes[0] ?? '', '')
    draft.flags.delete('')
  }
}

/** A panel's phenotype of the same gene and report belongs to the report's one genotype of that gene. */
const linkWithinReport = (work: Work, draft: Draft, genotypes: ReadonlyMap<Node, readonly Draft[]>): void => {
  const reports = work.context.reportsOf.get(draft.base.node) ?? []
  const partners = new Set(reports.flatMap((report) => genotypes.get(report) ?? []).filter((other) => other.gene === draft.gene))
  const [partner] = partners
  if (draft.gene === null || partner === undefined || partners.size !== 1) return
  attach(partner, draft)
  work.used.add(draft.base.node)
}

/** Genotypes that the patient would have if the variant were right and an allele of the diplotype wrong. */
const replacedBy = (terms: GenomicTerms, gene: string, diplotype: string, alleles: readonly string[]): readonly Genotype[] => {
  const table = terms.table(gene)
  const [first, second, third] = diplotype.split('/')
  if (!table || first === undefined || second === undefined || third !== undefined) return []
  return alleles.flatMap((allele) => [lookUpGenotype(table, [allele, second]), lookUpGenotype(table, [first, allele])])
}

/** A variant below a diplotype that does not fit it is flagged; where it would change the phenotype, both stay open. */
const checkVariant = (work: Work, draft: Draft, node: Node): void => {
  const { terms } = work.context
  const [genotype] = draft.finding.genotypes
  if (draft.gene === null || !genotype?.diplotype) return
  const contradiction = contradictionOf(terms, draft.gene, describeVariant(terms, node.resource), genotype.diplotype)
  if (contradiction === null) return
  draft.flags.add('variant-evidence-conflict')
  const others = replacedBy(terms, draft.gene, genotype.diplotype, contradiction.alleles)
  const equal = others.some((other) => other.phenotype?.code === genotype.phenotype?.code)
  if (others.length > 0 && !equal)
    draft.finding = {
      ...draft.finding,
      diplotype: draft.finding.diplotype ?? genotype.diplotype,
      genotypes: [...draft.finding.genotypes, ...others],
    }
}

/** Two haplotypes of one gene are a diplotype when a genotype is derived from exactly these two. */
const linkHaplotypes = (work: Work, draft: Draft): void => {
  const targets = targetsOf(work, draft.base.node).flatMap((node) => work.drafts.get(node) ?? [])
  const haplotypes = targets.filter((target) => target.base.role === 'haplotype')
  for (const target of targets) {
    if (target.base.role !== 'haplotype' && target.base.role !== 'variant') continue
    work.used.add(target.base.node)
    draft.supports.add(target.base.node)
    checkVariant(work, draft, target.base.node)
  }
  const [left, right] = haplotypes
  const bare = draft.finding.genotypes.length === 0 && draft.finding.state !== 'partial-call'
  if (!bare || !left || !right || haplotypes.length !== 2 || left.gene === null || left.gene !== right.gene) return
  const text = `${left.base.text ?? ''}/${right.base.text ?? ''}`
  const found = left.base.readFor(left.gene, text)
  if (found.genotypes.length === 0) return
  draft.gene = left.gene
  draft.finding = { ...found, phenotypes: draft.finding.phenotypes }
}

/** A problem or indicator and the result it rests on are one finding, told under the problem's name. */
const linkCondition = (work: Work, draft: Draft): void => {
  const { graph } = work.context
  const evidence = listOf(draft.base.node.resource.evidence).flatMap((each) => followAll(graph, draft.base.node, each.detail).nodes)
  const results = evidence
    .flatMap((node) => [node, ...followAll(graph, node, node.resource.result).nodes])
    .flatMap((node) => work.drafts.get(node) ?? [])
  const same = results.filter((result) => result.gene === draft.gene && result.base.role === 'result' && saysSomething(result.finding))
  const [result] = same
  if (result === undefined || same.length !== 1) return
  const stated = draft.phenotypes[0]?.code ?? null
  const found = result.finding.genotypes[0]
  if (result.finding.genotypes.length !== 1 || (stated !== null && found?.phenotype?.code !== stated)) return
  draft.supports.add(result.base.node)
  for (const node of result.supports) draft.supports.add(node)
  draft.finding = { ...result.finding, phenotypes: draft.finding.phenotypes }
  for (const flag of result.flags) draft.flags.add(flag)
  draft.flags.delete('clinician-entered')
  draft.flags.add('evidence')
  work.used.add(result.base.node)
}

/** An implication about no gene of ours that states no phenotype (oncology, disease risk) is not a reading. */
const isTold = (draft: Draft): boolean =>
  draft.base.role !== 'gene' &&
  (draft.base.role !== 'implication' || draft.gene !== null || draft.phenotypes.length > 0 || draft.base.gene.flags.length > 0)

const settle = (draft: Draft): Linked => ({
  base: draft.base,
  gene: draft.gene,
  finding: draft.finding,
  flags: [...draft.flags],
  phenotypes: draft.phenotypes,
  supports: [...draft.supports],
})

const missingTargets = (context: RecordContext, nodes: readonly Node[]): Gap[] =>
  nodes.some((node) =>
    [node.resource.hasMember, node.resource.derivedFrom, ...listOf(node.resource.evidence).map((each) => each.detail)].some(
      (member) => followAll(context.graph, node, member).missing > 0,
    ),
  )
    ? [{ about: 'genomics', code: 'not-found', because: 'A genetic result points at another resource that was not received.' }]
    : []

/** Puts together what belongs together (reference fhir-genomics 2.3): the most specific finding counts, the rest supports it. */
export function* linkEvidence(
  context: RecordContext,
  evidence: readonly Evidence[],
  groups: readonly Node[],
): Slices<{ readonly linked: readonly Linked[]; readonly gaps: readonly Gap[] }> {
  const byNode = groupByNode(evidence)
  const drafts = new Map([...byNode].map(([node, each]) => [node, each.map(draftOf)]))
  const work: Work = { context, byNode, drafts, used: new Set() }
  const all = [...drafts.values()].flat()
  const have = (...roles: readonly Role[]): readonly Draft[] => all.filter((draft) => roles.includes(draft.base.role))
  yield
  linkGenes(work, all)
  yield* withEach(have('result', 'implication'), (draft) => linkHaplotypes(work, draft))
  const implications = have('implication')
  yield* withEach(implications, (draft) => linkImplication(work, draft))
  const results = have('result').filter((draft) => draft.finding.genotypes.length > 0)
  const genotypes = perReport(work, results, (draft) => draft.base.node)
  yield* withEach(implications, (draft) => {
    if (!work.used.has(draft.base.node)) linkWithinReport(work, draft, genotypes)
  })
  yield* withEach(have('indicator', 'condition'), (draft) => linkCondition(work, draft))
  const linked = all.filter((draft) => isTold(draft) && !work.used.has(draft.base.node)).map(settle)
  yield
  return { linked, gaps: missingTargets(context, [...byNode.keys(), ...groups]) }
}

function* withEach(drafts: readonly Draft[], link: (draft: Draft) => void): Slices<void> {
  let steps = 0
  for (const draft of drafts) {
    if (++steps % SLICE === 0) yield
    link(draft)
  }
}

const groupByNode = (evidence: readonly Evidence[]): Map<Node, Evidence[]> => {
  const groups = new Map<Node, Evidence[]>()
  for (const each of evidence) {
    const own = groups.get(each.node)
    if (own) own.push(each)
    else groups.set(each.node, [each])
  }
  return groups
}
