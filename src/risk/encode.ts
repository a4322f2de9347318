import { AttuneError } from '../errors.ts'
import type { Column, Condition, InputSpec, InputValue, Values } from './model-folder.ts'

const numeric = (column: Column, value: InputValue): number => {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new AttuneError('model-failed', `input ${column.input} of column ${column.term} is not a number`)
}

const ENCODERS: { readonly [As in Column['as']]: (column: Extract<Column, { as: As }>, value: InputValue) => number } = {
  number: numeric,
  decade: (column, value) => Math.floor(numeric(column, value) / 10),
  indicator: (column, value) => (column.equals.includes(value) ? 1 : 0),
}

/** Inputs by name -> one row of the model's input tensor, in the order of its columns. */
export const encodeRow = (columns: readonly Column[], values: Values): number[] =>
  columns.map((column) => {
    const value = values[column.input]
    if (value === undefined) throw new AttuneError('model-failed', `input ${column.input} is not given`)
    return (ENCODERS[column.as] as (column: Column, value: InputValue) => number)(column, value) // table and union walk together
  })

/** True when every named input has one of the listed values. */
export const holds = (condition: Condition, values: Values): boolean =>
  Object.entries(condition).every(([input, allowed]) => values[input] !== undefined && allowed.includes(values[input]))

/** Values that an input may take; null for numbers, which have a range in place of it. */
export const allowedValues = (spec: InputSpec): readonly InputValue[] | null => {
  switch (spec.kind) {
    case 'age':
    case 'measurement':
      return null
    case 'race':
      return [...new Set([...Object.keys(spec.categories), spec.otherwise])]
    case 'genotype':
      return [...new Set(Object.values(spec.values))]
    case 'medicine':
      return [0, 1]
  }
}

/** Why a value cannot be used for an input, or null when it can. */
export const refuseValue = (spec: InputSpec, value: InputValue): string | null => {
  if (value === null)
    return spec.missing.do === 'default' && spec.missing.value === null
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
  if ('range' in spec && (value < spec.range.low || value > spec.range.high))
    return `${spec.label} ${value} ${spec.unit} is outside ${spec.range.low} to ${spec.range.high} ${spec.unit}.`
  return null
}
