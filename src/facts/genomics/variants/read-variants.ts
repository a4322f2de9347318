import type { VariantFacts } from '../../../contract/variants.ts'
import { flatMapInSlices, type Slices } from '../../../slices.ts'
import { followAll, type Node } from '../graph.ts'
import { answersOf } from './components.ts'
import { hereditaryFindings, isHereditary } from './hereditary.ts'
import { polygenicScores } from './polygenic.ts'
import { screenedGenes } from './screened.ts'
import { geneSites } from './sites.ts'
import { somaticFindings } from './somatic.ts'
import { flagsOf, type VariantContext } from './statements.ts'

type Described = { readonly node: Node; readonly implications: readonly Node[]; readonly somatic: boolean }

const hasRole = (node: Node, codes: readonly string[]): boolean => node.code.codes.some((code) => codes.includes(code))

const byRef = (left: Node, right: Node): number => (left.ref < right.ref ? -1 : left.ref > right.ref ? 1 : 0)

/** Implications by the variant that they derive from; those that name none stand for themselves. */
const implicationsOf = ({ context, terms }: VariantContext, variants: readonly Node[]) => {
  const all = context.graph
    .of('Observation')
    .filter((node) => hasRole(node, terms.codes.roles.implication))
    .sort(byRef)
  const of = new Map<Node, Node[]>(variants.map((variant) => [variant, []]))
  const alone: Node[] = []
  for (const node of all) {
    const targets = followAll(context.graph, node, node.resource.derivedFrom).nodes.filter((target) => of.has(target))
    for (const target of targets) of.get(target)?.push(node)
    if (targets.length === 0) alone.push(node)
  }
  return { of, alone }
}

const isSomatic = (work: VariantContext, node: Node, flags: readonly string[]): boolean => {
  const { codes } = work.terms
  const stated = answersOf(node.resource, codes.components.source).map((code) => codes.origins[code])
  return flags.includes('somatic') || stated.includes('somatic')
}

function* describe(work: VariantContext): Slices<readonly Described[]> {
  const variants = work.context.graph
    .of('Observation')
    .filter((node) => hasRole(node, work.terms.codes.roles.variant))
    .sort(byRef)
  const { of, alone } = implicationsOf(work, variants)
  const all = [
    ...variants.map((node) => ({ node, implications: of.get(node) ?? [] })),
    ...alone.map((node) => ({ node, implications: [] })),
  ]
  return yield* flatMapInSlices(all, ({ node, implications }) => {
    const flags = flagsOf(work, node, null)
    return flags.includes('subject-mismatch') ? [] : [{ node, implications, somatic: isSomatic(work, node, flags) }]
  })
}

export type ReadVariants = {
  readonly facts: VariantFacts /** Resources whose content is told here, so that no lab value repeats it. */
  readonly refs: ReadonlySet<string>
}

/**
 * Variant-level results: hereditary findings, tumour findings apart from them, genes studied, polygenic scores, and positions of
 * pharmacogenes (HL7 genomics guide STU1 to STU3). Nothing here makes a gene call; a tumour's change reaches nothing but its own list.
 */
export function* readVariants(work: VariantContext): Slices<ReadVariants> {
  const { nodes } = work.context.graph
  const all = yield* describe(work)
  const inherited = all.filter(({ somatic }) => !somatic)
  const tumour = all.filter(({ somatic }) => somatic)
  const own = yield* flatMapInSlices(inherited, (one) => (isHereditary(work, one.node, one.implications) ? [one] : []))
  const hereditary = yield* hereditaryFindings(work, own)
  const screened = yield* screenedGenes(work, nodes, hereditary)
  const polygenic = polygenicScores(work, work.context.graph.of('Observation'))
  const told = new Set([...screened.genes.map(({ gene }) => gene), ...hereditary.flatMap(({ gene }) => gene ?? [])])
  const facts: VariantFacts = {
    hereditary,
    somatic: yield* somaticFindings(work, tumour),
    screened: screened.genes,
    notScreened: work.terms.secondaryGenes.filter((gene) => !told.has(gene)),
    list: work.terms.list,
    polygenic,
    sites: yield* geneSites(
      work,
      inherited.map(({ node }) => node),
    ),
  }
  const refs = [...own, ...tumour].flatMap(({ node, implications }) => [node.ref, ...implications.map(({ ref }) => ref)])
  return { facts, refs: new Set([...refs, ...screened.refs, ...polygenic.map(({ ref }) => ref)]) }
}
