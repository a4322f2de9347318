import type { PatientFacts } from '../contract/facts.ts'
import type { Gap, Lineage, PartialDate } from '../contract/lineage.ts'
import { type Aggregate, aggregate, type Point } from './aggregate.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import { candidates, earliest, inSentence, observationsUnread } from './latest.ts'
import type { InputSpecOf } from './model-folder.ts'
import { inUnit, PROBLEMS } from './read-measurement.ts'

type Spec = InputSpecOf<'measurement'>

/** One value of the window. */
type Taken = Point & { readonly lineage: Lineage; readonly date: PartialDate }
type Read = { readonly taken: Taken } | { readonly problem: Gap['code']; readonly because: string } | 'outside'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Last instant that a partial date can mean; of a whole instant itself. */
const latest = (date: PartialDate, first: number): number => {
  if (date.length > 10) return first
  if (date.length === 10) return first + DAY_MS - 1
  const next = new Date(first)
  if (date.length === 7) next.setUTCMonth(next.getUTCMonth() + 1)
  else next.setUTCFullYear(next.getUTCFullYear() + 1)
  return next.getTime() - 1
}

const UNITS: { readonly [A in Aggregate]?: (unit: string) => string } = {
  count: () => '',
  slope: (unit) => `${unit}/h`,
}

const boundsOf = ({ window }: Spec, now: number) => ({
  start: now - (window?.from ?? 0) * HOUR_MS,
  end: now - (window?.to ?? 0) * HOUR_MS,
})

/** A value is wholly in the window or wholly outside it; one of which that is not known makes the aggregate unknown. */
const readOne = (spec: Spec, measurement: ReturnType<typeof candidates>[number], now: number): Read => {
  const { start, end } = boundsOf(spec, now)
  const { date } = measurement.lineage
  const first = date === undefined ? Number.NaN : earliest(date)
  if (date === undefined || !Number.isFinite(first)) return { problem: 'incomplete', because: 'has no usable date' }
  const last = latest(date, first)
  if (last < start || (first > end && first <= now)) return 'outside'
  if (first > now) return { problem: 'incomplete', because: 'is dated in the future' }
  if (first < start || Math.min(last, now) > end)
    return { problem: 'incomplete', because: `of ${date} has no time, and may lie outside the window` }
  const read = inUnit(spec, measurement)
  if ('problem' in read) return { problem: read.problem, because: PROBLEMS[read.problem] }
  const { low, high } = spec.each ?? spec.range
  if (read.value < low || read.value > high)
    return { problem: 'out-of-range', because: `of ${date.slice(0, 10)} is outside ${low} to ${high} ${spec.unit}` }
  return { taken: { hour: first / HOUR_MS, value: read.value, lineage: read.lineage, date } }
}

/** Values of one instant that differ by more than the input allows. */
const contradiction = ({ agreeWithin }: Spec, all: readonly Taken[]): Taken | undefined =>
  all.find((one) => all.some((other) => other.hour === one.hour && Math.abs(other.value - one.value) > agreeWithin * Math.abs(one.value)))

const windowWords = ({ window }: Spec): string => {
  const { from = 0, to = 0 } = window ?? {}
  return to === 0 ? `the last ${from} hours` : `the time from ${from} to ${to} hours ago`
}

/** Which days the values are of, and how many they are. */
const noteOf = (all: readonly Taken[]): string => {
  const days = all.map(({ date }) => date.slice(0, 10)).sort()
  const [first, last] = [days[0] ?? '', days.at(-1) ?? '']
  const values = all.length === 1 ? '1 value' : `${all.length} values`
  return first === last ? `${values} of ${first}` : `${values}, ${first} to ${last}`
}

/**
 * An aggregate of all measurements in a window that ends a number of hours before now. It stands on every value of the window: one
 * that cannot be read, converted, dated or believed makes it unknown, and so does a record that could not be read whole.
 */
export const readAggregate = (spec: Spec, facts: PatientFacts): InputReading => {
  const about = spec.name
  const label = inSentence(spec.label)
  const kind = spec.aggregate
  const gap = (code: Gap['code'], because: string): Gap => ({ about, code, because })
  if (kind === 'latest') throw new TypeError(`${about} is no aggregate`)
  if (observationsUnread(facts)) return unusable(spec, gap('unavailable', `${spec.label}: the observations could not all be read.`))
  const now = Date.parse(facts.now)
  const found = candidates(spec, facts)
  const read = found.map((measurement) => readOne(spec, measurement, now))
  for (const [n, one] of read.entries())
    if (one !== 'outside' && 'problem' in one) {
      const lineage = found[n]?.lineage
      return unusable(spec, gap(one.problem, `A value for ${label} ${one.because}.`), lineage ? [lineage] : [])
    }
  const taken = read.flatMap((one) => (one !== 'outside' && 'taken' in one ? [one.taken] : []))
  const lineages = taken.map(({ lineage }) => lineage)
  const odd = contradiction(spec, taken)
  if (odd) return unusable(spec, gap('conflict', `Values for ${label} of ${odd.date.slice(0, 10)} contradict each other.`), lineages)
  const value = aggregate(taken, kind)
  if (value === null) {
    const because = taken.length === 0 ? `There is no value for ${label} in ${windowWords(spec)}.` : `One time alone gives no ${label}.`
    return absent(spec, gap(taken.length === 0 ? 'not-found' : 'incomplete', because))
  }
  if (value < spec.range.low || value > spec.range.high)
    return unusable(spec, gap('out-of-range', `The ${label} is outside ${spec.range.low} to ${spec.range.high}.`), lineages)
  const note = taken.length === 0 ? `none in ${windowWords(spec)}` : noteOf(taken)
  return known(spec, {
    value,
    facts: lineages,
    shown: Number(value.toPrecision(6)),
    note,
    unit: UNITS[kind]?.(spec.unit) ?? spec.unit,
  })
}
