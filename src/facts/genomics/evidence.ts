import type { Finding } from './finding.ts'
import type { Node } from './graph.ts'
import type { ResolvedGene } from './resolve-gene.ts'

/** What a resource is in the story of a result. */
export type Role =
  | 'result'
  | 'haplotype'
  | 'implication'
  | 'variant'
  | 'gene'
  | 'indicator'
  | 'condition'
  | 'allergy'
  | 'report'
  | 'relative'

/** What one resource says about one gene, before it is linked to others. */
export type Evidence = {
  readonly node: Node
  readonly role: Role
  readonly gene: ResolvedGene
  readonly finding: Finding
  readonly flags: readonly string[]
  /** Words of the resource, kept beside the tables. */
  readonly text: string | null
  /** The whole value stands in text without a code. */
  readonly textOnly: boolean
  /** Reads the same resource for a gene that became known elsewhere. */
  readonly readFor: (gene: string, siteName?: string) => Finding
}
