import type { InputValue, Values } from '../../../src/risk/model-folder.ts'
import { wordFor } from './codes.ts'
import { CONDITION_NAMES, type Condition, groupOf, hasCondition } from './diagnoses.ts'
import type { Encounter, PublishedColumn } from './published.ts'

/**
 * One input of the model from an encounter. `make` gets the cells of `from` and nothing else, so that the list says all that an input
 * can know of an encounter. All of it is known at discharge; what became of the patient (`readmitted`) is in no row.
 */
export type Maker = {
  readonly input: string
  readonly from: readonly PublishedColumn[]
  readonly make: (...cells: string[]) => InputValue
}

const count = (cell = ''): InputValue => (/^\d+$/.test(cell) ? Number(cell) : null)
const word =
  (words: Readonly<Record<string, InputValue>>) =>
  (cell = ''): InputValue =>
    Object.hasOwn(words, cell) ? (words[cell] ?? null) : null

/** `[70-80)`: the middle of the ten years; the model knows the decade only. */
const age = (cell = ''): InputValue => {
  const [, from] = /^\[(\d+)-\d+\)$/.exec(cell) ?? []
  return from === undefined ? null : Number(from) + 5
}

/** No, Steady, Up, Down: given or not, whatever became of the dose. */
const given = (...cells: string[]): InputValue => (cells.some((cell) => ['Steady', 'Up', 'Down'].includes(cell)) ? 1 : 0)

/** The file has classes: a value inside each. `None`: not measured during the stay. */
const hba1c = word({ Norm: 6, '>7': 7.5, '>8': 9 })

const condition = (input: Condition): Maker => ({
  input,
  from: ['diag_1', 'diag_2', 'diag_3'],
  make: (...cells) => hasCondition(input, cells),
})

export const MAKERS: readonly Maker[] = [
  { input: 'age', from: ['age'], make: age },
  { input: 'sex', from: ['gender'], make: word({ Female: 'female', Male: 'male' }) },
  { input: 'los_days', from: ['time_in_hospital'], make: count },
  { input: 'admissions_prior_year', from: ['number_inpatient'], make: count },
  { input: 'ed_visits_prior_year', from: ['number_emergency'], make: count },
  { input: 'outpatient_visits_prior_year', from: ['number_outpatient'], make: count },
  { input: 'acute', from: ['admission_type_id'], make: (cell = '') => wordFor('admission_type_id', cell) },
  { input: 'discharged_to', from: ['discharge_disposition_id'], make: (cell = '') => wordFor('discharge_disposition_id', cell) },
  { input: 'main_diagnosis', from: ['diag_1'], make: (cell = '') => groupOf(cell) },
  ...CONDITION_NAMES.map(condition),
  { input: 'hba1c', from: ['A1Cresult'], make: hba1c },
  { input: 'insulin', from: ['insulin'], make: given },
  { input: 'metformin', from: ['metformin'], make: given },
  { input: 'sulfonylurea', from: ['glimepiride', 'glipizide', 'glyburide'], make: given },
]

export const inputsOf = (encounter: Encounter): Values =>
  Object.fromEntries(MAKERS.map(({ input, from, make }) => [input, make(...from.map((name) => encounter[name]))]))
