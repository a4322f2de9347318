import { createHash } from 'node:crypto'
import type { Values } from '../../../src/risk/model-folder.ts'
import { checkCodeLists, NOT_AT_RISK } from './codes.ts'
import { inputsOf } from './inputs.ts'
import { type Encounter, readCodeLists, readEncounters } from './published.ts'

/** Whole patients go to one part: by the MD5 of their number, of which the first eight hex digits are taken modulo 100. */
export const PARTS = { outside: [0, 14], test: [15, 27], tuning: [28, 39], training: [40, 99] } as const
export type Part = keyof typeof PARTS

export const partOf = (patient: string): Part => {
  const bucket = Number.parseInt(createHash('md5').update(patient).digest('hex').slice(0, 8), 16) % 100
  const found = Object.entries(PARTS).find(([, [from, to]]) => bucket >= from && bucket <= to)
  return (found?.[0] ?? 'training') as Part // every bucket from 0 to 99 is in a part
}

/** One stay that the model can be asked about. */
export type Stay = {
  readonly patient: string
  readonly part: Part
  readonly values: Values
  /** Admitted again within 30 days. */
  readonly outcome: 0 | 1
  /** Not an input; figures are reported by it. */
  readonly race: string
}

const RACES: Readonly<Record<string, string>> = {
  Caucasian: 'White',
  AfricanAmerican: 'Black',
  Hispanic: 'Hispanic',
  Asian: 'Asian',
  Other: 'other',
  '?': '',
}

const isAtRisk = ({ discharge_disposition_id: to, gender }: Encounter): boolean =>
  !NOT_AT_RISK.some(({ id }) => id === to) && (gender === 'Female' || gender === 'Male')

/** Stays of those who could be readmitted and whose sex is stated. */
export const staysOf = (encounters: readonly Encounter[]): Stay[] =>
  encounters.filter(isAtRisk).map((encounter) => ({
    patient: encounter.patient_nbr,
    part: partOf(encounter.patient_nbr),
    values: inputsOf(encounter),
    outcome: encounter.readmitted === '<30' ? 1 : 0,
    race: RACES[encounter.race] ?? 'other',
  }))

/** @throws Error when a file is not laid out as published */
export const readStays = (published: string, codeLists: string): Stay[] => {
  checkCodeLists(readCodeLists(codeLists))
  return staysOf(readEncounters(published))
}
