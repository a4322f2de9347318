import type { ServiceFigure } from '../../contract/service-watch.ts'
import { share } from '../judge.ts'
import { addDays, type DayCount, judgeCount, judgeShare, wilson } from './control-limits.ts'
import { collectingSentence, dayCounts, type Frame, hasBaseline } from './frame.ts'
import { byLimits, type Named, number, settle, unsettled } from './settle.ts'
import type { Subject } from './view.ts'

/**
 * Share of calls in which something was so, against the days before. Other rules begin new days: for the length of a window they are
 * held against the days before them, which tells a change once; then nothing is judged until they have enough days of their own.
 */
export const shareFigure = (named: Named, measure: string, frame: Frame): ServiceFigure => {
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

export const callsFigure = (frame: Frame): ServiceFigure => {
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
export const notAssessedFigure = (frame: Frame): ServiceFigure => {
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
export const subjectFigures = ({ kind, subject }: Subject, frame: Frame): ServiceFigure[] => {
  const firing = shareFigure({ figure: 'firing', kind, subject }, 'fired', frame)
  if (!hasBaseline(frame.spans, frame.material)) return [firing]
  const judged = judgeShare(
    dayCounts(frame, frame.spans.window, { kind, subject }, 'fired'),
    dayCounts(frame, frame.spans.baseline, { kind, subject }, 'fired'),
  )
  return [firing, zeroFigure({ kind, subject }, frame, judged?.spread ?? 1)]
}
