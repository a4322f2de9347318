import type { Amount } from './accessors.ts'

/**
 * Unit texts that systems send in place of a UCUM code, and the UCUM code meant. Keys in lower case without spaces.
 * Only spellings with one meaning; anything else stays as sent and is reported.
 */
const UCUM: Readonly<Record<string, string>> = {
  '%': '%',
  percent: '%',
  mmhg: 'mm[Hg]',
  'mm[hg]': 'mm[Hg]',
  bpm: '/min',
  'beats/min': '/min',
  'beats/minute': '/min',
  'breaths/min': '/min',
  'breaths/minute': '/min',
  '/min': '/min',
  kg: 'kg',
  kilograms: 'kg',
  g: 'g',
  lb: '[lb_av]',
  lbs: '[lb_av]',
  pounds: '[lb_av]',
  '[lb_av]': '[lb_av]',
  oz: '[oz_av]',
  cm: 'cm',
  mm: 'mm',
  m: 'm',
  in: '[in_i]',
  inches: '[in_i]',
  inch: '[in_i]',
  '[in_i]': '[in_i]',
  'kg/m2': 'kg/m2',
  'kg/m^2': 'kg/m2',
  'kg/m²': 'kg/m2',
  c: 'Cel',
  '°c': 'Cel',
  cel: 'Cel',
  degc: 'Cel',
  celsius: 'Cel',
  f: '[degF]',
  '°f': '[degF]',
  degf: '[degF]',
  '[degf]': '[degF]',
  fahrenheit: '[degF]',
  'mg/dl': 'mg/dL',
  'g/dl': 'g/dL',
  'g/l': 'g/L',
  'mg/l': 'mg/L',
  'ug/l': 'ug/L',
  'ng/ml': 'ng/mL',
  'pg/ml': 'pg/mL',
  'ug/ml': 'ug/mL',
  'mcg/ml': 'ug/mL',
  'mmol/l': 'mmol/L',
  'umol/l': 'umol/L',
  'µmol/l': 'umol/L',
  'μmol/l': 'umol/L',
  'nmol/l': 'nmol/L',
  'mmol/mol': 'mmol/mol',
  'meq/l': 'meq/L',
  'u/l': 'U/L',
  'iu/l': '[IU]/L',
  '[iu]/l': '[IU]/L',
  'iu/ml': '[IU]/mL',
  'mg/g': 'mg/g',
  'mg/mmol': 'mg/mmol',
  'k/ul': '10*3/uL',
  'thou/ul': '10*3/uL',
  '10*3/ul': '10*3/uL',
  '10^3/ul': '10*3/uL',
  'x10e3/ul': '10*3/uL',
  '10*9/l': '10*9/L',
  '10^9/l': '10*9/L',
  'm/ul': '10*6/uL',
  '10*6/ul': '10*6/uL',
  '10*12/l': '10*12/L',
  fl: 'fL',
  pg: 'pg',
  'ml/min': 'mL/min',
  'ml/min/1.73m2': 'mL/min/{1.73_m2}',
  'ml/min/1.73m^2': 'mL/min/{1.73_m2}',
  'ml/min/{1.73_m2}': 'mL/min/{1.73_m2}',
  ms: 'ms',
  msec: 'ms',
  s: 's',
  sec: 's',
  min: 'min',
  minutes: 'min',
  h: 'h',
  hours: 'h',
  days: 'd',
  steps: '{steps}',
  kcal: 'kcal',
  inr: '1',
  ratio: '1',
  score: '{score}',
  '{score}': '{score}',
}

const UCUM_SYSTEMS = new Set(['http://unitsofmeasure.org', 'https://unitsofmeasure.org', 'urn:oid:2.16.840.1.113883.6.8'])

export type Unit = { readonly code: string; readonly known: boolean }

const byWord = (word: string | null): string | undefined => {
  const key = word?.toLowerCase().replace(/\s+/g, '') ?? ''
  return Object.hasOwn(UCUM, key) ? UCUM[key] : undefined
}

/** Unit of a quantity as UCUM code: the coded one, else the word for it; `known` is false when neither says. */
export const unitOf = (quantity: Amount): Unit => {
  if (quantity.code !== null && (quantity.system === null || UCUM_SYSTEMS.has(quantity.system)))
    return coded(quantity.code, quantity.system)
  const code = byWord(quantity.unit) ?? byWord(quantity.code)
  return code === undefined ? { code: quantity.unit ?? quantity.code ?? '', known: false } : { code, known: true }
}

/** A code under the UCUM system is taken as it is; `IU` and `K/uL`, which UCUM does not have, are put right. */
const coded = (code: string, system: string | null): Unit => {
  const mended = /^IU\b|^K\/uL$|^M\/uL$/.test(code) ? byWord(code) : undefined
  if (mended !== undefined) return { code: mended, known: true }
  return system === null ? { code: byWord(code) ?? code, known: true } : { code, known: true }
}
