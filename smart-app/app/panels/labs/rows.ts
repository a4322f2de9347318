import type { Analyte, AnalyteResult, Laboratory, Measurement, PatientFacts } from '../../../../src/contract/facts.ts'
import { LANGUAGE } from '../../language.ts'
import { TEXT } from './texts.ts'

/** A result as it came, with what makes it comparable to the others of its analyte. */
export type Result = AnalyteResult & { readonly measurement: Measurement }

/** One analyte with its results: the newest dated one first, undated ones last. */
export type Row = { readonly id: string; readonly analyte: Analyte; readonly newest: Result; readonly results: readonly Result[] }

export type Section = { readonly id: string; readonly title: string; readonly models: readonly string[]; readonly rows: readonly Row[] }

/** Answers of a server that does not bring results together: each name on its own, so that none is lost. */
const byName = (facts: PatientFacts): Laboratory => {
  const kinds = new Map<string, Analyte & { results: AnalyteResult[] }>()
  for (const room of ['labs', 'vitals'] as const)
    for (const { ref, name, value } of facts[room]) {
      const unit = value.kind === 'quantity' ? value.unit : null
      const id = `${room} ${name} ${unit}`
      const known = kinds.get(id) ?? { id, name, room, group: 'other', unit, results: [] }
      known.results.push({ ref, ...(value.kind === 'quantity' ? { trend: value.value } : {}) })
      kinds.set(id, known)
    }
  const group = { id: 'other', title: { en: TEXT.ungrouped, de: TEXT.ungrouped }, models: [] }
  return { groups: [group], omics: [], analytes: [...kinds.values()] }
}

export const laboratoryOf = (facts: PatientFacts): Laboratory => facts.laboratory ?? byName(facts)

export const rowsOf = (facts: PatientFacts, laboratory: Laboratory): readonly Row[] => {
  const measurements = new Map([...facts.labs, ...facts.vitals].map((measurement) => [measurement.ref, measurement]))
  return laboratory.analytes.flatMap((analyte) => {
    const results = analyte.results.flatMap((result) => {
      const measurement = measurements.get(result.ref)
      return measurement ? [{ ...result, measurement }] : []
    })
    const [newest] = results
    return newest ? [{ id: analyte.id, analyte, newest, results }] : []
  })
}

const byLanguage = new Intl.Collator(LANGUAGE, { sensitivity: 'base', numeric: true })

export const byRowName = (a: Row, b: Row): number => byLanguage.compare(a.analyte.name, b.analyte.name)

/** Rows by body system in the order of the systems; a system without rows is left out unless a model speaks at its head. */
export const sectionsOf = (laboratory: Laboratory, rows: readonly Row[]): readonly Section[] =>
  laboratory.groups.map(({ id, title, models }) => ({
    id,
    title: title[LANGUAGE],
    models,
    rows: rows.filter((row) => row.analyte.group === id).toSorted(byRowName),
  }))

/** Flagged: by the laboratory or by the range that came with it as anything but normal. A contradiction between the two counts, too. */
export const isFlagged = ({ measurement: { flag } }: Result): boolean => flag !== undefined && (flag.code !== 'N' || flag.disagrees)

export const isUnjudged = ({ measurement: { flag, value } }: Result): boolean => flag === undefined && value.kind === 'quantity'

const wordsIn = ({ analyte, newest: { measurement } }: Row): string =>
  [analyte.name, ...measurement.codes.flatMap(({ code, display }) => [code, display ?? '']), JSON.stringify(measurement.value)].join(' ')

export const fits = (row: Row, sought: string): boolean => {
  const words = sought.trim().toLowerCase().split(/\s+/)
  const text = wordsIn(row).toLowerCase()
  return words.every((word) => text.includes(word))
}
