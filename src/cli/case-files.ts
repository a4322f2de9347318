import { readFileSync } from 'node:fs'
import { AttuneError } from '../errors.ts'

/** A file of JSON lines: the first may be a header with `_meta`. */
export type JsonLines = { readonly jsonLines: readonly unknown[] }

/** A tab-separated table with a header line; lines that begin with `#` are remarks. */
export type CaseTable = { readonly columns: readonly string[]; readonly rows: readonly Readonly<Record<string, string>>[] }

const linesOf = (text: string): string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '')

const asJsonLines = (lines: readonly string[]): JsonLines | null => {
  try {
    return { jsonLines: lines.map((line) => JSON.parse(line) as unknown) }
  } catch {
    return null
  }
}

const asTable = (path: string, lines: readonly string[]): CaseTable | null => {
  const [header, ...rest] = lines.filter((line) => !line.startsWith('#'))
  if (header === undefined || !header.includes('\t')) return null
  const columns = header.split('\t').map((column) => column.trim())
  return {
    columns,
    rows: rest.map((line, at) => {
      const cells = line.split('\t')
      if (cells.length > columns.length)
        throw new AttuneError('input-unreadable', `${path}: row ${at + 1} has ${cells.length} cells, the header has ${columns.length}`)
      return Object.fromEntries(columns.map((column, place) => [column, (cells[place] ?? '').trim()]))
    }),
  }
}

/**
 * Any file of acceptance cases, told by its content: one JSON value, JSON lines, or a tab-separated table.
 * @throws AttuneError `input-unreadable`
 */
export const readCaseFile = (path: string): unknown => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new AttuneError('input-unreadable', `${path} cannot be read`, { cause })
  }
  try {
    return JSON.parse(text) as unknown
  } catch {
    const lines = linesOf(text)
    const found = asJsonLines(lines) ?? asTable(path, lines)
    if (found === null || lines.length === 0) throw new AttuneError('input-unreadable', `${path} is neither JSON, JSON lines nor a table`)
    return found
  }
}

export const isJsonLines = (content: unknown): content is JsonLines =>
  typeof content === 'object' && content !== null && 'jsonLines' in content && Array.isArray(content.jsonLines)

export const isCaseTable = (content: unknown): content is CaseTable =>
  typeof content === 'object' && content !== null && 'columns' in content && 'rows' in content && Array.isArray(content.columns)
