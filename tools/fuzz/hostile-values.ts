/** What members of valid requests are replaced by, by name: a failing case is told by these names, never by what stood there. */

/** In the text of a body, this marks a number that JSON.stringify would not write. */
export const RAW = '\u241frow:'

const nested = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = wrap(value)
  return value
}

/** Repeated, these make patterns of regular expressions with two ways through a text slow. */
export const PUMPS = [
  'a',
  'A',
  '?',
  ' ',
  '1',
  '\t',
  '\n',
  '(',
  '[',
  '<',
  '*',
  '_',
  '-',
  '/',
  '.',
  ',',
  ';',
  '0.',
  '1 ',
  '1-',
  '*1/',
  '*1+',
  'c.1A>',
  'NM_1:c.',
  '1 mg ',
  'take 1 ',
  'every 1 ',
  'no ',
  'not ',
  'x*1x2/',
  '2026-01-',
  '&#x',
  '](',
  '`',
  '|',
  'é',
  '\u0301',
  'ſ',
  'İ',
  '💊',
] as const

/** About so many characters of each. */
const pumped = (size: number): Record<string, unknown> =>
  Object.fromEntries(
    PUMPS.map((pump) => [`${size} characters of ${JSON.stringify(pump)}, then !`, `${pump.repeat(Math.ceil(size / pump.length))}!`]),
  )

const DATES = {
  'year 0': '0000-01-01',
  'year 9999': '9999-12-31',
  'year 1000000': '1000000-01-01',
  'a negative year': '-0044-03-15',
  '31 February': '2026-02-31',
  'month 13': '2026-13-01T25:61:61Z',
  'a leap second': '2016-12-31T23:59:60Z',
  'an offset of 99 hours': '2026-01-01T00:00:00+99:99',
  'a year alone': '2026',
  'a day of tomorrow': '2126-01-01',
  'milliseconds as text': '1760000000000',
  'a date in words': 'yesterday',
}

const NUMBERS = {
  zero: 0,
  'minus one': -1,
  '1e308': 1e308,
  '-1e308': -1e308,
  '5e-324': 5e-324,
  '2^53': 2 ** 53,
  '0.1 + 0.2': 0.1 + 0.2,
  '1e999': `${RAW}1e999`,
  '-0': `${RAW}-0`,
  'a number of 10,000 digits': `${RAW}${'9'.repeat(10_000)}`,
  'NaN as text': 'NaN',
  'Infinity as text': 'Infinity',
  'a number as text': '1,5',
  'hexadecimal as text': '0x10',
}

const TEXTS = {
  'empty text': '',
  space: ' ',
  NUL: 'a\u0000b',
  'a lone surrogate': '\ud800',
  'a low surrogate': '\udc00x',
  'right to left': '\u202eabc\u202c',
  'zero width': '\u200b\u200d\ufeff',
  'control characters': '\u0001\u0007\u001b[31m\u009b',
  'line separators': 'a\u2028b\u2029c\r\nd',
  emoji: '👩🏽‍⚕️'.repeat(50),
  'a thousand accents': `a${'\u0301'.repeat(1000)}`,
  'text of 1 kB': 'x'.repeat(1000),
  'text of 100 kB': 'lorem ipsum '.repeat(8500),
  'a template': '{{context.patientId}}',
  'a replacement pattern': "$& $` $' $1 $<a>",
  markup: '<img src=x onerror=1>',
  markdown: '[x](javascript:1) ![y](http://192.0.2.1/z) `c` | # h',
  SQL: "'; DROP TABLE decision; --",
  'a path': '../../../etc/passwd',
  'another patient': 'Patient/someone-else',
  'an address': 'http://169.254.169.254/latest/meta-data',
  'a reference to itself': '#',
  'a name of the prototype': '__proto__',
  constructor: 'constructor',
  toString: 'toString',
  canary: 'Quillfeather',
}

const SHAPES = {
  null: null,
  true: true,
  false: false,
  'an empty list': [],
  'an empty object': {},
  'a list of null': [null],
  'a list in a list': [[]],
  'a list of an empty object': [{}],
  'a thousand nulls': Array.from({ length: 1000 }, () => null),
  'a thousand texts': Array.from({ length: 1000 }, (_, n) => `t${n}`),
  'a thousand keys': Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`k${n}`, n])),
  'lists 40 deep': nested(40, (inner) => [inner]),
  'objects 40 deep': nested(40, (inner) => ({ a: inner })),
  'lists 1000 deep': nested(1000, (inner) => [inner]),
  'an empty Bundle': { resourceType: 'Bundle' },
  'a Bundle of null': { resourceType: 'Bundle', entry: [null, { resource: null }, 5] },
  'an OperationOutcome': { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] },
  'a concept of nothing': { coding: [null, {}, { system: 5, code: [] }], text: 7 },
  'a quantity of text': { value: 'high', unit: 5, code: null },
  'a quantity of nonsense': { value: 1e300, unit: '][', system: 'http://unitsofmeasure.org', code: 'mg/(((((L' },
  'a period that ends first': { start: '2026-05-01', end: '2020-01-01' },
  'a ratio by zero': { numerator: { value: 1 }, denominator: { value: 0 } },
  'own keys of a prototype': JSON.parse(
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"hasOwnProperty":0}',
  ),
}

export const HOSTILE: Readonly<Record<string, unknown>> = {
  ...SHAPES,
  ...NUMBERS,
  ...DATES,
  ...TEXTS,
  ...pumped(1000),
  ...pumped(20_000),
}

/** The JSON of a body, with the numbers that JSON.stringify would not write. */
export const textOf = (body: unknown): string => JSON.stringify(body).replaceAll(new RegExp(`"${RAW}([^"]*)"`, 'g'), '$1')
