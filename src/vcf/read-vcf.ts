import type { SampleGenotypes, Site } from '../pgx/calling/genotypes.ts'
import { assemblyOf, chromosomeOf, foreignContig } from './assemblies.ts'
import { type FormatKeys, type GenotypeColumns, readColumns, readFormat } from './genotype-columns.ts'
import { makeHeaderReader, type VcfHeader } from './header.ts'
import { openInput } from './open-input.ts'
import { isAnyOther, isStructural, readAlleles, SPANNED } from './read-alleles.ts'
import {
  type Cut,
  checkColumns,
  endOfColumn,
  lastPosition,
  mayReachFurther,
  readPosition,
  readRecord,
  readRsNumber,
  type VcfRecord,
} from './record-line.ts'
import { scanLines, textOfBytes } from './scan-lines.ts'
import { makeLayer } from './site-genotypes.ts'
import { anyWithin, type ChromosomeSites, indexSites, sitesWithin } from './site-index.ts'
import { makeSiteStore, type SiteGap } from './site-store.ts'
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
  /** Positions without a usable genotype although the file has a record there, and why. */
  readonly gapsOf: (sample: number) => readonly SiteGap[]
  /** Structural changes that the sample carries in a gene, which no definition of ours covers. */
  readonly structuralOf: (sample: number) => readonly { readonly gene: string; readonly note: string }[]
}

/** Some allele is a change of the site itself, not only its absence or the loss of its base. */
const statesChange = (bases: readonly (string | null)[], ref: string): boolean =>
  bases.some((base) => base !== null && base !== ref && base !== SPANNED && !isAnyOther(base))

const PASSED = ['PASS', '.', '']

/** More than one in five known positions whose REF is another base: the coordinates are not those of GRCh38. */
const isElsewhere = (wrong: number, right: number): boolean => wrong * 4 > right
/** As soon as so many disagree the rest of the file need not be read. */
const ENOUGH = 8
/** An rs number may stand beside its definition's position when the record is written with more context. */
const NEAR = 60
/** Structural records that are remembered by name; a file of nothing else must not fill the memory. */
const MOST_STRUCTURAL = 2000
const PROGRESS_EVERY = 50_000

type Structural = {
  readonly genes: readonly string[]
  readonly note: string
  readonly columns: GenotypeColumns
  readonly allele: readonly boolean[]
}

/** The part of a reader that has seen the header. */
const makeRecordReader = (file: string, header: VcfHeader, sites: readonly Site[], options: ReadOptions) => {
  const index = indexSites(sites)
  const rsPlaces = new Map([...index.places].map(([id, places]) => [Number(id.slice(2)), places]))
  const store = makeSiteStore(file, sites)
  const formats = new Map<string, FormatKeys>()
  const records = new Map<string, number>()
  const structural: Structural[] = []
  const count = { right: 0, wrong: 0, firstWrong: 0, misplaced: 0, firstMisplaced: 0, failed: 0, structural: 0 }
  let chromosome: { readonly name: string; readonly bytes: Buffer; readonly sites: ChromosomeSites | null } | null = null
  let skipped: Cut | null = null

  /** The same contig as in the line before, nearly always. */
  const chromosomeSites = (cut: Cut, to: number): ChromosomeSites | null => {
    const { bytes, start } = cut
    if (chromosome !== null && to - start === chromosome.bytes.length && bytes.compare(chromosome.bytes, 0, to - start, start, to) === 0)
      return chromosome.sites
    const name = textOfBytes(file, cut.line, bytes, start, to)
    const foreign = foreignContig(name)
    if (foreign !== null) throw unreadable(file, cut.line, `GRCh38 is needed: ${foreign}`)
    const plain = chromosomeOf(name)
    chromosome = {
      name,
      bytes: Buffer.from(bytes.subarray(start, to)),
      sites: (plain === null ? undefined : index.chromosomes.get(plain)) ?? null,
    }
    return chromosome.sites
  }

  const refuseElsewhere = (): void => {
    const { right, wrong, misplaced } = count
    if (wrong > 0 && isElsewhere(wrong, right))
      throw unreadable(
        file,
        count.firstWrong,
        `GRCh38 is needed: at ${wrong} of ${wrong + right} known positions REF is not the base of GRCh38, here first`,
      )
    if (misplaced > 1 && isElsewhere(misplaced, right))
      throw unreadable(
        file,
        count.firstMisplaced,
        `GRCh38 is needed: ${misplaced} rs numbers stand at positions that are not theirs in GRCh38, here first`,
      )
  }

  const formatOf = (format: string): FormatKeys => {
    const known = formats.get(format)
    if (known) return known
    const keys = readFormat(format)
    formats.set(format, keys)
    return keys
  }

  const columnsOf = (record: VcfRecord, cut: Cut): GenotypeColumns =>
    readColumns({
      file,
      line: record.line,
      bytes: cut.bytes,
      start: record.samplesFrom,
      end: cut.end,
      samples: header.samples.length,
      alleles: record.alts.length + 1,
      format: formatOf(record.format),
    })

  const noteStructural = (record: VcfRecord, columns: GenotypeColumns, own: ChromosomeSites, last: number): void => {
    count.structural += 1
    if (structural.length >= MOST_STRUCTURAL) return
    const genes = [...new Set(sitesWithin(own, record.pos, last).map(({ site }) => site.gene))]
    const kinds = [...new Set(record.alts.filter(isStructural).map((alt) => /^<([^<>]+)>$/.exec(alt)?.[1] ?? 'breakend'))].join(', ')
    structural.push({
      genes,
      note: `a structural change (${kinds}, line ${record.line}) reaches into the gene and was not counted`,
      columns,
      allele: [false, ...record.alts.map(isStructural)],
    })
  }

  const refusedOf = (record: VcfRecord): string | null => {
    if (options.ignoreFilter || PASSED.includes(record.filter)) return null
    count.failed += 1
    return `the record did not pass its filter (${record.filter.slice(0, 60)})`
  }

  /** Reference calls for every position of a stretch. */
  const addBlock = (record: VcfRecord, columns: GenotypeColumns, own: ChromosomeSites, last: number, refused: string | null): void => {
    for (const { site } of sitesWithin(own, record.pos, last)) {
      if (site.pos < record.pos) continue
      if (site.pos === record.pos && record.ref[0] !== site.ref[0] && record.ref[0] !== 'N') noteWrongReference(record, site)
      else store.add(site, makeLayer(record.line, 'stretch', columns, site, [site.ref, ...record.alts], refused))
    }
  }

  const noteWrongReference = (record: VcfRecord, site: Site): void => {
    count.wrong += 1
    count.firstWrong ||= record.line
    store.explain(site, `REF of line ${record.line} is not the base of the definition (${site.ref})`)
    if (count.wrong >= ENOUGH) refuseElsewhere()
  }

  const refuseRepeated = (record: VcfRecord): void => {
    const key = `${record.chrom}:${record.pos}:${record.ref}:${record.alts.join()}`
    const earlier = records.get(key)
    if (earlier !== undefined)
      throw unreadable(file, record.line, `it repeats line ${earlier} (${record.chrom}:${record.pos}): duplicate position`)
    records.set(key, record.line)
  }

  const addRecord = (record: VcfRecord, columns: GenotypeColumns, own: ChromosomeSites, refused: string | null): void => {
    const places = sitesWithin(own, record.pos, record.pos + record.ref.length - 1)
    if (places.length > 0) refuseRepeated(record)
    const readings = readAlleles(record, places)
    for (const [at, place] of places.entries()) {
      const reading = readings[at]
      if (reading === undefined) continue
      if (reading.state === 'not-aligned')
        throw unreadable(
          file,
          record.line,
          `an insertion or deletion at ${record.chrom}:${record.pos} is not left-aligned and may be that of ${place.site.pos}: normalise the file first`,
        )
      if (reading.state === 'ref-differs') noteWrongReference(record, place.site)
      else if (reading.state === 'silent') {
        if (reading.hint !== null) store.explain(place.site, `${reading.hint} (line ${record.line})`)
      } else {
        count.right += 1
        const spanned = record.pos !== place.site.pos && !statesChange(reading.bases, place.site.ref)
        store.add(place.site, makeLayer(record.line, spanned ? 'spanned' : 'record', columns, place.site, reading.bases, refused))
      }
    }
  }

  const take = (cut: Cut, own: ChromosomeSites, last: number): void => {
    const record = readRecord(file, cut)
    if (formatOf(record.format).gt < 0) {
      checkColumns(file, cut, header.samples.length)
      for (const { site } of sitesWithin(own, record.pos, last)) store.explain(site, `the record has no GT (line ${record.line})`)
      return
    }
    const columns = columnsOf(record, cut)
    const refused = refusedOf(record)
    if (record.alts.some(isStructural)) noteStructural(record, columns, own, last)
    const stretch = record.alts.every(isAnyOther) && last > record.pos + record.ref.length - 1
    if (stretch) addBlock(record, columns, own, last, refused)
    else addRecord(record, columns, own, refused)
  }

  return {
    /** One line of the body. */
    read: (cut: Cut): void => {
      skipped = cut
      const chromEnd = endOfColumn(file, cut, cut.start, 'CHROM')
      const posEnd = endOfColumn(file, cut, chromEnd + 1, 'POS')
      const pos = readPosition(file, cut, chromEnd + 1, posEnd)
      const own = chromosomeSites(cut, chromEnd)
      if (own === null) return
      const idEnd = endOfColumn(file, cut, posEnd + 1, 'ID')
      const rs = readRsNumber(cut, posEnd + 1, idEnd)
      const places = rs === 0 ? undefined : rsPlaces.get(rs)
      if (places && ![...places].some((place) => Math.abs(place - pos) <= NEAR)) {
        count.misplaced += 1
        count.firstMisplaced ||= cut.line
        if (count.misplaced >= ENOUGH) refuseElsewhere()
      }
      if (!anyWithin(own, pos, Number.POSITIVE_INFINITY)) return
      const refEnd = endOfColumn(file, cut, idEnd + 1, 'REF')
      let last = pos + (refEnd - idEnd - 1) - 1
      const altEnd = endOfColumn(file, cut, refEnd + 1, 'ALT')
      if (mayReachFurther(cut, refEnd + 1, altEnd)) {
        const qualEnd = endOfColumn(file, cut, altEnd + 1, 'QUAL')
        const filterEnd = endOfColumn(file, cut, qualEnd + 1, 'FILTER')
        const infoEnd = endOfColumn(file, cut, filterEnd + 1, 'INFO')
        last = lastPosition(pos, refEnd - idEnd - 1, cut.bytes.toString('latin1', filterEnd + 1, infoEnd))
      }
      if (!anyWithin(own, pos, last)) return
      skipped = null
      take(cut, own, last)
    },
    /** After the last line: a record that was skipped must be whole, too, or the file was cut off. */
    finish: (): void => {
      if (skipped !== null) checkColumns(file, skipped, header.samples.length)
      refuseElsewhere()
    },
    store,
    structural,
    count,
  }
}

const warningsOf = (
  assembly: 'GRCh38' | 'unknown',
  count: { readonly right: number; readonly wrong: number; readonly failed: number; readonly structural: number },
): string[] => [
  ...(assembly === 'unknown'
    ? [`The header does not name the assembly; REF agrees with GRCh38 at ${count.right} known positions, so it was taken for GRCh38.`]
    : []),
  ...(count.wrong > 0 ? [`REF is not the base of the definition at ${count.wrong} positions; they count as missing.`] : []),
  ...(count.failed > 0 ? [`${count.failed} records at known positions did not pass their filter; their positions count as missing.`] : []),
  ...(count.structural > 0 ? [`${count.structural} records of structural changes at known positions were not counted.`] : []),
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
  let reader: ReturnType<typeof makeRecordReader> | null = null
  let records = 0

  const addHeader = (bytes: Buffer, start: number, end: number, line: number): void => {
    header = headerReader.add(line, textOfBytes(file, line, bytes, start, end))
    if (header === null) return
    const verdict = assemblyOf(header)
    if (verdict.assembly === 'other') throw unreadable(file, null, `GRCh38 is needed: ${verdict.because}`)
    assembly = verdict.assembly
    reader = makeRecordReader(file, header, sites, options)
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

const finish = (
  file: string,
  lines: number,
  records: number,
  header: VcfHeader | null,
  assembly: 'GRCh38' | 'unknown',
  reader: ReturnType<typeof makeRecordReader> | null,
): VcfGenotypes => {
  if (header === null || reader === null) throw unreadable(file, lines, 'the file ends before the line of column names (#CHROM …)')
  if (records === 0) throw unreadable(file, lines, 'the file has a header and no record')
  reader.finish()
  const { store, structural, count } = reader
  const { samples } = header
  return {
    samples,
    assembly,
    warnings: warningsOf(assembly, count),
    lines,
    genotypesOf: (sample) => store.genotypesOf(sample, samples[sample] ?? ''),
    gapsOf: store.gapsOf,
    structuralOf: (sample) =>
      structural.flatMap(({ genes, note, columns, allele }) => {
        const genotype = columns.genotypes[columns.codes[sample] ?? 0]
        return genotype?.alleles.some((one) => allele[one]) ? genes.map((gene) => ({ gene, note })) : []
      }),
  }
}
