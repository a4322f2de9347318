import type { Cited, DeviceSeries, GlucoseProfile, GlucoseShare, GlucoseTarget } from '../contract/devices.ts'
import type { CgmRules, GlucoseRanges } from './cgm-rules.ts'
import { glucoseCurve, type Placed } from './curve.ts'
import { type GlucoseReading, intervalOf, onePerInstant, readingsOf } from './readings.ts'
import type { TargetChoice } from './targets.ts'

type Unit = GlucoseProfile['unit']

const DAY = 86_400_000

/** Between the record's unit and the consensus's. */
type Scale = { readonly unit: Unit; readonly toMg: (value: number) => number; readonly fromMg: (value: number) => number }

const scaleOf = (unit: Unit, { unitFactor }: CgmRules): Scale => {
  const factor = unit === 'mg/dL' ? 1 : unitFactor.mgPerDlPerMmolPerL
  const digits = unit === 'mg/dL' ? 0 : 1
  return { unit, toMg: (value) => value * factor, fromMg: (value) => Number((value / factor).toFixed(digits)) }
}

/** Limits of the outermost ranges: what lies beyond the sensor has a place only if the sensor reaches so far. */
const outermost = ({ rows }: GlucoseRanges) => ({ top: rows[0]?.low ?? Number.POSITIVE_INFINITY, bottom: rows.at(-1)?.high ?? 0 })

/**
 * A reading beyond the sensor stands at the sensor's limit where that lies in, or at the edge of, the outermost range; without a known
 * limit, or with a nearer one, it has no place and is counted apart.
 */
const placeBeyond = (letter: 'L' | 'U', limits: DeviceSeries['limits'], scale: Scale, ranges: GlucoseRanges): number | null => {
  const limit = letter === 'L' ? limits?.low : limits?.high
  if (limit === undefined) return null
  const mg = Math.round(scale.toMg(limit))
  const { top, bottom } = outermost(ranges)
  return (letter === 'L' ? mg <= bottom + 1 : mg >= top - 1) ? limit : null
}

type Sorted = {
  readonly placed: readonly Placed[]
  /** Whole mg/dL of each placed reading, moved beyond the limit where the sensor ended. */
  readonly mg: readonly number[]
  readonly lost: number
  readonly beyond: { below: number; above: number }
  readonly unplaced: number
}

const sortReadings = (readings: readonly GlucoseReading[], series: DeviceSeries, scale: Scale, ranges: GlucoseRanges): Sorted => {
  const placed: Placed[] = []
  const mg: number[] = []
  const beyond = { below: 0, above: 0 }
  let [lost, unplaced] = [0, 0]
  for (const { at, offset, value } of readings) {
    if (value === 'E' || (typeof value === 'number' && !(value > 0))) lost += 1
    else if (typeof value === 'number') {
      placed.push({ at, offset, value })
      mg.push(Math.round(scale.toMg(value)))
    } else {
      beyond[value === 'L' ? 'below' : 'above'] += 1
      const limit = placeBeyond(value, series.limits, scale, ranges)
      if (limit === null) unplaced += 1
      else {
        placed.push({ at, offset, value: limit })
        mg.push(Math.round(scale.toMg(limit)) + (value === 'L' ? -1 : 1))
      }
    }
  }
  return { placed, mg, lost, beyond, unplaced }
}

const percentOf = (count: number, of: number): number => (of === 0 ? 0 : (100 * count) / of)

type Range = { readonly id: string; readonly label: string; readonly low: number | null; readonly high: number | null }

const shareOf = ({ id, label, low, high }: Range, mg: readonly number[], scale: Scale): GlucoseShare => {
  const count = mg.filter((value) => (low === null || value >= low) && (high === null || value <= high)).length
  return {
    id,
    label,
    low: low === null ? null : scale.fromMg(low),
    high: high === null ? null : scale.fromMg(high),
    count,
    percent: percentOf(count, mg.length),
  }
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Sample standard deviation. */
const deviationOf = (values: readonly number[], mean: number): number =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))

const holds = (value: number, sign: GlucoseTarget['sign'], limit: number): boolean =>
  sign === '<' ? value < limit : sign === '<=' ? value <= limit : sign === '>' ? value > limit : value >= limit

const cite = (rules: CgmRules, id: string): Cited => {
  const source = rules.sources[id]
  if (!source) throw new TypeError(`no source ${id}`) // held at load
  return source
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits))

const rounded = (value: number | null, digits: number): number | null => (value === null ? null : round(value, digits))

type Rule = Pick<GlucoseTarget, 'id' | 'label' | 'sign' | 'limit'>

const target = (
  { id, label, sign, limit }: Rule,
  percent: number,
  low: number | null,
  high: number | null,
  judged: boolean,
): GlucoseTarget => {
  const value = round(percent, 1)
  return { id, label, value, low, high, sign, limit, met: judged ? holds(value, sign, limit) : null }
}

const targetsOf = (
  shares: readonly GlucoseShare[],
  variation: number | null,
  choice: TargetChoice,
  rules: CgmRules,
  judged: boolean,
): GlucoseProfile['targets'] =>
  choice.sets.flatMap(({ id, because }) => {
    const set = rules.targets.find((one) => one.id === id)
    if (!set) return []
    const rows = set.rows.map((row) => {
      const own = shares.filter((share) => row.of.includes(share.id))
      const percent = own.reduce((sum, share) => sum + share.percent, 0)
      return target(row, percent, own.at(-1)?.low ?? null, own[0]?.high ?? null, judged)
    })
    const last = variation === null ? [] : [target(rules.variation, variation, null, null, judged)]
    const unjudged = judged ? {} : { unjudged: 'Too little data: no target is judged.' }
    return [{ id, label: set.label, because, ...unjudged, rows: [...rows, ...last], source: cite(rules, set.source) }]
  })

const clockOf = (readings: readonly Placed[]): GlucoseProfile['clock'] => {
  const [stated, unstated] = [readings.some(({ offset }) => offset !== null), readings.some(({ offset }) => offset === null)]
  return stated && unstated ? 'mixed' : stated ? 'local' : 'utc'
}

const CLOCKS: Readonly<Record<GlucoseProfile['clock'], string | null>> = {
  local: null,
  utc: 'The record gives the times in UTC and does not say which clock the patient lives by: hours of the day are UTC.',
  mixed: 'Some readings state the local time, others only UTC: hours of the day are mixed.',
}

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`

const notesOf = (sorted: Sorted, conflicting: number, choice: TargetChoice, clock: GlucoseProfile['clock'], rules: CgmRules): string[] =>
  [
    choice.unjudged ?? null,
    sorted.beyond.below + sorted.beyond.above > 0
      ? `${count(sorted.beyond.below, 'reading', 'readings')} below and ${sorted.beyond.above} above what the sensor can show. ${rules.beyond.because}`
      : null,
    sorted.unplaced > 0
      ? `${count(sorted.unplaced, 'of them has', 'of them have')} no place in the ranges, because the sensor's limit is not stated or lies inside them; left out of every figure.`
      : null,
    sorted.lost > 0 ? `${count(sorted.lost, 'lost reading', 'lost readings')} in the window, counted as missing.` : null,
    conflicting > 0 ? `${count(conflicting, 'instant', 'instants')} with two different readings: neither counts.` : null,
    CLOCKS[clock],
    rules.curve.because,
  ].filter((note) => note !== null)

/** Figures of the last days of one glucose series; null when it has no reading. */
export const glucoseProfile = (series: DeviceSeries, unit: Unit, choice: TargetChoice, rules: CgmRules): GlucoseProfile | null => {
  const scale = scaleOf(unit, rules)
  const ranges = rules.ranges[choice.ranges]
  const all = readingsOf(series.points)
  const last = all.findLast(({ value }) => value !== 'E')
  if (!last) return null
  const from = last.at - rules.window.days * DAY
  const { kept, conflicting } = onePerInstant(all.filter(({ at }) => at > from && at <= last.at))
  const sorted = sortReadings(kept, series, scale, ranges)
  const { placed, mg, lost, beyond, unplaced } = sorted
  if (placed.length === 0) return null
  const minutes = intervalOf(kept)
  const captured = kept.length - lost
  const active = minutes === null ? null : Math.min(100, percentOf(captured, (rules.window.days * 1440) / minutes))
  const sufficient = active !== null && active >= rules.window.activePercent
  const values = placed.map(({ value }) => value)
  const mean = meanOf(values)
  const deviation = values.length > 1 ? deviationOf(values, mean) : null
  const variation = deviation === null ? null : (100 * deviation) / mean
  const shares = ranges.rows.map((row) => shareOf(row, mg, scale))
  const clock = clockOf(placed)
  const sources = [...new Set([ranges.source, rules.gmi.source, rules.curve.source, rules.tight.source])]
  return {
    ref: series.ref,
    resources: series.resources,
    name: series.name,
    ...(series.device === undefined ? {} : { device: series.device }),
    ...(series.deviceName === undefined ? {} : { deviceName: series.deviceName }),
    unit,
    window: { from, to: last.at, days: rules.window.days, offset: last.offset },
    readings: captured,
    interval: minutes === null ? null : { minutes },
    active: rounded(active, 1),
    needed: rules.window.activePercent,
    sufficient,
    lost,
    beyond,
    unplaced,
    conflicting,
    mean: rounded(mean, unit === 'mg/dL' ? 0 : 1),
    deviation: rounded(deviation, unit === 'mg/dL' ? 0 : 1),
    variation: rounded(variation, 1),
    gmi: rounded(rules.gmi.intercept + rules.gmi.perMgPerDl * scale.toMg(mean), 1),
    shares,
    range: { low: scale.fromMg(ranges.target.low), high: scale.fromMg(ranges.target.high) },
    tight: choice.ranges === 'standard' ? shareOf(rules.tight, mg, scale) : null,
    targets: targetsOf(shares, variation, choice, rules, sufficient),
    curve: glucoseCurve(placed, rules),
    clock,
    notes: notesOf(sorted, conflicting, choice, clock, rules),
    sources: sources.map((id) => cite(rules, id)),
  }
}
