import { textOfBytes } from './scan-lines.ts'
import { quoted, unreadable } from './vcf-error.ts'

const TAB = 9
const ZERO = 48
const NINE = 57
const LESS = 60
const DOT = 46
const STAR = 42
const NON_REF = '<NON_REF>'

/** Where a record's first columns end. Reads no more of a line than it is asked for: most lines of a genome concern nobody here. */
export type Cut = { readonly bytes: Buffer; readonly start: number; readonly end: number; readonly line: number }

/** End of the column that begins at `from`. */
const columnEnd = ({ bytes, end }: Cut, from: number): number => {
  let at = from
  while (at < end && bytes[at] !== TAB) at += 1
  return at
}

/** @throws AttuneError `input-unreadable` */
export const endOfColumn = (file: string, cut: Cut, from: number, name: string): number => {
  const at = columnEnd(cut, from)
  if (at >= cut.end) throw unreadable(file, cut.line, `the record ends in its ${name} column`)
  return at
}

/** @throws AttuneError `input-unreadable` for a POS that is no number */
export const readPosition = (file: string, { bytes, line }: Cut, from: number, to: number): number => {
  let pos = 0
  for (let at = from; at < to; at += 1) {
    const digit = bytes[at] ?? 0
    if (digit < ZERO || digit > NINE) pos = Number.NaN
    pos = pos * 10 + digit - ZERO
  }
  if (to === from || to - from > 10 || Number.isNaN(pos))
    throw unreadable(file, line, `POS ${quoted(bytes.toString('latin1', from, Math.min(to, from + 80)))} is no number`)
  return pos
}

/** The number of an ID such as `rs4244285`; 0 where the column holds none. */
export const readRsNumber = ({ bytes }: Cut, from: number, to: number): number => {
  if (bytes[from] !== 0x72 || bytes[from + 1] !== 0x73) return 0
  let number = 0
  for (let at = from + 2; at < to; at += 1) {
    const digit = bytes[at] ?? 0
    if (digit < ZERO || digit > NINE) return digit === 0x3b ? number : 0
    number = number * 10 + digit - ZERO
  }
  return number
}

/** The ALT column may stand for a stretch whose end is told in INFO. */
export const mayReachFurther = ({ bytes }: Cut, from: number, to: number): boolean => {
  if (to === from + 1 && bytes[from] === DOT) return true
  for (let at = from; at < to; at += 1) if (bytes[at] === LESS) return true
  return false
}

const OPEN = 91
const CLOSED = 93

/** The ALT column holds a symbol other than `<NON_REF>` and `<*>`, or a breakend. Cheap: asked of lines that are else passed over. */
export const mayBeStructural = ({ bytes }: Cut, from: number, to: number): boolean => {
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at]
    if (byte === OPEN || byte === CLOSED) return true
    if (byte === LESS && bytes[at + 1] !== STAR && bytes.toString('latin1', at, at + NON_REF.length) !== NON_REF) return true
  }
  return false
}

/** `END` of INFO; null when it has none. */
const END = /(?:^|;)END=(\d{1,10})(?:;|$)/
const LENGTH = /(?:^|;)SVLEN=-?(\d{1,10})/

/** Last position of a record: its END, its SVLEN, or its REF. */
export const lastPosition = (pos: number, refLength: number, info: string): number => {
  const end = END.exec(info)
  if (end) return Math.max(pos, Number(end[1]))
  const length = LENGTH.exec(info)
  return length ? pos + Number(length[1]) : pos + refLength - 1
}

/** A record in full, but for its sample columns. */
export type VcfRecord = {
  readonly line: number
  readonly chrom: string
  readonly pos: number
  readonly ref: string
  readonly alts: readonly string[]
  readonly filter: string
  readonly info: string
  readonly format: string
  /** First byte of the first sample's column. */
  readonly samplesFrom: number
}

const BASES = /^[ACGTNRYKMSWBDHV]+$/
const ALT = /^(?:[ACGTNRYKMSWBDHV]+|\*|<[^<>\s]+>|[ACGTN.]*[[\]][^[\]\s]+[[\]][ACGTN.]*|\.[ACGTN]+|[ACGTN]+\.)$/
const COLUMNS = ['CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT'] as const

/** Symbols such as `<DEL>` keep their letters; bases are compared in upper case. */
const upper = (allele: string): string => (/^<|[[\]]/.test(allele) ? allele : allele.toUpperCase())

/** @throws AttuneError `input-unreadable` for missing columns, text that is no UTF-8, a REF or ALT that is no allele */
export const readRecord = (file: string, cut: Cut): VcfRecord => {
  const { bytes, line } = cut
  const columns: string[] = []
  let from = cut.start
  for (const name of COLUMNS) {
    const to = endOfColumn(file, cut, from, name)
    columns.push(textOfBytes(file, line, bytes, from, to))
    from = to + 1
  }
  const [chrom = '', pos = '', , ref = '', alt = '', , filter = '', info = '', format = ''] = columns
  const record = {
    line,
    chrom,
    pos: Number(pos),
    ref: ref.toUpperCase(),
    alts: alt === '.' ? [] : alt.split(',').map(upper),
    filter,
    info,
    format,
    samplesFrom: from,
  }
  if (!BASES.test(record.ref)) throw unreadable(file, line, `REF ${quoted(ref)} is no sequence of bases`)
  const wrong = record.alts.find((one) => !ALT.test(one))
  if (wrong !== undefined) throw unreadable(file, line, `ALT ${quoted(wrong)} is no allele`)
  return record
}

/**
 * The line holds as many columns as the header names.
 * @throws AttuneError `input-unreadable`
 */
export const checkColumns = (file: string, { bytes, start, end, line }: Cut, samples: number): void => {
  const expected = COLUMNS.length + samples
  let columns = 1
  for (let at = bytes.indexOf(TAB, start); at >= 0 && at < end; at = bytes.indexOf(TAB, at + 1)) columns += 1
  if (columns !== expected) throw unreadable(file, line, `the record has ${columns} columns, the header names ${expected}`)
}
