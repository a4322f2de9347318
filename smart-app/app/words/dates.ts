import type { PartialDate } from '../../../src/contract/lineage.ts'
import { LANGUAGE, type Language } from '../language.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

const two = (part: number): string => String(part).padStart(2, '0')

const monthAndYear = new Intl.DateTimeFormat(LANGUAGE, { month: 'long', year: 'numeric', timeZone: 'UTC' })

type Day = { readonly year: number; readonly month: number; readonly day: number }

/** English: `5 Mar 2024`, which no country reads as May 3rd. German: `05.03.2024` (DIN 5008). */
const DAYS: { readonly [language in Language]: (day: Day) => string } = {
  en: ({ year, month, day }) => `${day} ${MONTHS[month - 1]} ${year}`,
  de: ({ year, month, day }) => `${two(day)}.${two(month)}.${year}`,
}

const MONTHS_OF: { readonly [language in Language]: (year: number, month: number) => string } = {
  en: (year, month) => `${MONTHS[month - 1]} ${year}`,
  de: (year, month) => monthAndYear.format(Date.UTC(year, month - 1, 1)),
}

/** Year, month and day as the record wrote them: a date is never moved into the reader's time zone. */
const PARTS = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?/

/** `5 Mar 2024`, `Mar 2024` or `2024`, as exact as the source; the text itself when it is no date. */
export const dateWords = (date: PartialDate): string => {
  const [, year, month, day] = PARTS.exec(date) ?? []
  if (year === undefined) return date
  if (month === undefined || MONTHS[Number(month) - 1] === undefined) return year
  if (day === undefined) return MONTHS_OF[LANGUAGE](Number(year), Number(month))
  return DAYS[LANGUAGE]({ year: Number(year), month: Number(month), day: Number(day) })
}

const isSameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString()

const clock = (moment: Date): string => `${two(moment.getHours())}:${two(moment.getMinutes())}`

/** As `momentWords`, without the date when that is today. */
export const recentWords = (instant: string, now: Date): string => {
  const moment = new Date(instant)
  return isSameDay(moment, now) ? clock(moment) : momentWords(instant)
}

/** Date and time of an instant in the reader's own time zone: `21 Nov 2026, 10:42`. */
export const momentWords = (instant: string): string => {
  const moment = new Date(instant)
  if (Number.isNaN(moment.getTime())) return instant
  const day = DAYS[LANGUAGE]({ year: moment.getFullYear(), month: moment.getMonth() + 1, day: moment.getDate() })
  return `${day}, ${clock(moment)}`
}
