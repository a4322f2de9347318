import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadKnowledge } from '../../src/guidance/load-knowledge.ts'
import { readStatements } from '../../src/notes/read-statements.ts'
import { type NoteTables, readNoteTables } from '../../src/notes/tables.ts'
import { projectRoot } from '../../src/project-root.ts'

const json = (path: string): unknown => JSON.parse(readFileSync(join(projectRoot, path), 'utf8'))

/** The tables as they ship. */
export const noteTables = (): NoteTables => readNoteTables(loadKnowledge(join(projectRoot, 'rules')).tables)

export type NoteCase = {
  readonly about?: string
  readonly language?: 'en' | 'de'
  readonly text: string
  readonly expect: { readonly [target: string]: string | readonly string[] }
}

export const casesOf = (path: string): readonly NoteCase[] => (json(path) as { readonly cases: readonly NoteCase[] }).cases

/** Found statements in the form of the cases: target to kind, or kinds in order. */
export const told = ({ text, language = 'en' }: NoteCase, tables: NoteTables): NoteCase['expect'] => {
  const found: { [target: string]: string | string[] } = {}
  for (const { target, kind, presence } of readStatements(text, language, tables)) {
    const word = kind === 'family' && presence !== 'affirmed' ? `family ${presence}` : kind
    const before = found[target.id]
    found[target.id] = before === undefined ? word : [before, word].flat()
  }
  return found
}
