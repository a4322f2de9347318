/** UCUM codes whose written form differs from the code. */
export const UNITS: Readonly<Record<string, string>> = {
  'mg/wk': 'mg/week',
  'mg/d': 'mg/day',
  'mL/min/{1.73_m2}': 'mL/min/1.73 m²',
  'mm[Hg]': 'mmHg',
  'kg/m2': 'kg/m²',
  a: 'years',
  '{score}': '',
  '{rank}': '',
  '1': '',
}

/** UCUM as people write it: `mL/min/{1.73_m2}` as `mL/min/1.73 m²`. */
export const unitWords = (unit: string): string => (Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined) ?? unit
