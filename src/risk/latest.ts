import type { Measurement, PatientFacts } from '../contract/facts.ts'
import type { Gap, Lineage, PartialDate } from '../contract/lineage.ts'
import { oncePer } from '../once-per.ts'
import type { InputSpecOf } from './model-folder.ts'

type Spec = InputSpecOf<'measurement'> | InputSpecOf<'answer'>
export type Dated = { readonly measurement: Measurement; readonly date: PartialDate; readonly at: number }

/** The latest usable entry with those that it may not contradict (of its day, undated, dated in the future), or why there is none. `known`: there is one, but it must not be used. */
export type Latest =
  | { readonly newest: Dated; readonly others: readonly Measurement[] /** Of when all these are, in words. */; readonly when: string }
  | { readonly gap: Gap; readonly known: boolean; readonly facts: readonly Lineage[] }

const DAY_MS = 86_400_000
/** Results that a laboratory or clinician stands behind (FHIR observation-status). */
const USABLE = new Set([null, 'final', 'amended', 'corrected'])

/** A label inside a sentence: `Body weight` to `body weight`, `INR` as it is. */
export const inSentence = (label: string): string => (/^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label)

/** First instant that a partial date can mean, so that freshness is never overstated. */
export const earliest = (date: PartialDate): number =>
  Date.parse(date.length === 4 ? `${date}-01-01` : date.length === 7 ? `${date}-01` : date)

/** Components of a panel (blood pressure) stand for themselves, with the panel's date and resource. */
const parts = (measurement: Measurement): Measurement[] =>
  measurement.value.kind === 'components'
    ? measurement.value.parts.map(({ code, name, value }) => ({ ...measurement, name, codes: [code], value }))
    : [measurement]

type Placed = { readonly at: number; readonly measurement: Measurement }

const wordOf = ({ system, code }: { readonly system: string; readonly code: string }): string => `${system}|${code}`

/** What is usable of a room of the record, by code: looked through once, however many inputs of however many models ask. */
const byCode = oncePer((room: readonly Measurement[]): ReadonlyMap<string, readonly Placed[]> => {
  const found = new Map<string, Placed[]>()
  const usable = room.flatMap(parts).filter(({ status, value }) => USABLE.has(status) && value.kind !== 'absent')
  for (const [at, measurement] of usable.entries())
    for (const word of new Set(measurement.codes.map(wordOf))) {
      const same = found.get(word)
      if (same) same.push({ at, measurement })
      else found.set(word, [{ at, measurement }])
    }
  return found
})

const wordsOf = oncePer((codes: Spec['codes']): readonly string[] => [...new Set(codes.map(wordOf))])

const underCodes = (room: readonly Measurement[], words: readonly string[]): Measurement[] => {
  const found = words.flatMap((word) => byCode(room).get(word) ?? [])
  if (found.length < 2) return found.map(({ measurement }) => measurement)
  return [...new Set(found.sort((one, other) => one.at - other.at).map(({ measurement }) => measurement))]
}

/** Everything usable under the codes of an input, in the order of the record. */
export const candidates = (spec: Spec, facts: PatientFacts): Measurement[] =>
  spec.from.flatMap((room) => underCodes(facts[room], wordsOf(spec.codes)))

const dated = (measurements: readonly Measurement[], now: number): Dated[] =>
  measurements
    .flatMap((measurement) => {
      const date = measurement.lineage.date
      const at = date === undefined ? Number.NaN : earliest(date)
      return date !== undefined && Number.isFinite(at) && at <= now + DAY_MS ? [{ measurement, date, at }] : []
    })
    .sort((a, b) => b.at - a.at)

/** Whether some of the observations that were asked for did not come. */
export const observationsUnread = oncePer(({ questions }: PatientFacts): boolean =>
  questions.some(({ query, state }) => query.startsWith('Observation') && state !== 'answered' && state !== 'empty'),
)

const CATEGORY = { labs: 'laboratory', vitals: 'vital-signs', lifestyle: 'social-history' } as const

/** The question for the room where these belong came back short: a later entry may be among what did not come. */
const laterMayLack = ({ from: [home] }: Spec, { questions }: PatientFacts): boolean =>
  home !== undefined &&
  questions.some(
    ({ query, state }) =>
      (state === 'partial' || state === 'failed') && query.startsWith('Observation') && query.includes(`category=${CATEGORY[home]}`),
  )

/** Latest entry with one of the codes. When it cannot be used, an older one is not put in its place. */
export const latestOf = (spec: Spec, facts: PatientFacts): Latest => {
  const about = spec.name
  const label = inSentence(spec.label)
  const now = Date.parse(facts.now)
  const found = candidates(spec, facts)
  const none = (code: Gap['code'], because: string): Latest => ({ gap: { about, code, because }, known: false, facts: [] })
  if (found.length === 0) {
    return observationsUnread(facts)
      ? none('unavailable', `${spec.label}: the observations could not all be read.`)
      : none('not-found', `No ${label} is in the record.`)
  }
  if (laterMayLack(spec, facts))
    return none('unavailable', `${spec.label}: the observations could not all be read, and a later one may be among the rest.`)
  const [newest, ...older] = dated(found, now)
  if (!newest) return none('incomplete', `${spec.label} is recorded without a usable date.`)
  if (now - newest.at > spec.freshDays * DAY_MS) {
    const because = `The latest ${label} is of ${newest.date.slice(0, 10)}, older than ${spec.freshDays === 1 ? '1 day' : `${spec.freshDays} days`}.`
    return { gap: { about, code: 'stale', because }, known: true, facts: [newest.measurement.lineage] }
  }
  const day = newest.date.slice(0, 10)
  const sameDay = older.filter(({ date }) => date.slice(0, 10) === day).map(({ measurement }) => measurement)
  const usable = new Set([newest, ...older].map(({ measurement }) => measurement))
  const undated = found.filter((one) => !usable.has(one))
  return { newest, others: [...sameDay, ...undated], when: undated.length > 0 ? `${day} and without a usable date` : day }
}
