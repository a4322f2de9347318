import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { AttuneError } from '../errors.ts'
import { isRxcui } from './check-digits.ts'

/** An RxNorm code that is no ingredient: salt, brand, component, product, pack. */
export type MapCode = { readonly tty: string; readonly name: string; readonly ingredients: readonly string[] }

/** Other code systems that a release carries along. */
export const MAP_SYSTEMS = ['atc', 'ndc', 'snomed'] as const
export type MapSystem = (typeof MAP_SYSTEMS)[number]

/** A code that the rules and the release take for different drugs, and that the site accepted: the rules win. Names, sorted. */
export type AcceptedConflict = { readonly rxcui: string; readonly rules: string; readonly release: string }

/** A site's own drug map, made by `attune drugs import` from its RxNorm release. */
export type DrugMap = {
  readonly release: string
  readonly inputs: readonly { readonly file: string; readonly lines: number; readonly sha256: string }[]
  /** RxNorm ingredients (TTY IN): code -> name. */
  readonly ingredients: ReadonlyMap<string, string>
  readonly codes: ReadonlyMap<string, MapCode>
  /** Codes of other systems -> RxNorm codes. NDCs have eleven digits. */
  readonly others: Readonly<Record<MapSystem, ReadonlyMap<string, readonly string[]>>>
  readonly accepted: readonly AcceptedConflict[]
}

/** A map that was read, with the SHA-256 of its content: it belongs to the version of the knowledge. */
export type LoadedDrugMap = DrugMap & { readonly sha256: string }

const HEADER = 'attune-drug-map\t1'

const byNumber = (left: string, right: string): number => Number(left) - Number(right)
const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

const sortedBy = <V>(map: ReadonlyMap<string, V>, order: (left: string, right: string) => number): [string, V][] =>
  [...map].sort(([left], [right]) => order(left, right))

/**
 * The map as text: one line a row, tab-separated, sorted; the last line holds the number of rows and the SHA-256 of all before it, so that
 * a cut or changed file is never taken for a whole one. The same map gives the same bytes.
 */
export const writeDrugMap = (map: DrugMap): string => {
  const rows = [
    ...map.accepted.map((one) => `accepted\t${one.rxcui}\t${one.rules}\t${one.release}`),
    ...sortedBy(map.ingredients, byNumber).map(([rxcui, name]) => `I\t${rxcui}\t${name}`),
    ...sortedBy(map.codes, byNumber).map(([rxcui, { tty, ingredients, name }]) => `C\t${rxcui}\t${tty}\t${ingredients.join(',')}\t${name}`),
    ...MAP_SYSTEMS.flatMap((system) =>
      sortedBy(map.others[system], byText).map(([code, rxcuis]) => `X\t${system}\t${code}\t${rxcuis.join(',')}`),
    ),
  ]
  const head = [HEADER, `release\t${map.release}`, ...map.inputs.map(({ file, lines, sha256 }) => `input\t${file}\t${lines}\t${sha256}`)]
  const body = `${[...head, ...rows].join('\n')}\n`
  return `${body}end\t${rows.length}\t${hash('sha256', body)}\n`
}

type Draft = {
  release: string | null
  rows: number
  readonly inputs: { file: string; lines: number; sha256: string }[]
  readonly ingredients: Map<string, string>
  readonly codes: Map<string, MapCode>
  readonly others: Record<MapSystem, Map<string, readonly string[]>>
  readonly accepted: AcceptedConflict[]
}

/** What is wrong with a line; null when nothing is. */
type Problem = string | null

const rxcuisOf = (text: string): readonly string[] | null => {
  const codes = text.split(',')
  return codes.every(isRxcui) ? codes : null
}

const addIngredient = (draft: Draft, [, rxcui = '', name = '']: readonly string[]): Problem => {
  if (!isRxcui(rxcui) || name === '') return 'an ingredient needs an RxNorm code and a name'
  if (draft.ingredients.has(rxcui) || draft.codes.has(rxcui)) return `the code ${rxcui} stands twice`
  draft.ingredients.set(rxcui, name)
  return null
}

const addCode = (draft: Draft, [, rxcui = '', tty = '', list = '', name = '']: readonly string[]): Problem => {
  const ingredients = rxcuisOf(list)
  if (!isRxcui(rxcui) || !/^[A-Z]{2,6}$/.test(tty) || ingredients === null || name === '')
    return 'a code needs an RxNorm code, a term type, ingredients and a name'
  if (draft.ingredients.has(rxcui) || draft.codes.has(rxcui)) return `the code ${rxcui} stands twice`
  const missing = ingredients.find((one) => !draft.ingredients.has(one))
  if (missing !== undefined) return `the ingredient ${missing} of ${rxcui} is not in the map`
  draft.codes.set(rxcui, { tty, name, ingredients })
  return null
}

const addOther = (draft: Draft, [, system = '', code = '', list = '']: readonly string[]): Problem => {
  const known = MAP_SYSTEMS.find((one) => one === system)
  const rxcuis = rxcuisOf(list)
  if (known === undefined || code === '' || rxcuis === null) return 'a code of another system needs system, code and RxNorm codes'
  const missing = rxcuis.find((one) => !draft.ingredients.has(one) && !draft.codes.has(one))
  if (missing !== undefined) return `the RxNorm code ${missing} is not in the map`
  if (draft.others[known].has(code)) return `the ${known} code ${code} stands twice`
  draft.others[known].set(code, rxcuis)
  return null
}

const addAccepted = (draft: Draft, [, rxcui = '', rules = '', release = '']: readonly string[]): Problem => {
  if (!isRxcui(rxcui) || rules === '' || release === '') return 'an accepted conflict needs an RxNorm code and both drugs'
  draft.accepted.push({ rxcui, rules, release })
  return null
}

const addRelease = (draft: Draft, [, release = '']: readonly string[]): Problem => {
  if (release === '' || draft.release !== null) return 'the release is named once'
  draft.release = release
  return null
}

const addInput = (draft: Draft, [, file = '', lines = '', sha256 = '']: readonly string[]): Problem => {
  if (file === '' || !/^\d+$/.test(lines) || !/^[0-9a-f]{64}$/.test(sha256)) return 'an input needs a name, a number of lines and a SHA-256'
  draft.inputs.push({ file, lines: Number(lines), sha256 })
  return null
}

type Kind = { readonly columns: number; readonly row: boolean; readonly add: (draft: Draft, columns: readonly string[]) => Problem }

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['release', { columns: 2, row: false, add: addRelease }],
  ['input', { columns: 4, row: false, add: addInput }],
  ['accepted', { columns: 4, row: true, add: addAccepted }],
  ['I', { columns: 3, row: true, add: addIngredient }],
  ['C', { columns: 5, row: true, add: addCode }],
  ['X', { columns: 4, row: true, add: addOther }],
])

const addLine = (draft: Draft, line: string): Problem => {
  const columns = line.split('\t')
  const kind = KINDS.get(columns[0] ?? '')
  if (kind === undefined) return 'this kind of line is not known'
  if (columns.length !== kind.columns) return `${columns.length} columns instead of ${kind.columns}`
  if (kind.row) draft.rows += 1
  return kind.add(draft, columns)
}

const newDraft = (): Draft => ({
  release: null,
  rows: 0,
  inputs: [],
  ingredients: new Map(),
  codes: new Map(),
  others: { atc: new Map(), ndc: new Map(), snomed: new Map() },
  accepted: [],
})

/** Where the last line begins; null when there is none that ends with a line feed. */
const lastLineAt = (text: string): number | null => (text.endsWith('\n') ? text.lastIndexOf('\n', text.length - 2) + 1 : null)

/**
 * Reads a map, strictly: one line that is wrong, and the map is refused.
 * @param name how the map is called in the error
 * @throws AttuneError `config-invalid` with the line and the reason
 */
export const parseDrugMap = (text: string, name: string): LoadedDrugMap => {
  const refuse = (reason: string): never => {
    throw new AttuneError('config-invalid', `drug map ${name}: ${reason}`)
  }
  if (!text.startsWith(`${HEADER}\n`)) refuse('this is no drug map of this version; make it with `attune drugs import`')
  const endAt = lastLineAt(text)
  const [end, rows, sha256] = endAt === null ? [] : text.slice(endAt, -1).split('\t')
  if (endAt === null || end !== 'end') return refuse('the file is cut: its last line is missing')
  const body = text.slice(0, endAt)
  if (sha256 === undefined || hash('sha256', body) !== sha256) return refuse('the file was changed after it was made: its SHA-256 differs')
  const draft = newDraft()
  body
    .slice(HEADER.length + 1, -1)
    .split('\n')
    .forEach((line, at) => {
      const problem = addLine(draft, line)
      if (problem !== null) refuse(`line ${at + 2}: ${problem}`)
    })
  const { release } = draft
  if (release === null) return refuse('it does not name its release')
  if (String(draft.rows) !== rows) refuse(`${draft.rows} rows instead of ${rows}`)
  if (draft.ingredients.size === 0) refuse('it holds no ingredient')
  const { inputs, ingredients, codes, others, accepted } = draft
  return { release, inputs, ingredients, codes, others, accepted, sha256 }
}

/**
 * The drug map of a configured path.
 * @throws AttuneError `config-invalid`
 */
export const readDrugMap = (path: string): LoadedDrugMap => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new AttuneError(
      'config-invalid',
      `drug map ${path}: it cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})`,
      { cause },
    )
  }
  return parseDrugMap(text, path)
}
