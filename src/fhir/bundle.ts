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
  /** Entries that tell of an error: an OperationOutcome (warnings are normal and not counted), or a status of their own that refuses. */
  readonly errors: number
  /** Entries that hold something which is no resource. */
  readonly broken: number
  /** How many results there are, over all pages, as the sender counts them; null where it does not say. It may be an estimate. */
  readonly total: number | null
  /**
   * Entries here that a sender may count among them: results, and what some servers count as results against the specification
   * (warnings, and what came along by `search.mode` include).
   */
  readonly came: number
}

/** What a sender said of the number of results, and how many of them came. */
export type Counted = Pick<BundlePage, 'total' | 'came'>

/** Fewer results came than there are. A total that is an estimate may be too high: then it is said in vain, which is the safer side. */
export const isShort = ({ total, came }: Counted): boolean => total !== null && came < total

/** Of two pages together. Each page names the number of all results, not of its own. */
export const countedTogether = (a: Counted, b: Counted): Counted => ({
  total: a.total === null || b.total === null ? (a.total ?? b.total) : Math.max(a.total, b.total),
  came: a.came + b.came,
})

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

/** Some senders put the number as text. */
const totalOf = ({ total }: FhirResource): number | null => {
  const number = typeof total === 'string' && /^\d{1,9}$/.test(total) ? Number(total) : total
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null
}

const hasMode = (entry: unknown): boolean => isObject(entry) && isObject(entry.search) && typeof entry.search.mode === 'string'

/** What was deleted (410, or told so in a history) is no result that is missing. */
const isDeleted = (entry: Readonly<Record<string, unknown>>, status: number): boolean =>
  status === 410 || (isObject(entry.request) && entry.request.method === 'DELETE')

/** An entry of a batch that came without its resource, with the status of a refusal (`403`, `401 Unauthorized`) or an error as its outcome. */
const isRefused = (entry: unknown): boolean => {
  if (!isObject(entry) || !isObject(entry.response)) return false
  const { status, outcome } = entry.response
  const number = Number(/^\d{3}/.exec(String(status ?? ''))?.[0] ?? 200)
  if (isDeleted(entry, number)) return false
  return number >= 300 || (isResource(outcome) && tellsOfError(outcome))
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

/**
 * Takes a Bundle apart. Accepts entries as they come in practice: `{response, resource}`, null, or a single object in place of the list.
 * `type`: the one that was searched for; what is of another and does not say why it came is not taken for a result. Null: any.
 */
export const readBundle = (bundle: FhirResource, type: string | null = null): BundlePage => {
  const resources: FhirResource[] = []
  const linked: Entry[] = []
  let errors = 0
  let broken = 0
  let came = 0
  for (const entry of listOf(bundle.entry)) {
    const resource = isObject(entry) ? entry.resource : entry
    if (!isResource(resource)) {
      // An entry without a resource (a deleted one, a bare response) says nothing unless it refuses; one that holds something else is broken.
      if (resource !== undefined && resource !== null) broken += 1
      else if (isRefused(entry)) errors += 1
    } else if (!isOperationOutcome(resource)) {
      const each = named(resource, isObject(entry) && typeof entry.fullUrl === 'string' ? entry.fullUrl : '')
      resources.push(each.resource)
      if (type === null || resource.resourceType === type || hasMode(entry)) came += 1
      if (each.entry) linked.push(each.entry)
    } else if (tellsOfError(resource) || isRefused(entry)) errors += 1
    else came += 1
  }
  if (linked.length > 0) resources.push({ resourceType: 'Bundle', type: 'collection', entry: linked })
  return { resources, next: nextOf(bundle), errors, broken, total: totalOf(bundle), came }
}
