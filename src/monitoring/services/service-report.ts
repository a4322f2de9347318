import type { WatchState } from '../../contract/monitoring.ts'
import type { ServiceFigure, ServiceWatchReport, WatchedKind, WatchedService } from '../../contract/service-watch.ts'
import type { HourCount, ServiceCount, ServiceFirst } from '../../ledger/service-counts.ts'
import { holdState } from '../hysteresis.ts'
import { share, worst } from '../judge.ts'
import { addDays, type DayCount, type Judged, judgeCount, judgeShare, wilson } from './control-limits.ts'
import type { Limit, ServiceLimits } from './limits.ts'
import { judgeUnheard } from './unheard.ts'
import { makeView, releaseOf, type Subject, shiftDay, type View } from './view.ts'

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
type Spans = { readonly window: readonly string[]; readonly baseline: readonly string[]; readonly today: string }

/** The days before today, oldest first. */
const calendarOf = (today: string, { windowDays, baselineDays }: Material): readonly string[] =>
  Array.from({ length: windowDays + baselineDays }, (_, n) => shiftDay(today, n - windowDays - baselineDays))

const spansOf = (today: string, first: string, calendar: readonly string[], { windowDays }: Material): Spans => {
  const whole = calendar.filter((day) => day > first)
  return { window: whole.slice(-windowDays), baseline: whole.slice(0, -windowDays), today }
}

type Frame = {
  readonly tenant: string
  readonly service: string
  readonly view: View
  readonly spans: Spans
  readonly release: WatchedService['release']
  readonly material: Material
}

const bandOf = ({ watch, act }: Pick<Limit, 'watch' | 'act'>, size: number): WatchState =>
  size >= act ? 'act' : size >= watch ? 'watch' : 'ok'

/** With the state of the look before: entered at the limit, left below a part of it. */
const settle = (figure: Omit<ServiceFigure, 'state'>, size: number, limit: Limit, { tenant, service, material }: Frame): ServiceFigure => {
  const { ease } = material.limits
  const before = material.held.get(keyOf(tenant, service, figure.figure, figure.subject))
  const eased = { watch: limit.watch * ease, act: limit.act * ease }
  return { ...figure, state: holdState(before, bandOf(limit, size), bandOf(eased, size)) }
}

const unsettled = (figure: Omit<ServiceFigure, 'state'>, { tenant, service, material }: Frame): ServiceFigure => ({
  ...figure,
  state: holdState(material.held.get(keyOf(tenant, service, figure.figure, figure.subject)), 'not-enough-data', 'not-enough-data'),
})

const number = (value: number): string => String(Number(value.toPrecision(2)))

/** The part by which something has changed of what it was; of a share, of the smaller of the two sides. */
const changeOf = ({ value, reference }: Judged, of: 'count' | 'share'): number =>
  Math.abs(value - reference) / Math.max(1e-9, of === 'count' ? reference : Math.min(reference, 1 - reference) || reference)

type Named = Pick<ServiceFigure, 'figure' | 'kind' | 'subject'>

const FEW = 'too little to tell a change from chance'

/** A figure by control limits. One that could not even fall out of them has too little to go by. */
const byLimits = (
  named: Named,
  judged: Judged | null,
  n: number,
  frame: Frame,
  words: (value: number) => string,
  of: 'count' | 'share',
): ServiceFigure => {
  const limit = frame.material.limits.of(named.figure)
  if (judged === null)
    return unsettled({ ...named, value: null, reference: null, n, sigmas: null, because: `Nothing to compare: ${FEW}.` }, frame)
  const { value, reference, sigmas, lowest } = judged
  const figure = { ...named, value, reference, n, sigmas }
  const said = `${words(value)}; before ${words(reference)}`
  if (Math.abs(lowest) < limit.watch && sigmas < limit.watch) return unsettled({ ...figure, because: `${said}: ${FEW}.` }, frame)
  const size = changeOf(judged, of) >= limit.least ? Math.abs(sigmas) : 0
  return settle({ ...figure, because: `${said}: ${number(Math.abs(sigmas))} standard deviations.` }, size, limit, frame)
}

const collectingSentence = (spans: Spans, { leastBaselineDays }: Material): string =>
  `Day ${spans.baseline.length + spans.window.length + 2} here; compared from ${leastBaselineDays} days before the window on.`

const hasBaseline = ({ baseline }: Spans, { leastBaselineDays }: Material): boolean => baseline.length >= leastBaselineDays

const dayCounts = ({ view }: Frame, days: readonly string[], { kind, subject }: Subject, measure: string): DayCount[] =>
  days.map((day) => ({ count: view.of(kind, subject, measure, day), of: view.of('service', '', 'calls', day) }))

/**
 * Share of calls in which something was so, against the days before. Other rules begin new days: for the length of a window they are
 * held against the days before them, which tells a change once; then nothing is judged until they have enough days of their own.
 */
const shareFigure = (named: Named, measure: string, frame: Frame): ServiceFigure => {
  const { release, spans, material } = frame
  const days = [...spans.baseline, ...spans.window]
  const own = release === null ? [] : days.filter((day) => day > release.since)
  if (release === null) return shareOver(named, measure, frame)
  const old = days.filter((day) => day < release.since)
  const before = { ...spans, window: spans.window.filter((day) => day < release.since) }
  if (own.length === 0) return shareOver(named, measure, { ...frame, spans: before }) // the day of the change is of both
  const window = own.slice(-material.windowDays)
  const baseline = own.slice(0, -material.windowDays)
  if (own.length <= material.windowDays) return shareOver(named, measure, { ...frame, spans: { ...spans, window, baseline: old } }, RULES)
  if (baseline.length >= material.leastBaselineDays) return shareOver(named, measure, { ...frame, spans: { ...spans, window, baseline } })
  const [now, then] = [window, old].map((some) => addDays(dayCounts(frame, some, named, measure)))
  const part = (some: DayCount | undefined): number | null => (some === undefined || some.of === 0 ? null : some.count / some.of)
  const [value, reference] = [part(now), part(then)]
  const said = [value, reference].map((one) => (one === null ? 'no calls' : share(one)))
  const because = `${said[0]} of calls; ${said[1]} before these rules, which answer since ${release.since}. Compared from ${material.leastBaselineDays} days before the window on.`
  return { ...named, value, reference, n: now?.of ?? 0, sigmas: null, state: 'not-enough-data', because }
}

const RULES = 'With other rules '

const shareOver = (named: Named, measure: string, frame: Frame, since = ''): ServiceFigure => {
  const { spans, material } = frame
  const window = dayCounts(frame, spans.window, named, measure)
  const { of } = addDays(window)
  if (!hasBaseline(spans, material))
    return unsettled({ ...named, value: null, reference: null, n: of, sigmas: null, because: collectingSentence(spans, material) }, frame)
  const judged = judgeShare(window, dayCounts(frame, spans.baseline, named, measure))
  const figure = byLimits(named, judged, of, frame, (value) => `${share(value)} of calls`, 'share')
  return { ...figure, because: `${since}${figure.because}` }
}

const callsFigure = (frame: Frame): ServiceFigure => {
  const { view, spans, material } = frame
  const named = { figure: 'calls', kind: 'service', subject: '' } as const
  const calls = (days: readonly string[]) => days.map((day) => view.of('service', '', 'calls', day))
  const window = calls(spans.window)
  const n = window.reduce((all, count) => all + count, 0)
  if (!hasBaseline(spans, material))
    return unsettled({ ...named, value: null, reference: null, n, sigmas: null, because: collectingSentence(spans, material) }, frame)
  const weeks = spans.baseline.slice(spans.baseline.length % 7)
  return byLimits(named, judgeCount(window, calls(weeks)), n, frame, (value) => `${number(value)} calls a day`, 'count')
}

/** Share of calls in which nothing was assessed; held against a fixed limit, so that a new site is judged too. */
const notAssessedFigure = (frame: Frame): ServiceFigure => {
  const limit = frame.material.limits.of('not-assessed')
  const all = dayCounts(frame, [...frame.spans.window, frame.spans.today], { kind: 'service', subject: '' }, 'not-assessed')
  const { count, of } = addDays(all)
  const named = { figure: 'not-assessed', kind: 'service', subject: '', reference: null, n: of, sigmas: null } as const
  const likely = wilson({ count, of })
  if (likely === null) return unsettled({ ...named, value: null, because: 'No call in this window.' }, frame)
  const because = `${count} of ${of} calls; at most ${share(limit.watch)} is the goal.`
  const size = likely.low > limit.watch * frame.material.limits.ease ? Math.max(likely.low, Math.min(count / of, limit.watch)) : 0
  return settle({ ...named, value: count / of, because }, size, limit, frame)
}

/** Since a rule's last card: how many were to be expected, by the calls that came and by the days before the last one. */
const zeroFigure = ({ kind, subject }: Subject, frame: Frame, spreadOfDays: number): ServiceFigure => {
  const { spans, material } = frame
  const days = dayCounts(frame, [...spans.baseline, ...spans.window, spans.today], { kind, subject }, 'fired')
  const last = days.findLastIndex(({ count }) => count > 0)
  const [before, since] = [addDays(days.slice(0, last + 1)), addDays(days.slice(last + 1))]
  const named = { figure: 'zero', kind, subject, value: 0, n: since.of, sigmas: null } as const
  if (last + 1 < material.leastBaselineDays)
    return unsettled({ ...named, reference: null, because: `None in the last ${days.length - last - 1} days.` }, frame)
  const expected = (since.of * before.count) / Math.max(1, before.of)
  const because =
    since.of === 0
      ? 'It fired in the last calls.'
      : `None in the ${since.of} calls since its last; ${number(expected)} were to be expected.`
  return settle({ ...named, reference: expected, because }, expected / spreadOfDays ** 2, material.limits.of('zero'), frame)
}

/** A rule or a pair: how often it fires, and whether it has fallen silent. */
const subjectFigures = ({ kind, subject }: Subject, frame: Frame): ServiceFigure[] => {
  const firing = shareFigure({ figure: 'firing', kind, subject }, 'fired', frame)
  if (!hasBaseline(frame.spans, frame.material)) return [firing]
  const judged = judgeShare(
    dayCounts(frame, frame.spans.window, { kind, subject }, 'fired'),
    dayCounts(frame, frame.spans.baseline, { kind, subject }, 'fired'),
  )
  return [firing, zeroFigure({ kind, subject }, frame, judged?.spread ?? 1)]
}

const daysOf = ({ view, spans }: Frame): WatchedService['days'] =>
  [...spans.baseline, ...spans.window, spans.today].slice(-28).map((day) => ({
    day,
    calls: view.of('service', '', 'calls', day),
    withCard: view.of('service', '', 'with-card', day),
    silent: view.of('service', '', 'silent', day),
    notAssessed: view.of('service', '', 'not-assessed', day),
    shadow: view.unseen(day),
  }))

const most = <T extends { readonly n: number }>(rows: readonly T[], name: (row: T) => string): T[] =>
  rows.filter(({ n }) => n > 0).toSorted((a, b) => b.n - a.n || (name(a) < name(b) ? -1 : 1))

const CODE = 'silence:'

const silencesOf = (counts: readonly ServiceCount[], days: ReadonlySet<string>): WatchedService['silences'] => {
  const byCode = new Map<string, number>()
  for (const { kind, measure, day, n } of counts)
    if (kind === 'service' && measure.startsWith(CODE) && days.has(day))
      byCode.set(measure.slice(CODE.length), (byCode.get(measure.slice(CODE.length)) ?? 0) + n)
  return most(
    [...byCode].map(([code, n]) => ({ code, n })),
    ({ code }) => code,
  )
}

const drugsOf = ({ view, spans }: Frame): WatchedService['drugs'] => {
  const days = [...spans.window, spans.today]
  const total = (subject: string, measure: string) => days.reduce((all, day) => all + view.of('drug', subject, measure, day), 0)
  const rows = view.subjects.flatMap(({ kind, subject }) =>
    kind === 'drug'
      ? [
          {
            drug: subject,
            n: total(subject, 'looked'),
            cards: total(subject, 'card'),
            silent: total(subject, 'silent'),
            notAssessed: total(subject, 'not-assessed'),
          },
        ]
      : [],
  )
  return most(rows, ({ drug }) => drug).map(({ n, ...row }) => ({ ...row, looked: n }))
}

const WATCHED: ReadonlySet<WatchedKind> = new Set(['rule', 'pair'])

/** One service at one tenant; null where it was never called there. */
const watchService = (tenant: string, service: string, material: Material): WatchedService | null => {
  const mine = (row: { readonly tenant: string; readonly service: string }) => row.tenant === tenant && row.service === service
  const counts = material.counts.filter(mine)
  const firsts = new Map(material.firsts.filter(mine).map(({ kind, subject, day }) => [`${kind}\n${subject}`, day]))
  const first = firsts.get('service\n')
  if (first === undefined) return null
  const today = material.now.toISOString().slice(0, 10)
  const view = makeView(counts)
  const calendar = calendarOf(today, material)
  const release = releaseOf(view, [...calendar, today])
  const frame: Frame = { tenant, service, view, spans: spansOf(today, first, calendar, material), release, material }
  const subjects = view.subjects.filter(({ kind, subject }) => WATCHED.has(kind) && material.isKnown(kind, subject))
  const unheard = judgeUnheard(material.hours.filter(mine), first, material)
  const heard: ServiceFigure =
    unheard.expected === null
      ? unsettled(unheard.figure, frame)
      : settle(unheard.figure, unheard.expected, material.limits.of('unheard'), frame)
  const figures = [
    heard,
    callsFigure(frame),
    shareFigure({ figure: 'silence-rate', kind: 'service', subject: '' }, 'silent', frame),
    notAssessedFigure(frame),
    ...subjects.flatMap(({ kind, subject }) => {
      const since = firsts.get(`${kind}\n${subject}`) ?? first
      return subjectFigures({ kind, subject }, { ...frame, spans: spansOf(today, since, calendar, material) })
    }),
  ]
  const { spans } = frame
  return {
    tenant,
    service,
    state: worst(figures.map(({ state }) => state)),
    collecting: hasBaseline(spans, material)
      ? null
      : { day: spans.baseline.length + spans.window.length + 2, days: material.leastBaselineDays + material.windowDays },
    release,
    days: daysOf(frame),
    figures,
    silences: silencesOf(counts, new Set([...spans.window, today])),
    drugs: drugsOf(frame),
  }
}

/** The figures of every service at every tenant that called it, judged. */
export const makeServiceReport = (material: Material): ServiceWatchReport => {
  const { now, windowDays, baselineDays, sandbox, limits, tenants, services } = material
  const today = now.toISOString().slice(0, 10)
  return {
    asOf: now.toISOString(),
    window: { from: shiftDay(today, -windowDays), to: shiftDay(today, -1), days: windowDays },
    baseline: { from: shiftDay(today, -windowDays - baselineDays), to: shiftDay(today, -windowDays - 1), days: baselineDays },
    sandbox,
    limits: limits.rows,
    services: tenants.flatMap((tenant) => services.flatMap((service) => watchService(tenant, service, material) ?? [])),
  }
}
