import type { GlucoseProfile } from '../contract/devices.ts'
import type { CgmRules } from './cgm-rules.ts'

export type Placed = { readonly at: number; readonly offset: number | null; readonly value: number }

const DAY = 1440
const MINUTE = 60_000

/** Clock time of a reading in minutes after midnight: where it was taken if the record says so, else UTC. */
const clockOf = ({ at, offset }: Placed): number => {
  const minutes = Math.floor(at / MINUTE) + (offset ?? 0)
  return ((minutes % DAY) + DAY) % DAY
}

/** Percentile of sorted values with linear interpolation between the neighbours (type 7 of Hyndman and Fan, 1996). */
export const percentile = (sorted: readonly number[], percent: number): number => {
  const place = ((sorted.length - 1) * percent) / 100
  const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN]
  return low + (high - low) * (place - Math.floor(place))
}

/**
 * The ambulatory glucose profile: all days laid over one day. Around each quarter hour the readings of a window are pooled; a window
 * with too few readings has no percentiles, so that nothing is drawn through hours without data.
 */
export const glucoseCurve = (readings: readonly Placed[], { curve }: CgmRules): GlucoseProfile['curve'] => {
  const byMinute: number[][] = Array.from({ length: DAY }, () => [])
  for (const reading of readings) byMinute[clockOf(reading)]?.push(reading.value)
  const minutes = Array.from({ length: DAY / curve.everyMinutes }, (_, index) => index * curve.everyMinutes)
  const pools = minutes.map((centre) => {
    const pool: number[] = []
    for (let minute = centre - curve.withinMinutes; minute <= centre + curve.withinMinutes; minute += 1)
      pool.push(...(byMinute[(minute + DAY) % DAY] ?? []))
    return pool.sort((a, b) => a - b)
  })
  return {
    minutes,
    readings: pools.map((pool) => pool.length),
    percentiles: curve.percentiles.map((percent) => ({
      percent,
      values: pools.map((pool) => (pool.length < curve.fewest ? null : Math.round(percentile(pool, percent) * 10) / 10)),
    })),
  }
}
