import { AttuneError } from '../errors.ts'
import { chooseVariant, valuesFor } from '../risk/choose-variant.ts'
import { allowedValues } from '../risk/encode.ts'
import { takeInputs } from '../risk/features.ts'
import type { InputSpec, InputValue, Values } from '../risk/model-folder.ts'
import { toUnit } from '../risk/read-measurement.ts'
import { convert } from '../terminology/units.ts'
import { ageGroup } from './groups.ts'
import type { Target } from './target.ts'

/** Why a row has no part in the figures: the column or input, and a code. Never a value. */
export type LeftOut = { readonly about: string; readonly code: string }

export type Case = {
  readonly values: Values
  /** 1 with the event, 0 without; the measured number where the model gives a number. */
  readonly outcome: number
  /** Group per division; `not stated` where the row says nothing. */
  readonly groups: Readonly<Record<string, string>>
  readonly patient: string | null
  /** Year and month. */
  readonly month: string | null
}

export type CaseOptions = {
  readonly outcome: string
  readonly groups: readonly string[]
  readonly ageCuts: readonly number[]
}

export const NOT_STATED = 'not stated'

type Column = { readonly name: string; readonly unit: string | null }

/** `creatinine[umol/L]`; the unit may have brackets of its own. */
const readHeader = (header: string): Column => {
  const match = /^([^[]+)\[(.+)\]$/.exec(header)
  return match ? { name: (match[1] ?? '').trim(), unit: (match[2] ?? '').trim() } : { name: header.trim(), unit: null }
}

const refuse = (because: string): AttuneError => new AttuneError('input-unreadable', because)

const isMissing = (cell: unknown): boolean =>
  cell === undefined || cell === null || (typeof cell === 'string' && ['', 'na', 'n/a', 'null'].includes(cell.trim().toLowerCase()))

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** A finite number as written; null for anything else, `NaN` and `Inf` among it. */
const readNumber = (cell: unknown): number | null => {
  if (typeof cell === 'boolean') return Number(cell)
  const number = typeof cell === 'number' ? cell : typeof cell === 'string' && NUMBER.test(cell.trim()) ? Number(cell) : Number.NaN
  return Number.isFinite(number) ? number : null
}

const SEXES: Readonly<Record<string, 'female' | 'male'>> = { female: 'female', f: 'female', male: 'male', m: 'male' }

const word = (cell: unknown): string => String(cell).trim().replace(/\s+/g, ' ').toLowerCase()

/** The listed value that a cell writes; null when it writes none of them. */
const readListed = (spec: InputSpec, allowed: readonly InputValue[], cell: unknown): InputValue => {
  const said = word(cell)
  const sex = spec.kind === 'sex' ? SEXES[said] : undefined
  if (spec.kind === 'sex' && sex) return spec.values[sex]
  const number = readNumber(said === 'true' ? true : said === 'false' ? false : cell)
  const found = allowed.find((value) => (typeof value === 'number' ? value === number : value !== null && value.toLowerCase() === said))
  return found ?? null
}

type ReadCell = (cell: unknown) => InputValue | undefined

const factorTo =
  (spec: InputSpec, unit: string) =>
  (value: number): number | null =>
    spec.kind === 'measurement' ? toUnit(spec, value, unit) : unit === spec.unit ? value : convert(value, unit, spec.unit)

/** How the cells of an input's column are read: null is missing, undefined cannot be read. @throws AttuneError when its unit cannot be converted */
const cellReader = (spec: InputSpec, { unit }: Column): ReadCell => {
  const allowed = allowedValues(spec)
  if (allowed) return (cell) => (isMissing(cell) ? null : (readListed(spec, allowed, cell) ?? undefined))
  const inUnit = unit === null || unit === spec.unit ? (value: number) => value : factorTo(spec, unit)
  if (inUnit(1) === null)
    throw refuse(`${spec.name}[${unit}]: ${unit} cannot be converted to ${spec.unit === '' ? 'a plain number' : spec.unit}`)
  return (cell) => {
    if (isMissing(cell)) return null
    const number = readNumber(cell)
    return number === null ? undefined : (inUnit(number) ?? undefined)
  }
}

type Fields = Readonly<Record<string, unknown>>
type Read = { readonly header: string; readonly read: ReadCell; readonly spec: InputSpec }

const MONTH = /^(\d{4})-(0[1-9]|1[0-2])(-|$)/

/** The longest name of a group; longer text is not one, and must not reach a report. */
const LONGEST = 40

type GroupReader = (fields: Fields, given: Readonly<Record<string, InputValue>>) => string

const label = (cell: unknown): string => {
  if (isMissing(cell)) return NOT_STATED
  const said = word(cell)
  return said.length > LONGEST ? 'unreadable' : said
}

const sexOf = (spec: InputSpec | undefined, value: InputValue | undefined): string => {
  if (spec?.kind !== 'sex' || value === undefined || value === null) return NOT_STATED
  return value === spec.values.female ? 'female' : 'male'
}

/** From a column of that name, or else from the model's own input of that kind. */
const groupReader = (
  division: string,
  headers: readonly Column[],
  inputs: readonly Read[],
  cuts: readonly number[],
): GroupReader | null => {
  const input = inputs.find(({ spec }) => spec.kind === division)
  const own = headers.find(({ name }) => name === division)
  if (division === 'age') {
    const ageOf = (fields: Fields, given: Readonly<Record<string, InputValue>>) =>
      own ? readNumber(fields[division]) : input ? given[input.spec.name] : null
    return own || input
      ? (fields, given) => {
          const age = ageOf(fields, given)
          return typeof age === 'number' && age >= 0 && age <= 130 ? ageGroup(age, cuts) : NOT_STATED
        }
      : null
  }
  if (division === 'sex' && input) return (_, given) => sexOf(input.spec, given[input.spec.name])
  if (own) return (fields) => (division === 'sex' ? (SEXES[label(fields[division])] ?? label(fields[division])) : label(fields[division]))
  return input ? (_, given) => label(given[input.spec.name]) : null
}

const outcomeOf = (cell: unknown, target: Target): number | null => {
  const said = typeof cell === 'string' ? word(cell) : cell
  const number = readNumber(said === 'true' ? true : said === 'false' ? false : said)
  if (target.scale === 'number') return number
  return number === 0 || number === 1 ? number : null
}

export type CaseReader = {
  /** Divisions that the file allows, of those asked for. */
  readonly divisions: readonly string[]
  readonly hasPatients: boolean
  readonly read: (fields: Fields) => Case | LeftOut
}

/** The estimate is judged as for a patient: range, missing rule and bounds of the variant. */
const valuesOf = (target: Target, given: Readonly<Record<string, InputValue>>): { values: Values } | { leftOut: LeftOut } => {
  const readings = takeInputs(target.model.inputs, given)
  const { usable, skipped } = chooseVariant([target.variant], readings, [])
  if (usable.length > 0) return { values: valuesFor(target.variant, readings) }
  const gap = skipped[0]?.because[0]
  const asked = gap && gap.about === 'inputs' ? target.variant.inputs.find((name) => readings.get(name)?.state === 'unusable') : gap?.about
  const about = asked ?? 'inputs'
  const isMissingInput = target.variant.inputs.includes(about) && (given[about] ?? null) === null
  return { leftOut: { about, code: isMissingInput ? 'missing' : (gap?.code ?? 'incomplete') } }
}

/**
 * Reads rows of a labelled table as cases of a target.
 * @throws AttuneError `input-unreadable` when the table as a whole cannot be used: no outcome, a unit that cannot be converted
 */
export const caseReader = (target: Target, columns: readonly string[], { outcome, groups, ageCuts }: CaseOptions): CaseReader => {
  const headers = columns.map(readHeader)
  const headerOf = (name: string): string | null => columns[headers.findIndex((column) => column.name === name)] ?? null
  const outcomeColumn = headerOf(outcome)
  if (outcomeColumn === null) throw refuse(`the file has no column ${outcome}; name it with --outcome`)
  if (target.model.inputs.some(({ name }) => name === outcome))
    throw refuse(`${outcome} is an input of the model and cannot be its outcome`)
  const inputs = target.model.inputs.flatMap((spec): Read[] => {
    const place = headers.findIndex(({ name }) => name === spec.name)
    const column = headers[place]
    return column ? [{ header: columns[place] ?? '', read: cellReader(spec, column), spec }] : []
  })
  const readers = groups.flatMap((division) => {
    const read = groupReader(division, headers, inputs, ageCuts)
    return read ? [{ division, read }] : []
  })
  const idColumn = headerOf('id')
  const dateColumn = headerOf('date')
  return {
    divisions: readers.map(({ division }) => division),
    hasPatients: idColumn !== null,
    read: (fields) => {
      const cell = fields[outcomeColumn]
      if (isMissing(cell)) return { about: outcome, code: 'missing' }
      const happened = outcomeOf(cell, target)
      if (happened === null) return { about: outcome, code: 'unreadable' }
      const given: Record<string, InputValue> = {}
      for (const { header, read, spec } of inputs) {
        const value = read(fields[header])
        if (value !== undefined) given[spec.name] = value
        else if (target.variant.inputs.includes(spec.name)) return { about: spec.name, code: 'unreadable' }
      }
      const judged = valuesOf(target, given)
      if ('leftOut' in judged) return judged.leftOut
      const id = idColumn === null ? null : fields[idColumn]
      if (idColumn !== null && isMissing(id)) return { about: 'id', code: 'missing' }
      return {
        values: judged.values,
        outcome: happened,
        groups: Object.fromEntries(readers.map(({ division, read }) => [division, read(fields, given)])),
        patient: idColumn === null ? null : String(id).trim(),
        month: dateColumn === null ? null : (MONTH.exec(String(fields[dateColumn]))?.[0].slice(0, 7) ?? null),
      }
    },
  }
}
