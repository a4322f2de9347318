import type { Medicine } from '../contract/facts.ts'
import type { DateSource, Gap } from '../contract/lineage.ts'
import { isLocal } from '../pgx/local-use.ts'
import { firstInstant } from '../terminology/dates.ts'
import type { DrugIndex } from '../terminology/drugs.ts'
import { amount, asCode, asDate, asObjects, type Json, member, type Period, period } from './accessors.ts'
import type { Chart, Item } from './chart.ts'
import { readDose } from './dose.ts'
import { gap } from './gaps.ts'
import { dateOf, lineageOf, mainCoding, sourceOf } from './lineage.ts'
import { readMedication } from './medication.ts'
import { isFuture, isPast } from './moments.ts'
import { boundsOf } from './timing.ts'

type State = Medicine['state']

/** Statuses of the four medication resources of R4, and what each says of today. */
const BY_STATUS: Readonly<Record<string, State>> = {
  active: 'active',
  'in-progress': 'active',
  draft: 'planned',
  intended: 'planned',
  preparation: 'planned',
  'on-hold': 'planned',
  completed: 'stopped',
  stopped: 'stopped',
  ended: 'stopped',
  cancelled: 'stopped',
  'not-taken': 'stopped',
  'not-done': 'stopped',
  declined: 'stopped',
  unknown: 'unknown',
}

/** Statuses by which nothing was ever taken. */
const NEVER_TAKEN: ReadonlySet<string> = new Set(['cancelled', 'not-taken', 'not-done', 'declined'])

const DAY = 86_400_000

/** What one kind of resource knows: from when to when, and its state before the dates are looked at. */
type Course = { readonly start: string | null; readonly end: string | null; readonly state: State }

const byStatus = (resource: Json): State => BY_STATUS[asCode(resource.status) ?? 'unknown'] ?? 'unknown'

/** Bounds of all dosage lines together. */
const boundsOfAll = (lines: readonly Json[]): Period => {
  const spans = lines.map(boundsOf)
  const starts = spans.map((span) => span.start).filter((date) => date !== null)
  const ends = spans.map((span) => span.end)
  const known = ends.filter((date) => date !== null)
  return {
    start: starts.sort((a, b) => firstInstant(a) - firstInstant(b))[0] ?? null,
    end: known.length === ends.length ? (known.sort((a, b) => firstInstant(b) - firstInstant(a))[0] ?? null) : null,
  }
}

/**
 * A prescription: active by its status, until the bounds of its dosage are over. One whose validity for dispensing ended is neither
 * surely taken nor surely stopped: unknown. Proposals and plans are planned, unless they report what the patient says she takes.
 */
const requested = (resource: Json, now: string): Course => {
  const bounds = boundsOfAll(asObjects(resource.dosageInstruction))
  const validity = period(member(resource.dispenseRequest, 'validityPeriod'))
  const start = bounds.start ?? asDate(resource.authoredOn)
  if (resource.doNotPerform === true) return { start, end: bounds.end, state: 'stopped' }
  const intent = asCode(resource.intent)
  const reported = resource.reportedBoolean === true || resource.reportedReference !== undefined
  const state = byStatus(resource)
  if (state !== 'active') return { start, end: bounds.end, state }
  if (!reported && (intent === 'proposal' || intent === 'plan' || intent === 'option')) return { start, end: bounds.end, state: 'planned' }
  if (bounds.end === null && isPast(validity.end, now)) return { start, end: null, state: 'unknown' }
  return { start, end: bounds.end, state }
}

const stated = (resource: Json): Course => {
  const span = period(resource.effectivePeriod)
  const state = byStatus(resource)
  return { start: span.start ?? asDate(resource.effectiveDateTime), end: span.end, state }
}

/** A dispense covers the days supplied from the day it was handed over; without days supplied nothing is known of today. */
const dispensed = (resource: Json, now: string): Course => {
  const start = asDate(resource.whenHandedOver) ?? asDate(resource.whenPrepared)
  const days = amount(resource.daysSupply)
  const state = byStatus(resource)
  if (state !== 'stopped' || asCode(resource.status) !== 'completed')
    return { start, end: null, state: state === 'active' ? 'planned' : state }
  if (start === null || days === null) return { start, end: null, state: 'unknown' }
  const end = new Date(firstInstant(start) + days.value * DAY).toISOString()
  return { start, end, state: isPast(end, now) ? 'stopped' : 'active' }
}

/** An administration that is over counts as active for one day, the day's dose; a later one is not known from it. */
const administered = (resource: Json, now: string): Course => {
  const span = period(resource.effectivePeriod ?? resource.occurencePeriod ?? resource.occurrencePeriod)
  const start = asDate(resource.effectiveDateTime) ?? asDate(resource.occurrenceDateTime) ?? span.start
  const end = span.end ?? start
  const state = byStatus(resource)
  const today =
    asCode(resource.status) === 'completed' && end !== null && firstInstant(now) - firstInstant(end) < DAY && !isFuture(start, now)
  if (today) return { start, end: null, state: 'active' }
  return { start, end: state === 'active' ? span.end : end, state }
}

type Kind = {
  readonly course: (resource: Json, now: string) => Course
  readonly dosage: string
  readonly dates: readonly (readonly [string, DateSource])[]
  readonly source: string
}

const KINDS: Readonly<Record<string, Kind>> = {
  MedicationRequest: { course: requested, dosage: 'dosageInstruction', dates: [['authoredOn', 'order']], source: 'requester' },
  MedicationStatement: {
    course: stated,
    dosage: 'dosage',
    dates: [
      ['effectiveDateTime', 'effective'],
      ['effectivePeriod', 'effective'],
      ['dateAsserted', 'recorded'],
    ],
    source: 'informationSource',
  },
  MedicationDispense: {
    course: dispensed,
    dosage: 'dosageInstruction',
    dates: [
      ['whenHandedOver', 'effective'],
      ['whenPrepared', 'recorded'],
    ],
    source: 'performer',
  },
  MedicationAdministration: {
    course: administered,
    dosage: 'dosage',
    dates: [
      ['effectiveDateTime', 'effective'],
      ['effectivePeriod', 'effective'],
      ['occurrenceDateTime', 'effective'],
    ],
    source: 'performer',
  },
}

export const MEDICINE_TYPES: readonly string[] = Object.keys(KINDS)

/** The state by status, corrected by dates: what has not begun is planned, what is over is stopped. */
const stateToday = (course: Course, now: string): State => {
  if (course.state !== 'active') return course.state
  if (isFuture(course.start, now)) return 'planned'
  return isPast(course.end, now) ? 'stopped' : 'active'
}

/** One medication entry of the record: drug, dose, and whether the patient takes it now. */
export const readMedicine = (item: Item, chart: Chart, drugs: DrugIndex, now: string, gaps: Gap[]): Medicine | null => {
  const { resource, ref } = item
  const kind = KINDS[String(resource.resourceType)]
  if (!kind) return null
  if (asCode(resource.status) === 'entered-in-error') {
    gaps.push(gap('medicines', 'withdrawn', 'A medication entry is marked entered in error, so it was not used.', ref))
    return null
  }
  const { drug, strength } = readMedication(resource, chart, drugs)
  const course = kind.course(resource, now)
  const dose = readDose(resource[kind.dosage], strength, Math.max(drug.ingredients.length, strength.parts.length))
  return {
    ref,
    drug,
    dose,
    ...(isLocal({ drug, dose }) ? { local: true as const } : {}),
    state: stateToday(course, now),
    ...(resource.doNotPerform === true || NEVER_TAKEN.has(asCode(resource.status) ?? '') ? { neverTaken: true as const } : {}),
    start: course.start,
    end: course.end,
    lineage: lineageOf(item, dateOf(resource, kind.dates), mainCoding(drug.codings), sourceOf(resource[kind.source])),
  }
}
