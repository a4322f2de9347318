import type { Site } from '../pgx/calling/genotypes.ts'
import { chromosomeOf, foreignContig } from './assemblies.ts'
import { makeAssemblyEvidence } from './assembly-evidence.ts'
import { type FormatKeys, type GenotypeColumns, readColumns, readFormat } from './genotype-columns.ts'
import { isAnyOther, isStructural, readAlleles, SPANNED } from './read-alleles.ts'
import {
  type Cut,
  checkColumns,
  endOfColumn,
  lastPosition,
  mayBeStructural,
  mayReachFurther,
  readPosition,
  readRecord,
  readRsNumber,
  type VcfRecord,
} from './record-line.ts'
import { textOfBytes } from './scan-lines.ts'
import { makeLayer } from './site-genotypes.ts'
import { anyWithin, type ChromosomeSites, genesWithin, indexSites, sitesWithin } from './site-index.ts'
import { makeSiteStore, type SiteStore } from './site-store.ts'
import { makeStructuralRecords, type StructuralRecords } from './structural-records.ts'
import { unreadable } from './vcf-error.ts'

/** Some allele is a change of the site itself, not only its absence or the loss of its base. */
const statesChange = (bases: readonly (string | null)[], ref: string): boolean =>
  bases.some((base) => base !== null && base !== ref && base !== SPANNED && !isAnyOther(base))

/** A segment of unchanged copy number tells of copies, not of bases. */
const SEGMENT = /(?:^|;)SVTYPE=/

const PASSED = ['PASS', '.', '']

/** How a body of records is read. `samples` is the number of sample columns. */
type Reading = { readonly samples: number; readonly ignoreFilter: boolean }

/** Reads the records of a VCF into a store of genotypes at the sites. */
export type RecordReader = {
  /** @throws AttuneError `input-unreadable` */
  readonly read: (cut: Cut) => void
  /**
   * After the last line: a record that was skipped must be whole, too, or the file was cut off.
   * @throws AttuneError `input-unreadable`
   */
  readonly finish: () => void
  readonly store: SiteStore
  readonly structural: StructuralRecords
  readonly counted: () => {
    readonly right: number
    readonly wrong: number
    readonly failed: number
    readonly structural: number
    readonly blocks: number
  }
}

export const makeRecordReader = (file: string, sites: readonly Site[], { samples, ignoreFilter }: Reading): RecordReader => {
  const index = indexSites(sites)
  const evidence = makeAssemblyEvidence(file, index.places)
  const store = makeSiteStore(file, sites)
  const formats = new Map<string, FormatKeys>()
  const records = new Map<string, number>()
  const structural = makeStructuralRecords()
  let failed = 0
  let blocks = 0
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
      samples,
      alleles: record.alts.length + 1,
      format: formatOf(record.format),
    })

  const refusedOf = (record: VcfRecord): string | null => {
    if (ignoreFilter || PASSED.includes(record.filter)) return null
    failed += 1
    return `the record did not pass its filter (${record.filter.slice(0, 60)})`
  }

  /** Reference calls for every position of a stretch. */
  const addBlock = (record: VcfRecord, columns: GenotypeColumns, own: ChromosomeSites, last: number, refused: string | null): void => {
    blocks += 1
    for (const { site } of sitesWithin(own, record.pos, last)) {
      if (site.pos < record.pos) {
        // Bases behind a site's first one: a gap there leaves open whether they are deleted.
        if (record.pos < site.pos + site.ref.length) store.add(site, makeLayer(record.line, 'stretch', columns, site, [null], refused))
        continue
      }
      if (site.pos === record.pos && record.ref[0] !== site.ref[0] && record.ref[0] !== 'N') noteWrongReference(record, site)
      else store.add(site, makeLayer(record.line, 'stretch', columns, site, [site.ref, ...record.alts], refused))
    }
  }

  const noteWrongReference = (record: VcfRecord, site: Site): void => {
    evidence.differs(record.line)
    store.explain(site, `REF of line ${record.line} is not the base of the definition (${site.ref})`)
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
        if (!/^N+$/.test(record.ref)) evidence.agrees()
        const spanned = record.pos !== place.site.pos && !statesChange(reading.bases, place.site.ref)
        store.add(place.site, makeLayer(record.line, spanned ? 'spanned' : 'record', columns, place.site, reading.bases, refused))
      }
    }
  }

  const take = (cut: Cut, own: ChromosomeSites, last: number): void => {
    const record = readRecord(file, cut)
    if (formatOf(record.format).gt < 0) {
      checkColumns(file, cut, samples)
      for (const { site } of sitesWithin(own, record.pos, last)) store.explain(site, `the record has no GT (line ${record.line})`)
      return
    }
    const columns = columnsOf(record, cut)
    const refused = refusedOf(record)
    if (record.alts.every(isAnyOther) && SEGMENT.test(record.info)) return
    if (record.alts.some(isStructural)) structural.add(record, columns, own, last)
    const stretch = record.alts.every(isAnyOther) && last > record.pos + record.ref.length - 1
    if (stretch) addBlock(record, columns, own, last, refused)
    else addRecord(record, columns, own, refused)
  }

  return {
    read: (cut: Cut): void => {
      skipped = cut
      const chromEnd = endOfColumn(file, cut, cut.start, 'CHROM')
      const posEnd = endOfColumn(file, cut, chromEnd + 1, 'POS')
      const pos = readPosition(file, cut, chromEnd + 1, posEnd)
      const own = chromosomeSites(cut, chromEnd)
      if (own === null) return
      const idEnd = endOfColumn(file, cut, posEnd + 1, 'ID')
      const rs = readRsNumber(cut, posEnd + 1, idEnd)
      if (rs > 0) evidence.named(rs, pos, cut.line)
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
      if (!anyWithin(own, pos, last)) {
        const inGene = mayBeStructural(cut, refEnd + 1, altEnd) && genesWithin(own, pos, last).length > 0
        if (!inGene) return
      }
      skipped = null
      take(cut, own, last)
    },
    finish: (): void => {
      if (skipped !== null) checkColumns(file, skipped, samples)
      evidence.check()
    },
    store,
    structural,
    counted: () => ({ ...evidence.counted(), failed, structural: structural.count(), blocks }),
  }
}
