import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Row = Readonly<Record<string, string>>

/** One cell of a row; a column that does not exist is a programmer's mistake, not an empty value. */
export const cell = (row: Row, column: string): string => {
  const value = row[column]
  if (value === undefined) throw new TypeError(`no column ${column} in ${JSON.stringify(row)}`)
  return value.trim()
}

/** Tab-separated table with `#` comment lines above its header line. */
export const readTable = (folder: string, file: string): Row[] => {
  const lines = readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const columns = (lines[0] ?? '').split('\t')
  return lines.slice(1).map((line) => {
    const cells = line.split('\t')
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']))
  })
}

export const readJson = (folder: string, file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'))

/** JSON lines; the first line holds `_meta`. */
export const readJsonLines = (folder: string, file: string): unknown[] =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .slice(1)
    .map((line): unknown => JSON.parse(line))

export const sha256OfFile = (folder: string, file: string): string =>
  createHash('sha256')
    .update(readFileSync(join(folder, file)))
    .digest('hex')

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
