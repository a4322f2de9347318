import type { PartialDate } from '../contract/lineage.ts'

/** First instant that a partial date can mean, in milliseconds. */
export const startOf = (date: PartialDate): number => Date.parse(date)

/** First instant after a partial date: `2024` ends with the year, `2024-03-05` with the day; a full instant ends at itself. */
export const endOf = (date: PartialDate): number => {
  const [year, month, day] = date.split('T')[0]?.split('-').map(Number) ?? []
  if (date.includes('T') || year === undefined) return Date.parse(date)
  if (month === undefined) return Date.UTC(year + 1, 0)
  return day === undefined ? Date.UTC(year, month) : Date.UTC(year, month - 1, day + 1)
}

export const isPast = (date: PartialDate | null, now: string): boolean => date !== null && endOf(date) < Date.parse(now)
export const isFuture = (date: PartialDate | null, now: string): boolean => date !== null && startOf(date) > Date.parse(now)

/** Completed years from a birth date to the calendar day of `now`; null when the dates are too coarse to be sure. */
export const completedYears = (birth: PartialDate, now: string): number | null => {
  const [year, month, day] = birth.slice(0, 10).split('-').map(Number)
  const [thisYear, thisMonth, today] = now.slice(0, 10).split('-').map(Number)
  if (year === undefined || month === undefined || thisYear === undefined || thisMonth === undefined || today === undefined) return null
  if (day === undefined && month === thisMonth) return null
  const had = month < thisMonth || (month === thisMonth && (day ?? 0) <= today)
  const years = thisYear - year - (had ? 0 : 1)
  return years < 0 ? null : years
}
