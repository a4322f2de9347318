/**
 * Spellings that laboratories and devices send where UCUM belongs, lower case without spaces, and the UCUM code
 * they mean. Some are valid UCUM for something that no chart means (`K/uL` is kelvin, `MG` megagauss, `C` coulomb),
 * so this table is asked before UCUM is.
 */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  '[lb_av]': ['lb', 'lbs', 'pound', 'pounds', '[lb_us]', 'lb_av'],
  '[oz_av]': ['oz', 'ounce', 'ounces'],
  '[in_i]': ['in', 'inch', 'inches', '[in_us]', 'in_i'],
  '[ft_i]': ['ft', 'foot', 'feet'],
  kg: ['kg', 'kgs', 'kilogram', 'kilograms'],
  g: ['gm', 'gms', 'gram', 'grams'],
  mg: ['mg', 'mgs', 'milligram', 'milligrams'],
  ug: ['mcg', 'ug', 'microgram', 'micrograms'],
  ng: ['ng'],
  cm: ['cm', 'cms', 'centimeter', 'centimetre', 'centimeters', 'centimetres'],
  m: ['meter', 'metre', 'meters', 'metres'],
  mL: ['ml', 'cc', 'milliliter', 'millilitre', 'milliliters'],
  L: ['l', 'liter', 'litre', 'liters'],
  dL: ['dl'],
  uL: ['ul', 'mcl'],
  fL: ['fl'],
  Cel: ['c', 'degc', '°c', 'cel', 'celsius'],
  '[degF]': ['f', 'degf', '°f', '[degf]', 'fahrenheit'],
  'mm[Hg]': ['mmhg', 'mm(hg)', 'mm[hg]'],
  '%': ['percent', 'pct', '%o2'],
  h: ['hr', 'hrs', 'hour', 'hours'],
  min: ['mins', 'minute', 'minutes'],
  s: ['sec', 'secs', 'second', 'seconds'],
  d: ['day', 'days'],
  wk: ['week', 'weeks'],
  mo: ['month', 'months'],
  a: ['yr', 'yrs', 'year', 'years'],
  '/min': [
    'bpm',
    'beats/min',
    'beats/minute',
    'beatsperminute',
    'breaths/min',
    'breathsperminute',
    '/min',
    '1/min',
    '{beats}/min',
    '{breaths}/min',
  ],
  '10*3/uL': [
    'k/ul',
    'k/mm3',
    'k/cumm',
    'x10e3/ul',
    '10e3/ul',
    '10^3/ul',
    'x10^3/ul',
    'x10*3/ul',
    '10*3/ul',
    'thou/ul',
    'thousand/ul',
    'th/ul',
  ],
  '10*6/uL': ['m/ul', 'm/mm3', 'x10e6/ul', '10e6/ul', '10^6/ul', 'x10^6/ul', '10*6/ul', 'mil/ul'],
  '10*9/L': ['x10e9/l', '10e9/l', '10^9/l', 'x10^9/l', 'x10*9/l', '10*9/l', 'x10(9)/l', 'giga/l', 'g/l(count)'],
  '10*12/L': ['x10e12/l', '10e12/l', '10^12/l', 'x10^12/l', '10*12/l', 'tera/l'],
  '[iU]': ['iu'],
  'm[iU]': ['miu'],
  'u[iU]': ['uiu'],
  meq: ['meq'],
  mmol: ['mmol'],
  umol: ['umol'],
  '{1.73_m2}': ['1.73m2', '1.73m^2', '{1.73_m2}', '{1.73m2}', '1.73sqm', '{1.73m^2}'],
  m2: ['m2', 'm^2', 'sqm'],
}

const BY_SPELLING: ReadonlyMap<string, string> = new Map(
  Object.entries(SPELLINGS).flatMap(([code, spellings]) => spellings.map((spelling) => [spelling, code] as const)),
)

/** Spelling as it is looked up: micro signs as u, superscripts as digits, no spaces, lower case. */
const plain = (text: string): string =>
  text
    .replace(/[µμ]/g, 'u')
    .replaceAll('²', '2')
    .replaceAll('³', '3')
    .replaceAll('⁹', '^9')
    .replaceAll('×', 'x')
    .replace(/\s+/g, '')
    .toLowerCase()

/** One factor of a unit: `dl` -> `dL`; what is not listed stays as it is. */
const factor = (text: string): string => BY_SPELLING.get(plain(text)) ?? text

/** `mg/dl` -> `mg/dL`, `K/uL` -> `10*3/uL`, `mL/min/1.73 m²` -> `mL/min/{1.73_m2}`; UCUM codes stay as they are. */
export const spellAsUcum = (unit: string): string => {
  const trimmed = unit.trim()
  const whole = BY_SPELLING.get(plain(trimmed))
  if (whole !== undefined) return whole
  return trimmed
    .split('/')
    .map((part) => factor(part.trim()))
    .join('/')
}
