import type { Analyte, AnalyteResult, Laboratory, Measurement } from '../../contract/facts.ts'
import type { Gap } from '../../contract/lineage.ts'
import { SLICE, type Slices } from '../../slices.ts'
import { convert } from '../../terminology/units.ts'
import { type Json, UNREAD_UNIT } from '../accessors.ts'
import { convertOptions, type LabTerms, OTHER } from './lab-terms.ts'
import { omicsOf } from './omics.ts'

type Room = Analyte['room']
type Row = ReturnType<LabTerms['byLoinc']['get']>
type One = { readonly measurement: Measurement; readonly room: Room; readonly omics: string | null; readonly row: Row }

const LOINC = 'http://loinc.org'

const rowOf = (measurement: Measurement, terms: LabTerms): Row => {
  for (const { system, code } of measurement.codes) {
    const row = system === LOINC ? terms.byLoinc.get(code) : undefined
    if (row) return row
  }
  return undefined
}

/** Results without a row are told apart by code; without a code by name and specimen, as the sender writes them. */
const keyOf = ({ measurement, room, omics, row }: One): string => {
  const { codes, name, specimen, lineage } = measurement
  const code = lineage.code ?? codes[0]
  const own = row ? row.id : code ? `${code.system}|${code.code}` : `${name.toLowerCase()}|${(specimen ?? '').toLowerCase()}`
  return [room, omics ?? '', own].join(' ')
}

/** As many digits as the number before it had, three at least: a conversion adds no precision. */
const rounded = (converted: number, original: number): number =>
  Number(converted.toPrecision(Math.min(6, Math.max(3, String(Math.abs(original)).replace(/^0\.0*|\./g, '').length))))

const UNIT_LESS = ''

type Placed = { readonly one: One; readonly result: AnalyteResult }

/** A result in the unit of the newest; null when its unit cannot be converted into that one. Units that were not read may differ: no trend. */
const inUnit = (one: One, unit: string | null): Placed | null => {
  const { value, ref } = one.measurement
  if (value.kind !== 'quantity' || unit === null) return { one, result: { ref } }
  if (value.unit === unit) return { one, result: unit === UNREAD_UNIT ? { ref } : { ref, trend: value.value } }
  const converted = value.unit === UNIT_LESS ? null : convert(value.value, value.unit, unit, convertOptions(one.row))
  if (converted === null) return null
  const trend = rounded(converted, value.value)
  const conversion = `${value.comparator ?? ''}${value.value} ${value.unit} = ${value.comparator ?? ''}${trend} ${unit}`
  return { one, result: { ref, trend, conversion } }
}

const unitOfNewest = (ones: readonly One[]): string | null => {
  for (const { measurement } of ones) if (measurement.value.kind === 'quantity') return measurement.value.unit
  return null
}

const NO_CONVERSION = 'UCUM knows no exact conversion between the two.'

const because = (unit: string | null, main: string | null, row: Row): string => {
  const named = (code: string | null): string => (code === null || code === UNIT_LESS ? 'no unit' : code)
  return `In ${named(unit)}, which is not converted into ${named(main)}. ${row?.notConverted ?? NO_CONVERSION}`
}

/** One analyte per set of results that share a unit or can be brought to one; the others stand apart and say why. */
const splitByUnit = (key: string, ones: readonly One[]): Analyte[] => {
  const made: Analyte[] = []
  const main = unitOfNewest(ones)
  let rest = ones
  while (rest.length > 0) {
    const [first] = rest
    if (!first) break
    const unit = unitOfNewest(rest)
    const placed = rest.map((one) => inUnit(one, unit))
    const { measurement, room, omics, row } = first
    made.push({
      id: made.length === 0 ? key : `${key} ${unit}`,
      name: measurement.name,
      room,
      group: row?.group ?? OTHER,
      ...(omics === null ? {} : { omics }),
      unit,
      results: placed.flatMap((one) => one?.result ?? []),
      ...(made.length === 0 ? {} : { apart: because(unit, main, row) }),
    })
    rest = rest.filter((_, at) => placed[at] === null)
  }
  return made
}

/** Labs and vital signs, each sorted newest first with undated last, brought together by analyte. */
export function* readLaboratory(
  rooms: { readonly [room in Room]: readonly Measurement[] },
  resourceOf: (ref: string) => Json | undefined,
  terms: LabTerms,
  gaps: Gap[],
): Slices<Laboratory> {
  const kinds = new Map<string, One[]>()
  let steps = 0
  for (const room of ['labs', 'vitals'] as const)
    for (const measurement of rooms[room]) {
      if (++steps % SLICE === 0) yield
      const resource = room === 'labs' ? resourceOf(measurement.ref) : undefined
      const one = {
        measurement,
        room,
        omics: resource ? omicsOf(resource, terms, measurement.ref, gaps) : null,
        row: rowOf(measurement, terms),
      }
      const key = keyOf(one)
      const known = kinds.get(key)
      if (known) known.push(one)
      else kinds.set(key, [one])
    }
  const analytes: Analyte[] = []
  for (const [key, ones] of kinds) {
    analytes.push(...splitByUnit(key, ones))
    yield
  }
  return {
    groups: terms.groups.map(({ id, title, models }) => ({ id, title, models })),
    omics: terms.kinds.map(({ id, title, words, codes }) => ({ id, title, words, codes })),
    analytes,
  }
}
