import { type GeneReport, reportGene } from '../exporters/gene-report.ts'
import type { CallOptions, StarCaller } from '../pgx/calling/star-call.ts'
import type { GeneTable, GeneTables } from '../pgx/gene-tables.ts'
import type { OutsideCall } from '../vcf/outside-calls.ts'
import type { VcfGenotypes } from '../vcf/read-vcf.ts'

/** What the reports of one file's samples rest on. */
export type Reported = {
  readonly genes: GeneTables
  readonly caller: StarCaller
  readonly read: VcfGenotypes
  readonly outside: readonly OutsideCall[]
  readonly options: CallOptions
}

/** Reports of one gene that are kept for samples to come. Beyond it the memory is cleared, so that it stays flat. */
const MOST_KEPT = 512

/** What was asked for last, made once: all genes of a sample are asked for one after the other. */
const lastOf = <T>(make: (sample: number) => T): ((sample: number) => T) => {
  let last: { readonly sample: number; readonly made: T } | null = null
  return (sample) => {
    if (last?.sample !== sample) last = { sample, made: make(sample) }
    return last.made
  }
}

/**
 * Reports of samples, one per gene of the tables and in their order. Samples that show the same of a gene share one report: it is
 * made when the first of them is asked for, and kept until the last of them was.
 * @returns the reports of a sample by its number in the file; each sample is asked for once
 */
export const makeReports = ({ genes, caller, read, outside, options }: Reported): ((sample: number) => readonly GeneReport[]) => {
  const gapsOf = lastOf((sample) =>
    read.gapsOf(sample).map(({ site: { gene, chrom, pos, rsid }, why }) => ({ gene, chrom, pos, rsid, why })),
  )
  const structuralOf = lastOf((sample) => read.structuralOf(sample))
  const elsewhereOf = lastOf((sample) => {
    const name = read.samples[sample]
    return new Map(outside.filter((call) => call.sample === null || call.sample === name).map((call) => [call.gene, call]))
  })

  const makeOne = (table: GeneTable): ((sample: number) => GeneReport) => {
    const genotypesOf = read.genotypesAt(table.symbol)
    return (sample) =>
      reportGene(table, {
        call: caller.callGene(table.symbol, genotypesOf(sample), options),
        gaps: gapsOf(sample).filter(({ gene }) => gene === table.symbol),
        structural: structuralOf(sample).filter(({ gene }) => gene === table.symbol),
        outside: elsewhereOf(sample).get(table.symbol) ?? null,
      })
  }

  const remember = (table: GeneTable, make: (sample: number) => GeneReport): ((sample: number) => GeneReport) => {
    const { groupOf, sizes } = read.alikeAt(table.symbol)
    const kept = new Map<number, GeneReport>()
    const left = [...sizes]
    return (sample) => {
      const group = groupOf[sample] ?? 0
      const report = kept.get(group) ?? make(sample)
      const toCome = (left[group] ?? 0) - 1
      left[group] = toCome
      if (toCome <= 0) kept.delete(group)
      else if (!kept.has(group)) {
        if (kept.size >= MOST_KEPT) kept.clear()
        kept.set(group, report)
      }
      return report
    }
  }

  const all = [...genes.values()].map((table) => {
    const make = makeOne(table)
    const alike = remember(table, make)
    return (sample: number): GeneReport => (elsewhereOf(sample).has(table.symbol) ? make(sample) : alike(sample))
  })
  return (sample) => all.map((report) => report(sample))
}
