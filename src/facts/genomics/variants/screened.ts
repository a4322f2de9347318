import type { HereditaryFinding, ScreenedGene } from '../../../contract/variants.ts'
import { flatMapInSlices, type Slices } from '../../../slices.ts'
import { lineageOf } from '../build-reading.ts'
import { codeOf, conceptText, type Fields, isFields, listOf, textOf } from '../fhir-fields.ts'
import type { Node } from '../graph.ts'
import { genesIn } from './components.ts'
import { flagsOf, objection, type VariantContext } from './statements.ts'

const NOT_DONE = ['not-done', 'entered-in-error', 'preparation', 'cancelled']

/** Genes in the regions of a genomic study: an extension of the Procedure or of the report (HL7 guide STU3). */
const genesInRegions = (resource: Fields, gene: readonly string[]): readonly string[] =>
  NOT_DONE.includes(codeOf(resource.status) ?? '')
    ? []
    : listOf(resource.extension)
        .filter((extension) => /genomic-study-analysis-regions$/.test(textOf(extension.url) ?? ''))
        .flatMap((extension) => listOf(extension.extension))
        .filter((part) => textOf(part.url) === 'studied')
        .flatMap((part) =>
          genesIn({ component: [{ code: { coding: [{ code: gene[0] }] }, valueCodeableConcept: part.valueCodeableConcept }] }, gene),
        )

const genesStudied = ({ terms }: VariantContext, { resource, code }: Node): readonly string[] => {
  const { roles, components } = terms.codes
  if (resource.resourceType === 'Procedure' || resource.resourceType === 'DiagnosticReport')
    return genesInRegions(resource, components.gene)
  const isStudy = resource.resourceType === 'Observation' && code.codes.some((one) => roles.study.includes(one))
  return isStudy ? genesIn(resource, components.gene) : []
}

const rank = (one: ScreenedGene): string => `${one.result === 'not-usable' ? 0 : 1} ${one.lineage.date ?? ''}`

/**
 * Genes that a laboratory says it studied. A pharmacogene is told by its own call and not here, unless it is on the list for secondary
 * findings. Studies of a tumour say nothing about what was inherited.
 */
export function* screenedGenes(
  work: VariantContext,
  nodes: readonly Node[],
  findings: readonly HereditaryFinding[],
): Slices<{ readonly genes: readonly ScreenedGene[]; readonly refs: readonly string[] }> {
  const { context, terms } = work
  const found = yield* flatMapInSlices(nodes, (node) => {
    const studied = genesStudied(work, node)
    if (studied.length === 0) return []
    return studied
      .filter((gene) => terms.secondary.has(gene) || context.terms.table(gene) === undefined)
      .map((gene) => ({ node, gene, flags: flagsOf(work, node, gene) }))
  })
  const usable = found.filter(({ flags }) => !flags.includes('somatic') && !flags.includes('subject-mismatch'))
  const reported = new Set(findings.filter(({ standing }) => standing !== 'not-usable').map(({ gene }) => gene))
  const best = new Map<string, ScreenedGene>()
  for (const { node, gene, flags } of usable) {
    const because = objection(flags)
    const one: ScreenedGene = {
      gene,
      result: because !== null ? 'not-usable' : reported.has(gene) ? 'reported' : 'none-reported',
      ...(because === null ? {} : { because }),
      secondary: terms.secondary.get(gene) ?? null,
      method: isFields(node.resource.method) ? conceptText(node.resource.method) : null,
      lineage: lineageOf(context, node),
    }
    const earlier = best.get(gene)
    if (!earlier || rank(one) > rank(earlier)) best.set(gene, one)
  }
  return { genes: [...best.values()].sort((a, b) => (a.gene < b.gene ? -1 : 1)), refs: usable.map(({ node }) => node.ref) }
}
