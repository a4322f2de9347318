import { nameDiplotype } from './allele-names.ts'
import { combineAlleles } from './combine-alleles.ts'
import type { CompiledGene } from './compile-gene.ts'
import { matchPairs } from './match-pairs.ts'
import type { Observation } from './observe.ts'
import {
  compareDiplotypes,
  diplotypeOf,
  fromDiplotypes,
  halfBecause,
  isUnphased,
  NOTHING,
  notCalled,
  type Outcome,
  reportedPair,
  withScore,
} from './outcome.ts'
import type { CallOptions, StarDiplotype } from './star-call.ts'

/** More equal answers than this say nothing: the gene is indeterminate. */
const MOST_TIES = 100

/** Answers with a lower score that are kept for explanation. */
const MOST_ALTERNATIVES = 10

/** Sub-alleles under the name they are reported by; of answers that then read alike the best stays. Best first. */
const reported = (gene: CompiledGene, seen: Observation): StarDiplotype[] => {
  const best = new Map<string, StarDiplotype>()
  for (const { first, second, score } of matchPairs(gene, seen)) {
    const pair = reportedPair(gene, first, second)
    if ((best.get(pair.name)?.score ?? -1) < score) best.set(pair.name, withScore(pair, score))
  }
  return [...best.values()].sort((left, right) => right.score - left.score)
}

const inOrder = (diplotypes: readonly StarDiplotype[]): StarDiplotype[] =>
  [...diplotypes].sort((left, right) => right.score - left.score || compareDiplotypes(left, right))

/** The diplotype that the gene's list prefers where all members of a line fit. */
const preferredOf = (gene: CompiledGene, diplotypes: readonly StarDiplotype[]): StarDiplotype | null => {
  const named = new Map(diplotypes.map((one) => [one.name, one]))
  const find = (name: string): StarDiplotype | undefined => named.get(nameDiplotype(name.split('/').map((allele) => [allele])))
  const line = gene.definitions.priorities?.find(({ pick, over }) => [pick, ...over].every((name) => find(name) !== undefined))
  return line === undefined ? null : (find(line.pick) ?? null)
}

const choose = (gene: CompiledGene, seen: Observation, all: readonly StarDiplotype[]): Outcome => {
  // A gene with a priority list keeps every diplotype that fits unphased data: its list decides, not the score.
  const listed = gene.definitions.priorities !== undefined && isUnphased(seen)
  const best = listed ? all : all.filter(({ score }) => score === all[0]?.score)
  const rest = listed ? [] : all.slice(best.length, best.length + MOST_ALTERNATIVES)
  if (best.length > MOST_TIES)
    return {
      ...NOTHING,
      state: 'indeterminate',
      because: `${best.length} diplotypes fit equally well`,
      alternatives: inOrder(best.slice(0, MOST_ALTERNATIVES)),
    }
  const diplotypes = inOrder(best)
  const preferred = listed && best.length > 1 ? preferredOf(gene, diplotypes) : null
  return { ...fromDiplotypes(gene, seen, diplotypes), preferred, alternatives: inOrder(rest) }
}

const combine = (gene: CompiledGene, seen: Observation): Outcome => {
  const names = new Set(gene.definitions.notCombined ?? [])
  const found = combineAlleles(gene, seen, new Set(gene.alleles.filter((name) => !names.has(name))))
  if (found === null) return { ...NOTHING, state: 'indeterminate', because: 'too many ways to lay out the copies' }
  return {
    ...fromDiplotypes(gene, seen, inOrder(found.map(({ copies, score }) => diplotypeOf(gene, copies, score)))),
    notes: ['Combination and partial alleles were asked for: for research use only.'],
  }
}

/** Genes called by whole diplotypes: the pair of alleles with most defined positions, and all that equal it. */
export const callDiplotypes = (gene: CompiledGene, seen: Observation, options: CallOptions): Outcome => {
  if (seen.half.length > 0) return notCalled(halfBecause(gene, seen))
  const all = reported(gene, seen)
  if (all.length > 0) return choose(gene, seen, all)
  return options.combinations ? combine(gene, seen) : notCalled('no pair of defined alleles explains these genotypes')
}
