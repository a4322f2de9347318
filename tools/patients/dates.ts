/** The day on which every chart ends. Ages and intervals are told relative to it; it is fixed so that charts do not change from day to day. */
export const ANCHOR = '2026-11-16'

const DAY_MS = 86_400_000

/** `2026-11-16` moved by whole days. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

/** A day counted back from the anchor. */
export const daysAgo = (days: number): string => addDays(ANCHOR, -days)

/** Instant on a day, in UTC: `at('2026-11-16', '08:30')`. */
export const at = (date: string, time: string): string => `${date}T${time}:00Z`

/** Completed or started years between two days, with decimals. */
export const yearsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / (365.25 * DAY_MS)
