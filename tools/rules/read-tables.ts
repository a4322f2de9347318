import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TABLE_SHAPES, type TableShape } from './table-shapes.ts'

export type Row = Readonly<Record<string, string>>

/** A reference table that is not as the generator knows it: file, line where there is one, and reason. Nothing is written then. */
export class TableError extends Error {
  constructor(file: string, line: number | null, reason: string) {
    super(`${file}${line === null ? '' : `, line ${line}`}: ${reason}`)
    this.name = 'TableError'
  }
}

/** One cell of a row; a column that does not exist is a programmer's mistake, not an empty value. */
export const cell = (row: Row, column: string): string => {
  const value = row[column]
  if (value === undefined) throw new TypeError(`no column ${column} in ${JSON.stringify(row)}`)
  return value.trim()
}

/** Longest line of the tables of 2026 is under 6,000 characters; a line of this length is another kind of file. */
const LONGEST_LINE = 100_000

type Line = { readonly text: string; readonly number: number }

/** Lines of a text file: UTF-8 without byte order mark. */
const readLines = (folder: string, file: string): Line[] => {
  const bytes = read(folder, file)
  if (bytes.length === 0) throw new TableError(file, null, 'the file is empty')
  if (bytes.includes(0)) throw new TableError(file, null, 'the file is binary, not text')
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new TableError(file, null, 'the file is not UTF-8')
  }
  if (text.startsWith('\uFEFF')) throw new TableError(file, 1, 'the file starts with a byte order mark')
  const lines = text.split('\n').map((line, at) => ({ text: line, number: at + 1 }))
  const long = lines.find((line) => line.text.length > LONGEST_LINE)
  if (long) throw new TableError(file, long.number, `${long.text.length} characters in one line`)
  if (text.includes('\r')) throw new TableError(file, null, 'lines end in carriage returns')
  return lines.filter((line) => line.text !== '')
}

/** Lines of a file that must end with a line end: without one it may have been cut. JSON says by itself where it is cut. */
const readWholeLines = (folder: string, file: string): Line[] => {
  const lines = readLines(folder, file)
  if (read(folder, file).at(-1) !== 10)
    throw new TableError(file, lines.at(-1)?.number ?? null, 'the file ends in the middle of a line: it may be cut')
  return lines
}

const read = (folder: string, file: string): Buffer => {
  try {
    return readFileSync(join(folder, file))
  } catch (cause) {
    throw new TableError(
      file,
      null,
      `cannot be read (${cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'})`,
    )
  }
}

const checkColumns = (file: string, { text, number }: Line, shape: TableShape): string[] => {
  const columns = text.split('\t')
  const missing = shape.columns.filter((column) => !columns.includes(column))
  const unknown = columns.filter((column) => !shape.columns.includes(column))
  const twice = columns.filter((column, at) => columns.indexOf(column) !== at)
  if (missing.length > 0) throw new TableError(file, number, `no column ${missing.join(', ')}`)
  if (unknown.length > 0) throw new TableError(file, number, `unknown column ${unknown.join(', ')}: nobody has read what it means`)
  if (twice.length > 0) throw new TableError(file, number, `two columns ${twice.join(', ')}`)
  return columns
}

/**
 * Tab-separated table with `#` comment lines above its header line, in the shape that `table-shapes.ts` gives it.
 * @throws TableError for an unknown or missing column, a line with too few or too many cells, a row that stands twice, a table without rows
 */
export const readTable = (folder: string, file: string): Row[] => {
  const shape = TABLE_SHAPES[file]
  if (!shape) throw new TypeError(`${file} has no shape in table-shapes.ts`)
  const [header, ...lines] = readWholeLines(folder, file).filter((line) => !line.text.startsWith('#'))
  if (!header) throw new TableError(file, null, 'the table has no header line')
  const columns = checkColumns(file, header, shape)
  if (lines.length === 0) throw new TableError(file, null, 'the table has no rows')
  const seen = new Map<string, number>()
  return lines.map(({ text, number }) => {
    const cells = text.split('\t')
    if (cells.length !== columns.length) throw new TableError(file, number, `${cells.length} cells, ${columns.length} columns`)
    const row = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']))
    const key = JSON.stringify(shape.key.map((column) => cell(row, column)))
    const before = seen.get(key)
    if (before !== undefined) throw new TableError(file, number, `the same ${shape.key.join(', ')} as line ${before}`)
    seen.set(key, number)
    return row
  })
}

const parse = (file: string, line: number | null, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new TableError(file, line, 'not valid JSON')
  }
}

/** @throws TableError when the file is not whole or not JSON */
export const readJson = (folder: string, file: string): unknown =>
  parse(
    file,
    null,
    readLines(folder, file)
      .map((line) => line.text)
      .join('\n'),
  )

/** One JSON value of a file of lines, and where it stands. */
export type JsonLine = { readonly line: number; readonly value: unknown }

/**
 * JSON lines; the first line holds `_meta` and nothing else.
 * @throws TableError naming the line
 */
export const readJsonLines = (folder: string, file: string): JsonLine[] => {
  const [header, ...lines] = readWholeLines(folder, file).map(({ text, number }) => ({ line: number, value: parse(file, number, text) }))
  const meta = header?.value
  if (meta === null || typeof meta !== 'object' || Object.keys(meta).join() !== '_meta')
    throw new TableError(file, 1, 'the first line must hold _meta')
  if (lines.length === 0) throw new TableError(file, null, 'the table has no rows')
  return lines
}

export const sha256OfFile = (folder: string, file: string): string => createHash('sha256').update(read(folder, file)).digest('hex')

/** Splits at `separator` outside brackets: `monitor(a; b);start=5` gives two parts. */
export const splitOutsideBrackets = (text: string, separator: string): string[] => {
  const parts: string[] = ['']
  let depth = 0
  for (const letter of text) {
    if (letter === '(') depth += 1
    if (letter === ')') depth -= 1
    if (letter === separator && depth === 0) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}
