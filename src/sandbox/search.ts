import type { FhirResource } from '../contract/facts.ts'
import { parameterTest, sortKey } from './matching.ts'
import { FhirRefusal } from './outcome.ts'
import { parametersOf, type SearchParameter } from './search-parameters.ts'

/** A search, understood. */
export type Search = {
  readonly tests: readonly ((resource: FhirResource) => boolean)[]
  readonly sort: readonly { readonly parameter: SearchParameter; readonly down: boolean }[]
  readonly count: number
  readonly offset: number
  /** Ids named by `patient` or `subject`; null when the search names none. */
  readonly patients: readonly string[] | null
  /** Pairs that were used, for the self and next links. */
  readonly used: readonly (readonly [string, string])[]
  /** Members whose referenced resources come along: `_include=ImagingStudy:endpoint` is the one that the sandbox has. */
  readonly include: readonly string[]
  /** Parameters set aside because the caller asked for lenient handling. */
  readonly ignored: readonly string[]
}

const DEFAULT_COUNT = 100
const MAX_COUNT = 1000

/** Parameters about the answer, not about the resources. `_format` is accepted and always means JSON. */
const RESULT = new Set(['_count', '_sort', '_offset', '_format', '_pretty'])

const wholeNumber = (name: string, text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise
  if (!/^\d{1,6}$/.test(text)) throw new FhirRefusal(400, 'invalid', `${name} must be a whole number.`)
  return Number(text)
}

const INCLUDE = 'ImagingStudy:endpoint'

const readSort = (text: string | undefined, parameters: ReadonlyMap<string, SearchParameter>): Search['sort'] =>
  (text ?? '')
    .split(',')
    .filter(Boolean)
    .map((field) => {
      const down = field.startsWith('-')
      const parameter = parameters.get(down ? field.slice(1) : field)
      if (!parameter) throw new FhirRefusal(400, 'not-supported', 'The field named in _sort cannot be sorted by here.')
      return { parameter, down }
    })

const isPatientName = (name: string): boolean => name === 'patient' || name === 'subject'

/** `subject:Patient=x` is `subject=Patient/x`. Other modifiers are not supported. */
const plainName = (name: string): string => name.replace(/^(patient|subject):Patient$/, '$1')

/**
 * Reads the parameters of a search.
 * @throws FhirRefusal 400 for a parameter or modifier that the type does not have (unless `lenient`) and for values that make no sense.
 */
export const readSearch = (type: string, pairs: readonly (readonly [string, string])[], lenient: boolean): Search => {
  const parameters = parametersOf(type)
  if (!parameters) throw new FhirRefusal(404, 'not-supported', 'The sandbox does not have that resource type.')
  const tests: ((resource: FhirResource) => boolean)[] = []
  const patients: string[] = []
  const used: (readonly [string, string])[] = []
  const ignored: string[] = []
  const result = new Map<string, string>()
  const include: string[] = []
  for (const [asked, value] of pairs) {
    const name = plainName(asked)
    if (name === '_include' && value === INCLUDE && type === INCLUDE.split(':')[0]) {
      include.push('endpoint')
      used.push([asked, value])
      continue
    }
    const parameter = parameters.get(name)
    if (RESULT.has(name)) result.set(name, value)
    else if (!parameter) ignored.push(asked)
    else {
      const test = parameterTest(parameter, value)
      if (!test) throw new FhirRefusal(400, 'invalid', `The value of ${name} cannot be understood.`)
      if (isPatientName(name)) patients.push(...value.split(',').map((one) => one.trim().split('/').at(-1) ?? ''))
      tests.push(test)
      used.push([asked, value])
    }
  }
  if (ignored.length > 0 && !lenient)
    throw new FhirRefusal(
      400,
      'not-supported',
      ignored.map(
        (name) => `The parameter ${name.slice(0, 60)} is not supported for ${type}. Send "Prefer: handling=lenient" to have it ignored.`,
      ),
    )
  const sort = result.get('_sort')
  if (sort) used.push(['_sort', sort])
  return {
    tests,
    sort: readSort(sort, parameters),
    count: Math.min(wholeNumber('_count', result.get('_count'), DEFAULT_COUNT), MAX_COUNT),
    offset: wholeNumber('_offset', result.get('_offset'), 0),
    patients: pairs.some(([name]) => isPatientName(plainName(name))) ? patients : null,
    used,
    ignored,
    include,
  }
}

const compareKeys = (left: string | number | null, right: string | number | null): number => {
  if (left === right) return 0
  if (left === null) return 1
  if (right === null) return -1
  return left < right ? -1 : 1
}

/** Resources that pass all tests, in the order asked for. Resources without the sort value come last, whichever way. */
export const runSearch = (search: Search, resources: readonly FhirResource[]): FhirResource[] => {
  const found = resources.filter((resource) => search.tests.every((test) => test(resource)))
  if (search.sort.length === 0) return found
  return found.sort((left, right) => {
    for (const { parameter, down } of search.sort) {
      const [first, second] = [sortKey(parameter, left), sortKey(parameter, right)]
      const order = compareKeys(first, second)
      if (order !== 0) return down && first !== null && second !== null ? -order : order
    }
    return 0
  })
}
