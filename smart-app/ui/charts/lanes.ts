import { scaleLinear, scaleUtc } from 'd3-scale'
import { type Band, highestOf, lowestOf, type Series, type Span } from './series.ts'

export type Scale = ReturnType<typeof scaleLinear<number, number>>
export type TimeScale = ReturnType<typeof scaleUtc<number, number>>

/** A strip of the chart with one value axis: series of one unit, never two units on one axis. */
export type Lane = { readonly unit: string; readonly series: readonly Series[]; readonly bands: readonly Band[]; readonly y: Scale }

export const PLOT = { left: 48, right: 10, top: 8, between: 14, axis: 34 } as const

const DAY = 86_400_000
const MINUTE = 60_000

/** A span that has a length, also for one point: a day on either side, a minute for a burst of points. */
const widened = ({ from, to }: Span): Span => {
  const room = to === from ? DAY : to - from < MINUTE ? MINUTE : 0
  return { from: from - room, to: to + room }
}

/** From the first to the last point of all series. */
export const spanOf = (series: readonly Series[]): Span => {
  const firsts = series.flatMap(({ points }) => (points[0] ? [points[0].at] : []))
  const lasts = series.flatMap(({ points }) => points.at(-1)?.at ?? [])
  if (firsts.length === 0) return { from: 0, to: DAY }
  return widened({ from: Math.min(...firsts), to: Math.max(...lasts) })
}

/** A little room beside the first and the last point, so that their shapes are whole. */
export const padded = ({ from, to }: Span): Span => {
  const room = Math.ceil((to - from) * 0.02)
  return { from: from - room, to: to + room }
}

const extentOf = (series: readonly Series[], bands: readonly Band[]): readonly [number, number] => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const take = (value: number | null | undefined): void => {
    if (value === null || value === undefined || !Number.isFinite(value)) return
    if (value < low) low = value
    if (value > high) high = value
  }
  for (const { points, kind } of series) {
    if (kind === 'bars' && points.some((point) => point.low === undefined)) take(0)
    for (const point of points) {
      take(lowestOf(point))
      take(highestOf(point))
    }
  }
  for (const band of bands) {
    take(band.low)
    take(band.high)
  }
  if (low > high) return [0, 1]
  return low === high ? [low - Math.max(Math.abs(low) * 0.1, 0.5), high + Math.max(Math.abs(high) * 0.1, 0.5)] : [low, high]
}

/** Strips from top to bottom, each `height` high, with the value axis rounded to its ticks. */
export const lanesOf = (series: readonly Series[], bands: readonly Band[], height: number): readonly Lane[] => {
  const units = [...new Set(series.map(({ unit }) => unit))]
  return units.map((unit, place) => {
    const own = series.filter((one) => one.unit === unit)
    const ownBands = bands.filter((band) => (band.unit ?? units[0]) === unit)
    const top = PLOT.top + place * (height + PLOT.between)
    const y = scaleLinear<number, number>()
      .domain(extentOf(own, ownBands))
      .nice(4)
      .range([top + height, top])
    return { unit, series: own, bands: ownBands, y }
  })
}

export const plotHeight = (lanes: number, height: number): number => PLOT.top + lanes * height + Math.max(0, lanes - 1) * PLOT.between

export const timeScale = (window: Span, width: number): TimeScale =>
  scaleUtc<number, number>()
    .domain([window.from, window.to])
    .range([PLOT.left, Math.max(PLOT.left + 1, width - PLOT.right)])

/** Round moments inside the window, about one per 84 pixels. */
export const timeTicks = (x: TimeScale, width: number): readonly number[] => x.ticks(Math.max(2, Math.floor(width / 84))).map(Number)

/** Round values inside the axis. */
export const valueTicks = (y: Scale, height: number): readonly number[] => y.ticks(Math.max(2, Math.floor(height / 40)))
