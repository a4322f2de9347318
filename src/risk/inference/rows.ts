import { AttuneError } from '../../errors.ts'
import type { Columns, Rows, SessionSpec } from '../onnx.ts'
import { widthOf } from '../onnx.ts'

/** Single rows side by side. Their lengths are looked at where they are run. */
export const rowsFrom = (rows: readonly (readonly number[])[]): Rows => ({ count: rows.length, values: Float64Array.from(rows.flat()) })

/** Rows from `start` up to, not including, `end`, of a table that is `width` wide; a view, not a copy. */
export const sliceOf = (values: Float64Array, width: number, start: number, end: number): Float64Array =>
  values.subarray(start * width, end * width)

/** The part of the outputs that belongs to rows `start` to `end`. */
export const sliceColumns = (columns: Columns, spec: SessionSpec, start: number, end: number): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, sliceOf(values, widthOf(spec, name), start, end)]))

/** First row with a value that is neither a finite number nor a NaN where the graph takes one as "missing"; -1 when all are fine. */
export const firstUnfit = ({ input: { columns, mayBeMissing } }: SessionSpec, { values }: Rows, from = 0): number => {
  for (let n = from * columns; n < values.length; n += 1) {
    const value = values[n] ?? Number.NaN
    if (!Number.isFinite(value) && !(Number.isNaN(value) && mayBeMissing?.[n % columns] === true)) return Math.floor(n / columns)
  }
  return -1
}

/** @throws AttuneError `model-failed` unless there is at least one row and every row is whole */
export const checkShape = ({ name, input }: SessionSpec, { count, values }: Rows): void => {
  if (!Number.isInteger(count) || count < 1 || values.length !== count * input.columns)
    throw new AttuneError('model-failed', `${name}: the input rows do not have ${input.columns} numbers each`)
}

/** Name of the first output with a number that is not finite; null when all are. */
export const notFinite = (columns: Columns): string | null =>
  Object.entries(columns).find(([, values]) => !values.every(Number.isFinite))?.[0] ?? null
