import type { FhirResource } from '../contract/facts.ts'

/** One page of results, whoever sent it. */
export type BundlePage = {
  /**
   * One resource an entry, as sent. A resource without id takes the one that its entry's address gives. Entries whose address says more
   * than the resource's own id (`urn:uuid:` of the entry, another id inside) follow once more in one Bundle, so that links to the
   * address can be followed.
   */
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

type Entry = { readonly fullUrl: string; readonly resource: FhirResource }

/** Id that an entry's address gives its resource: `urn:uuid:ID`, `https://ehr/fhir/Observation/ID`. */
const idOfUrl = (fullUrl: string, type: string): string | null => {
  const uuid = /^urn:(?:uuid|oid):([A-Za-z0-9\-.]{1,64})$/.exec(fullUrl)?.[1]
  if (uuid !== undefined) return uuid
  const [kind, id] = fullUrl.split('/').slice(-2)
  return kind === type && id !== undefined && /^[A-Za-z0-9\-.]{1,64}$/.test(id) ? id : null
}

const hasId = (resource: FhirResource): boolean => typeof resource.id === 'string' && resource.id !== ''

/** The resource under the name that links use; null in place of the entry when its own id already is that name. */
const named = (resource: FhirResource, fullUrl: string): { readonly resource: FhirResource; readonly entry: Entry | null } => {
  const id = fullUrl === '' ? null : idOfUrl(fullUrl, resource.resourceType)
  if (!hasId(resource) && id !== null) return { resource: { ...resource, id }, entry: null }
  return { resource, entry: id === null || id === resource.id ? null : { fullUrl, resource } }
}

/** Takes a Bundle apart. Accepts entries as they come in practice: `{response, resource}`, null, or a single object in place of the list. */
export const readBundle = (bundle: FhirResource): BundlePage => {
  const resources: FhirResource[] = []
  const linked: Entry[] = []
  let errors = 0
  let broken = 0
  for (const entry of listOf(bundle.entry)) {
    const resource = isObject(entry) ? entry.resource : entry
    if (!isResource(resource)) {
      // An entry without a resource (a deleted one, a bare response) says nothing; one that holds something else is broken.
      if (resource !== undefined && resource !== null) broken += 1
    } else if (!isOperationOutcome(resource)) {
      const each = named(resource, isObject(entry) && typeof entry.fullUrl === 'string' ? entry.fullUrl : '')
      resources.push(each.resource)
      if (each.entry) linked.push(each.entry)
    } else if (tellsOfError(resource)) errors += 1
  }
  if (linked.length > 0) resources.push({ resourceType: 'Bundle', type: 'collection', entry: linked })
  return { resources, next: nextOf(bundle), errors, broken }
}
