/** Calls of a day, and in how many of them something was so. Days in order. */
export type DayCount = { readonly count: number; readonly of: number }

const sum = (days: readonly DayCount[], of: (day: DayCount) => number): number => days.reduce((total, day) => total + of(day), 0)

export const addDays = (days: readonly DayCount[]): DayCount => ({ count: sum(days, ({ count }) => count), of: sum(days, (day) => day.of) })

/**
 * How much wider the days of the baseline spread than chance alone makes them (Laney's p' and u' charts); never less than 1.
 * `variance` is that of a day's count by chance.
 */
const spread = (days: readonly { readonly apart: number; readonly variance: number }[], free: number): number => {
  const told = days.filter(({ variance }) => variance > 0)
  const degrees = told.length - free
  if (degrees < 1) return 1
  return Math.sqrt(Math.max(1, told.reduce((total, { apart, variance }) => total + apart ** 2 / variance, 0) / degrees))
}

const arc = ({ count, of }: DayCount): number => Math.asin(Math.sqrt(Math.min(1, (count + 3 / 8) / (of + 3 / 4))))

export type Judged = {
  /** Of the window, and of the baseline. */
  readonly value: number
  readonly reference: number
  /** Standard deviations from the reference. */
  readonly sigmas: number
  /** The least that `sigmas` can be: that of a window with none at all. */
  readonly lowest: number
  /** Spread of the baseline's days beyond chance. */
  readonly spread: number
}

/** A share of calls in a window against the days before. Null where one of the two has no call, or the baseline nothing to go by. */
export const judgeShare = (window: readonly DayCount[], baseline: readonly DayCount[]): Judged | null => {
  const [now, before] = [addDays(window), addDays(baseline)]
  if (now.of === 0 || before.of === 0 || before.count === 0) return null
  const reference = before.count / before.of
  const wide = spread(
    baseline.map(({ count, of }) => ({ apart: count - of * reference, variance: of * reference * (1 - reference) })),
    1,
  )
  const error = (wide * Math.sqrt(1 + now.of / before.of)) / (2 * Math.sqrt(now.of + 1 / 2))
  const from = (one: DayCount): number => (arc(one) - arc(before)) / error
  return { value: now.count / now.of, reference, sigmas: from(now), lowest: from({ count: 0, of: now.of }), spread: wide }
}

const WEEK = 7
const root = (count: number): number => Math.sqrt(count + 3 / 8)

/** Counts of whole weeks; `baseline` is whole weeks too, so that each day is compared with its own days of the week. Null without a call before. */
export const judgeCount = (window: readonly number[], baseline: readonly number[]): Judged | null => {
  const weeks = baseline.length / WEEK
  const total = baseline.reduce((all, count) => all + count, 0)
  if (weeks < 1 || total === 0) return null
  const usual = Array.from(
    { length: WEEK },
    (_, weekday) => baseline.reduce((all, count, at) => (at % WEEK === weekday ? all + count : all), 0) / weeks,
  )
  const wide = spread(
    baseline.map((count, at) => ({ apart: count - (usual[at % WEEK] ?? 0), variance: usual[at % WEEK] ?? 0 })),
    WEEK,
  )
  const expected = (total / baseline.length) * window.length
  const counted = window.reduce((all, count) => all + count, 0)
  const error = (wide * Math.sqrt(1 + window.length / baseline.length)) / 2
  const from = (count: number): number => (root(count) - root(expected)) / error
  return {
    value: counted / window.length,
    reference: total / baseline.length,
    sigmas: from(counted),
    lowest: from(0),
    spread: wide,
  }
}

/** Wilson's interval of a share (Wilson EB. JASA 1927;22:209-212), `z` standard deviations to each side; null of none. */
export const wilson = ({ count, of }: DayCount, z = 1.96): { readonly low: number; readonly high: number } | null => {
  if (of === 0) return null
  const share = count / of
  const middle = share + z ** 2 / (2 * of)
  const half = z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2))
  const whole = 1 + z ** 2 / of
  return { low: Math.max(0, (middle - half) / whole), high: Math.min(1, (middle + half) / whole) }
}
