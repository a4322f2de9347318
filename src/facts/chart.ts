import type { FhirResource, PatientRecord } from '../contract/facts.ts'
import type { Gap } from '../contract/lineage.ts'
import { inOneGo, SLICE, type Slices } from '../slices.ts'
import { asList, asObjects, asText, isJson, type Json, member, referenceOf } from './accessors.ts'
import { gap, gapsOfOutcome } from './gaps.ts'
import { containedIn, idOf, isResource, refOf, tailOf } from './references.ts'
import { TYPES_BESIDE, TYPES_READ } from './resource-types.ts'
import { makeSubjectCheck } from './subject.ts'

/** One resource of the record under its local reference. */
export type Item = { readonly ref: string; readonly resource: Json }

/** The record sorted: this patient's resources by type, each once, and a way to follow references. */
export type Chart = {
  readonly patientId: string
  readonly patient: Item | null
  /** Entries of the draft orders, in the order received; sibling Medications included. */
  readonly drafts: readonly Json[]
  readonly of: (type: string) => readonly Item[]
  /** Follows a Reference from within a resource: `#contained`, relative, absolute tail, fullUrl, urn. */
  readonly resolve: (reference: unknown, from: Json) => Item | null
  /** Whether the resource names another patient. */
  readonly isOther: (resource: Json) => boolean
  readonly gaps: readonly Gap[]
}

/** What a walk over Bundles, Parameters and lists brought up. */
type Pile = { readonly found: Json[]; readonly aliases: Map<string, string>; readonly gaps: Gap[] }

/** Takes any nesting that real systems send: Bundles, `{fullUrl, resource}` entries, Parameters parts, lists, OperationOutcomes. */
const gather = (value: unknown, pile: Pile): void => {
  for (const one of asList(value)) {
    if (!isJson(one)) pile.gaps.push(gap('record', 'unreadable', 'An entry of the record is no resource.'))
    else if (one.resourceType === 'Bundle') gather(asList(one.entry), pile)
    else if (one.resourceType === 'Parameters') gatherParts(one.parameter, pile)
    else if (one.resourceType === 'OperationOutcome') pile.gaps.push(...gapsOfOutcome(one))
    else if (one.resourceType === undefined && isJson(one.resource)) gatherEntry(one, pile)
    else if (asText(one.resourceType) !== null) pile.found.push(one)
    else if (one.response === undefined && one.request === undefined && one.fullUrl === undefined)
      pile.gaps.push(gap('record', 'unreadable', 'An entry of the record does not say what kind of resource it is.'))
  }
}

/** Resources alone, out of `{response, resource}` and similar wraps; Bundles and Parameters stay whole, for who follows their links. */
export const plainResources = (received: unknown): FhirResource[] => {
  const found: FhirResource[] = []
  for (const one of asList(received)) {
    if (!isJson(one)) continue
    if (isResource(one)) found.push(one)
    else if (isJson(one.resource)) found.push({ resourceType: 'Bundle', type: 'collection', entry: [one] })
  }
  return found
}

const gatherEntry = (entry: Json, pile: Pile): void => {
  const url = asText(entry.fullUrl)
  if (url !== null && isJson(entry.resource)) pile.aliases.set(url, refOf(entry.resource))
  gather(entry.resource, pile)
}

const gatherParts = (parts: unknown, pile: Pile): void => {
  for (const part of asObjects(parts)) {
    if (part.resource !== undefined) gather(part.resource, pile)
    if (part.part !== undefined) gatherParts(part.part, pile)
  }
}

const versionOf = (resource: Json): number => Number(asText(member(resource.meta, 'versionId')) ?? Number.NaN)
const updatedOf = (resource: Json): number => Date.parse(asText(member(resource.meta, 'lastUpdated')) ?? '')

/** The later version of one resource: versionId, then lastUpdated, then, so that order of arrival never decides, its text. */
const later = (a: Json, b: Json): Json => {
  if (a === b) return a
  for (const measure of [versionOf, updatedOf]) {
    const [left, right] = [measure(a), measure(b)]
    if (left > right || (!Number.isNaN(left) && Number.isNaN(right))) return a
    if (right > left || (!Number.isNaN(right) && Number.isNaN(left))) return b
  }
  return JSON.stringify(a) >= JSON.stringify(b) ? a : b
}

function* eachOnce(found: readonly Json[]): Slices<Map<string, Json>> {
  const once = new Map<string, Json>()
  let steps = 0
  for (const resource of found) {
    if (++steps % SLICE === 0) yield
    const ref = refOf(resource)
    const known = once.get(ref)
    once.set(ref, known ? later(known, resource) : resource)
  }
  return once
}

/** What stands in the bundle twice, letter by letter, is one order. */
function* distinct(drafts: readonly Json[]): Slices<readonly Json[]> {
  if (drafts.length < 2) return drafts
  const once = new Map<string, Json>()
  let steps = 0
  for (const draft of drafts) {
    if (++steps % SLICE === 0) yield
    once.set(JSON.stringify(draft), draft)
  }
  return [...once.values()]
}

/** The patient by id; failing that the only Patient without an id, which nothing speaks against. */
const findPatient = (resources: ReadonlyMap<string, Json>, patientId: string): Item | null => {
  const resource = resources.get(`Patient/${patientId}`)
  if (resource) return { ref: `Patient/${patientId}`, resource }
  const nameless = [...resources].filter(([ref]) => ref.startsWith('Patient/~'))
  const [only] = nameless
  return nameless.length === 1 && only ? { ref: only[0], resource: only[1] } : null
}

/** Types that need not name a patient: they are referred to by what does. */
const LOOKED_UP: ReadonlySet<string> = new Set(['Medication', 'Device', 'Endpoint'])

/**
 * Sorts a record once, in time linear in its size: by resourceType whatever key the resources came under, duplicates once (latest
 * version), other patients' resources out with a gap. Reads only; the record is never modified.
 */
export function* chartInSlices(record: PatientRecord): Slices<Chart> {
  const pile: Pile = { found: [], aliases: new Map(), gaps: [] }
  const drafts: Pile = { found: [], aliases: pile.aliases, gaps: pile.gaps }
  gather(record.resources, pile)
  gather(record.draftOrders, drafts)
  const resources = yield* eachOnce([...pile.found, ...drafts.found.filter((one) => one.resourceType === 'Medication')])
  const patientId = idOf(record.patientId)
  const patient = findPatient(resources, patientId)
  const subjectOf = makeSubjectCheck(patientId, patient, pile.aliases)
  const byType = new Map<string, Item[]>()
  const gaps = [...pile.gaps]
  let unnamed = 0
  let steps = 0
  for (const [ref, resource] of resources) {
    if (++steps % SLICE === 0) yield
    const type = String(resource.resourceType)
    const about = Object.hasOwn(TYPES_READ, type) ? TYPES_READ[type] : undefined
    const verdict = about ? subjectOf(resource) : 'same'
    if (verdict === 'unsure') unnamed++
    if (about && verdict === 'other') gaps.push(gap(about, 'other-patient', 'It is about another person, so it was not used.', ref))
    else if (about || LOOKED_UP.has(type)) (byType.get(type) ?? byType.set(type, []).get(type))?.push({ ref, resource })
    else if (type === 'Patient' && ref !== patient?.ref)
      gaps.push(gap('patient', 'other-patient', 'The record also held the data of another patient; they were not used.', ref))
    else if (!TYPES_BESIDE.has(type)) gaps.push(gap('record', 'unreadable', 'This kind of resource is not known here.', ref))
  }
  if (unnamed > 0) gaps.push(gap('record', 'undecided', SUBJECT_UNSURE))
  return {
    patientId,
    patient,
    drafts: yield* distinct(drafts.found),
    of: (type) => byType.get(type) ?? [],
    resolve: (reference, from) => resolve(reference, from, resources, pile.aliases),
    isOther: (resource) => subjectOf(resource) === 'other',
    gaps,
  }
}

export const openChart = (record: PatientRecord): Chart => inOneGo(chartInSlices(record))

const SUBJECT_UNSURE =
  'Some entries do not say in a checkable way whose they are; they were taken as this patient’s, because they came with this record.'

const resolve = (
  reference: unknown,
  from: Json,
  resources: ReadonlyMap<string, Json>,
  aliases: ReadonlyMap<string, string>,
): Item | null => {
  const text = referenceOf(reference)
  if (text === null) return null
  if (text.startsWith('#')) {
    const resource = containedIn(from, text)
    return resource ? { ref: `${refOf(from)}${text}`, resource } : null
  }
  const type = asText(member(reference, 'type'))
  const bare = idOf(text)
  for (const ref of [aliases.get(text), tailOf(text), type && `${type}/${bare}`, `Medication/${bare}`, `Observation/${bare}`]) {
    const resource = ref ? resources.get(ref) : undefined
    if (ref && resource) return { ref, resource }
  }
  return null
}
