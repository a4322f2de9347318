import type { MeasuredValue, Measurement } from '../../../src/contract/facts.ts'

/** UCUM codes that read badly, as clinicians write them. Codes not listed are shown as they are. */
const UNITS: { readonly [ucum: string]: string } = {
  '1': '',
  '%': '%',
  '[lb_av]': 'lb',
  '[in_i]': 'in',
  'mm[Hg]': 'mmHg',
  Cel: '°C',
  '[degF]': '°F',
  '/min': '/min',
  '{beats}/min': '/min',
  'kg/m2': 'kg/m²',
  'mL/min/{1.73_m2}': 'mL/min/1.73 m²',
  'mL/min/1.73m2': 'mL/min/1.73 m²',
  'mL/min/1.73.m2': 'mL/min/1.73 m²',
  '10*3/uL': '×10³/µL',
  '10*6/uL': '×10⁶/µL',
  '10*9/L': '×10⁹/L',
  '10*12/L': '×10¹²/L',
  'ug/mL': 'µg/mL',
  'umol/L': 'µmol/L',
  '[IU]/L': 'IU/L',
  'm[IU]/L': 'mIU/L',
  '{INR}': '',
  '{score}': '',
  a: 'years',
  wk: 'week',
  d: 'day',
}

const plain = (unit: string): string =>
  unit
    .replaceAll(/\{[^}]*\}/g, '')
    .replace('/wk', '/week')
    .replace(/\/d$/, '/day')

export const unitWords = (unit: string): string => UNITS[unit] ?? plain(unit)

/** A number never parts from its unit at a line's end. */
const withUnit = (number: string, unit: string): string => {
  const words = unitWords(unit)
  return words === '' ? number : `${number}\u00a0${words}`
}

/** Digits as a reader needs them: as recorded when short, else four significant digits. */
export const numberWords = (value: number): string => {
  const text = String(value)
  return text.length <= 6 ? text : String(Number(value.toPrecision(4)))
}

export const quantityWords = (value: number, unit: string): string => withUnit(numberWords(value), unit)

/** A number that a model made, to the digits that its size deserves. */
export const modelledWords = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2)

/** A value with its unit; for an absent one the reason, in the record's words. */
export const valueWords = (value: MeasuredValue): string => {
  switch (value.kind) {
    case 'quantity':
      return `${value.comparator ?? ''}${quantityWords(value.value, value.unit || (value.unitText ?? ''))}`
    case 'text':
      return value.text
    case 'components':
      return value.parts.map((part) => `${part.name} ${valueWords(part.value)}`).join(', ')
    case 'absent':
      return value.because
  }
}

export const rangeWords = (range: Measurement['range']): string | null => {
  if (range === null) return null
  if (range.text !== undefined) return range.text
  if (range.low !== undefined && range.high !== undefined) return `${numberWords(range.low)} to ${numberWords(range.high)}`
  if (range.low !== undefined) return `from ${numberWords(range.low)}`
  return range.high === undefined ? null : `up to ${numberWords(range.high)}`
}
