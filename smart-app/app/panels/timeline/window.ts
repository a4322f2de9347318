import type { Lane } from './items.ts'
import { DAY, dayOf } from './place.ts'

export type Span = { readonly from: number; readonly to: number }
export type View = { readonly window: Span; readonly cursor: number | null }

/** Never closer than two days: most of a record has no hours. */
const CLOSEST = 2 * DAY

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(low, high), Math.max(low, value))

/** From the first to the last entry and now, with a little room. */
export const wholeOf = (lanes: readonly Lane[], now: number): Span => {
  let [from, to] = [now, now]
  for (const { items } of lanes)
    for (const item of items) {
      if (item.from < from) from = item.from
      if (item.to > to) to = item.to
    }
  const room = Math.max(DAY, (to - from) * 0.02)
  return { from: from - room, to: to + room }
}

/** A window of this length that stays within the whole. */
const placed = (whole: Span, from: number, length: number): Span => {
  const size = clamp(length, Math.min(CLOSEST, whole.to - whole.from), whole.to - whole.from)
  const start = clamp(from, whole.from, whole.to - size)
  return { from: start, to: start + size }
}

export const lastDays = (whole: Span, now: number, days: number): Span => {
  const end = Math.min(whole.to, now + days * 0.02 * DAY)
  return placed(whole, end - days * DAY, days * DAY)
}

export const zoom = (whole: Span, { window, cursor }: View, factor: number): Span => {
  const length = window.to - window.from
  const middle = cursor !== null && cursor >= window.from && cursor <= window.to ? cursor : (window.from + window.to) / 2
  const share = (middle - window.from) / length
  return placed(whole, middle - share * length * factor, length * factor)
}

export const pan = (whole: Span, { window }: View, share: number): Span => {
  const length = window.to - window.from
  return placed(whole, window.from + share * length, length)
}

const follow = (whole: Span, window: Span, at: number): Span => {
  if (at >= window.from && at <= window.to) return window
  const length = window.to - window.from
  return placed(whole, at - length / 2, length)
}

/** Days on which something begins, in order, each once. */
export const stopsOf = (lanes: readonly Lane[]): readonly number[] => {
  const days = new Set<number>()
  for (const { items } of lanes) for (const { from } of items) days.add(dayOf(from))
  return [...days].sort((a, b) => a - b)
}

const stopBeside = (stops: readonly number[], at: number, by: 1 | -1): number | undefined =>
  by === 1 ? stops.find((stop) => stop > at) : stops.findLast((stop) => stop < at)

type Chart = { readonly whole: Span; readonly stops: readonly number[] }

const goTo = ({ whole }: Chart, view: View, stop: number | undefined): View =>
  stop === undefined ? view : { cursor: stop, window: follow(whole, view.window, stop) }

const KEYS: { readonly [key: string]: (chart: Chart, view: View) => View } = {
  ArrowLeft: (chart, view) => goTo(chart, view, stopBeside(chart.stops, view.cursor ?? view.window.to, -1)),
  ArrowRight: (chart, view) => goTo(chart, view, stopBeside(chart.stops, view.cursor ?? view.window.from, 1)),
  Home: (chart, view) => goTo(chart, view, chart.stops[0]),
  End: (chart, view) => goTo(chart, view, chart.stops.at(-1)),
  PageUp: (chart, view) => ({ ...view, window: pan(chart.whole, view, -0.5) }),
  PageDown: (chart, view) => ({ ...view, window: pan(chart.whole, view, 0.5) }),
  '+': (chart, view) => ({ ...view, window: zoom(chart.whole, view, 0.5) }),
  '=': (chart, view) => ({ ...view, window: zoom(chart.whole, view, 0.5) }),
  '-': (chart, view) => ({ ...view, window: zoom(chart.whole, view, 2) }),
  '0': (chart, view) => ({ ...view, window: chart.whole }),
}

/** What a key makes of the view; null for keys that the timeline leaves to the page. */
export const press = (chart: Chart, view: View, key: string): View | null => KEYS[key]?.(chart, view) ?? null
