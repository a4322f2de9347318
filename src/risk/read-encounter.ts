import type { Encounter, PatientFacts } from '../contract/facts.ts'
import type { Coding, Lineage, PartialDate } from '../contract/lineage.ts'
import { firstInstant, spanOf } from '../terminology/dates.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import type { InputSpecOf } from './model-folder.ts'

const DAY_MS = 86_400_000
const MONTH_MS = 30.4375 * DAY_MS

const isOneOf = (codes: readonly Coding[], wanted: readonly { readonly system: string; readonly code: string }[]): boolean =>
  codes.some(({ system, code }) => wanted.some((one) => one.system === system && one.code === code))

/** `end` is null where the record does not say when a stay ended that is over. */
type Stay = { readonly encounter: Encounter; readonly begun: PartialDate; readonly start: number; readonly end: number | null }
type Spec = InputSpecOf<'stay-days'> | InputSpecOf<'stay-coded'> | InputSpecOf<'stay-procedure'> | InputSpecOf<'encounters-before'>

/** Statuses of FHIR R4 and R5 under which nobody is in hospital any more. */
const OVER: ReadonlySet<string> = new Set(['finished', 'discharged', 'completed'])
/** Classes (HL7 v3 ActEncounterCode) of visits without a bed: ambulatory, emergency, in the field, at home, before admission, virtual. */
const VISITS: ReadonlySet<string> = new Set(['AMB', 'EMER', 'FLD', 'HH', 'PRENC', 'VR'])
const isVisit = ({ kinds }: Encounter): boolean => kinds.some(({ system, code }) => system.endsWith('v3-ActCode') && VISITS.has(code))

const endOf = ({ end, status }: Encounter, now: string): number | null => {
  if (end !== null) return spanOf(end)?.last ?? null
  return OVER.has(status ?? '') ? null : Date.parse(now)
}

/** The stay in context with its first and last instant; while it goes on it ends now. A visit without a bed is no stay. */
const stayOf = ({ encounters = [], encounter, now }: PatientFacts): Stay | null => {
  const found = encounters.find(({ ref }) => ref === encounter)
  if (!found?.start || isVisit(found)) return null
  const [start, end] = [firstInstant(found.start), endOf(found, now)]
  return Number.isFinite(start) && start <= (end ?? start) ? { encounter: found, begun: found.start, start, end } : null
}

const noStay = (spec: Spec): InputReading =>
  absent(spec, {
    about: spec.name,
    code: 'not-found',
    because: `${spec.label}: a stay in hospital at hand, or the day it began, is not in the record.`,
  })

const wasRead = ({ questions }: PatientFacts, type: string): boolean => {
  const asked = questions.filter(({ query }) => query.startsWith(type))
  return asked.length > 0 && asked.every(({ state }) => state === 'answered' || state === 'empty')
}

const unread = (spec: Spec, what: string): InputReading =>
  absent(spec, { about: spec.name, code: 'unavailable', because: `${spec.label}: the list of ${what} could not be read to its end.` })

/** How far the clock of the place is from UTC, as the date is written; a date without time or zone stands as it is. */
const zoneOf = (date: PartialDate): number => {
  const [, sign, hours, minutes] = /([+-])(\d{2}):(\d{2})$/.exec(date.slice(10)) ?? []
  return hours === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

const dayOf = (instant: number, zone: number): number => Math.floor((instant + zone) / DAY_MS)

/** Calendar days from admission to discharge by the clock of the place; a stay within one day counts 0. */
export const readStayDays = (spec: InputSpecOf<'stay-days'>, facts: PatientFacts): InputReading => {
  const stay = stayOf(facts)
  if (!stay) return noStay(spec)
  const { lineage, end } = stay.encounter
  if (stay.end === null)
    return unusable(spec, { about: spec.name, code: 'incomplete', because: `${spec.label}: the stay is over, but not since when.` }, [
      lineage,
    ])
  const value = dayOf(stay.end, zoneOf(end ?? stay.begun)) - dayOf(stay.start, zoneOf(stay.begun))
  const { low, high } = spec.range
  if (value < low || value > high)
    return unusable(
      spec,
      { about: spec.name, code: 'out-of-range', because: `${spec.label} of ${value} d is outside ${low} to ${high} d.` },
      [lineage],
    )
  return known(spec, { value, facts: [lineage], note: `admitted ${stay.begun.slice(0, 10)}` })
}

const CODES_OF = {
  urgency: ({ urgency }: Encounter) => urgency,
  service: ({ service }: Encounter) => service.codes,
  discharge: ({ discharge }: Encounter) => discharge,
} as const

const sayCoded = (value: 0 | 1 | string): string => (typeof value === 'string' ? value : value === 1 ? 'yes' : 'no')

/** What codes of the stay say (urgent or not, oncology or not, where to); a stay that does not say it is not guessed. */
export const readStayCoded = (spec: InputSpecOf<'stay-coded'>, facts: PatientFacts): InputReading => {
  const stay = stayOf(facts)
  if (!stay) return noStay(spec)
  const { service, lineage } = stay.encounter
  const codes = CODES_OF[spec.member](stay.encounter)
  const words = spec.member === 'service' ? service.words.join(' ').toLowerCase() : ''
  const found = spec.answers.filter((answer) => codes.some(({ system, code }) => answer.system === system && answer.code === code))
  const values = new Set([...found.map(({ value }) => value), ...(spec.words.some((word) => words.includes(word)) ? [1 as const] : [])])
  const [value] = values
  if (values.size > 1)
    return unusable(spec, { about: spec.name, code: 'conflict', because: `${spec.label}: the codes of the stay contradict each other.` }, [
      lineage,
    ])
  if (value !== undefined)
    return known(spec, {
      value,
      shown: sayCoded(value),
      facts: [lineage],
      note: found.map(({ display, code }) => display ?? code).join(', '),
    })
  // A service that is named and is none of these is another one.
  if (spec.member === 'service' && (codes.length > 0 || words !== '')) return known(spec, { value: 0, shown: 'no', facts: [lineage] })
  return absent(spec, { about: spec.name, code: 'not-found', because: `${spec.label}: the stay does not say it.` })
}

/** Whether a date lies within the stay; null when it leaves that open (no date, or a month or year only). */
const within = (date: PartialDate | null, { start, end }: Stay, now: string): boolean | null => {
  const span = date === null ? null : spanOf(date)
  if (date === null || span === null) return null
  const touches = span.last >= start && span.first <= (end ?? Date.parse(now))
  return touches && date.length < 10 ? null : touches
}

/** 1 when a procedure was done during the stay, 0 when the procedures were read to their end and none was. */
export const readStayProcedure = (spec: InputSpecOf<'stay-procedure'>, facts: PatientFacts): InputReading => {
  const stay = stayOf(facts)
  if (!stay) return noStay(spec)
  const judged = facts.procedures
    .filter(({ status }) => status === 'completed')
    .map((procedure) => ({ ...procedure, within: within(procedure.date, stay, facts.now) }))
  const done = judged.filter((one) => one.within === true)
  const lineages: Lineage[] = done.map(({ lineage }) => lineage)
  if (done.length > 0) return known(spec, { value: 1, shown: 'yes', facts: lineages, note: done.map(({ name }) => name).join(', ') })
  if (!wasRead(facts, 'Procedure')) return unread(spec, 'procedures')
  const open = judged.find((one) => one.within === null)
  if (open) {
    const because = `${spec.label}: a procedure of the record has no day, and may have been during the stay.`
    return unusable(spec, { about: spec.name, code: 'incomplete', because }, [open.lineage])
  }
  return known(spec, { value: 0, shown: 'no', note: 'no procedure dated within the stay' })
}

/** Between the end of a visit that led to the stay and the admission; this project's own choice. */
const HANDOVER_MS = 6 * 3_600_000

/** A visit that led to this stay is part of it: it ended shortly before, or on the day of admission where the record has days only. */
const ledToStay = ({ end, start }: Encounter, stay: Stay): boolean => {
  const date = end ?? start
  const last = date === null ? undefined : spanOf(date)?.last
  if (date === null || last === undefined) return false
  if (date.length > 10 && stay.begun.length > 10) return last >= stay.start - HANDOVER_MS
  return dayOf(last, zoneOf(date)) >= dayOf(stay.start, zoneOf(stay.begun))
}

/** `open`: it may be one, but its date or its kind is not known. */
type Counted = 'yes' | 'no' | 'open'

/** Stays or visits of one kind that began in the months before the stay at hand. */
export const readEncountersBefore = (spec: InputSpecOf<'encounters-before'>, facts: PatientFacts): InputReading => {
  const stay = stayOf(facts)
  if (!stay) return noStay(spec)
  const { encounters = [] } = facts
  const from = stay.start - spec.months * MONTH_MS
  const systems = new Set(spec.kinds.map(({ system }) => system))
  const isKind = ({ kinds }: Encounter) => isOneOf(kinds, spec.kinds)
  const isPart = ({ partOf }: Encounter) =>
    partOf === stay.encounter.ref || encounters.some((whole) => whole.ref === partOf && isKind(whole))
  const judge = (one: Encounter): Counted => {
    if (one.ref === stay.encounter.ref || isPart(one)) return 'no'
    const perhaps = isKind(one) || !one.kinds.some(({ system }) => systems.has(system))
    if (!perhaps) return 'no'
    if (one.start === null) return 'open'
    const began = firstInstant(one.start)
    if (began < from || began >= stay.start || ledToStay(one, stay)) return 'no'
    return isKind(one) ? 'yes' : 'open'
  }
  const judged = encounters.map((encounter) => ({ encounter, counts: judge(encounter) }))
  if (!wasRead(facts, 'Encounter?')) return unread(spec, 'stays and visits')
  const open = judged.find(({ counts }) => counts === 'open')
  if (open) {
    const because = `${spec.label}: a stay or visit of the record has no date or no class that is known, and may be one.`
    return unusable(spec, { about: spec.name, code: 'incomplete', because }, [open.encounter.lineage])
  }
  const counted = judged.filter(({ counts }) => counts === 'yes').map(({ encounter }) => encounter)
  return known(spec, {
    value: counted.length,
    facts: counted.map(({ lineage }) => lineage),
    note: `in the ${spec.months} months before ${stay.begun.slice(0, 10)}; other hospitals are counted only where the record holds them`,
  })
}
