import type { FhirResource } from '../contract/facts.ts'

/** One page of results, whoever sent it. */
export type BundlePage = {
  readonly resources: readonly FhirResource[]
  /** Address of the next page, as sent; null on the last one. */
  readonly next: string | null
  /** OperationOutcome entries that tell of an error (warnings are normal and not counted). */
  readonly errors: number
  /** Entries that hold something which is no resource. */
  readonly broken: number
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isResource = (value: unknown): value is FhirResource =>
  isObject(value) && typeof value.resourceType === 'string' && value.resourceType !== ''

export const isOperationOutcome = (resource: FhirResource): boolean => resource.resourceType === 'OperationOutcome'

/** Some senders put a single object where FHIR has a list. */
const listOf = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  return value === undefined || value === null ? [] : [value]
}

const tellsOfError = (outcome: FhirResource): boolean =>
  listOf(outcome.issue).some((issue) => isObject(issue) && (issue.severity === 'error' || issue.severity === 'fatal'))

const nextOf = (bundle: FhirResource): string | null => {
  for (const link of listOf(bundle.link)) {
    if (isObject(link) && link.relation === 'next' && typeof link.url === 'string') return link.url
  }
  return null
}

/** Takes a Bundle apart. Accepts entries as they come in practice: `{response, resource}`, null, or a single object in place of the list. */
export const readBundle = (bundle: FhirResource): BundlePage => {
  const resources: FhirResource[] = []
  let errors = 0
  let broken = 0
  for (const entry of listOf(bundle.entry)) {
    const resource = isObject(entry) ? entry.resource : entry
    if (!isResource(resource)) {
      // An entry without a resource (a deleted one, a bare response) says nothing; one that holds something else is broken.
      if (resource !== undefined && resource !== null) broken += 1
    } else if (!isOperationOutcome(resource)) resources.push(resource)
    else if (tellsOfError(resource)) errors += 1
  }
  return { resources, next: nextOf(bundle), errors, broken }
}
