import { callDiplotypes } from './call-diplotypes.ts'
import { callLowest } from './call-lowest.ts'
import { notesOf } from './call-notes.ts'
import type { CompiledGene } from './compile-gene.ts'
import type { SampleGenotypes } from './genotypes.ts'
import { type Observation, observe } from './observe.ts'
import { isUnphased, namesAt, notCalled, type Outcome, textsOf } from './outcome.ts'
import { basesText } from './read-site.ts'
import { sightOf } from './sight.ts'
import type { CallOptions, CannotRuleOut, StarCall, UndocumentedBase } from './star-call.ts'

const unknownBecause = (unknown: readonly UndocumentedBase[]): string => {
  const bases = unknown.map(({ bases, rsid, chrom, pos }) => `${bases.join(', ')} at ${rsid ?? `${chrom}:${pos}`}`)
  return `a base that no definition knows: ${bases.join('; ')}`
}

/** A reference base on one of two copies says nothing of the other; it was read all the same. */
const nothingBecause = ({ uncounted }: Observation): string =>
  uncounted.length === 0
    ? 'none of its positions was read'
    : `none of its positions was read on both copies, only on one: ${textsOf(uncounted)}`

/** Reasons for which no method is even tried. */
const refusal = (gene: CompiledGene, seen: Observation, options: CallOptions): string | null => {
  const unknown = seen.undocumented.filter((one) => !one.takenAsReference)
  const required = seen.missing.filter((at) => gene.sites[at]?.flags.includes('required'))
  if (gene.table.special.includes('copy-number') && !options.withoutCopyNumber)
    return 'the number of gene copies cannot be seen in a VCF; give the laboratory’s own call'
  if (seen.crowded.length > 0) return `more than two alleles at ${namesAt(gene, seen.crowded)}`
  if (unknown.length > 0) return unknownBecause(unknown)
  if (seen.present.length === 0 && seen.half.length === 0) return nothingBecause(seen)
  if (required.length > 0) return `positions without which it cannot be called are missing: ${namesAt(gene, required)}`
  return seen.mixedPloidy ? 'one copy at some positions, two different ones at others' : null
}

const outcomeOf = (gene: CompiledGene, seen: Observation, options: CallOptions): Outcome => {
  const because = refusal(gene, seen, options)
  if (because !== null) return notCalled(because)
  return gene.table.special.includes('lowest-function') ? callLowest(gene, seen) : callDiplotypes(gene, seen, options)
}

/** Other readings that unphased data cannot exclude, from the gene's list. */
const cannotRuleOut = (gene: CompiledGene, seen: Observation, names: readonly string[]): CannotRuleOut[] => {
  if (gene.cannotRuleOut.length === 0 || !isUnphased(seen)) return []
  const isDifferent = (rsid: string): boolean => seen.groups.some(({ sites }) => sites.some((at) => gene.sites[at]?.rsid === rsid))
  return gene.cannotRuleOut
    .filter(({ calledInOrder, alternativeInOrder }) => names.includes(calledInOrder) && !names.includes(alternativeInOrder))
    .filter(({ hetAt }) => hetAt.every(isDifferent))
    .map(({ called, alternative }) => ({ called, alternative }))
}

const extraOf = (gene: CompiledGene, sample: SampleGenotypes): StarCall['extra'] =>
  gene.extra.map(({ chrom, pos, rsid, index }) => {
    const genotype = sample.at[index]
    return { chrom, pos, rsid, bases: genotype === undefined ? null : basesText(genotype) }
  })

/** Calls one gene of one sample. */
export const callGene = (gene: CompiledGene, sample: SampleGenotypes, options: CallOptions): StarCall => {
  const seen = observe(gene, sample)
  const outcome = outcomeOf(gene, seen, options)
  const { missing, uncallable } = sightOf(gene, seen.missing)
  const call: StarCall = {
    gene: gene.table.symbol,
    state: outcome.state,
    because: outcome.because,
    names: outcome.names,
    diplotypes: outcome.diplotypes,
    preferred: outcome.preferred,
    variants: outcome.variants,
    inferred: outcome.inferred,
    alternatives: outcome.alternatives,
    genotypes: outcome.genotypes,
    phasing: seen.phasing,
    used: seen.used,
    uncounted: seen.uncounted,
    missing,
    uncallable,
    undocumented: seen.undocumented,
    cannotRuleOut: cannotRuleOut(gene, seen, outcome.names),
    extra: extraOf(gene, sample),
    notes: outcome.notes,
  }
  const notes = notesOf(gene, seen, call, options)
  return notes.length === 0 ? call : { ...call, notes: [...outcome.notes, ...notes] }
}
