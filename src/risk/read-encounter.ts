import type { Encounter, PatientFacts } from '../contract/facts.ts'
import type { Coding, Lineage } from '../contract/lineage.ts'
import { firstInstant, spanOf } from '../terminology/dates.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import type { InputSpecOf } from './model-folder.ts'

const DAY_MS = 86_400_000
const MONTH_MS = 30.4375 * DAY_MS

const isOneOf = (codes: readonly Coding[], wanted: readonly { readonly system: string; readonly code: string }[]): boolean =>
  codes.some(({ system, code }) => wanted.some((one) => one.system === system && one.code === code))

type Stay = { readonly encounter: Encounter; readonly start: number; readonly end: number }
type Spec = InputSpecOf<'stay-days'> | InputSpecOf<'stay-coded'> | InputSpecOf<'stay-procedure'> | InputSpecOf<'encounters-before'>

/** The stay in context with its first and last instant; while it goes on it ends now. */
const stayOf = ({ encounters = [], encounter, now }: PatientFacts): Stay | null => {
  const found = encounters.find(({ ref }) => ref === encounter)
  if (!found?.start) return null
  const start = firstInstant(found.start)
  const end = found.end === null ? Date.parse(now) : (spanOf(found.end)?.last ?? Number.NaN)
  return Number.isFinite(start) && start <= end ? { encounter: found, start, end } : null
}

const noStay = (spec: Spec): InputReading =>
  absent(spec, {
    about: spec.name,
    code: 'not-found',
    because: `${spec.label}: the stay at hand, or the day it began, is not in the record.`,
  })

const wasRead = ({ questions }: PatientFacts, type: string): boolean => {
  const asked = questions.filter(({ query }) => query.startsWith(type))
  return asked.length > 0 && asked.every(({ state }) => state === 'answered' || state === 'empty')
}

const unread = (spec: Spec, what: string): InputReading =>
  absent(spec, { about: spec.name, code: 'unavailable', because: `${spec.label}: the list of ${what} could not be read to its end.` })

const dayOf = (instant: number): number => Math.floor(instant / DAY_MS)

/** Calendar days from admission to discharge; a stay within one day counts 0. */
export const readStayDays = (spec: InputSpecOf<'stay-days'>, facts: PatientFacts): InputReading => {
  const stay = stayOf(facts)
  if (!stay) return noStay(spec)
  const value = dayOf(stay.end) - dayOf(stay.start)
  const { lineage } = stay.encounter
  const { low, high } = spec.range
  if (value < low || value > high)
    return unusable(
      spec,
      { about: spec.name, code: 'out-of-range', because: `${spec.label} of ${value} d is outside ${low} to ${high} d.` },
      [lineage],
    )
  return known(spec, { value, facts: [lineage], note: `admitted ${new Date(stay.start).toISOString().slice(0, 10)}` })
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

const within = (date: string | null, { start, end }: Stay): boolean => {
  const span = date === null ? null : spanOf(date)
  return span !== null && span.last >= start && span.first <= end
}

/** 1 when a procedure was done during the stay, 0 when the procedures were read to their end and none was. */
export const readStayProcedure = (spec: InputSpecOf<'stay-procedure'>, facts: PatientFacts): InputReading => {
  const stay = stayOf(facts)
  if (!stay) return noStay(spec)
  const done = facts.procedures.filter(({ status, date }) => status === 'completed' && within(date, stay))
  const lineages: Lineage[] = done.map(({ lineage }) => lineage)
  if (done.length > 0) return known(spec, { value: 1, shown: 'yes', facts: lineages, note: done.map(({ name }) => name).join(', ') })
  if (!wasRead(facts, 'Procedure')) return unread(spec, 'procedures')
  return known(spec, { value: 0, shown: 'no', note: 'no procedure dated within the stay' })
}

/** A visit that led to this stay is part of it: it ended on the day of admission. */
const ledToStay = ({ end, start }: Encounter, stay: Stay): boolean => {
  const last = end ?? start
  return last !== null && (spanOf(last)?.last ?? 0) >= stay.start - DAY_MS
}

/** Stays or visits of one kind that began in the months before the stay at hand. */
export const readEncountersBefore = (spec: InputSpecOf<'encounters-before'>, facts: PatientFacts): InputReading => {
  const stay = stayOf(facts)
  if (!stay) return noStay(spec)
  const from = stay.start - spec.months * MONTH_MS
  const counted = (facts.encounters ?? []).filter((one) => {
    const began = firstInstant(one.start)
    return one.ref !== stay.encounter.ref && began >= from && began < stay.start && !ledToStay(one, stay) && isOneOf(one.kinds, spec.kinds)
  })
  if (!wasRead(facts, 'Encounter?')) return unread(spec, 'stays and visits')
  return known(spec, {
    value: counted.length,
    facts: counted.map(({ lineage }) => lineage),
    note: `in the ${spec.months} months before ${new Date(stay.start).toISOString().slice(0, 10)}; other hospitals are counted only where the record holds them`,
  })
}
