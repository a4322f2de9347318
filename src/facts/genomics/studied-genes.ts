import type { Evidence } from './evidence.ts'
import { codeOf, type Fields, listOf, textOf } from './fhir-fields.ts'
import { NO_FINDING } from './finding.ts'
import type { GenomicTerms } from './genomic-terms.ts'
import type { Node } from './graph.ts'
import { distinctGenes, structuredGenes } from './resolve-gene.ts'

const geneComponent = (terms: GenomicTerms): Fields => ({ code: { coding: [{ code: terms.codes.components.gene[0] }] } })

/** `Gene studied` as an Observation of its own (HL7 v2 panels): says which gene its neighbours are about. */
export const geneEvidence = (terms: GenomicTerms, node: Node): Evidence[] => {
  const holder = { component: [{ ...geneComponent(terms), valueCodeableConcept: node.resource.valueCodeableConcept }] }
  const text = textOf(node.resource.valueString)
  const genes = text === null ? structuredGenes(terms, holder, []).genes : distinctGenes(terms, [text])
  const [gene, other] = genes
  if (other !== undefined) return []
  return [
    {
      node,
      role: 'gene',
      gene: { gene: gene ?? null, how: 'structured', flags: [] },
      finding: NO_FINDING,
      flags: [],
      text: null,
      textOnly: false,
      readFor: () => NO_FINDING,
    },
  ]
}

const isStudy = (terms: GenomicTerms, { code: { codes } }: Node): boolean => codes.some((code) => terms.codes.roles.study.includes(code))

/** Genes in the regions of a genomic study (HL7 guide STU3: an extension of the Procedure, or of the report). */
const genesInRegions = (terms: GenomicTerms, resource: Fields): readonly string[] =>
  listOf(resource.extension)
    .filter((extension) => /genomic-study-analysis-regions$/.test(textOf(extension.url) ?? ''))
    .flatMap((extension) => listOf(extension.extension))
    .filter((part) => textOf(part.url) === 'studied')
    .flatMap(
      (part) =>
        structuredGenes(terms, { component: [{ ...geneComponent(terms), valueCodeableConcept: part.valueCodeableConcept }] }, []).genes,
    )

const NONE: readonly string[] = []

const NOT_STUDIED = ['not-done', 'entered-in-error', 'preparation', 'cancelled']

/** Genes that a resource says were studied, without a finding of their own: region-studied results and genomic studies. */
export const studiedGenes = (terms: GenomicTerms, node: Node): readonly string[] => {
  const { resource } = node
  if (resource.resourceType === 'Procedure' || resource.resourceType === 'DiagnosticReport')
    return NOT_STUDIED.includes(codeOf(resource.status) ?? '') ? [] : [...new Set(genesInRegions(terms, resource))]
  return resource.resourceType === 'Observation' && isStudy(terms, node) ? structuredGenes(terms, resource, []).genes : NONE
}
