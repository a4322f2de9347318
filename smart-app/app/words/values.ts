import type { MeasuredValue, Measurement } from '../../../src/contract/facts.ts'
import { inLanguage } from '../language.ts'
import { fixedWords, localDigits } from './numbers.ts'
import { own } from './own.ts'

/** Words that stand beside values. A unit's symbol is never translated; words for years, weeks and days are. */
const WORDS = inLanguage({
  en: {
    years: 'years',
    week: 'week',
    day: 'day',
    between: (low: string, high: string) => `${low} to ${high}`,
    from: (low: string) => `from ${low}`,
    upTo: (high: string) => `up to ${high}`,
  },
  de: {
    years: 'Jahre',
    week: 'Woche',
    day: 'Tag',
    between: (low: string, high: string) => `${low} bis ${high}`,
    from: (low: string) => `ab ${low}`,
    upTo: (high: string) => `bis ${high}`,
  },
})

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
  a: WORDS.years,
  wk: WORDS.week,
  d: WORDS.day,
}

/** A unit that is an annotation and nothing else is its words (`{NPX}`); beside a real unit an annotation is left out. */
const plain = (unit: string): string =>
  /^\{([^}]+)\}$/.exec(unit)?.[1] ??
  unit
    .replaceAll(/\{[^}]*\}/g, '')
    .replace('/wk', `/${WORDS.week}`)
    .replace(/\/d$/, `/${WORDS.day}`)

export const unitWords = (unit: string): string => own(UNITS, unit) ?? plain(unit)

/** A number never parts from its unit at a line's end. */
const withUnit = (number: string, unit: string): string => {
  const words = unitWords(unit)
  return words === '' ? number : `${number}\u00a0${words}`
}

/** Digits as a reader needs them: as recorded when short, else four significant ones. Digits before the decimal sign are all kept. */
export const numberWords = (value: number): string => {
  const text = String(value)
  if (text.length <= 6 || Number.isInteger(value)) return localDigits(text)
  const whole = Math.trunc(Math.abs(value)).toString().length
  return localDigits(String(Number(value.toPrecision(Math.max(4, Math.min(whole, 21))))))
}

export const quantityWords = (value: number, unit: string): string => withUnit(numberWords(value), unit)

/** A number that a model made, to the digits that its size deserves. */
export const modelledWords = (value: number): string => fixedWords(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)

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
  if (range.low !== undefined && range.high !== undefined) return WORDS.between(numberWords(range.low), numberWords(range.high))
  if (range.low !== undefined) return WORDS.from(numberWords(range.low))
  return range.high === undefined ? null : WORDS.upTo(numberWords(range.high))
}
