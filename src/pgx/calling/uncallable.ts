import type { CompiledGene } from './compile-gene.ts'
import { seenCells } from './match-pairs.ts'
import type { Observation } from './observe.ts'
import type { UncallableAllele } from './star-call.ts'

/** What is left of an allele's definition at the positions that were read; empty when it reads as the reference. */
const leftOf = (gene: CompiledGene, allele: number, missing: ReadonlySet<number>): string =>
  (gene.cores[allele] ?? [])
    .filter((site) => !missing.has(site))
    .map((site) => `${site}:${gene.cells[allele]?.[site]}`)
    .join()

/**
 * Alleles that missing positions take out of sight: nothing of them is left, or what is left reads as another allele that has
 * more positions and is therefore called in their place.
 */
export const uncallableAlleles = (gene: CompiledGene, seen: Observation): UncallableAllele[] => {
  if (seen.missing.length === 0) return []
  const missing = new Set(seen.missing)
  const scores = seenCells(gene, seen)
  const left = gene.alleles.map((_name, allele) => leftOf(gene, allele, missing))
  const best = new Map<string, number>()
  for (const [allele, text] of left.entries()) best.set(text, Math.max(best.get(text) ?? 0, scores[allele] ?? 0))
  return gene.alleles.flatMap((allele, at) => {
    const positions = seen.missing.filter((site) => (gene.cells[at]?.[site] ?? 0) > 0)
    const isHidden = (scores[at] ?? 0) <= 0 || (at !== gene.reference && (scores[at] ?? 0) < (best.get(left[at] ?? '') ?? 0))
    return positions.length > 0 && isHidden ? [{ allele, missing: positions.flatMap((site) => gene.places[site] ?? []) }] : []
  })
}
