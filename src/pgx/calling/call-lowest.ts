import type { CompiledGene } from './compile-gene.ts'
import { compareByFunction, lowestOfCopies, lowestOfList, readLowestFunction } from './lowest-function.ts'
import type { Observation } from './observe.ts'
import { compareDiplotypes, diplotypeOf, distinctGenotypes, fromDiplotypes, halfBecause, NOTHING, type Outcome } from './outcome.ts'
import type { FoundVariant, StarDiplotype } from './star-call.ts'

const shown = ({ allele, copies }: FoundVariant): string => (copies === 2 ? `${allele} (homozygous)` : allele)

const pairOf = (gene: CompiledGene, alleles: readonly string[]): StarDiplotype =>
  diplotypeOf(
    gene,
    alleles.map((allele) => [allele]),
    0,
  )

const fromList = (gene: CompiledGene, seen: Observation, variants: readonly FoundVariant[], notes: readonly string[]): Outcome => {
  const inferred = pairOf(gene, lowestOfList(gene.table, variants))
  // A copy that was not read may carry the variant as well: both answers are told.
  const doubled = variants.map(({ allele }) => ({ allele, copies: 2 as const }))
  const worse = seen.half.length === 0 ? [] : [pairOf(gene, lowestOfList(gene.table, doubled))]
  return {
    ...NOTHING,
    state: 'variants',
    because: seen.half.length > 0 ? halfBecause(gene, seen) : 'the copies cannot be told apart',
    names: variants.map(shown),
    variants,
    inferred,
    genotypes: distinctGenotypes([inferred, ...worse]),
    notes,
  }
}

const lowestFirst =
  (gene: CompiledGene) =>
  (left: StarDiplotype, right: StarDiplotype): number => {
    const compare = compareByFunction(gene.table)
    const [one, other] = [left, right].map(({ copies }) => copies.flat().sort(compare))
    return (one ?? []).reduce((found, allele, at) => found || compare(allele, other?.[at] ?? allele), 0)
  }

/** Genes whose phenotype rests on the lowest functions found: one per copy where the copies can be told apart, else the two lowest. */
export const callLowest = (gene: CompiledGene, seen: Observation): Outcome => {
  const reading = readLowestFunction(gene, seen)
  if (reading.kind === 'variants') return fromList(gene, seen, reading.variants, reading.notes)
  const diplotypes = reading.diplotypes.map(({ copies, score }) => diplotypeOf(gene, copies, score)).sort(compareDiplotypes)
  const pairs = diplotypes.map(({ copies }) => pairOf(gene, lowestOfCopies(gene.table, copies))).sort(lowestFirst(gene))
  return {
    ...fromDiplotypes(gene, seen, diplotypes),
    inferred: pairs[0] ?? null,
    genotypes: distinctGenotypes(pairs),
    notes: reading.notes,
  }
}
