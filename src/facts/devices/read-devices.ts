import type { DeviceKind, DeviceSeries } from '../../contract/devices.ts'
import type { MeasuredValue } from '../../contract/facts.ts'
import type { Coding, Gap } from '../../contract/lineage.ts'
import type { Slices } from '../../slices.ts'
import { asCode, asDate, asObjects, codings, type Json, period, wording } from '../accessors.ts'
import type { Chart, Item } from '../chart.ts'
import { nameOfCode } from '../code-names.ts'
import { gap } from '../gaps.ts'
import { dateOf, lineageOf, mainCoding, newestFirst, OBSERVED } from '../lineage.ts'
import { readMeasurement, readValue, WITHDRAWN } from '../measurements.ts'
import { readEach } from '../read-each.ts'
import type { DeviceKinds } from './device-kinds.ts'
import { originOf } from './device-list.ts'
import { readOpenMHealth } from './open-mhealth.ts'
import { columns, instantOf, type Reading } from './points.ts'
import { readSamples } from './samples.ts'

export type DeviceKit = {
  readonly chart: Pick<Chart, 'resolve'>
  readonly kinds: DeviceKinds
  readonly gaps: Gap[]
  /** Series are only looked at: what is wrong with their resources is told, and no series is made. */
  readonly adviceOnly: boolean
}

/** A part of a series: what one resource holds of it. */
export type Part = Omit<DeviceSeries, 'points' | 'resources'> & {
  readonly readings: readonly Reading[]
  /** Curves of more than one sample a second stay what they are: each is a recording of its own. */
  readonly alone: boolean
}

type Named = { readonly name: string; readonly codes: readonly Coding[]; readonly kind: DeviceKind }

export const nameOfSeries = (concept: unknown, otherwise: string): string => {
  const codes = codings(concept)
  return wording(concept) ?? nameOfCode(codes) ?? codes[0]?.code ?? otherwise
}

const named = (concept: unknown, kinds: DeviceKinds, parent?: Named): Named => {
  const codes = codings(concept)
  const kind = kinds.kindOf(codes)
  return { name: nameOfSeries(concept, 'Unnamed series'), codes, kind: kind === 'other' ? (parent?.kind ?? kind) : kind }
}

/** When a reading was taken: instant, or start of its samples. */
export const timeOf = (resource: Json, whole: 'start' | 'middle') => {
  const { start, end } = period(resource.effectivePeriod)
  const instant = asDate(resource.effectiveDateTime) ?? asDate(resource.effectiveInstant)
  if (instant !== null) return instantOf(instant, null)
  return whole === 'start' ? instantOf(start, null) : (instantOf(start, end) ?? instantOf(asDate(resource.issued), null))
}

export const partOf = (item: Item, what: Named, unit: string, readings: readonly Reading[], kit: DeviceKit): Part => {
  const issued = asDate(item.resource.issued)
  const origin = originOf(item.resource, kit.chart)
  return {
    ref: item.ref,
    ...what,
    unit,
    readings,
    alone: false,
    ...origin,
    ...(issued === null ? {} : { issued }),
    lineage: lineageOf(
      item,
      dateOf(item.resource, OBSERVED),
      mainCoding(what.codes),
      wording(item.resource.device) ?? origin.deviceName ?? null,
    ),
  }
}

/** Channels of one SampledData; a gap where it cannot be laid out in time. */
export const sampledParts = (item: Item, holder: Json, what: Named, kit: DeviceKit): Part[] => {
  const samples = readSamples(holder.valueSampledData, timeOf(item.resource, 'start'))
  if (samples === null) {
    kit.gaps.push(gap('devices', 'unreadable', 'A series of samples lacks its start, period, origin or data.', item.ref))
    return []
  }
  if (samples.odd > 0)
    kit.gaps.push(gap('devices', 'unreadable', 'Entries of a series of samples are no numbers; they are shown as lost.', item.ref))
  const of = samples.channels.length
  return samples.channels.map((readings, index) => ({
    ...partOf(item, what, samples.unit, readings, kit),
    alone: samples.step < 1000,
    ...(Object.keys(samples.limits).length > 0 ? { limits: samples.limits } : {}),
    ...(of > 1 ? { channel: { index: index + 1, of } } : {}),
  }))
}

const BEYOND = { '<': 'L', '<=': 'L', '>': 'U', '>=': 'U' } as const

/** A value with a comparator is known only to lie beyond the limit: the point is there, its number is not. */
const deviceValueOf = (value: MeasuredValue): Reading['value'] | null =>
  value.kind !== 'quantity' ? null : value.comparator === undefined ? value.value : BEYOND[value.comparator]

const limitsOf = (value: MeasuredValue): Pick<Part, 'limits'> => {
  if (value.kind !== 'quantity' || value.comparator === undefined) return {}
  return { limits: BEYOND[value.comparator] === 'L' ? { low: value.value } : { high: value.value } }
}

const UNUSABLE = 'A device reading lacks its value or its time.'

const single = (item: Item, kit: DeviceKit): Part[] => {
  const measurement = readMeasurement(item, 'devices', kit.gaps, true)
  if (measurement === null) return []
  const [own, at] = [named(item.resource.code, kit.kinds), timeOf(item.resource, 'middle')]
  const parts: readonly { readonly what: Named; readonly value: MeasuredValue }[] =
    measurement.value.kind === 'components'
      ? measurement.value.parts.map(({ code, name, value }) => {
          const kind = kit.kinds.kindOf([code])
          return { what: { name, codes: code.code === '' ? [] : [code], kind: kind === 'other' ? own.kind : kind }, value }
        })
      : [{ what: { ...own, name: measurement.name }, value: measurement.value }]
  const read = parts.flatMap(({ what, value }) => {
    const number = deviceValueOf(value)
    if (number === null || at === null || value.kind !== 'quantity') return []
    return [{ ...partOf(item, what, value.unit, [{ ...at, value: number }], kit), ...limitsOf(value) }]
  })
  if (read.length < parts.length) kit.gaps.push(gap('devices', 'unreadable', UNUSABLE, item.ref))
  return read
}

/** For advice alone: what is wrong with a reading is told, and nothing is made of it. */
const checkSingle = (item: Item, kit: DeviceKit): void => {
  const value = readValue(item, 'devices', kit.gaps)
  const values = value.kind === 'components' ? value.parts.map((part) => part.value) : [value]
  if (values.some(({ kind }) => kind !== 'quantity') || timeOf(item.resource, 'middle') === null)
    kit.gaps.push(gap('devices', 'unreadable', UNUSABLE, item.ref))
}

/** A total with its parts (a night and its stages): the parts are readings of their own. */
const componentParts = (item: Item, kit: DeviceKit): Part[] => {
  const { resource } = item
  if (resource.component === undefined) return []
  const own = named(resource.code, kit.kinds)
  const components = asObjects(resource.component)
  const beside = [resource, ...components].some((one) => one.valueSampledData !== undefined) || resource.valueQuantity !== undefined
  return components.flatMap((component) => {
    const what = named(component.code, kit.kinds, own)
    if (component.valueSampledData !== undefined) return sampledParts(item, component, what, kit)
    if (!beside) return []
    const holder = {
      ...resource,
      code: component.code,
      valueQuantity: component.valueQuantity,
      valueSampledData: undefined,
      component: undefined,
    }
    return component.valueQuantity === undefined
      ? []
      : single({ ref: item.ref, resource: holder }, kit).map((part) => ({ ...part, ...what }))
  })
}

const partsOf = (item: Item, kit: DeviceKit): Part[] => {
  const { resource } = item
  if (WITHDRAWN.has(asCode(resource.status))) {
    kit.gaps.push(gap('devices', 'withdrawn', 'A device reading was taken back by its author, so it was not used.', item.ref))
    return []
  }
  const components = componentParts(item, kit)
  if (resource.valueSampledData !== undefined) return [...sampledParts(item, resource, named(resource.code, kit.kinds), kit), ...components]
  if (resource.valueQuantity !== undefined && kit.adviceOnly) checkSingle(item, kit)
  else if (resource.valueQuantity !== undefined) return [...single(item, kit), ...components]
  if (components.length > 0 || resource.valueQuantity !== undefined) return components
  return asObjects(resource.component).length > 0 ? single(item, kit) : readOpenMHealth(item, kit)
}

const keyOf = (part: Part): string => {
  const code = mainCoding(part.codes)
  const what = code === undefined ? part.name : `${code.system}|${code.code}`
  return [part.alone ? part.ref : '', what, part.unit, part.device ?? part.deviceName ?? '', part.channel?.index ?? ''].join('\n')
}

/** `L` means below its own sensor's limit; of all of them it is certain only that they lie below the highest. */
const limitsOver = (parts: readonly Part[]): DeviceSeries['limits'] => {
  const [lows, highs] = [parts.flatMap(({ limits }) => limits?.low ?? []), parts.flatMap(({ limits }) => limits?.high ?? [])]
  if (lows.length === 0 && highs.length === 0) return undefined
  return { ...(lows.length > 0 ? { low: Math.max(...lows) } : {}), ...(highs.length > 0 ? { high: Math.min(...highs) } : {}) }
}

/** Readings of one kind, unit and device become one series under the newest reading's reference. */
export const fold = (parts: readonly Part[]): DeviceSeries | null => {
  const [newest] = newestFirst(parts)
  if (!newest) return null
  const { readings: _readings, alone: _alone, limits: _limits, ...rest } = newest
  const limits = limitsOver(parts)
  return {
    ...rest,
    resources: new Set(parts.map((part) => part.ref)).size,
    points: columns(parts.length === 1 ? newest.readings : parts.flatMap((part) => part.readings)),
    ...(limits === undefined ? {} : { limits }),
  }
}

/** Wearable and sensor readings, newest series first. */
export function* readDevices(items: readonly Item[], kit: DeviceKit): Slices<DeviceSeries[]> {
  const read = yield* readEach(items, 'devices', kit.gaps, (item) => partsOf(item, kit))
  if (kit.adviceOnly) return []
  const series = new Map<string, Part[]>()
  for (const part of read.flat()) {
    const key = keyOf(part)
    const known = series.get(key)
    if (known) known.push(part)
    else series.set(key, [part])
  }
  const folded: DeviceSeries[] = []
  for (const parts of series.values()) {
    const one = fold(parts)
    if (one !== null) folded.push(one)
    yield
  }
  return newestFirst(folded)
}
