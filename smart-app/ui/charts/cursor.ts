import { nearestTo, type Series, type Span } from './series.ts'

/** Where the reader stands: a series and one of its points, in the whole data and not in what was drawn of it. */
export type Cursor = { readonly series: number; readonly index: number }

export type View = { readonly cursor: Cursor | null; readonly window: Span }

type Chart = { readonly series: readonly Series[]; readonly whole: Span }

const lengthOf = (chart: Chart, at: number): number => chart.series[at]?.points.length ?? 0

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** The newest point of the first series that has one. */
export const startCursor = (chart: Chart): Cursor | null => {
  const series = chart.series.findIndex(({ points }) => points.length > 0)
  return series < 0 ? null : { series, index: lengthOf(chart, series) - 1 }
}

const timeOf = (chart: Chart, cursor: Cursor | null): number | null =>
  (cursor && chart.series[cursor.series]?.points[cursor.index]?.at) ?? null

/** The window moved, without a change of length, so that the cursor is in it. */
const follow = (chart: Chart, view: View): View => {
  const at = timeOf(chart, view.cursor)
  const { from, to } = view.window
  if (at === null || (at >= from && at <= to)) return view
  const length = to - from
  const start = clamp(at - length / 2, chart.whole.from, chart.whole.to - length)
  return { ...view, window: { from: start, to: start + length } }
}

const stepBy = (chart: Chart, view: View, points: number): View => {
  const cursor = view.cursor ?? startCursor(chart)
  if (!cursor) return view
  const index = clamp(cursor.index + points, 0, lengthOf(chart, cursor.series) - 1)
  return follow(chart, { ...view, cursor: { ...cursor, index } })
}

const toSeries = (chart: Chart, view: View, by: number): View => {
  const cursor = view.cursor ?? startCursor(chart)
  const at = timeOf(chart, cursor)
  if (!cursor || at === null) return view
  for (let series = cursor.series + by; series >= 0 && series < chart.series.length; series += by) {
    const index = nearestTo(chart.series[series]?.points ?? [], at)
    if (index >= 0) return follow(chart, { ...view, cursor: { series, index } })
  }
  return view
}

/** Never closer than four seconds of record, which is beyond what any source here resolves. */
const CLOSEST = 4_000

const zoomBy = (chart: Chart, view: View, factor: number): View => {
  const { from, to } = view.window
  const { whole } = chart
  const length = clamp((to - from) * factor, Math.min(CLOSEST, whole.to - whole.from), whole.to - whole.from)
  const at = timeOf(chart, view.cursor)
  const middle = at !== null && at >= from && at <= to ? at : (from + to) / 2
  const share = (middle - from) / (to - from)
  const start = clamp(middle - share * length, whole.from, whole.to - length)
  return { ...view, window: { from: start, to: start + length } }
}

/** The window moved by a share of its length. */
export const panBy = (chart: Chart, view: View, share: number): View => {
  const length = view.window.to - view.window.from
  const start = clamp(view.window.from + share * length, chart.whole.from, chart.whole.to - length)
  return { ...view, window: { from: start, to: start + length } }
}

const page = (chart: Chart, view: View): number => {
  const points = chart.series[(view.cursor ?? startCursor(chart))?.series ?? 0]?.points ?? []
  const inWindow = nearestTo(points, view.window.to) - nearestTo(points, view.window.from)
  return Math.max(1, Math.round(inWindow / 10))
}

const KEYS: Readonly<Record<string, (chart: Chart, view: View) => View>> = {
  ArrowLeft: (chart, view) => stepBy(chart, view, -1),
  ArrowRight: (chart, view) => stepBy(chart, view, 1),
  ArrowUp: (chart, view) => toSeries(chart, view, -1),
  ArrowDown: (chart, view) => toSeries(chart, view, 1),
  PageUp: (chart, view) => stepBy(chart, view, -page(chart, view)),
  PageDown: (chart, view) => stepBy(chart, view, page(chart, view)),
  Home: (chart, view) => stepBy(chart, view, Number.NEGATIVE_INFINITY),
  End: (chart, view) => stepBy(chart, view, Number.POSITIVE_INFINITY),
  '+': (chart, view) => zoomBy(chart, view, 0.5),
  '=': (chart, view) => zoomBy(chart, view, 0.5),
  '-': (chart, view) => zoomBy(chart, view, 2),
  '0': (chart, view) => ({ ...view, window: chart.whole }),
}

/** What a key makes of the view; null for keys that the chart leaves to the page. */
export const pressKey = (chart: Chart, view: View, key: string): View | null => KEYS[key]?.(chart, view) ?? null
