import type { Genotype } from '../../contract/genes.ts'
import { isInTable, lookUpGenotype, NO_GENOTYPE } from '../genotype.ts'
import { compareCopies, nameDiplotype } from './allele-names.ts'
import { notesOf } from './call-notes.ts'
import { combineAlleles } from './combine-alleles.ts'
import type { CompiledGene } from './compile-gene.ts'
import type { SampleGenotypes } from './genotypes.ts'
import { lowestOfCopies, lowestOfList, readLowestFunction } from './lowest-function.ts'
import { matchPairs, seenCells } from './match-pairs.ts'
import { type Observation, observe } from './observe.ts'
import type { CallOptions, CannotRuleOut, FoundVariant, StarCall, StarDiplotype, UncallableAllele } from './star-call.ts'
import { basesText, usedPositions } from './used-positions.ts'

/** More equal answers than this say nothing: the gene is indeterminate. */
const MOST_TIES = 100

/** Answers with a lower score that are kept for explanation. */
const MOST_ALTERNATIVES = 10

type Copies = readonly (readonly string[])[]

/** What the method of a gene comes to; the rest of a call is the same for all. */
type Outcome = Pick<StarCall, 'state' | 'because' | 'names' | 'diplotypes' | 'preferred' | 'variants' | 'inferred' | 'alternatives'> & {
  readonly genotypes?: readonly Genotype[]
  readonly notes?: readonly string[]
}

const NOTHING = { names: [], diplotypes: [], preferred: null, variants: [], inferred: null, alternatives: [] } as const

const notCalled = (because: string): Outcome => ({ state: 'not-called', because, ...NOTHING })

const namesAt = (gene: CompiledGene, sites: readonly number[]): string =>
  sites.map((at) => gene.sites[at]?.rsid ?? `${gene.sites[at]?.chrom}:${gene.sites[at]?.pos}`).join(', ')

/** Genotype of single alleles; a combination has no function of its own in the table. */
const genotypeOf = (gene: CompiledGene, copies: Copies): Genotype => {
  const alleles = copies.flat()
  return copies.every((copy) => copy.length === 1) && isInTable(gene.table, alleles)
    ? lookUpGenotype(gene.table, alleles)
    : { ...NO_GENOTYPE, diplotype: nameDiplotype(copies) }
}

const diplotypeOf = (gene: CompiledGene, copies: Copies, score: number): StarDiplotype => {
  const sorted = [...copies].sort(compareCopies)
  return { name: nameDiplotype(sorted), copies: sorted, score, genotype: genotypeOf(gene, sorted) }
}

const distinct = (genotypes: readonly Genotype[]): Genotype[] =>
  [
    ...new Map(
      genotypes
        .map(
          (one) => [`${one.phenotype?.code ?? ''} ${one.activityScore?.text ?? ''} ${one.phenotype ? '' : one.keys.join()}`, one] as const,
        )
        .reverse(),
    ).values(),
  ].reverse()

/** Sub-alleles under the name they are reported by; of answers that then read alike the best stays. */
const reported = (gene: CompiledGene, seen: Observation): StarDiplotype[] => {
  const names = gene.definitions.reportedAs ?? {}
  const best = new Map<string, { copies: Copies; score: number }>()
  for (const { first, second, score } of matchPairs(gene, seen)) {
    const copies = [first, ...(second === null ? [] : [second])].map((allele) => {
      const name = gene.alleles[allele] ?? ''
      return [names[name] ?? name]
    })
    const key = nameDiplotype(copies)
    if ((best.get(key)?.score ?? -1) < score) best.set(key, { copies, score })
  }
  return [...best.values()]
    .map(({ copies, score }) => diplotypeOf(gene, copies, score))
    .sort((left, right) => right.score - left.score || compareDiplotypes(left, right))
}

const compareDiplotypes = (left: StarDiplotype, right: StarDiplotype): number => {
  for (const [at, copy] of left.copies.entries()) {
    const difference = compareCopies(copy, right.copies[at] ?? [])
    if (difference !== 0) return difference
  }
  return 0
}

const isUnphased = (seen: Observation): boolean => seen.groups.length > 1

/** The diplotype that the gene's list prefers where all members of a line fit. */
const preferredOf = (gene: CompiledGene, diplotypes: readonly StarDiplotype[]): StarDiplotype | null => {
  const named = new Map(diplotypes.map((one) => [one.name, one]))
  const inOrder = (name: string): string => nameDiplotype(name.split('/').map((allele) => [allele]))
  const line = gene.definitions.priorities?.find(({ pick, over }) => [pick, ...over].every((name) => named.has(inOrder(name))))
  return line === undefined ? null : (named.get(inOrder(line.pick)) ?? null)
}

const severalBecause = (gene: CompiledGene, seen: Observation): string =>
  [isUnphased(seen) ? 'the copies cannot be told apart' : '', seen.missing.length > 0 ? 'positions that would decide are missing' : '']
    .filter((part) => part !== '')
    .join(', and ') || `several diplotypes of ${gene.table.symbol} have the same definitions here`

const chosen = (gene: CompiledGene, seen: Observation, all: readonly StarDiplotype[]): Outcome => {
  // A gene with a priority list keeps every diplotype that fits unphased data: its list decides, not the score.
  const listed = gene.definitions.priorities !== undefined && isUnphased(seen)
  const top = all[0]?.score ?? 0
  const best = listed ? all : all.filter((one) => one.score === top)
  const alternatives = all.filter((one) => !best.includes(one)).slice(0, MOST_ALTERNATIVES)
  if (best.length > MOST_TIES)
    return {
      state: 'indeterminate',
      because: `${best.length} diplotypes fit equally well`,
      ...NOTHING,
      alternatives: best.slice(0, MOST_ALTERNATIVES),
    }
  const preferred = listed && best.length > 1 ? preferredOf(gene, best) : null
  return {
    ...NOTHING,
    state: best.length === 1 ? 'called' : 'several',
    because: best.length === 1 ? null : severalBecause(gene, seen),
    names: best.map(({ name }) => name),
    diplotypes: best,
    preferred,
    alternatives,
    genotypes: distinct((preferred ? [preferred] : best).map(({ genotype }) => genotype)),
  }
}

const combined = (gene: CompiledGene, seen: Observation): Outcome => {
  const names = new Set(gene.definitions.notCombined ?? [])
  const found = combineAlleles(gene, seen, new Set(gene.alleles.filter((name) => !names.has(name))))
  if (found === null) return { state: 'indeterminate', because: 'too many ways to lay out the copies', ...NOTHING }
  const diplotypes = found.map(({ copies, score }) => diplotypeOf(gene, copies, score))
  return {
    ...NOTHING,
    state: diplotypes.length === 1 ? 'called' : 'several',
    because: diplotypes.length === 1 ? null : severalBecause(gene, seen),
    names: diplotypes.map(({ name }) => name),
    diplotypes,
    genotypes: distinct(diplotypes.map(({ genotype }) => genotype)),
    notes: ['Combination and partial alleles were asked for: for research use only.'],
  }
}

/** Genes called by whole diplotypes. */
const callDiplotypes = (gene: CompiledGene, seen: Observation, options: CallOptions): Outcome => {
  if (seen.half.length > 0)
    return notCalled(
      `only one of two copies was read at ${namesAt(
        gene,
        seen.half.map(({ site }) => site),
      )}`,
    )
  const all = reported(gene, seen)
  if (all.length > 0) return chosen(gene, seen, all)
  if (options.combinations) return combined(gene, seen)
  return notCalled('no pair of defined alleles explains these genotypes')
}

const shownVariant = ({ allele, copies }: FoundVariant): string => (copies === 2 ? `${allele} (homozygous)` : allele)

/** Genes whose phenotype rests on the lowest functions found. */
const callLowest = (gene: CompiledGene, seen: Observation): Outcome => {
  const reading = readLowestFunction(gene, seen)
  const pairOf = (alleles: readonly string[]): StarDiplotype =>
    diplotypeOf(
      gene,
      alleles.map((allele) => [allele]),
      0,
    )
  if (reading.kind === 'variants') {
    const inferred = pairOf(lowestOfList(gene.table, reading.variants))
    const worse =
      seen.half.length === 0
        ? []
        : [
            pairOf(
              lowestOfList(
                gene.table,
                reading.variants.map((one) => ({ ...one, copies: 2 as const })),
              ),
            ),
          ]
    return {
      ...NOTHING,
      state: 'variants',
      because:
        seen.half.length > 0
          ? `only one of two copies was read at ${namesAt(
              gene,
              seen.half.map(({ site }) => site),
            )}`
          : 'the copies cannot be told apart',
      names: reading.variants.map(shownVariant),
      variants: reading.variants,
      inferred,
      genotypes: distinct([inferred, ...worse].map(({ genotype }) => genotype)),
      notes: reading.notes,
    }
  }
  const diplotypes = reading.diplotypes.map(({ copies, score }) => diplotypeOf(gene, copies, score)).sort(compareDiplotypes)
  const pairs = diplotypes.map(({ copies }) => pairOf(lowestOfCopies(gene.table, copies)))
  return {
    ...NOTHING,
    state: diplotypes.length === 1 ? 'called' : 'several',
    because: diplotypes.length === 1 ? null : severalBecause(gene, seen),
    names: diplotypes.map(({ name }) => name),
    diplotypes,
    inferred:
      pairs.find(
        ({ genotype }) => genotype.activityScore?.value === Math.min(...pairs.map((one) => one.genotype.activityScore?.value ?? 9)),
      ) ??
      pairs[0] ??
      null,
    genotypes: distinct(pairs.map(({ genotype }) => genotype)),
    notes: reading.notes,
  }
}

/** Reasons for which no method is even tried. */
const refusal = (gene: CompiledGene, seen: Observation, options: CallOptions): string | null => {
  const required = seen.missing.filter((at) => gene.sites[at]?.flags.includes('required'))
  const unknown = seen.undocumented.filter((one) => !one.takenAsReference)
  if (gene.table.special.includes('copy-number') && !options.withoutCopyNumber)
    return 'the number of gene copies cannot be seen in a VCF; give the laboratory’s own call'
  if (seen.present.length === 0 && seen.half.length === 0 && seen.crowded.length === 0 && unknown.length === 0)
    return 'none of its positions was read'
  if (seen.crowded.length > 0) return `more than two alleles at ${namesAt(gene, seen.crowded)}`
  if (unknown.length > 0)
    return `a base that no definition knows: ${unknown.map((one) => `${one.bases.join(', ')} at ${one.rsid ?? `${one.chrom}:${one.pos}`}`).join('; ')}`
  if (required.length > 0) return `positions without which it cannot be called are missing: ${namesAt(gene, required)}`
  return seen.mixedPloidy ? 'one copy at some positions, two different ones at others' : null
}

const outcomeOf = (gene: CompiledGene, seen: Observation, options: CallOptions): Outcome => {
  const because = refusal(gene, seen, options)
  if (because !== null) return notCalled(because)
  return gene.table.special.includes('lowest-function') ? callLowest(gene, seen) : callDiplotypes(gene, seen, options)
}

/** Alleles of which a defining position is missing: those that cannot be seen at all first told from the rest by the caller's notes. */
const uncallableOf = (gene: CompiledGene, seen: Observation): UncallableAllele[] => {
  if (seen.missing.length === 0) return []
  const cells = seenCells(gene, seen)
  return gene.alleles.flatMap((allele, at) => {
    if ((cells[at] ?? 0) > 0) return []
    return [{ allele, missing: seen.missing.filter((site) => gene.cells[at]?.[site]).flatMap((site) => gene.places[site] ?? []) }]
  })
}

const sameDiplotype = (left: string, right: string): boolean =>
  nameDiplotype(left.split('/').map((allele) => [allele])) === nameDiplotype(right.split('/').map((allele) => [allele]))

/** Other readings that unphased data cannot exclude, from the gene's list. */
const cannotRuleOut = (gene: CompiledGene, seen: Observation, names: readonly string[]): CannotRuleOut[] => {
  if (!isUnphased(seen)) return []
  const het = new Set(seen.groups.flatMap(({ sites }) => sites.map((at) => gene.sites[at]?.rsid)))
  return (gene.definitions.cannotRuleOut ?? []).flatMap(({ called, alternative, hetAt }) =>
    names.some((name) => sameDiplotype(name, called)) &&
    (hetAt ?? []).every((rsid) => het.has(rsid)) &&
    !names.some((name) => sameDiplotype(name, alternative))
      ? [{ called, alternative }]
      : [],
  )
}

/** Calls one gene of one sample. */
export const callGene = (gene: CompiledGene, sample: SampleGenotypes, options: CallOptions): StarCall => {
  const seen = observe(gene, sample)
  const outcome = outcomeOf(gene, seen, options)
  const { notes = [], genotypes = [], ...rest } = outcome
  const call = {
    gene: gene.table.symbol,
    ...rest,
    genotypes,
    phasing: seen.phasing,
    used: usedPositions(gene, sample, seen.present),
    missing: seen.missing.flatMap((at) => gene.places[at] ?? []),
    uncallable: uncallableOf(gene, seen),
    undocumented: seen.undocumented,
    cannotRuleOut: cannotRuleOut(gene, seen, rest.names),
    extra: gene.extra.map((site) => {
      const genotype = sample.at[site.index]
      return { chrom: site.chrom, pos: site.pos, rsid: site.rsid, bases: genotype === undefined ? null : basesText(genotype) }
    }),
  }
  return { ...call, notes: [...notes, ...notesOf(gene, seen, call, options)] }
}
