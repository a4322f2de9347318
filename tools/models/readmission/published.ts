import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/**
 * Reads the files of "Diabetes 130-US hospitals for years 1999-2008" (UCI id 296, doi:10.24432/C5230J; Strack et al. 2014, BioMed Res
 * Int 2014:781670) as they were published. The data are given by path and are no part of this project.
 */

/** Columns that the recipe reads; the file has more. */
export const COLUMNS = [
  'patient_nbr',
  'race',
  'gender',
  'age',
  'admission_type_id',
  'discharge_disposition_id',
  'time_in_hospital',
  'number_outpatient',
  'number_emergency',
  'number_inpatient',
  'diag_1',
  'diag_2',
  'diag_3',
  'A1Cresult',
  'metformin',
  'glimepiride',
  'glipizide',
  'glyburide',
  'insulin',
  'readmitted',
] as const

export type PublishedColumn = (typeof COLUMNS)[number]
export type Encounter = Readonly<Record<PublishedColumn, string>>

const readText = (path: string): string => {
  const bytes = readFileSync(path)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

const linesOf = (text: string): string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '')

/** @throws Error naming the missing column, or the line with another number of cells */
export const parseEncounters = (text: string): Encounter[] => {
  const [head = '', ...lines] = linesOf(text)
  const names = head.split(',').map((name) => name.trim())
  const missing = COLUMNS.filter((name) => !names.includes(name))
  if (missing.length > 0) throw new Error(`the file has no column ${missing.join(', ')}`)
  const places = COLUMNS.map((name) => names.indexOf(name))
  return lines.map((line, n) => {
    const cells = line.split(',')
    if (cells.length !== names.length) throw new Error(`line ${n + 2} has ${cells.length} cells in place of ${names.length}`)
    return Object.fromEntries(COLUMNS.map((name, k) => [name, (cells[places[k] ?? -1] ?? '').trim()])) as Encounter // all columns, just read
  })
}

export const readEncounters = (path: string): Encounter[] => parseEncounters(readText(path))

/** `IDS_mapping.csv`: three lists one below the other, each under its own header. List -> id -> description. */
export type CodeLists = ReadonlyMap<string, ReadonlyMap<string, string>>

const CODE_LINE = /^\s*(\d+)\s*,\s*"?(.*?)"?\s*$/
const LIST_LINE = /^\s*(\w+_id)\s*,\s*description\s*$/

export const parseCodeLists = (text: string): CodeLists => {
  const lists = new Map<string, Map<string, string>>()
  let open = new Map<string, string>()
  for (const line of linesOf(text)) {
    const [, list] = LIST_LINE.exec(line) ?? []
    const [, id, description] = CODE_LINE.exec(line) ?? []
    if (list !== undefined) {
      open = new Map()
      lists.set(list, open)
    } else if (id !== undefined) open.set(id, description ?? '')
  }
  return lists
}

export const readCodeLists = (path: string): CodeLists => parseCodeLists(readText(path))
