import type { FhirResource } from '../contract/facts.ts'
import type { SearchParameter } from './search-parameters.ts'

/** All values at a dotted path; lists on the way are walked through. */
export const valuesAt = (resource: FhirResource, path: string): unknown[] => {
  let values: unknown[] = [resource]
  for (const member of path.split('.'))
    values = values.flatMap((value) => {
      const found = isRecord(value) && Object.hasOwn(value, member) ? value[member] : undefined
      return found === undefined || found === null ? [] : found
    })
  return values.flat()
}

const isRecord = (value: unknown): value is { readonly [member: string]: unknown } => typeof value === 'object' && value !== null

type Token = { readonly system: string | null; readonly code: string }

/** Codes, codings, concepts and identifiers alike. */
const tokensOf = (value: unknown): Token[] => {
  if (typeof value === 'string' || typeof value === 'boolean') return [{ system: null, code: String(value) }]
  if (!isRecord(value)) return []
  if (Array.isArray(value.coding)) return value.coding.flatMap(tokensOf)
  const code = value.code ?? value.value
  return typeof code === 'string' ? [{ system: typeof value.system === 'string' ? value.system : null, code }] : []
}

/** `code`, `system|code`, `|code` (no system) or `system|` (any code), FHIR R4 search, token. */
const tokenTest = (asked: string): ((value: unknown) => boolean) => {
  const bar = asked.indexOf('|')
  const system = bar < 0 ? undefined : asked.slice(0, bar)
  const code = bar < 0 ? asked : asked.slice(bar + 1)
  return (value) =>
    tokensOf(value).some(
      (found) =>
        (code === '' || found.code === code) && (system === undefined || (system === '' ? found.system === null : found.system === system)),
    )
}

const lastTwo = (reference: string): string => reference.split('/').slice(-2).join('/')

/** `Type/id`, a bare id, or an absolute URL that ends in `Type/id`. */
const referenceTest = (asked: string): ((value: unknown) => boolean) => {
  const bare = !asked.includes('/')
  const wanted = bare ? `/${asked}` : lastTwo(asked)
  return (value) => {
    if (!isRecord(value) || typeof value.reference !== 'string') return false
    const found = lastTwo(value.reference)
    return bare ? found.endsWith(wanted) : found === wanted
  }
}

const PARTIAL = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/

/** First and last millisecond that a partial date can mean; null when it is no date. */
const span = (text: string): readonly [number, number] | null => {
  if (!PARTIAL.test(text)) return null
  const start = Date.parse(text.length > 10 && !/(Z|[+-]\d\d:\d\d)$/.test(text) ? `${text}Z` : text)
  if (Number.isNaN(start)) return null
  const from = new Date(start)
  const year = from.getUTCFullYear()
  const month = from.getUTCMonth()
  const ends: { readonly [length: number]: number } = {
    4: Date.UTC(year + 1, 0, 1),
    7: Date.UTC(year, month + 1, 1),
    10: Date.UTC(year, month, from.getUTCDate() + 1),
  }
  const end = ends[text.length] ?? start + (/:\d\d:\d\d\.\d/.test(text) ? 1 : /T\d\d:\d\d:\d\d/.test(text) ? 1000 : 60_000)
  return [start, end - 1]
}

const spanOf = (value: unknown): readonly [number, number] | null => {
  if (typeof value === 'string') return span(value)
  if (!isRecord(value)) return null
  const start = typeof value.start === 'string' ? span(value.start) : null
  const end = typeof value.end === 'string' ? span(value.end) : null
  return start || end ? [start?.[0] ?? Number.NEGATIVE_INFINITY, end?.[1] ?? Number.POSITIVE_INFINITY] : null
}

type Span = readonly [number, number]

/** FHIR R4 search, prefixes on ranges: `found` is the resource's span, `asked` the parameter's. */
const PREFIXES: { readonly [prefix: string]: (found: Span, asked: Span) => boolean } = {
  eq: (found, asked) => found[0] >= asked[0] && found[1] <= asked[1],
  ne: (found, asked) => found[0] < asked[0] || found[1] > asked[1],
  gt: (found, asked) => found[1] > asked[1],
  lt: (found, asked) => found[0] < asked[0],
  ge: (found, asked) => found[1] > asked[1] || found[0] >= asked[0],
  le: (found, asked) => found[0] < asked[0] || found[1] <= asked[1],
  sa: (found, asked) => found[0] > asked[1],
  eb: (found, asked) => found[1] < asked[0],
}

const dateTest = (asked: string): ((value: unknown) => boolean) | null => {
  const [, prefix = 'eq', rest = ''] = /^(eq|ne|gt|lt|ge|le|sa|eb)?(.*)$/.exec(asked) ?? []
  const wanted = span(rest)
  const compare = PREFIXES[prefix]
  if (!wanted || !compare) return null
  return (value) => {
    const found = spanOf(value)
    return found !== null && compare(found, wanted)
  }
}

const stringsOf = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  if (!isRecord(value)) return []
  return [value.text, value.family, ...(Array.isArray(value.given) ? value.given : [])].filter((item) => typeof item === 'string')
}

const stringTest = (asked: string): ((value: unknown) => boolean) => {
  const wanted = asked.toLocaleLowerCase('en')
  return (value) => stringsOf(value).some((found) => found.toLocaleLowerCase('en').startsWith(wanted))
}

const TESTS: { readonly [kind in SearchParameter['kind']]: (asked: string) => ((value: unknown) => boolean) | null } = {
  token: tokenTest,
  reference: referenceTest,
  date: dateTest,
  string: stringTest,
}

/** Test of a resource for one `name=a,b` pair (values are alternatives); null when a value cannot be understood. */
export const parameterTest = (parameter: SearchParameter, value: string): ((resource: FhirResource) => boolean) | null => {
  const tests = value.split(',').map((one) => TESTS[parameter.kind](one.trim()))
  if (tests.some((test) => test === null)) return null
  return (resource) => parameter.members.some((path) => valuesAt(resource, path).some((found) => tests.some((test) => test?.(found))))
}

/** What a resource is sorted by: the start of its first date, or its first code or text. */
export const sortKey = (parameter: SearchParameter, resource: FhirResource): string | number | null => {
  for (const path of parameter.members)
    for (const value of valuesAt(resource, path)) {
      if (parameter.kind === 'date') return spanOf(value)?.[0] ?? null
      return tokensOf(value)[0]?.code ?? stringsOf(value)[0] ?? null
    }
  return null
}
