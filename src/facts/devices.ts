import type { DeviceSeries } from '../contract/facts.ts'
import type { Coding, Gap } from '../contract/lineage.ts'
import { firstInstant } from '../terminology/dates.ts'
import { amount, asCode, asDate, asNumber, asObjects, asText, codings, isJson, type Json, member, nameOf, period } from './accessors.ts'
import type { Item } from './chart.ts'
import { gap } from './gaps.ts'
import { dateOf, lineageOf, mainCoding, newestFirst, OBSERVED, sourceOf } from './lineage.ts'
import { readMeasurement, WITHDRAWN } from './measurements.ts'
import { readEach } from './read-each.ts'
import { unitOf } from './unit-of.ts'

type Point = DeviceSeries['points'][number]
type Reading = { readonly key: string; readonly series: DeviceSeries }

/** `E` no valid value, `L` and `U` below or above what the device can show: known to be missing, so null, never the limit itself. */
const sample = (word: string, origin: number, factor: number): number | null => {
  const value = asNumber(word)
  return value === null ? null : Math.round((origin + factor * value) * 1e9) / 1e9
}

/** FHIR SampledData: period in milliseconds, value = origin + factor x datum, one dimension. Null when it cannot be laid out in time. */
const samplePoints = (data: unknown, start: string | null): Point[] | null => {
  const [origin, step] = [amount(member(data, 'origin')), asNumber(member(data, 'period'))]
  const text = asText(member(data, 'data'))
  const first = firstInstant(start)
  if (origin === null || step === null || text === null || !Number.isFinite(first)) return null
  if ((asNumber(member(data, 'dimensions')) ?? 1) !== 1) return null
  const factor = asNumber(member(data, 'factor')) ?? 1
  return text.split(/\s+/).map((word, at) => ({ at: new Date(first + at * step).toISOString(), value: sample(word, origin.value, factor) }))
}

const seriesOf = (item: Item, name: string, codes: readonly Coding[], unit: string, points: readonly Point[]): DeviceSeries => ({
  ref: item.ref,
  name,
  codes,
  unit,
  points,
  lineage: lineageOf(item, dateOf(item.resource, OBSERVED), mainCoding(codes), sourceOf(item.resource.device, item.resource.performer)),
})

const readSamples = (item: Item, gaps: Gap[]): DeviceSeries | null => {
  const { resource, ref } = item
  const start = period(resource.effectivePeriod).start ?? asDate(resource.effectiveDateTime)
  const points = samplePoints(resource.valueSampledData, start)
  const origin = amount(member(resource.valueSampledData, 'origin'))
  if (points === null || origin === null) {
    gaps.push(gap('devices', 'unreadable', 'A series of samples lacks its start, period, origin or data.', ref))
    return null
  }
  return seriesOf(item, nameOf(resource.code) ?? 'Unnamed series', codings(resource.code), unitOf(origin).code, points)
}

/** R5 attachment on an R4 Observation, or a plain one: the Open mHealth body inside, decoded from base64. */
const attachedBody = (resource: Json): Json | null => {
  const attachments = [resource.valueAttachment, ...asObjects(resource.extension).map((one) => one.valueAttachment)].filter(isJson)
  for (const attachment of attachments) {
    const data = asText(attachment.data)
    if (data === null) continue
    try {
      const body: unknown = JSON.parse(Buffer.from(data, 'base64').toString('utf8'))
      if (isJson(body)) return body
    } catch {
      // Not JSON: another kind of attachment, reported by the caller.
    }
  }
  return null
}

/** Open mHealth: `header.schema_id` names the measure, the body's `{ unit, value }` member is the value. */
const readOpenMHealth = (item: Item, gaps: Gap[]): DeviceSeries | null => {
  const data = attachedBody(item.resource)
  const body = data && isJson(data.body) ? data.body : null
  const value = body
    ? Object.values(body)
        .map(amount)
        .find((one) => one !== null)
    : null
  const frame = member(body, 'effective_time_frame')
  const at = asDate(member(frame, 'date_time')) ?? asDate(member(member(frame, 'time_interval'), 'start_date_time'))
  const date = at ?? asDate(item.resource.effectiveDateTime)
  if (!value || date === null) {
    gaps.push(gap('devices', 'unreadable', 'A device reading has no value that can be read.', item.ref))
    return null
  }
  const name = asText(member(member(member(data, 'header'), 'schema_id'), 'name')) ?? nameOf(item.resource.code) ?? 'Unnamed reading'
  const point = { at: new Date(firstInstant(date)).toISOString(), value: value.value }
  return seriesOf(item, name.replaceAll('-', ' '), codings(item.resource.code), unitOf(value).code, [point])
}

const readPoint = (item: Item, gaps: Gap[]): DeviceSeries | null => {
  const measurement = readMeasurement(item, 'devices', gaps)
  if (measurement === null) return null
  const { value, lineage, name, codes } = measurement
  if (value.kind !== 'quantity' || lineage.date === undefined) {
    gaps.push(gap('devices', 'unreadable', 'A device reading lacks its value or its time.', item.ref))
    return null
  }
  // A value with a comparator is known only to lie beyond the limit: the point is there, its number is not.
  const point = { at: new Date(firstInstant(lineage.date)).toISOString(), value: value.comparator === undefined ? value.value : null }
  return { ref: measurement.ref, name, codes, unit: value.unit, points: [point], lineage }
}

const readDevice = (item: Item, gaps: Gap[]): Reading | null => {
  if (WITHDRAWN.has(asCode(item.resource.status))) {
    gaps.push(gap('devices', 'withdrawn', 'A device reading was taken back by its author, so it was not used.', item.ref))
    return null
  }
  if (item.resource.valueSampledData !== undefined) {
    const series = readSamples(item, gaps)
    return series && { key: item.ref, series }
  }
  const series = item.resource.valueQuantity === undefined ? readOpenMHealth(item, gaps) : readPoint(item, gaps)
  if (series === null) return null
  const code = mainCoding(series.codes)
  return { key: `${code?.system}|${code?.code}|${series.unit}`, series }
}

/** Readings of one kind and unit become one series, oldest point first, under the newest reading's reference. */
const fold = (readings: readonly DeviceSeries[]): DeviceSeries | null => {
  const sorted = newestFirst(readings)
  const [newest] = sorted
  if (!newest || sorted.length === 1) return newest ?? null
  const points = sorted
    .flatMap((one) => one.points)
    .map((point) => ({ point, time: Date.parse(point.at) }))
    .sort((a, b) => a.time - b.time)
    .map(({ point }) => point)
  return { ...newest, points }
}

/** Wearable and sensor readings. Each SampledData stays a series of its own; single readings are folded by kind. */
export const readDevices = (items: readonly Item[], gaps: Gap[]): DeviceSeries[] => {
  const kinds = new Map<string, DeviceSeries[]>()
  for (const { key, series } of readEach(items, 'devices', gaps, (item) => readDevice(item, gaps)))
    (kinds.get(key) ?? kinds.set(key, []).get(key))?.push(series)
  return newestFirst([...kinds.values()].map(fold).filter((series) => series !== null))
}
