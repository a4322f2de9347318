import type { Genotype } from '../contract/genes.ts'
import type { GeneNames } from '../pgx/gene-names.ts'
import type { GeneTable, GeneTables } from '../pgx/gene-tables.ts'
import { openInput } from './open-input.ts'
import { readOutsideResult } from './outside-result.ts'
import { scanLines, textOfBytes } from './scan-lines.ts'
import { quoted, unreadable } from './vcf-error.ts'

/** A gene that a laboratory or another program called: CYP2D6 with its copies, HLA typing, mitochondrial variants. */
export type OutsideCall = {
  readonly gene: string
  /** Null when the file names no samples: then it is about the only one. */
  readonly sample: string | null
  readonly line: number
  /** As the file has it; null for an empty cell. */
  readonly stated: { readonly diplotype: string | null; readonly phenotype: string | null; readonly activityScore: string | null }
  /** What the tables make of it; several where the call leaves copies open or the stated phenotype is another one. */
  readonly genotypes: readonly Genotype[]
  readonly notes: readonly string[]
}

const HEAD = ['gene', 'diplotype', 'phenotype', 'activity score']
const plain = (cell: string): string => cell.replace(/^#/, '').trim().toLowerCase()

/** Which columns a file has: told by its head, or by where the gene stands in the first row. */
type Layout = { readonly sample: boolean }

const layoutOfHead = (cells: readonly string[]): Layout | null => {
  const names = cells.map(plain)
  if (names[0] === 'sample' && names[1] === 'gene') return { sample: true }
  return names[0] === 'gene' && names[1] === HEAD[1] ? { sample: false } : null
}

const cellOf = (cells: readonly string[], at: number): string | null => {
  const text = cells[at]?.trim() ?? ''
  return text === '' || text === '.' || text === '-' ? null : text
}

/** All samples of the VCF, and how many of them are called. */
export type SamplesOfVcf = { readonly all: readonly string[]; readonly called: number }

type Reader = { readonly file: string; readonly genes: GeneTables; readonly names: GeneNames; readonly samples: SamplesOfVcf }

const tableOf = (reader: Reader, line: number, name: string): GeneTable => {
  const table = reader.genes.get(name)
  if (!table) throw unreadable(reader.file, line, `${quoted(name)} is no gene that the rules know`)
  return table
}

const sampleOf = ({ file, samples }: Reader, line: number, layout: Layout, cells: readonly string[]): string | null => {
  if (!layout.sample) {
    if (samples.called > 1) throw unreadable(file, line, `${samples.called} samples are called: name the sample in a first column`)
    return null
  }
  const name = cells[0]?.trim() ?? ''
  if (!samples.all.includes(name)) throw unreadable(file, line, 'its sample is not among those of the VCF')
  return name
}

const readRow = (reader: Reader, line: number, layout: Layout, cells: readonly string[]): OutsideCall => {
  const { file } = reader
  const shift = layout.sample ? 1 : 0
  const most = HEAD.length + shift
  if (cells.length < 2 + shift || cells.length > most)
    throw unreadable(
      file,
      line,
      `the row has ${cells.length} columns; it takes ${layout.sample ? 'sample, ' : ''}${HEAD.join(', ')}, separated by tabs`,
    )
  const sample = sampleOf(reader, line, layout, cells)
  const table = tableOf(reader, line, cells[shift]?.trim() ?? '')
  const stated = {
    diplotype: cellOf(cells, shift + 1),
    phenotype: cellOf(cells, shift + 2),
    activityScore: cellOf(cells, shift + 3),
  }
  const result = readOutsideResult(table, reader.names[table.symbol], stated)
  if ('problem' in result) throw unreadable(file, line, `${table.symbol}: ${result.problem}`)
  return { gene: table.symbol, sample, line, stated, ...result }
}

/**
 * Reads calls that were made elsewhere: tab-separated `gene, diplotype, phenotype, activity score`, for files of several samples with
 * the sample in a first column. `#` begins a comment. Strict: what cannot be used stops the whole file.
 * @throws AttuneError `input-unreadable` with file, line and reason
 */
export const readOutsideCalls = async (
  file: string,
  genes: GeneTables,
  names: GeneNames,
  samples: SamplesOfVcf,
): Promise<readonly OutsideCall[]> => {
  const reader: Reader = { file, genes, names, samples }
  const calls: OutsideCall[] = []
  const lines = new Map<string, number>()
  let layout: Layout | null = null
  const input = await openInput(file)
  await scanLines(file, input.chunks, (bytes, start, end, line) => {
    const text = textOfBytes(file, line, bytes, start, end).replace(line === 1 ? /^\uFEFF/ : /$^/, '')
    const cells = text.split('\t')
    const head = calls.length === 0 && layout === null ? layoutOfHead(cells) : null
    if (head !== null) layout = head
    else if (!text.startsWith('#')) {
      layout ??= { sample: cells.length > 1 && !genes.has(cells[0]?.trim() ?? '') && genes.has(cells[1]?.trim() ?? '') }
      const call = readRow(reader, line, layout, cells)
      const key = `${call.sample ?? ''}\t${call.gene}`
      const earlier = lines.get(key)
      if (earlier !== undefined) throw unreadable(file, line, `${call.gene} has been called in line ${earlier} already`)
      lines.set(key, line)
      calls.push(call)
    }
  })
  if (calls.length === 0) throw unreadable(file, null, 'there is no call in it')
  return calls
}
