import type { Cursor } from './cursor.ts'
import type { Lane, TimeScale } from './lanes.ts'
import { highestOf, isGap, lowestOf, nearestTo, type Point, type Series } from './series.ts'

type Spot = { readonly x: number; readonly y: number }

/** How far a point stands from the pointer's height: nothing inside its bar. */
const awayFrom = (lane: Lane, point: Point, y: number): number => {
  if (isGap(point)) return Number.POSITIVE_INFINITY
  const [low, high] = [lane.y(lowestOf(point) ?? 0), lane.y(highestOf(point) ?? 0)]
  return y > low ? y - low : Math.max(0, high - y)
}

const laneAt = (lanes: readonly Lane[], y: number): Lane | undefined =>
  lanes.find((lane) => y <= (lane.y.range()[0] ?? 0) + 7) ?? lanes.at(-1)

/** The point under the pointer: nearest in time, then in height. */
export const nearestInLanes = (lanes: readonly Lane[], all: readonly Series[], x: TimeScale, spot: Spot): Cursor | null => {
  const lane = laneAt(lanes, spot.y)
  if (!lane) return null
  const at = Number(x.invert(spot.x))
  let best: { readonly cursor: Cursor; readonly far: number } | null = null
  for (const series of lane.series) {
    const index = nearestTo(series.points, at)
    const point = series.points[index]
    if (!point) continue
    const far = Math.hypot(x(point.at) - spot.x, Math.min(awayFrom(lane, point, spot.y), 1e6))
    if (best === null || far < best.far) best = { cursor: { series: all.indexOf(series), index }, far }
  }
  return best?.cursor ?? null
}
