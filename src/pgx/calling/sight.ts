import type { CompiledGene } from './compile-gene.ts'
import type { PositionName, UncallableAllele } from './star-call.ts'

/** What is left of an allele's definition at the positions that were read; empty when it reads as the reference. */
const leftOf = (gene: CompiledGene, allele: number, missing: ReadonlySet<number>): string =>
  (gene.cores[allele] ?? [])
    .filter((site) => !missing.has(site))
    .map((site) => `${site}:${gene.cells[allele]?.[site]}`)
    .join()

const WHOLE = new WeakMap<CompiledGene, ReadonlyMap<string, readonly number[]>>()

/** Alleles by what they read as where nothing is missing. */
const wholeOf = (gene: CompiledGene): ReadonlyMap<string, readonly number[]> => {
  const known = WHOLE.get(gene)
  if (known !== undefined) return known
  const texts = new Map<string, number[]>()
  for (const allele of gene.alleles.keys()) {
    const text = leftOf(gene, allele, new Set())
    texts.set(text, [...(texts.get(text) ?? []), allele])
  }
  WHOLE.set(gene, texts)
  return texts
}

/**
 * Alleles that missing positions take out of sight: nothing of them is left, or what is left reads as another allele that has
 * more positions and is therefore called in their place. Only alleles with a cell at a missing position can be among them.
 * @param cells defined positions per allele that were read
 */
const uncallableAlleles = (gene: CompiledGene, places: readonly number[], cells: readonly number[]): UncallableAllele[] => {
  const missing = new Set(places)
  const touched = [...new Set(places.flatMap((site) => gene.definedAt[site] ?? []))].sort((left, right) => left - right)
  const left = new Map(touched.map((allele) => [allele, leftOf(gene, allele, missing)]))
  const best = new Map<string, number>()
  for (const [allele, text] of left) best.set(text, Math.max(best.get(text) ?? 0, cells[allele] ?? 0))
  for (const [text, most] of best)
    for (const allele of wholeOf(gene).get(text) ?? [])
      if (!left.has(allele)) best.set(text, Math.max(best.get(text) ?? most, cells[allele] ?? 0))
  return touched.flatMap((at) => {
    const own = cells[at] ?? 0
    const isHidden = own <= 0 || (at !== gene.reference && own < (best.get(left.get(at) ?? '') ?? 0))
    if (!isHidden) return []
    const positions = places.filter((site) => (gene.cells[at]?.[site] ?? 0) > 0)
    return [{ allele: gene.alleles[at] ?? '', missing: positions.flatMap((site) => gene.places[site] ?? []) }]
  })
}

const seenCells = (gene: CompiledGene, missing: readonly number[]): readonly number[] => {
  if (missing.length === 0) return gene.defined
  const counts = [...gene.defined]
  for (const site of missing) for (const allele of gene.definedAt[site] ?? []) counts[allele] = (counts[allele] ?? 0) - 1
  return counts
}

/** What can be seen of a gene's alleles where some positions are missing. */
export type Sight = {
  /** Places of the missing positions, in order. */
  readonly places: readonly number[]
  readonly missing: readonly PositionName[]
  /** Per allele: number of positions that define it and were read. An allele with none cannot be seen. */
  readonly cells: readonly number[]
  /** Names of the alleles that can be seen. */
  readonly visible: ReadonlySet<string>
  readonly uncallable: readonly UncallableAllele[]
}

const ALL = new WeakMap<CompiledGene, ReadonlySet<string>>()

const visibleOf = (gene: CompiledGene, cells: readonly number[]): ReadonlySet<string> => {
  if (cells.some((count) => count <= 0)) return new Set(gene.alleles.filter((_name, allele) => (cells[allele] ?? 0) > 0))
  const known = ALL.get(gene) ?? new Set(gene.alleles)
  ALL.set(gene, known)
  return known
}

const isSame = (left: readonly number[], right: readonly number[]): boolean =>
  left.length === right.length && left.every((place, at) => place === right[at])

const LAST = new WeakMap<CompiledGene, Sight>()

/** A file that lacks a position lacks it for most of its samples, so what the last sample lacked is looked at first. */
export const sightOf = (gene: CompiledGene, places: readonly number[]): Sight => {
  const last = LAST.get(gene)
  if (last !== undefined && isSame(last.places, places)) return last
  const cells = seenCells(gene, places)
  const sight = {
    places,
    missing: places.flatMap((at) => gene.places[at] ?? []),
    cells,
    visible: visibleOf(gene, cells),
    uncallable: places.length === 0 ? [] : uncallableAlleles(gene, places, cells),
  }
  LAST.set(gene, sight)
  return sight
}
