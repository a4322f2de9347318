import type { PartialDate } from '../contract/lineage.ts'

const DAY_MS = 86_400_000
/** Behind a day: a time, with or without its zone. */
const TIME = /^.{10}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?$/
const ZONE = /(?:Z|[+-]\d{2}:\d{2})$/

/** First and last instant that a partial date can mean, in milliseconds UTC. */
export type Span = { readonly first: number; readonly last: number }

/** Digits and nothing else from one place to another, as a number; NaN otherwise. */
const numberAt = (text: string, from: number, to: number): number => {
  let number = 0
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

/** Where a part of a date may begin: behind a hyphen. */
const HYPHEN = 0x2d

const monthEnd = (year: number, month: number): number => Date.UTC(year, month, 1) - 1

/** Day that every month has. */
const SURE_DAY = 28

/** A calendar day that exists: `2023-02-30` does not. */
const dayOf = (year: number, month: number, day: number): number | null => {
  const at = Date.UTC(year, month - 1, day)
  if (day >= 1 && day <= SURE_DAY) return at
  const back = new Date(at)
  return back.getUTCMonth() === month - 1 && back.getUTCDate() === day ? at : null
}

const spanOfInstant = (date: PartialDate): Span | null => {
  if (!TIME.test(date)) return null
  const at = Date.parse(ZONE.test(date) ? date : `${date}Z`)
  return Number.isNaN(at) ? null : { first: at, last: at }
}

/** Time that a FHIR date or instant covers; null when it is none. A date without time is read as a day in UTC. */
export const spanOf = (date: PartialDate): Span | null => {
  const { length } = date
  const year = numberAt(date, 0, 4)
  if (Number.isNaN(year)) return null
  if (length === 4) return { first: Date.UTC(year, 0, 1), last: monthEnd(year, 12) }
  const month = date.charCodeAt(4) === HYPHEN ? numberAt(date, 5, 7) : 0
  if (!(month >= 1 && month <= 12)) return null
  if (length === 7) return { first: Date.UTC(year, month - 1, 1), last: monthEnd(year, month) }
  const day = date.charCodeAt(7) === HYPHEN ? numberAt(date, 8, 10) : Number.NaN
  const start = Number.isNaN(day) ? null : dayOf(year, month, day)
  if (start === null) return null
  return length === 10 ? { first: start, last: start + DAY_MS - 1 } : spanOfInstant(date)
}

/**
 * Which of two dates is earlier: -1, 0 or 1; null when they overlap, so that nobody can tell, or one is unreadable.
 * Only equal texts and equal instants are equal.
 */
export const compareDates = (left: PartialDate, right: PartialDate): -1 | 0 | 1 | null => {
  const [a, b] = [spanOf(left), spanOf(right)]
  if (a === null || b === null) return null
  if (left === right || (a.first === b.first && a.first === a.last && b.first === b.last)) return 0
  if (a.last < b.first) return -1
  return b.last < a.first ? 1 : null
}

/** For sorting: by the first instant a date can mean; unreadable dates come first. */
export const firstInstant = (date: PartialDate | null | undefined): number =>
  date === null || date === undefined ? Number.NEGATIVE_INFINITY : (spanOf(date)?.first ?? Number.NEGATIVE_INFINITY)

const completedYears = (birth: number, now: number): number => {
  const [born, today] = [new Date(birth), new Date(now)]
  const reached =
    today.getUTCMonth() > born.getUTCMonth() || (today.getUTCMonth() === born.getUTCMonth() && today.getUTCDate() >= born.getUTCDate())
  return today.getUTCFullYear() - born.getUTCFullYear() - (reached ? 0 : 1)
}

/**
 * Age in completed years at an instant. Null when the birth date leaves two ages open, is unreadable or lies after `now`.
 * Somebody born on 29 February completes a year on 1 March of other years.
 */
export const ageAt = (birthDate: PartialDate, now: string): number | null => {
  const [born, today] = [spanOf(birthDate), spanOf(now)]
  if (born === null || today === null || born.first > today.first) return null
  const oldest = completedYears(born.first, today.first)
  return oldest >= 0 && oldest === completedYears(Math.min(born.last, today.first), today.first) ? oldest : null
}

/**
 * Whole days from a date to an instant, counted from the first instant the date can mean, so that freshness is never
 * overstated. Null when unreadable, or when the whole date lies more than a day after `now` (clocks and zones differ).
 */
export const daysSince = (date: PartialDate, now: string): number | null => {
  const [then, today] = [spanOf(date), spanOf(now)]
  if (then === null || today === null || then.first > today.first + DAY_MS) return null
  return Math.max(0, Math.floor((today.first - then.first) / DAY_MS))
}
