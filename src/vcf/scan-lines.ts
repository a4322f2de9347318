import { quoted, unreadable } from './vcf-error.ts'

/** One line inside a buffer, without its line end: bytes `start` to `end`. Valid only until the next line is asked for. */
export type LineSink = (bytes: Buffer, start: number, end: number, line: number) => void

/** Fixed columns and header lines. INFO of the largest annotated files known stays well below. */
const MOST_BEFORE_SAMPLES = 1 << 20
/** A whole record. 64 MB holds some five million plain genotypes. */
const MOST_IN_LINE = 1 << 26
const FIXED_COLUMNS = 9

const LF = 10
const CR = 13
const TAB = 9
const HASH = 35

const tabsIn = (bytes: Buffer, end: number): number => {
  let count = 0
  for (let at = bytes.indexOf(TAB); at >= 0 && at < end; at = bytes.indexOf(TAB, at + 1)) count += 1
  return count
}

/** A line that has no end yet must look like a record: many samples make it long, one endless column does not. */
const refuseEndless = (file: string, line: number, begun: Buffer): void => {
  const header = begun[0] === HASH && begun[1] === HASH
  if (header || tabsIn(begun, MOST_BEFORE_SAMPLES) < FIXED_COLUMNS)
    throw unreadable(file, line, `the line is longer than ${MOST_BEFORE_SAMPLES} bytes before its sample columns`)
}

/** The pieces of a line whose end has not come yet. */
const makeHold = (file: string) => {
  let pieces: Buffer[] = []
  let bytes = 0
  let looked = false
  return {
    isEmpty: () => bytes === 0,
    add: (piece: Buffer, line: number): void => {
      pieces.push(piece)
      bytes += piece.length
      if (bytes > MOST_IN_LINE) throw unreadable(file, line, `the line is longer than ${MOST_IN_LINE} bytes`)
      if (looked || bytes <= MOST_BEFORE_SAMPLES) return
      pieces = [Buffer.concat(pieces)]
      refuseEndless(file, line, pieces[0] ?? piece)
      looked = true
    },
    take: (): Buffer => {
      const whole = Buffer.concat(pieces)
      pieces = []
      bytes = 0
      looked = false
      return whole
    },
  }
}

/**
 * Cuts a stream of bytes into lines, LF or CRLF, without holding more than the line at hand.
 * @returns the number of lines
 * @throws AttuneError `input-unreadable` for a line beyond the limits, or an empty one before the end
 */
export const scanLines = async (file: string, chunks: AsyncIterable<Buffer>, sink: LineSink): Promise<number> => {
  const held = makeHold(file)
  let line = 0
  let blank: number | null = null

  const emit = (bytes: Buffer, start: number, end: number): void => {
    line += 1
    const last = end > start && bytes[end - 1] === CR ? end - 1 : end
    if (blank !== null) throw unreadable(file, blank, 'the line is empty')
    if (last === start) blank = line
    else sink(bytes, start, last, line)
  }
  const emitHeld = (): void => {
    const whole = held.take()
    emit(whole, 0, whole.length)
  }

  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      if (held.isEmpty()) emit(chunk, from, at)
      else {
        held.add(chunk.subarray(from, at), line + 1)
        emitHeld()
      }
      from = at + 1
    }
    if (from < chunk.length) held.add(chunk.subarray(from), line + 1)
  }
  if (!held.isEmpty()) emitHeld()
  return line
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** @throws AttuneError `input-unreadable` for bytes that are not text */
export const textOfBytes = (file: string, line: number, bytes: Buffer, start: number, end: number): string => {
  const piece = bytes.subarray(start, end)
  if (piece.includes(0)) throw unreadable(file, line, 'this is not text: the file is binary')
  try {
    return utf8.decode(piece)
  } catch {
    throw unreadable(file, line, `this is not UTF-8 text: ${quoted(piece.toString('latin1'))}`)
  }
}
