import type { ServiceFigure, ServiceWatchReport, WatchedKind, WatchedService } from '../../contract/service-watch.ts'
import type { ServiceCount } from '../../ledger/service-counts.ts'
import { worst } from '../judge.ts'
import { callsFigure, notAssessedFigure, shareFigure, subjectFigures } from './figures.ts'
import { calendarOf, type Frame, hasBaseline, type Material, spansOf } from './frame.ts'
import { settle, unsettled } from './settle.ts'
import { judgeUnheard } from './unheard.ts'
import { makeView, releaseOf, shiftDay } from './view.ts'

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
