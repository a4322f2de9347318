import type { DeviceSeries } from '../../../../src/contract/devices.ts'
import type { MeasuredValue, Measurement } from '../../../../src/contract/facts.ts'
import type { Coding } from '../../../../src/contract/lineage.ts'
import type { RiskEstimate, RiskTrend } from '../../../../src/contract/risk.ts'
import { dateWords } from '../../words/dates.ts'
import { quantityWords, unitWords, valueWords } from '../../words/values.ts'
import { modelled } from '../risks/words.ts'
import { readingsOf } from './device-points.ts'
import { byTime, type Collected, type Item, type Lane, type Undated } from './items.ts'
import { isoDay, placeOf } from './place.ts'
import type { Group } from './texts.ts'

type Part = { readonly measurement: Measurement; readonly name: string; readonly codes: readonly Coding[]; readonly value: MeasuredValue }

/** Components of a panel (blood pressure) are lanes of their own. */
const partsOf = (measurement: Measurement): readonly Part[] =>
  measurement.value.kind === 'components'
    ? measurement.value.parts.map(({ name, code, value }) => ({ measurement, name, codes: [code], value }))
    : [{ measurement, name: measurement.name, codes: measurement.codes, value: measurement.value }]

/** Values of one unit share a lane: two units are never put on one scale. */
const laneKey = ({ codes, name, value }: Part): string => {
  const [code] = codes
  const unit = value.kind === 'quantity' ? value.unit : value.kind
  return `${code ? `${code.system}|${code.code}` : name} ${unit}`
}

const pointOf = ({ measurement, value, name }: Part, at: string): Item | null => {
  const place = placeOf(measurement.lineage.date)
  if (!place) return null
  return {
    id: `${measurement.ref} ${at}`,
    from: place.from,
    to: place.to,
    when: dateWords(measurement.lineage.date ?? ''),
    words: `${name} ${valueWords(value)}`,
    resource: measurement.lineage.resource,
    ...(value.kind === 'quantity' && place.exact ? { value: value.value } : {}),
    ...(place.exact ? {} : { coarse: true as const }),
  }
}

export const collectMeasurements = (group: Group, measurements: readonly Measurement[], used: ReadonlyMap<string, number>): Collected => {
  const lanes = new Map<string, { readonly first: Part; readonly items: Item[]; weight: number }>()
  const undated: Undated[] = []
  for (const part of measurements.flatMap(partsOf)) {
    const key = laneKey(part)
    const item = pointOf(part, key)
    const { measurement, name, value } = part
    if (!item) {
      undated.push({
        id: `${measurement.ref} ${key}`,
        group,
        words: `${name} ${valueWords(value)}`,
        resource: measurement.lineage.resource,
      })
      continue
    }
    const lane = lanes.get(key) ?? { first: part, items: [], weight: 0 }
    lane.items.push(item)
    lane.weight = Math.max(lane.weight, used.get(measurement.lineage.resource) ?? 0)
    lanes.set(key, lane)
  }
  const made = [...lanes].map(([key, { first, items, weight }]): Lane => {
    const unit = first.value.kind === 'quantity' ? unitWords(first.value.unit) : ''
    const kind = items.some(({ value }) => value != null) ? 'values' : 'marks'
    return { id: `${group} ${key}`, group, name: first.name, kind, unit, items: byTime(items), relevant: weight > 0, weight }
  })
  return { lanes: made.sort((a, b) => (b.weight ?? 0) - (a.weight ?? 0) || a.name.localeCompare(b.name)), undated }
}

/** A signal of heart beats has its own view; on an axis of years it is a smear. */
const HERE = (series: DeviceSeries): boolean => series.kind !== 'ecg'

export const collectDevices = (devices: readonly DeviceSeries[]): Collected => {
  const lanes = devices.filter(HERE).map((series, n): Lane => {
    const { name, unit, lineage, ref } = series
    const items = readingsOf(series.points).flatMap(({ at, value }): Item[] => {
      if (typeof value !== 'number') return []
      const words = `${name} ${quantityWords(value, unit)}`
      return [{ id: `${ref} ${at}`, from: at, to: at, when: dateWords(isoDay(at)), words, resource: lineage.resource, value }]
    })
    return {
      id: `devices ${ref} ${n}`,
      group: 'devices',
      name,
      kind: 'values',
      unit: unitWords(unit),
      items: byTime(items),
      relevant: true,
    }
  })
  return { lanes: lanes.filter(({ items }) => items.length > 0), undated: [] }
}

/** Present and earlier estimates of one question. */
export const collectRisks = (trends: readonly RiskTrend[], estimates: readonly RiskEstimate[], now: number): Collected => {
  const lanes = trends.map((trend): Lane => {
    const present = estimates.find((one) => one.model.id === trend.model && one.question === trend.question)
    const points = trend.points.flatMap(({ on, value }) => (value === null ? [] : [{ on, value }]))
    const all = present?.state === 'estimated' ? [...points, { on: isoDay(now), value: present.value }] : points
    const items = all.flatMap(({ on, value }): Item[] => {
      const place = placeOf(on)
      if (!place) return []
      const words = `${trend.title} ${modelled(value, trend.unit)}`
      return [{ id: `${trend.title} ${on}`, from: place.from, to: place.from, when: dateWords(on), words, resource: trend.model, value }]
    })
    const relevant = present?.state === 'estimated' && present.chance === true
    const id = `risks ${trend.model} ${trend.question}`
    return { id, group: 'risks', name: trend.title, kind: 'values', unit: unitWords(trend.unit), items: byTime(items), relevant }
  })
  return { lanes: lanes.filter(({ items }) => items.length > 0), undated: [] }
}
