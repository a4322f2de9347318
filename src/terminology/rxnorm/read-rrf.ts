import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { AttuneError } from '../../errors.ts'

/** Files of a release that are read, with their columns (RxNorm technical documentation; the SQL tables that NLM ships with a release). */
export const RRF_COLUMNS = { 'RXNCONSO.RRF': 18, 'RXNREL.RRF': 16, 'RXNSAT.RRF': 13, 'RXNSAB.RRF': 25 } as const
export type RrfName = keyof typeof RRF_COLUMNS

/** A file as it was read: lines, and SHA-256 of its content, unpacked. */
export type RrfInput = { readonly file: RrfName; readonly lines: number; readonly sha256: string }

/** `onRow` gets the columns of each line; a text it gives back is what is wrong with the line. */
export type RrfReading = {
  readonly onRow: (columns: readonly string[], line: number) => string | null
  readonly onProgress: (text: string) => void
}

/** Longest line taken, in characters; names in RxNorm end at 3,000. */
const LONGEST = 100_000
const PROGRESS_LINES = 500_000

export const refuseFile = (file: string, reason: string, cause?: unknown): never => {
  throw new AttuneError('input-unreadable', `${file}: ${reason}`, cause === undefined ? undefined : { cause })
}

/** The folder's own files, or those in its `rrf/`, where a release keeps them; `.gz` is taken too. Null when there is none. */
export const findRrf = (folder: string, name: RrfName): string | null => {
  for (const place of [folder, join(folder, 'rrf')]) {
    const here = existsSync(place) ? readdirSync(place) : []
    const found = here.filter((one) => one.toUpperCase() === name || one.toUpperCase() === `${name}.GZ`)
    if (found.length > 1) refuseFile(name, `stands twice in the folder: ${found.sort().join(' and ')}`)
    if (found[0] !== undefined) return join(place, found[0])
  }
  return null
}

const open = (path: string): Readable => {
  const source = createReadStream(path)
  if (!/\.gz$/i.test(path)) return source
  const unpacked = createGunzip()
  source.on('error', (error) => unpacked.destroy(error))
  return source.pipe(unpacked)
}

const whyUnreadable = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'Z_BUF_ERROR') return 'the gzip file is cut'
  if (code?.startsWith('Z_')) return 'it is no gzip file, or a broken one'
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not UTF-8 text'
  return code ?? message
}

/** Columns of a line; each column, the last one too, ends with `|`. */
const columnsOf = (line: string): string[] => {
  const columns = line.split('|')
  const last = columns.pop()
  return last === '' || last === '\r' ? columns : [...columns, last ?? '']
}

/** Goes through one file line by line, in a fixed amount of memory. */
class RrfReader {
  readonly #name: RrfName
  readonly #reading: RrfReading
  #rest = ''
  #lines = 0

  constructor(name: RrfName, reading: RrfReading) {
    this.#name = name
    this.#reading = reading
  }

  get lines(): number {
    return this.#lines
  }

  refuse(reason: string, cause?: unknown): never {
    return refuseFile(this.#name, `line ${this.#lines + 1}: ${reason}`, cause)
  }

  take(text: string): void {
    if (text.includes('\0')) this.refuse('this is a binary file, not RRF text')
    let from = 0
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      this.#line(this.#rest + text.slice(from, at))
      this.#rest = ''
      from = at + 1
    }
    this.#rest += text.slice(from)
    if (this.#rest.length > LONGEST) this.refuse(`the line is longer than ${LONGEST} characters`)
  }

  end(): void {
    if (this.#rest !== '') this.refuse('the file ends within this line')
    if (this.#lines === 0) refuseFile(this.#name, 'the file is empty')
  }

  #line(line: string): void {
    if (line.length > LONGEST) this.refuse(`the line is longer than ${LONGEST} characters`)
    const columns = columnsOf(line)
    const expected = RRF_COLUMNS[this.#name]
    if (columns.length !== expected) this.refuse(`${columns.length} columns instead of ${expected}`)
    const problem = this.#reading.onRow(columns, this.#lines + 1)
    if (problem !== null) this.refuse(problem)
    this.#lines += 1
    if (this.#lines % PROGRESS_LINES === 0) this.#reading.onProgress(`${this.#name}: ${this.#lines.toLocaleString('en')} lines`)
  }
}

/**
 * Reads one RRF file as a stream; the file may be of any size.
 * @throws AttuneError `input-unreadable` with file, line and reason
 */
export const readRrf = async (path: string, name: RrfName, reading: RrfReading): Promise<RrfInput> => {
  const reader = new RrfReader(name, reading)
  const digest = createHash('sha256')
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    for await (const chunk of open(path) as AsyncIterable<Buffer>) {
      digest.update(chunk)
      reader.take(decoder.decode(chunk, { stream: true }))
    }
    reader.take(decoder.decode())
  } catch (error) {
    if (error instanceof AttuneError) throw error
    reader.refuse(whyUnreadable(error), error)
  }
  reader.end()
  return { file: name, lines: reader.lines, sha256: digest.digest('hex') }
}
