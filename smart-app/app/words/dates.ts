import type { PartialDate } from '../../../src/contract/lineage.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** Year, month and day as the record wrote them: a date is never moved into the reader's time zone. */
const PARTS = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?/

/** `5 Mar 2024`, `Mar 2024` or `2024`, as exact as the source; the text itself when it is no date. */
export const dateWords = (date: PartialDate): string => {
  const [, year, month, day] = PARTS.exec(date) ?? []
  if (year === undefined) return date
  const name = month === undefined ? undefined : MONTHS[Number(month) - 1]
  return [day === undefined ? undefined : String(Number(day)), name, year].filter((part) => part !== undefined).join(' ')
}

const isSameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString()

/** As `momentWords`, without the date when that is today. */
export const recentWords = (instant: string, now: Date): string => {
  const words = momentWords(instant)
  return isSameDay(new Date(instant), now) ? words.slice(words.lastIndexOf(' ') + 1) : words
}

/** Date and time of an instant in the reader's own time zone: `21 Nov 2026, 10:42`. */
export const momentWords = (instant: string): string => {
  const moment = new Date(instant)
  if (Number.isNaN(moment.getTime())) return instant
  const clock = [moment.getHours(), moment.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':')
  return `${moment.getDate()} ${MONTHS[moment.getMonth()]} ${moment.getFullYear()}, ${clock}`
}
