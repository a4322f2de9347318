import { unreadable } from './vcf-error.ts'

/** One genotype as a sample's column holds it. Alleles are numbers into REF and ALT, -1 for `.`. */
export type ColumnGenotype = {
  readonly alleles: readonly number[]
  readonly phased: boolean
  readonly phaseSet: string | null
  /** Why the genotype must not be used; null when it may. */
  readonly unusable: string | null
}

/** The genotypes of all samples of one record: one code per sample into a short list of different genotypes. */
export type GenotypeColumns = { readonly codes: Uint8Array | Uint16Array | Uint32Array; readonly genotypes: readonly ColumnGenotype[] }

/** Places of the FORMAT keys that are read; -1 where a record has none. */
export type FormatKeys = { readonly gt: number; readonly ps: number; readonly ft: number; readonly depth: number; readonly quality: number }

export const readFormat = (format: string): FormatKeys => {
  const keys = format.split(':')
  const lowest = keys.indexOf('MIN_DP')
  const quality = keys.indexOf('GQ')
  return {
    gt: keys.indexOf('GT'),
    ps: keys.indexOf('PS'),
    ft: keys.indexOf('FT'),
    depth: lowest >= 0 ? lowest : keys.indexOf('DP'),
    quality: quality >= 0 ? quality : keys.indexOf('RGQ'), // of reference calls, where all sites are written
  }
}

const TAB = 9
const COLON = 58
const DOT = 46
/** `PASS` as one number. */
const PASS = 0x50415353

const GENOTYPE = /^[/|]?(?:\d{1,4}|\.)(?:[/|](?:\d{1,4}|\.))*$/

type Parsed = Pick<ColumnGenotype, 'alleles' | 'phased'> | null

/** `0/1`, `1|.`, `2`, `0|1|1`, and with the first copy's own sign as VCF 4.4 allows: `/0|1`. Phased when every sign is `|`. */
const parseText = (text: string): Parsed => {
  if (!GENOTYPE.test(text)) return null
  const signs = text.replace(/[^/|]/g, '')
  const alleles = text
    .replace(/^[/|]/, '')
    .split(/[/|]/)
    .map((part) => (part === '.' ? -1 : Number(part)))
  return { alleles, phased: signs !== '' && !signs.includes('/') }
}

const PARSED = new Map<string, Parsed>()
/** Texts that are remembered; a file of nothing but different ones must not fill the memory. */
const MOST_PARSED = 1000

/** The same few texts stand in every file. */
const parseGenotype = (text: string): Parsed => {
  const known = PARSED.get(text)
  if (known !== undefined) return known
  const parsed = parseText(text)
  if (PARSED.size < MOST_PARSED) PARSED.set(text, parsed)
  return parsed
}

const wider = (codes: Uint8Array | Uint16Array | Uint32Array): Uint16Array | Uint32Array =>
  codes instanceof Uint8Array ? Uint16Array.from(codes) : Uint32Array.from(codes)

const mostIn = (codes: Uint8Array | Uint16Array | Uint32Array): number => 2 ** (8 * codes.BYTES_PER_ELEMENT) - 1

export type ColumnsOf = {
  readonly file: string
  readonly line: number
  readonly bytes: Buffer
  /** First byte of the first sample's column, and the end of the line. */
  readonly start: number
  readonly end: number
  readonly samples: number
  readonly alleles: number
  readonly format: FormatKeys
}

/** Fields of one column, cut on demand. */
const fieldOf = (bytes: Buffer, start: number, end: number, place: number): string | null => {
  let from = start
  for (let at = 0; at < place; at += 1) {
    const colon = bytes.indexOf(COLON, from)
    if (colon < 0 || colon >= end) return null
    from = colon + 1
  }
  const colon = bytes.indexOf(COLON, from)
  return bytes.toString('latin1', from, colon < 0 || colon >= end ? end : colon)
}

const isZero = (text: string | null): boolean => text !== null && /^0+(?:\.0+)?$/.test(text)

const unusableOf = (of: ColumnsOf, start: number, end: number, alleles: readonly number[]): string | null => {
  const { bytes, format } = of
  const filter = format.ft < 0 ? null : fieldOf(bytes, start, end, format.ft)
  if (filter !== null && filter !== '' && filter !== 'PASS' && filter !== '.')
    return `the genotype did not pass its filter (${filter.slice(0, 40)})`
  // A reference call that rests on nothing is no reference call.
  if (!alleles.every((allele) => allele <= 0)) return null
  if (format.depth >= 0 && isZero(fieldOf(bytes, start, end, format.depth))) return 'no read covers it'
  if (format.quality >= 0 && isZero(fieldOf(bytes, start, end, format.quality))) return 'its reference call has quality 0'
  return null
}

/** Equal copies say nothing about phase. */
const isEven = (alleles: readonly number[]): boolean => alleles.every((allele) => allele === alleles[0])

/** Reads one column in full. */
const readColumn = (of: ColumnsOf, start: number, end: number, sample: number): ColumnGenotype => {
  const { file, line, bytes, format } = of
  const text = fieldOf(bytes, start, end, format.gt) ?? ''
  const parsed = parseGenotype(text)
  if (parsed === null) throw unreadable(file, line, `sample column ${sample + 1} holds no genotype where GT belongs`)
  const beyond = parsed.alleles.find((allele) => allele >= of.alleles)
  if (beyond !== undefined)
    throw unreadable(file, line, `sample column ${sample + 1} names allele ${beyond}, but the record has only ${of.alleles - 1} ALT`)
  const set = format.ps < 0 || !parsed.phased || isEven(parsed.alleles) ? null : fieldOf(bytes, start, end, format.ps)
  return {
    ...parsed,
    phaseSet: set === null || set === '.' || set === '' ? null : set,
    unusable: unusableOf(of, start, end, parsed.alleles),
  }
}

const keyOf = ({ alleles, phased, phaseSet, unusable }: ColumnGenotype): string =>
  `${alleles.join(phased ? '|' : '/')} ${phaseSet ?? ''} ${unusable ?? ''}`

const wrongCount = ({ file, line, samples }: ColumnsOf, found: number): Error =>
  unreadable(file, line, `the record has ${found > samples ? 'more' : 'fewer'} sample columns than the ${samples} that the header names`)

/** How a short GT is dealt with: known at once, known unless its depth or quality begins with a zero, or read in full. */
type Short = { readonly code: number; readonly mayBeEmpty: boolean }

/** Length of a GT of two one-digit alleles. */
const SHORT = 3
const ZERO = 48
/** Fields beyond the sixteenth are read the slow way. */
const MOST_FIELDS = 16

/**
 * Genotypes of all samples of a record. Almost all columns are one of few: those are told by their first bytes, without making a text.
 * @throws AttuneError `input-unreadable` for a wrong number of columns, something that is no genotype, an allele beyond ALT
 */
export const readColumns = (of: ColumnsOf): GenotypeColumns => {
  const { bytes, end, samples, format } = of
  const { depth, quality, ft } = format
  let codes: Uint8Array | Uint16Array | Uint32Array = new Uint8Array(samples)
  const genotypes: ColumnGenotype[] = []
  const known = new Map<string, number>()
  const short = new Map<number, Short>()
  const quickly = format.gt === 0 && ft < MOST_FIELDS - 1 && depth < MOST_FIELDS && quality < MOST_FIELDS
  const fields = new Int32Array(MOST_FIELDS)

  const codeOf = (genotype: ColumnGenotype): number => {
    const key = keyOf(genotype)
    const found = known.get(key)
    if (found !== undefined) return found
    const code = genotypes.push(genotype) - 1
    known.set(key, code)
    if (code > mostIn(codes)) codes = wider(codes)
    return code
  }
  const startsWithZero = (field: number, count: number): boolean => field > 0 && field < count && bytes[fields[field] ?? 0] === ZERO

  /** The genotype's own filter: `PASS`, `.`, empty or not given. */
  const hasPassed = (count: number, stop: number): boolean => {
    if (ft < 0 || ft >= count) return true
    const from = fields[ft] ?? 0
    const length = (ft + 1 < count ? (fields[ft + 1] ?? 0) - 1 : stop) - from
    return length === 0 || (length === 1 && bytes[from] === DOT) || (length === 4 && bytes.readUInt32BE(from) === PASS)
  }

  let at = of.start
  for (let sample = 0; sample < samples; sample += 1) {
    if (at > end) throw wrongCount(of, sample)
    let stop = at
    let count = 1
    let gtEnd = -1
    for (; stop < end; stop += 1) {
      const byte = bytes[stop]
      if (byte === TAB) break
      if (byte !== COLON) continue
      if (gtEnd < 0) gtEnd = stop
      if (count < MOST_FIELDS) fields[count] = stop + 1
      count += 1
    }
    if (gtEnd < 0) gtEnd = stop
    const quick = quickly && gtEnd - at === SHORT ? ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0) : -1
    const seen = quick < 0 ? undefined : short.get(quick)
    const isEmpty = seen?.mayBeEmpty === true && (startsWithZero(depth, count) || startsWithZero(quality, count))
    if (seen !== undefined && !isEmpty && hasPassed(count, stop)) codes[sample] = seen.code
    else {
      const genotype = readColumn(of, at, stop, sample)
      const code = codeOf(genotype) // may widen codes, so it comes first
      codes[sample] = code
      const ownSet = genotype.phased && format.ps >= 0 && !isEven(genotype.alleles)
      if (quick >= 0 && !ownSet && genotype.unusable === null)
        short.set(quick, { code, mayBeEmpty: genotype.alleles.every((allele) => allele <= 0) })
    }
    at = stop + 1
  }
  if (at <= end) throw wrongCount(of, samples + 1)
  return { codes, genotypes }
}
