import type { ResourceEntry } from '../contract/background.ts'
import type { FhirResource, PatientFacts } from '../contract/facts.ts'
import type { Gap, PartialDate } from '../contract/lineage.ts'
import { asObjects, asText, isJson, type Json, member } from './accessors.ts'
import { isResource, refOf } from './references.ts'
import { TYPES_READ } from './resource-types.ts'

/** What one question brought. */
type Brought = { readonly question: { readonly key: string }; readonly resources: readonly FhirResource[] }

/** More than a person looks through, less than a browser has trouble with. What matters is always listed. */
const MOST = 10_000

const flat = (resource: Json): readonly Json[] => {
  if (resource.resourceType !== 'Bundle') return resource.resourceType === 'OperationOutcome' ? [] : [resource]
  return asObjects(resource.entry).flatMap(({ resource: inner }) => (isJson(inner) && isResource(inner) ? flat(inner) : []))
}

/** Long series: one lineage stands for all of their points. */
const SKIPPED: ReadonlySet<string> = new Set(['points', 'questions', 'gaps'])

/** Calls `tell` for everything in a plain value that says where it came from. */
export const eachLineage = (value: unknown, tell: (resource: string, date: PartialDate | undefined) => void): void => {
  if (Array.isArray(value)) for (const one of value) eachLineage(one, tell)
  else if (isJson(value)) {
    if (typeof value.resource === 'string') tell(value.resource, typeof value.date === 'string' ? value.date : undefined)
    for (const [name, one] of Object.entries(value))
      if (typeof one === 'object' && one !== null && !SKIPPED.has(name)) eachLineage(one, tell)
  }
}

const datesOf = (facts: PatientFacts): ReadonlyMap<string, PartialDate | undefined> => {
  const dates = new Map<string, PartialDate | undefined>()
  eachLineage(facts, (resource, date) => dates.set(resource, date ?? dates.get(resource)))
  return dates
}

const gapsByResource = (gaps: readonly Gap[]): ReadonlyMap<string, Gap[]> => {
  const found = new Map<string, Gap[]>()
  for (const gap of gaps) if (gap.resource !== undefined) found.set(gap.resource, [...(found.get(gap.resource) ?? []), gap])
  return found
}

const ASIDE = new Set<Gap['code']>(['withdrawn', 'other-patient'])

const stateOf = (gaps: readonly Gap[], used: boolean, read: boolean): ResourceEntry['state'] => {
  const aside = gaps.find(({ code }) => ASIDE.has(code))?.code
  if (aside === 'withdrawn' || aside === 'other-patient') return aside
  if (gaps.length > 0) return 'flawed'
  if (used) return 'used'
  return read ? 'read' : 'unread'
}

/** Points of a series and members of a panel are read without a line of their own. */
const isRead = (ref: string): boolean => Object.hasOwn(TYPES_READ, ref.slice(0, ref.indexOf('/')))

const RANK: readonly ResourceEntry['state'][] = ['flawed', 'withdrawn', 'other-patient', 'used', 'read', 'unread']

/**
 * Every resource that came, once, with the questions that brought it, what became of it and what rests on it. No words of the record:
 * references, versions and dates alone.
 * @param used what rests on each resource, in words
 */
export const indexResources = (
  answers: readonly Brought[],
  facts: PatientFacts,
  used: ReadonlyMap<string, ReadonlySet<string>>,
): { readonly resources: readonly ResourceEntry[]; readonly unlisted: number } => {
  const dates = datesOf(facts)
  const gaps = gapsByResource(facts.gaps)
  const found = new Map<string, { readonly resource: Json; readonly keys: Set<string> }>()
  for (const { question, resources } of answers)
    for (const resource of resources.flatMap(flat)) {
      const ref = refOf(resource)
      const known = found.get(ref) ?? { resource, keys: new Set() }
      known.keys.add(question.key)
      found.set(ref, known)
    }
  const entries = [...found].map(([ref, { resource, keys }]): ResourceEntry => {
    const version = asText(member(resource.meta, 'versionId'))
    const updated = asText(member(resource.meta, 'lastUpdated'))
    const date = dates.get(ref)
    const own = gaps.get(ref) ?? []
    return {
      ref,
      keys: [...keys],
      ...(version === null ? {} : { version }),
      ...(updated === null ? {} : { lastUpdated: updated }),
      ...(date === undefined ? {} : { date }),
      state: stateOf(own, used.has(ref), dates.has(ref) || isRead(ref)),
      for: [...(used.get(ref) ?? [])],
      because: [...new Set(own.map(({ because }) => because))],
    }
  })
  entries.sort((a, b) => RANK.indexOf(a.state) - RANK.indexOf(b.state))
  return { resources: entries.slice(0, MOST), unlisted: Math.max(0, entries.length - MOST) }
}
