import type { Strand } from './combine-alleles.ts'
import type { CompiledGene } from './compile-gene.ts'
import type { Observation } from './observe.ts'

/**
 * An allele of two positions of which only one makes the function (`GeneDefinitions.proxy`): the decider is believed, the marker
 * counts where the decider is missing. Positions are places in the gene's list.
 */
export type ProxySites = { readonly marker: number; readonly decider: number }

export const proxySites = (gene: CompiledGene): ProxySites | null => {
  const { proxy } = gene.definitions
  if (proxy === undefined) return null
  const at = (pos: number): number => gene.sites.findIndex((site) => site.pos === pos)
  return { marker: at(proxy.marker), decider: at(proxy.decider) }
}

const nameOf = (gene: CompiledGene, site: number): string => {
  const { rsid, chrom, pos } = gene.sites[site] ?? { rsid: null, chrom: '', pos: 0 }
  return rsid ?? `${chrom}:${pos}`
}

const onlyMarker = (gene: CompiledGene, sites: ProxySites): string =>
  `${gene.definitions.proxy?.both} rests on ${nameOf(gene, sites.marker)}, which only travels with it; ${nameOf(gene, sites.decider)}, which makes the function, was not read and should be tested.`

const contradicted = (gene: CompiledGene, sites: ProxySites): string =>
  `${nameOf(gene, sites.marker)} has more variant copies than ${nameOf(gene, sites.decider)}; the latter makes the function and is followed.`

/** The allele of the proxy on one copy, if any, and what must be said of it. */
export const proxyOnCopy = (gene: CompiledGene, sites: ProxySites, strand: Strand, notes: Set<string>): string | null => {
  const { proxy } = gene.definitions
  const marked = (strand[sites.marker] ?? -1) > 0
  const decided = strand[sites.decider] ?? -1
  if (decided < 0 && marked) notes.add(onlyMarker(gene, sites))
  if (decided < 0) return marked ? (proxy?.both ?? null) : null
  if (decided > 0) return (marked ? proxy?.both : proxy?.deciderOnly) ?? null
  if (marked) notes.add(contradicted(gene, sites))
  return null
}

const copiesAt = (seen: Observation, site: number): number | null => {
  const [first, second] = [seen.first[site] ?? -1, seen.second[site] ?? -1]
  return first < 0 ? null : (first > 0 ? 1 : 0) + (second > 0 ? 1 : 0)
}

/** A variant base that was read on one copy only. */
const halfAt = (seen: Observation, site: number): number => (seen.half.some((half) => half.site === site) ? 1 : 0)

const together = (seen: Observation, { marker, decider }: ProxySites): boolean =>
  seen.groups.some(({ sites }) => sites.includes(marker) && sites.includes(decider))

/** The proxy's alleles where copies cannot be told apart: as many whole alleles as both positions allow, the rest by the decider alone. */
export const proxyInList = (gene: CompiledGene, sites: ProxySites, seen: Observation, notes: Set<string>): string[] => {
  const { proxy } = gene.definitions
  if (proxy === undefined) return []
  const marked = copiesAt(seen, sites.marker) ?? halfAt(seen, sites.marker)
  const decided = copiesAt(seen, sites.decider)
  if (decided === null) {
    const half = halfAt(seen, sites.decider)
    if (marked > half) notes.add(onlyMarker(gene, sites))
    return [...Array<string>(marked).fill(proxy.both), ...Array<string>(Math.max(0, half - marked)).fill(proxy.deciderOnly)]
  }
  if (marked > decided) notes.add(contradicted(gene, sites))
  const crossed =
    together(seen, sites) &&
    seen.groups.some(
      (group) => (group.first[group.sites.indexOf(sites.marker)] ?? 0) > 0 !== (group.first[group.sites.indexOf(sites.decider)] ?? 0) > 0,
    )
  const whole = crossed ? 0 : Math.min(marked, decided)
  return [...Array<string>(whole).fill(proxy.both), ...Array<string>(decided - whole).fill(proxy.deciderOnly)]
}
