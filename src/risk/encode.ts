import { AttuneError } from '../errors.ts'
import { unitWords } from '../terminology/unit-words.ts'
import type { Numbered } from './formula.ts'
import type { Column, Condition, InputSpec, InputSpecOf, InputValue, Values } from './model-folder.ts'

const numeric = (column: Column, value: InputValue): number => {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new AttuneError('model-failed', `input ${column.input} of column ${column.term} is not a number`)
}

const ENCODERS: { readonly [As in Column['as']]: (column: Extract<Column, { as: As }>, value: InputValue) => number } = {
  number: numeric,
  decade: (column, value) => Math.floor(numeric(column, value) / 10),
  steps: (column, value) => column.above.filter((limit) => numeric(column, value) > limit).length,
  indicator: (column, value) => (column.equals.includes(value) ? 1 : 0),
}

const encode = (column: Column, values: Values): number => {
  const value = values[column.input]
  if (value === undefined) throw new AttuneError('model-failed', `input ${column.input} is not given`)
  if (value === null && column.ifMissing !== undefined) return Number(column.ifMissing)
  return (ENCODERS[column.as] as (column: Column, value: InputValue) => number)(column, value) // table and union walk together
}

/** Inputs by name -> one row of the model's input tensor, in the order of its columns. */
export const encodeRow = (columns: readonly Column[], values: Values): number[] => columns.map((column) => encode(column, values))

/** The same by name of the column, as formulas take it. */
export const encodeColumns = (columns: readonly Column[], values: Values): Numbered =>
  Object.fromEntries(columns.map((column) => [column.term, encode(column, values)]))

/** True when every named input has one of the listed values. */
export const holds = (condition: Condition, values: Values): boolean =>
  Object.entries(condition).every(([input, allowed]) => values[input] !== undefined && allowed.includes(values[input]))

const ALLOWED: { readonly [K in InputSpec['kind']]: (spec: InputSpecOf<K>) => readonly InputValue[] | null } = {
  age: () => null,
  measurement: () => null,
  computed: () => null,
  sex: ({ values }) => Object.values(values),
  race: ({ categories, otherwise }) => [...new Set([...Object.keys(categories), otherwise])],
  genotype: ({ values }) => [...new Set(Object.values(values))],
  medicine: () => [0, 1],
  condition: () => [0, 1],
  'only-with-condition': () => [0, 1],
  any: () => [0, 1],
  beyond: () => [0, 1],
  'only-with': () => [0, 1],
  'medicine-count': () => null,
  relatives: () => null,
  procedures: () => null,
  later: () => null,
  origin: ({ groups, otherwise }) => [...new Set([...groups.flatMap(({ value }) => value ?? []), otherwise])],
  agreed: ({ values }) => values,
  grade: ({ none, grades }) => [none, ...grades],
  points: () => null,
  'stay-days': () => null,
  'stay-coded': ({ member, answers }) => [...new Set([...(member === 'service' ? [0, 1] : []), ...answers.map(({ value }) => value)])],
  'stay-procedure': () => [0, 1],
  'encounters-before': () => null,
  answer: ({ answers }) => [...new Set(answers.map(({ value }) => value))],
  dosage: () => [0, 1, 2],
  asked: ({ values }) => values ?? null,
}

/** Values that an input may take; null for numbers, which have a range in place of it. */
export const allowedValues = (spec: InputSpec): readonly InputValue[] | null =>
  (ALLOWED[spec.kind] as (spec: InputSpec) => readonly InputValue[] | null)(spec) // table and union walk together

const COUNTS: ReadonlySet<InputSpec['kind']> = new Set<InputSpec['kind']>([
  'medicine-count',
  'relatives',
  'procedures',
  'stay-days',
  'encounters-before',
])

/** Counted, never measured: between two whole numbers a table of points has no row. */
export const isCount = (spec: InputSpec): boolean =>
  COUNTS.has(spec.kind) ||
  (spec.kind === 'asked' && spec.whole === true) ||
  (spec.kind === 'points' && spec.rows.every(({ points }) => Number.isInteger(points)))

/** A computed value has more digits than anybody measured; one at the limit keeps what tells it from the limit. */
const shown = (value: number, { low, high }: { readonly low: number; readonly high: number }): number => {
  const short = Number(value.toPrecision(3))
  return short >= low && short <= high ? value : short
}

const outside = (label: string, value: number, range: { readonly low: number; readonly high: number }, unit: string): string => {
  const words = unitWords(unit)
  return `${label} ${shown(value, range)} ${words} is outside ${range.low} to ${range.high} ${words}.`.replaceAll(/ +([. ])/g, '$1')
}

/** Why a value cannot be used for an input, or null when it can. */
export const refuseValue = (spec: InputSpec, value: InputValue): string | null => {
  if (value === null)
    return spec.missing.do === 'mask' || (spec.missing.do === 'default' && spec.missing.value === null)
      ? null
      : `${spec.label} is missing and the model has no term for that.`
  const allowed = allowedValues(spec)
  if (allowed)
    return allowed.includes(value)
      ? null
      : spec.kind === 'genotype'
        ? spec.outside
        : `${spec.label} has a value that the model does not know.`
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${spec.label} is not a number.`
  if (isCount(spec) && !Number.isInteger(value)) return `${spec.label} ${value} is not a whole number.`
  if ('range' in spec && spec.range && (value < spec.range.low || value > spec.range.high))
    return outside(spec.label, value, spec.range, spec.unit)
  return null
}
