import { assemblyNamed, chromosomeOf } from './assemblies.ts'
import { type ColumnGenotype, type FormatKeys, readColumns, readFormat } from './genotype-columns.ts'
import { makeHeaderReader, type VcfHeader } from './header.ts'
import { openInput } from './open-input.ts'
import { type Cut, checkColumns, endOfColumn, readPosition, readRecord, type VcfRecord } from './record-line.ts'
import { scanLines, textOfBytes } from './scan-lines.ts'
import { unreadable } from './vcf-error.ts'

/** One base of the genome, by its position on an assembly and, for files of another assembly, its rs number. */
export type Place = { readonly chrom: string; readonly pos: number; readonly rsid: string | null }

/** What a sample shows at a place: two alleles in bases, or why it shows nothing. */
export type BaseCall =
  | { readonly state: 'shown'; readonly alleles: readonly [string, string] }
  | { readonly state: 'missing'; readonly because: Why }

type Why = 'no-record' | 'no-call' | 'filter' | 'several-records' | 'not-a-base'

export type BaseCalls = {
  readonly samples: readonly string[]
  readonly assembly: 'GRCh37' | 'GRCh38'
  /** Places found by position, or, on another assembly than asked for, by rs number. */
  readonly by: 'position' | 'rsid'
  readonly at: (sample: number, place: number) => BaseCall
}

const PASSED = ['PASS', '.', '']

/** The base that an allele of a record has at the record's own position; null where it is not a plain base there. */
const baseOf = ({ ref, alts }: VcfRecord, allele: number): string | null => {
  if (allele === 0) return /^[ACGT]/.test(ref) ? (ref[0] ?? null) : null
  const alt = alts[allele - 1] ?? ''
  return /^[ACGT]+$/.test(alt) && alt.length === ref.length ? (alt[0] ?? null) : null
}

const callOf = (record: VcfRecord, genotype: ColumnGenotype): BaseCall => {
  const missing = (because: Why): BaseCall => ({ state: 'missing', because })
  if (!PASSED.includes(record.filter)) return missing('filter')
  if (genotype.unusable !== null) return missing('no-call')
  const [first, second, ...more] = genotype.alleles
  if (first === undefined || second === undefined || more.length > 0 || first < 0 || second < 0) return missing('no-call')
  const [one, two] = [baseOf(record, first), baseOf(record, second)]
  return one === null || two === null ? missing('not-a-base') : { state: 'shown', alleles: [one, two] }
}

type Index = {
  readonly byPosition: ReadonlyMap<string, number>
  readonly byRsid: ReadonlyMap<string, number>
}

const indexOf = (places: readonly Place[]): Index => ({
  byPosition: new Map(places.map(({ chrom, pos }, at) => [`${chrom}:${pos}`, at])),
  byRsid: new Map(places.flatMap(({ rsid }, at) => (rsid === null ? [] : [[rsid, at] as const]))),
})

const makeStore = (samples: number, places: number) => {
  const calls: (BaseCall | undefined)[][] = Array.from({ length: places }, () => [])
  return {
    add: (place: number, sample: number, call: BaseCall): void => {
      const own = calls[place]
      if (own) own[sample] = own[sample] === undefined ? call : { state: 'missing', because: 'several-records' }
    },
    at: (sample: number, place: number): BaseCall => calls[place]?.[sample] ?? { state: 'missing', because: 'no-record' },
    samples,
  }
}

/**
 * Reads what samples show at single bases, as a stream. A place without a record stays missing: missing is never reference.
 * The file must name its assembly. On the assembly of the places they are found by position; on the other one by rs number alone.
 * @throws AttuneError `input-unreadable` with file, line and reason
 */
export const readBaseCalls = async (file: string, places: readonly Place[], build: 'GRCh37' | 'GRCh38'): Promise<BaseCalls> => {
  const input = await openInput(file)
  const headerReader = makeHeaderReader(file)
  const index = indexOf(places)
  const formats = new Map<string, FormatKeys>()
  let header: VcfHeader | null = null
  let assembly: 'GRCh37' | 'GRCh38' = build
  let store = makeStore(0, 0)
  let records = 0

  const addHeader = (line: number, text: string): void => {
    header = headerReader.add(line, text)
    if (header === null) return
    const named = assemblyNamed(header)
    if (named === null)
      throw unreadable(
        file,
        null,
        'the header names neither GRCh37 nor GRCh38 (contig lengths, ##reference), so positions cannot be trusted',
      )
    assembly = named
    store = makeStore(header.samples.length, places.length)
  }

  const placeOf = (cut: Cut): number | undefined => {
    const chromEnd = endOfColumn(file, cut, cut.start, 'CHROM')
    const posEnd = endOfColumn(file, cut, chromEnd + 1, 'POS')
    const idEnd = endOfColumn(file, cut, posEnd + 1, 'ID')
    if (assembly !== build) {
      const ids = textOfBytes(file, cut.line, cut.bytes, posEnd + 1, idEnd).split(';')
      return ids.map((id) => index.byRsid.get(id)).find((at) => at !== undefined)
    }
    const chrom = chromosomeOf(textOfBytes(file, cut.line, cut.bytes, cut.start, chromEnd))
    return index.byPosition.get(`${chrom}:${readPosition(file, cut, chromEnd + 1, posEnd)}`)
  }

  const take = (cut: Cut, place: number): void => {
    const record = readRecord(file, cut)
    const format = formats.get(record.format) ?? readFormat(record.format)
    formats.set(record.format, format)
    if (format.gt < 0) {
      checkColumns(file, cut, store.samples)
      return
    }
    const columns = readColumns({
      file,
      line: record.line,
      bytes: cut.bytes,
      start: record.samplesFrom,
      end: cut.end,
      samples: store.samples,
      alleles: record.alts.length + 1,
      format,
    })
    for (let sample = 0; sample < store.samples; sample += 1) {
      const genotype = columns.genotypes[columns.codes[sample] ?? 0]
      if (genotype) store.add(place, sample, callOf(record, genotype))
    }
  }

  const lines = await scanLines(file, input.chunks, (bytes, start, end, line) => {
    if (header === null) {
      addHeader(line, textOfBytes(file, line, bytes, start, end))
      return
    }
    if (bytes[start] === 35) throw unreadable(file, line, 'a header line stands between the records')
    records += 1
    const cut = { bytes, start, end, line }
    const place = placeOf(cut)
    if (place === undefined) checkColumns(file, cut, store.samples)
    else take(cut, place)
  })
  if (header === null) throw unreadable(file, lines, 'the file ends before the line of column names (#CHROM …)')
  if (records === 0) throw unreadable(file, lines, 'the file has a header and no record')
  const { samples } = header as VcfHeader // assigned in the callback
  return { samples, assembly, by: assembly === build ? 'position' : 'rsid', at: store.at }
}
