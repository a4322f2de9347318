import type { GeneSite, GeneSites, SiteState } from '../../../contract/variants.ts'
import { basesOf, type GeneDefinitions } from '../../../pgx/calling/definitions.ts'
import { flatMapInSlices, type Slices } from '../../../slices.ts'
import { lineageOf } from '../build-reading.ts'
import type { Node } from '../graph.ts'
import { describeVariant, isWildType, type Variant } from '../variant-evidence.ts'
import { genesIn } from './components.ts'
import { flagsOf, objection, presenceOf, type VariantContext } from './statements.ts'
import { variantName } from './variant-name.ts'

type Position = GeneDefinitions['positions'][number]
type Sighting = {
  readonly node: Node
  readonly gene: string
  readonly position: Position | null
  readonly state: SiteState
  readonly text: string | null
}

const hasRsid = (work: VariantContext, node: Node, position: Position): boolean =>
  position.rsid !== null && (variantName(work.terms, node.resource)?.ids.some(({ code }) => code === position.rsid) ?? false)

/** By rs number, or by place on the sequence of the same assembly; a place on another assembly is another place. */
const positionOf = (work: VariantContext, node: Node, definitions: GeneDefinitions, variant: Variant): Position | null => {
  const byRsid = definitions.positions.find((position) => hasRsid(work, node, position))
  if (byRsid) return byRsid
  const { place } = variant
  if (place === null || place.sequence !== work.terms.codes.accessions[definitions.chrom]) return null
  return definitions.positions.find(({ pos }) => pos === place.position) ?? null
}

const stateOf = (work: VariantContext, node: Node, variant: Variant): SiteState => {
  if (isWildType(variant)) return 'reference'
  const presence = presenceOf(work.terms, node.resource)
  if (presence === 'present') return 'variant'
  if (presence === 'absent') return 'reference'
  return presence === 'no-call' ? 'missing' : 'not-stated'
}

const sight = (work: VariantContext, node: Node): Sighting[] => {
  const [gene] = genesIn(node.resource, work.terms.codes.components.gene)
  const definitions = gene === undefined ? undefined : work.terms.definitions.get(gene)
  const flags = flagsOf(work, node, gene ?? null)
  if (gene === undefined || !definitions || objection(flags) !== null || flags.includes('subject-mismatch')) return []
  const variant = describeVariant(work.context.terms, node.resource)
  const state = stateOf(work, node, variant)
  const position = positionOf(work, node, definitions, variant)
  return [{ node, gene, position, state, text: state === 'variant' ? variant.zygosity : null }]
}

/** Alleles that carry another base than the reference there. */
const allelesAt = (definitions: GeneDefinitions, { pos, ref }: Position): readonly string[] =>
  Object.entries(definitions.alleles).flatMap(([name, { at }]) => {
    const cell = at[String(pos)]
    return cell !== undefined && basesOf(cell).some((base) => base !== ref) ? [name] : []
  })

const siteOf = (work: VariantContext, definitions: GeneDefinitions, position: Position, all: readonly Sighting[]): GeneSite => {
  const own = all.filter((sighting) => sighting.position === position)
  const states = new Set(own.map(({ state }) => state))
  const conflict = states.has('variant') && states.has('reference')
  const [only] = states.size === 1 ? states : [...states].filter((state) => state === 'variant' || state === 'reference')
  return {
    position: position.pos,
    rsid: position.rsid,
    name: position.names[0] ?? `g.${position.pos}`,
    alleles: allelesAt(definitions, position),
    // Two results that differ leave it open: neither is picked.
    state: conflict ? 'not-stated' : (only ?? 'not-stated'),
    text: [...new Set(own.flatMap(({ text }) => text ?? []))].join(', ') || null,
    facts: own.map(({ node }) => lineageOf(work.context, node)),
    ...(conflict ? { conflict: true as const } : {}),
  }
}

const pictureOf = (work: VariantContext, gene: string, own: readonly Sighting[]): GeneSites[] => {
  const definitions = work.terms.definitions.get(gene)
  if (!definitions) return []
  return [
    {
      gene,
      assembly: definitions.assembly,
      chromosome: definitions.chrom,
      definitions: { version: definitions.source.version, asOf: definitions.source.asOf },
      sites: [...definitions.positions]
        .sort((left, right) => left.pos - right.pos)
        .map((position) => siteOf(work, definitions, position, own)),
      others: own
        .filter(({ position }) => position === null)
        .map(({ node, state }) => ({
          name: variantName(work.terms, node.resource)?.shown ?? node.ref,
          state,
          fact: lineageOf(work.context, node),
        })),
    },
  ]
}

/** What is on record of single positions, gene by gene. It is shown; no allele is called from it. */
export function* geneSites(work: VariantContext, germline: readonly Node[]): Slices<readonly GeneSites[]> {
  const sightings = yield* flatMapInSlices(germline, (node) => sight(work, node))
  const genes = [...new Set(sightings.map(({ gene }) => gene))].sort()
  return genes.flatMap((gene) =>
    pictureOf(
      work,
      gene,
      sightings.filter((each) => each.gene === gene),
    ),
  )
}
