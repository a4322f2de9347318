import type { Evidence } from './evidence.ts'
import { listOf, textOf } from './fhir-fields.ts'
import type { Finding, WordedPhenotype } from './finding.ts'
import type { Node } from './graph.ts'
import type { RecordContext } from './standing.ts'

/** A finding while it is being put together with what states the same thing. Changed in place, here and in link-evidence only. */
export type Draft = {
  base: Evidence
  gene: string | null
  finding: Finding
  flags: Set<string>
  phenotypes: WordedPhenotype[]
  supports: Set<Node>
}

/** What linking works on. */
export type Work = {
  readonly context: RecordContext
  readonly byNode: ReadonlyMap<Node, readonly Evidence[]>
  readonly drafts: Map<Node, Draft[]>
  readonly used: Set<Node>
}

/** One draft per piece of evidence. */
export const draftOf = (evidence: Evidence): Draft => ({
  base: evidence,
  gene: evidence.gene.gene,
  finding: evidence.finding,
  flags: new Set([...evidence.flags, ...evidence.gene.flags]),
  phenotypes: [...evidence.finding.phenotypes],
  supports: new Set(),
})

/** Gives a draft the gene that was found for it, and reads its resource again for that gene. */
export const take = (draft: Draft, gene: string, flag: string): void => {
  draft.gene = gene
  draft.finding = draft.base.readFor(gene)
  draft.phenotypes = [...draft.finding.phenotypes]
  draft.flags.add(flag)
}

/** HL7 v2 sub-identifier (OBX-4), where the interface kept it. */
const subIdOf = (node: Node): string | null => {
  const identifier = listOf(node.resource.identifier).find((each) => {
    const type = listOf(each.type)[0]
    return /sub-?id|obx-?4/i.test(textOf(type?.text) ?? '')
  })
  return identifier ? textOf(identifier.value) : null
}

/** Items by the reports that hold them. */
export const perReport = <T>(work: Work, items: readonly T[], nodeOf: (item: T) => Node): ReadonlyMap<Node, readonly T[]> => {
  const index = new Map<Node, T[]>()
  for (const item of items)
    for (const report of work.context.reportsOf.get(nodeOf(item)) ?? []) {
      const own = index.get(report)
      if (own) own.push(item)
      else index.set(report, [item])
    }
  return index
}

/** Gene of a result that does not name it: same sub-identifier, or the only gene of its report. Never by order. */
const linkByReport = (work: Work, draft: Draft, neighbours: ReadonlyMap<Node, readonly Evidence[]>): void => {
  const subId = subIdOf(draft.base.node)
  for (const report of work.context.reportsOf.get(draft.base.node) ?? []) {
    const near = neighbours.get(report) ?? []
    const same = subId === null ? [] : near.filter((evidence) => subIdOf(evidence.node) === subId)
    const bySub = [...new Set(same.map((evidence) => evidence.gene.gene))]
    const gene = bySub.length === 1 ? bySub[0] : null
    if (gene) {
      take(draft, gene, 'linked-by-subid')
      return
    }
    const all = [...new Set(near.map((evidence) => evidence.gene.gene))]
    const only = subId === null && all.length === 1 ? all[0] : null
    if (only) {
      take(draft, only, 'linked-by-single-gene')
      return
    }
  }
}

/** Finds the gene of results that do not name it themselves. */
export const linkGenes = (work: Work, all: readonly Draft[]): void => {
  const named = all.filter((draft) => draft.base.role === 'gene').map((draft) => draft.base)
  const neighbours = perReport(work, named, (evidence) => evidence.node)
  for (const draft of all)
    if (draft.gene === null && draft.base.gene.flags.length === 0 && draft.finding.state !== 'negated-text')
      linkByReport(work, draft, neighbours)
}
