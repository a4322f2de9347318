import type { Genotype } from '../contract/genes.ts'
import type { Phasing, PositionName, StarCall } from '../pgx/calling/star-call.ts'
import type { GeneTable, GeneTables } from '../pgx/gene-tables.ts'

/** Why a position has no usable genotype although the file has a record of it. */
export type PositionGap = PositionName & { readonly gene: string; readonly why: string }

/** A call made elsewhere, as the outside-calls file has it. */
export type OutsideReport = {
  readonly line: number
  readonly diplotype: string | null
  readonly phenotype: string | null
  readonly activityScore: string | null
}

/**
 * What is known of one gene in one sample, ready to be written in any format. Missing never has the shape of normal: only `called`,
 * `several` and `variants` hold genotypes.
 * - `not-called`: positions were read, and no answer follows.
 * - `not-tested`: nothing of the gene was read.
 */
export type GeneReport = {
  readonly gene: string
  readonly hgnc: string
  readonly source: 'vcf' | 'outside-call' | 'none'
  readonly state: StarCall['state'] | 'not-tested'
  readonly because: string | null
  /** Diplotypes, or variants where the copies cannot be told apart, as reports write them. */
  readonly names: readonly string[]
  /** Every genotype that stays possible, by the tables. */
  readonly genotypes: readonly Genotype[]
  /** The diplotype that a documented list prefers among several. */
  readonly preferred: string | null
  readonly phasing: Phasing | null
  readonly call: StarCall | null
  readonly outside: OutsideReport | null
  /** Structural changes that the sample carries in the gene, in sentences: they were not counted, so a normal result reaches less far. */
  readonly structural: readonly string[]
  readonly notes: readonly string[]
}

export type SampleReport = {
  readonly sample: string
  /** Version of the rules that the calls follow. */
  readonly rules: string
  readonly genes: readonly GeneReport[]
  /** About the whole file. */
  readonly warnings: readonly string[]
}

/** Everything about one sample that its calls rest on. */
export type SampleCalls = {
  readonly sample: string
  readonly calls: readonly StarCall[]
  readonly gaps: readonly PositionGap[]
  readonly structural: readonly { readonly gene: string; readonly note: string }[]
  readonly outside: readonly OutsideCallOf[]
}
/** An outside call as it was read. */
type OutsideCallOf = {
  readonly gene: string
  readonly line: number
  readonly stated: { readonly diplotype: string | null; readonly phenotype: string | null; readonly activityScore: string | null }
  readonly genotypes: readonly Genotype[]
  readonly notes: readonly string[]
}

const MOST_NAMED = 8
const nameOf = ({ rsid, chrom, pos }: PositionName): string => rsid ?? `${chrom}:${pos}`
const list = (names: readonly string[]): string =>
  names.length <= MOST_NAMED ? names.join(', ') : `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`

/** Reasons with the positions that they concern: `rs1, rs2: the record did not pass its filter (LowQual).` */
const gapNotes = (gaps: readonly PositionGap[]): string[] => {
  const byReason = new Map<string, string[]>()
  for (const gap of gaps) byReason.set(gap.why, [...(byReason.get(gap.why) ?? []), nameOf(gap)])
  return [...byReason].map(([why, names]) => `${list(names)}: ${why}.`)
}

/** Genotypes that stay possible. A preferred diplotype is a preference, so the others stay open, too. */
const genotypesOf = (call: StarCall): readonly Genotype[] =>
  call.inferred !== null || call.diplotypes.length === 0 ? call.genotypes : call.diplotypes.map(({ genotype }) => genotype)

const wasRead = (call: StarCall, gaps: readonly PositionGap[]): boolean =>
  call.used.length > 0 || call.uncounted.length > 0 || call.undocumented.length > 0 || gaps.length > 0

/** What stands in a file beside the positions, as sentences. */
const sentences = (structural: readonly { readonly note: string }[]): string[] =>
  structural.map(({ note }) => `${note[0]?.toUpperCase()}${note.slice(1)}.`)

const fromVcf = (table: GeneTable, call: StarCall, gaps: readonly PositionGap[], structural: readonly string[]): GeneReport => {
  const untouched = call.state === 'not-called' && !wasRead(call, gaps)
  return {
    gene: call.gene,
    hgnc: table.hgnc,
    source: untouched ? 'none' : 'vcf',
    state: untouched ? 'not-tested' : call.state,
    because: call.because,
    names: call.names,
    genotypes: genotypesOf(call),
    preferred: call.preferred?.name ?? null,
    phasing: untouched ? null : call.phasing,
    call: untouched ? null : call,
    outside: null,
    structural,
    notes: [...call.notes, ...gapNotes(gaps), ...structural],
  }
}

/** Why an outside call says nothing: alleles that the table does not have; the parts of a tandem are not added up. */
const unknownAlleles = (table: GeneTable, names: readonly string[]): string => {
  const tandem = names.flatMap((name) => name.split('/')).find((allele) => allele.includes('+') && !Object.hasOwn(table.alleles, allele))
  return tandem === undefined
    ? 'the alleles are not in the table, so no phenotype is given'
    : `the table has no value for the tandem ${tandem}, and its parts are not added up, so no phenotype is given`
}

/** An outside call goes before the file's own; what the file shows is said beside it. */
const fromOutside = (table: GeneTable, outside: OutsideCallOf, call: StarCall | null, structural: readonly string[]): GeneReport => {
  const names = [...new Set(outside.genotypes.flatMap((one) => one.diplotype ?? []))]
  const known = outside.genotypes.some(
    (one) => one.keys.length > 0 && (one.phenotype !== null || one.activityScore !== null || one.keys.some((key) => key !== one.diplotype)),
  )
  const seen = call !== null && call.names.length > 0
  return {
    gene: table.symbol,
    hgnc: table.hgnc,
    source: 'outside-call',
    state: !known ? 'indeterminate' : outside.genotypes.length > 1 ? 'several' : 'called',
    because: !known
      ? unknownAlleles(table, names)
      : outside.genotypes.length > 1
        ? 'the outside call leaves more than one genotype open'
        : null,
    names,
    genotypes: known ? outside.genotypes : [],
    preferred: null,
    phasing: null,
    call: null,
    outside: { line: outside.line, ...outside.stated },
    structural,
    notes: [
      ...outside.notes,
      seen
        ? `Taken from the outside call (line ${outside.line}), not from the VCF, which shows ${call.names.join(' or ')}.`
        : `Taken from the outside call (line ${outside.line}).`,
      ...structural,
    ],
  }
}

const notTested = (table: GeneTable): GeneReport => ({
  gene: table.symbol,
  hgnc: table.hgnc,
  source: 'none',
  state: 'not-tested',
  because: 'it is not called from a VCF; give an outside call',
  names: [],
  genotypes: [],
  preferred: null,
  phasing: null,
  call: null,
  outside: null,
  structural: [],
  notes: [],
})

const byGeneName = <T extends { readonly gene: string }>(all: readonly T[]): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const own = groups.get(one.gene)
    if (own) own.push(one)
    else groups.set(one.gene, [one])
  }
  return groups
}

/** Everything about one gene of one sample that its report rests on. */
export type GeneCalls = {
  /** Null for a gene that is not called from a VCF. */
  readonly call: StarCall | null
  readonly gaps: readonly PositionGap[]
  readonly structural: readonly { readonly gene: string; readonly note: string }[]
  readonly outside: OutsideCallOf | null
}

export const reportGene = (table: GeneTable, { call, gaps, structural, outside }: GeneCalls): GeneReport => {
  if (outside) return fromOutside(table, outside, call, sentences(structural))
  if (!call) return notTested(table)
  return fromVcf(table, call, gaps, sentences(structural))
}

/** One report per gene of the tables, in their order: no gene is passed over in silence. */
export const reportGenes = (genes: GeneTables, { calls, gaps, structural, outside }: SampleCalls): GeneReport[] => {
  const byGene = new Map(calls.map((call) => [call.gene, call]))
  const elsewhere = new Map(outside.map((call) => [call.gene, call]))
  const [gapsOf, structuralOf] = [byGeneName(gaps), byGeneName(structural)]
  return [...genes.values()].map((table) =>
    reportGene(table, {
      call: byGene.get(table.symbol) ?? null,
      gaps: gapsOf.get(table.symbol) ?? [],
      structural: structuralOf.get(table.symbol) ?? [],
      outside: elsewhere.get(table.symbol) ?? null,
    }),
  )
}
