import type { WatchedKind, WatchedService } from '../../contract/service-watch.ts'
import type { HourCount, ServiceCount, ServiceFirst } from '../../ledger/service-counts.ts'
import type { DayCount } from './control-limits.ts'
import type { ServiceLimits } from './limits.ts'
import { type Subject, shiftDay, type View } from './view.ts'

/** What a look keeps of each figure, by `keyOf`. */
export type Held = ReadonlyMap<string, string>

/** Everything a report is made from; the making is pure. */
export type Material = {
  readonly now: Date
  readonly tenants: readonly string[]
  readonly services: readonly string[]
  /** Whether a row of the rules, or a pair, is still one of ours: what is gone is not missed. */
  readonly isKnown: (kind: WatchedKind, subject: string) => boolean
  readonly counts: readonly ServiceCount[]
  readonly firsts: readonly ServiceFirst[]
  readonly hours: readonly HourCount[]
  /** Days of a window, of the baseline before it, and of the baseline that are needed at least. */
  readonly windowDays: number
  readonly baselineDays: number
  readonly leastBaselineDays: number
  /** Minutes without a call that are never an alarm. */
  readonly silentMinutes: number
  readonly sandbox: boolean
  readonly limits: ServiceLimits
  readonly held: Held
}

export const keyOf = (tenant: string, service: string, figure: string, subject: string): string =>
  JSON.stringify([tenant, service, figure, subject])

/** Days of the window and of the baseline of one subject, which begins after its first day: that one is a part of a day. */
export type Spans = { readonly window: readonly string[]; readonly baseline: readonly string[]; readonly today: string }

/** The days before today, oldest first. */
export const calendarOf = (today: string, { windowDays, baselineDays }: Material): readonly string[] =>
  Array.from({ length: windowDays + baselineDays }, (_, n) => shiftDay(today, n - windowDays - baselineDays))

export const spansOf = (today: string, first: string, calendar: readonly string[], { windowDays }: Material): Spans => {
  const whole = calendar.filter((day) => day > first)
  return { window: whole.slice(-windowDays), baseline: whole.slice(0, -windowDays), today }
}

export type Frame = {
  readonly tenant: string
  readonly service: string
  readonly view: View
  readonly spans: Spans
  readonly release: WatchedService['release']
  readonly material: Material
}

export const collectingSentence = (spans: Spans, { leastBaselineDays }: Material): string =>
  `Day ${spans.baseline.length + spans.window.length + 2} here; compared from ${leastBaselineDays} days before the window on.`

export const hasBaseline = ({ baseline }: Spans, { leastBaselineDays }: Material): boolean => baseline.length >= leastBaselineDays

export const dayCounts = ({ view }: Frame, days: readonly string[], { kind, subject }: Subject, measure: string): DayCount[] =>
  days.map((day) => ({ count: view.of(kind, subject, measure, day), of: view.of('service', '', 'calls', day) }))
