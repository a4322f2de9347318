import type { FhirResource } from '../contract/facts.ts'
import { type Counted, isObject, isOperationOutcome, isResource, isShort, readBundle } from '../fhir/bundle.ts'
import { isSearch, typeOfQuery } from './prefetch-template.ts'

/** What the EHR put under one prefetch key (cds-hooks checklist X): used as it is, gone on with, or asked again at the FHIR server. */
export type PrefetchValue =
  | { readonly kind: 'data'; readonly resources: readonly FhirResource[]; readonly flaw: string | null }
  | { readonly kind: 'none'; readonly because: string | null }
  | { readonly kind: 'more'; readonly resources: readonly FhirResource[]; readonly next: string; readonly counted: Counted }
  /** `resources` are of another kind than the key asks for; they are kept, but do not answer the question. */
  | { readonly kind: 'failed'; readonly resources: readonly FhirResource[]; readonly because: string }
  | { readonly kind: 'absent' }

const failed = (because: string, resources: readonly FhirResource[] = []): PrefetchValue => ({ kind: 'failed', resources, because })

const readSearchset = (bundle: FhirResource, type: string): PrefetchValue => {
  if ('entry' in bundle && bundle.entry !== null && typeof bundle.entry !== 'object') return failed('The EHR sent something unreadable.')
  const { resources, next, errors, broken, total, came } = readBundle(bundle, type)
  if (next !== null) return { kind: 'more', resources, next, counted: { total, came } }
  const short = isShort({ total, came })
  if (resources.length === 0) {
    if (errors > 0) return failed('The EHR could not read this.')
    if (broken > 0) return failed('The EHR sent something unreadable.')
    return short ? failed('The EHR counted results and sent none of them.') : { kind: 'none', because: null }
  }
  if (!resources.some(({ resourceType }) => resourceType === type)) return failed('The EHR sent another kind of resource.', resources)
  if (errors > 0) return { kind: 'data', resources, flaw: 'The EHR reported an error beside the results.' }
  if (broken > 0) return { kind: 'data', resources, flaw: 'Some results were not readable.' }
  return { kind: 'data', resources, flaw: short ? 'Not all results were sent.' : null }
}

/** Reads the value of one key that our service asked for with `query`. */
export const readPrefetchValue = (value: unknown, query: string): PrefetchValue => {
  if (value === undefined) return { kind: 'absent' }
  // Null is an answer: for a search, that no data exists; for a read, that there is no such resource, which the server may deny.
  if (value === null) return { kind: 'none', because: isSearch(query) ? null : 'The EHR has no such resource.' }
  if (!isObject(value) || !isResource(value)) return failed('The EHR sent something unreadable.')
  if (isOperationOutcome(value)) return failed('The EHR could not read this.')
  const type = typeOfQuery(query)
  if (value.resourceType === 'Bundle') return readSearchset(value, type)
  return value.resourceType === type
    ? { kind: 'data', resources: [value], flaw: null }
    : failed('The EHR sent another kind of resource.', [value])
}

/** Resources under a key that we did not ask for: integrators name keys themselves, and readers sort by resourceType. */
export const resourcesUnderAnyKey = (value: unknown): readonly FhirResource[] => {
  if (!isResource(value) || isOperationOutcome(value)) return []
  return value.resourceType === 'Bundle' ? readBundle(value).resources : [value]
}
