import type { SampleGenotypes, Site } from '../pgx/calling/genotypes.ts'
import { type Alike, groupAlike } from './alike.ts'
import { assemblyOf } from './assemblies.ts'
import { makeHeaderReader, type VcfHeader } from './header.ts'
import { openInput } from './open-input.ts'
import { makeRecordReader, type RecordReader } from './record-reader.ts'
import { scanLines, textOfBytes } from './scan-lines.ts'
import type { SiteGap } from './site-store.ts'
import type { StructuralNote } from './structural-records.ts'
import { unreadable } from './vcf-error.ts'

export type ReadOptions = {
  /** Use records that did not pass their filter, too. */
  readonly ignoreFilter?: boolean
  /** Called now and then while a file is read. `fraction` is null for standard input. */
  readonly onProgress?: (done: { readonly lines: number; readonly fraction: number | null }) => void
}

/** Everything that one VCF says of the sites. */
export type VcfGenotypes = {
  readonly samples: readonly string[]
  /** `unknown` where the header does not say it and the bases agree with GRCh38. */
  readonly assembly: 'GRCh38' | 'unknown'
  /** What a reader of the whole result must know, in sentences. */
  readonly warnings: readonly string[]
  readonly lines: number
  readonly genotypesOf: (sample: number) => SampleGenotypes
  /** The same at the sites of one gene alone, for reading one sample after the other. */
  readonly genotypesAt: (gene: string) => (sample: number) => SampleGenotypes
  /** Positions without a usable genotype although the file has a record there, and why. */
  readonly gapsOf: (sample: number) => readonly SiteGap[]
  /** Structural changes that the sample carries in a gene, which no definition of ours covers. */
  readonly structuralOf: (sample: number) => readonly StructuralNote[]
  /** Groups of samples of which everything above is the same at one gene: what follows of one follows of all. */
  readonly alikeAt: (gene: string) => Alike
}

const PROGRESS_EVERY = 50_000

const warningsOf = (assembly: 'GRCh38' | 'unknown', count: ReturnType<RecordReader['counted']>): string[] => [
  ...(assembly === 'unknown'
    ? [`The header does not name the assembly; REF agrees with GRCh38 at ${count.right} known positions, so it was taken for GRCh38.`]
    : []),
  ...(count.wrong > 0 ? [`REF is not the base of the definition at ${count.wrong} positions; they count as missing.`] : []),
  ...(count.failed > 0 ? [`${count.failed} records at known positions did not pass their filter; their positions count as missing.`] : []),
  ...(count.structural > 0 ? [`${count.structural} records of structural changes in known genes were not counted.`] : []),
]

/**
 * Reads the genotypes of all samples at the given sites from a VCF (4.0 to 4.5; plain, gzip, bgzip; `-` for standard input), as a stream.
 * A site without a record stays undefined: missing is never reference.
 * @throws AttuneError `input-unreadable` with file, line and reason; see docs/calling.md for all of them
 */
export const readVcf = async (file: string, sites: readonly Site[], options: ReadOptions = {}): Promise<VcfGenotypes> => {
  const input = await openInput(file)
  const headerReader = makeHeaderReader(file)
  let header: VcfHeader | null = null
  let assembly: 'GRCh38' | 'unknown' = 'unknown'
  let reader: RecordReader | null = null
  let records = 0

  const addHeader = (bytes: Buffer, start: number, end: number, line: number): void => {
    header = headerReader.add(line, textOfBytes(file, line, bytes, start, end))
    if (header === null) return
    const verdict = assemblyOf(header)
    if (verdict.assembly === 'other') throw unreadable(file, null, `GRCh38 is needed: ${verdict.because}`)
    assembly = verdict.assembly
    reader = makeRecordReader(file, sites, { samples: header.samples.length, ignoreFilter: options.ignoreFilter ?? false })
  }

  const lines = await scanLines(file, input.chunks, (bytes, start, end, line) => {
    if (reader === null) {
      addHeader(bytes, start, end, line)
      return
    }
    if (bytes[start] === 35) throw unreadable(file, line, 'a header line stands between the records')
    records += 1
    reader.read({ bytes, start, end, line })
    if (line % PROGRESS_EVERY === 0)
      options.onProgress?.({ lines: line, fraction: input.total === null ? null : input.read() / input.total })
  })
  return finish(file, lines, records, header, assembly, reader)
}

/** Stretches of reference calls show no bases: with so few agreeing ones they could be those of any assembly. */
const LEAST_AGREEING = 5

/** Neither the header nor the bases show GRCh38. */
const refuseUnproven = (file: string, { right, blocks }: ReturnType<RecordReader['counted']>): void => {
  if (right > 0 && (blocks === 0 || right >= LEAST_AGREEING)) return
  throw unreadable(
    file,
    null,
    `GRCh38 is needed: the header names no assembly (contig lengths, ##reference), and REF shows it at only ${right} known positions`,
  )
}

const finish = (
  file: string,
  lines: number,
  records: number,
  header: VcfHeader | null,
  assembly: 'GRCh38' | 'unknown',
  reader: RecordReader | null,
): VcfGenotypes => {
  if (header === null || reader === null) throw unreadable(file, lines, 'the file ends before the line of column names (#CHROM …)')
  if (records === 0) throw unreadable(file, lines, 'the file has a header and no record')
  reader.finish()
  const { store, structural, counted } = reader
  if (assembly === 'unknown') refuseUnproven(file, counted())
  const { samples } = header
  return {
    samples,
    assembly,
    warnings: warningsOf(assembly, counted()),
    lines,
    genotypesOf: (sample) => store.genotypesOf(sample, samples[sample] ?? ''),
    genotypesAt: (gene) => {
      const genotypesOf = store.genotypesAt(gene)
      return (sample) => genotypesOf(sample, samples[sample] ?? '')
    },
    gapsOf: store.gapsOf,
    structuralOf: structural.notesOf,
    alikeAt: (gene) => groupAlike(samples.length, [...store.codesOf(gene), ...structural.columnsOf(gene).map(({ codes }) => codes)]),
  }
}
