import type { EcgRecord } from '../../contract/devices.ts'
import type { MeasuredValue } from '../../contract/facts.ts'
import { SLICE, type Slices } from '../../slices.ts'
import { asCode, asList, asObjects, codings, type Json, wording } from '../accessors.ts'
import type { Item } from '../chart.ts'
import { gap } from '../gaps.ts'
import { dateOf, lineageOf, mainCodingOf, newestFirst, OBSERVED, sourceOf } from '../lineage.ts'
import { readMeasurement, WITHDRAWN } from '../measurements.ts'
import { readEach } from '../read-each.ts'
import { originOf } from './device-list.ts'
import { type DeviceKit, fold, nameOfSeries, sampledParts, timeOf } from './read-devices.ts'

/** An Observation that is an ECG: by its own code. */
export const isRecording = ({ resource }: Item, { kinds }: DeviceKit): boolean => kinds.isRecording(codings(resource.code))

type Interval = EcgRecord['intervals'][number]
type Said = EcgRecord['said'][number]

const intervalOf = (ref: string, concept: unknown, value: MeasuredValue, kit: DeviceKit): Interval | null => {
  const codes = codings(concept)
  const known = kit.kinds.interval(codes)
  const [code] = codes
  if (value.kind !== 'quantity' || value.comparator !== undefined || code === undefined) return null
  return {
    name: known?.name ?? nameOfSeries(concept, code.code),
    code,
    value: value.value,
    unit: value.unit,
    ...(known?.correction === undefined ? {} : { correction: known.correction }),
    ref,
  }
}

/** Words of the device or reader: its value in words, components in words, interpretation and notes. They are passed on, never made. */
const wordsOf = (item: Item, name: string, value: MeasuredValue): Said[] => {
  const { resource, ref } = item
  const own = value.kind === 'text' ? [{ name, text: value.text, ref }] : []
  const parts =
    value.kind === 'components'
      ? value.parts.flatMap((part) => (part.value.kind === 'text' ? [{ name: part.name, text: part.value.text, ref }] : []))
      : []
  const interpretations = asList(resource.interpretation).flatMap((one) => wording(one) ?? codings(one)[0]?.code ?? [])
  return [...own, ...parts, ...interpretations.map((text) => ({ name: 'Interpretation', text, ref }))]
}

/** Components without sampled data, as `readMeasurement` wants them: it tells samples as words. */
const plain = (resource: Json): Json => ({
  ...resource,
  valueSampledData: undefined,
  component: asObjects(resource.component).filter((one) => one.valueSampledData === undefined),
})

const wavesOf = (item: Item, kit: DeviceKit): EcgRecord['waves'] => {
  const { resource } = item
  const holders = [...(resource.valueSampledData === undefined ? [] : [resource]), ...asObjects(resource.component)]
  return holders.flatMap((holder) => {
    if (holder.valueSampledData === undefined) return []
    const what = { name: nameOfSeries(holder.code, 'Curve'), codes: codings(holder.code), kind: 'ecg' as const }
    return sampledParts(item, holder, what, kit).flatMap((part) => fold([part]) ?? [])
  })
}

const recordingOf = (item: Item, kit: DeviceKit): EcgRecord | null => {
  const { resource, ref } = item
  if (WITHDRAWN.has(asCode(resource.status))) {
    kit.gaps.push(gap('devices', 'withdrawn', 'An ECG was taken back by its author, so it was not used.', ref))
    return null
  }
  const bare = plain(resource)
  const measurement = readMeasurement({ ref, resource: bare }, 'devices', kit.gaps, true)
  const value: MeasuredValue = measurement?.value ?? { kind: 'absent', because: '' }
  const components = asObjects(bare.component)
  const name = nameOfSeries(resource.code, 'ECG')
  const intervals =
    value.kind === 'components' ? value.parts.map((part, index) => intervalOf(ref, components[index]?.code, part.value, kit)) : []
  return {
    ref,
    name,
    intervals: intervals.filter((one) => one !== null),
    said: wordsOf(item, name, value),
    waves: wavesOf(item, kit),
    ...originOf(resource, kit.chart),
    lineage: lineageOf(item, dateOf(resource, OBSERVED), mainCodingOf(resource.code), sourceOf(resource.performer, resource.device)),
  }
}

type Loose = { readonly at: number; readonly item: Item; readonly interval: Interval }

/** Intervals that stand as results of their own; they stay where they are, since models read them there. */
function* looseOf(items: readonly Item[], kit: DeviceKit): Slices<Loose[]> {
  const loose: Loose[] = []
  let steps = 0
  for (const item of items) {
    if (++steps % SLICE === 0) yield
    const { resource } = item
    if (kit.kinds.interval(codings(resource.code)) === null || WITHDRAWN.has(asCode(resource.status))) continue
    const value = readMeasurement(item, 'devices', [], true)?.value
    const [interval, time] = [value && intervalOf(item.ref, resource.code, value, kit), timeOf(resource, 'start')]
    if (interval && time) loose.push({ at: time.at, item, interval })
  }
  return loose
}

const ofIntervals = (loose: readonly Loose[], kit: DeviceKit): EcgRecord | null => {
  const [first] = loose
  if (!first) return null
  const { ref, resource } = first.item
  return {
    ref,
    name: '',
    intervals: loose.map(({ interval }) => interval),
    said: [],
    waves: [],
    ...originOf(resource, kit.chart),
    lineage: lineageOf(first.item, dateOf(resource, OBSERVED), mainCodingOf(resource.code), sourceOf(resource.performer, resource.device)),
  }
}

/** ECGs, newest first. Single intervals of the same instant belong to the recording of that instant, or together where there is none. */
export function* readEcgs(recordings: readonly Item[], others: readonly Item[], kit: DeviceKit): Slices<EcgRecord[]> {
  const byInstant = new Map<number, Loose[]>()
  for (const loose of yield* looseOf(others, kit)) {
    const known = byInstant.get(loose.at)
    if (known) known.push(loose)
    else byInstant.set(loose.at, [loose])
  }
  const whole = yield* readEach(recordings, 'devices', kit.gaps, (item) => {
    const record = recordingOf(item, kit)
    const at = timeOf(item.resource, 'start')?.at
    const own = at === undefined ? undefined : byInstant.get(at)
    if (record === null || at === undefined || own === undefined) return record
    byInstant.delete(at)
    return { ...record, intervals: [...record.intervals, ...own.map(({ interval }) => interval)] }
  })
  return newestFirst([...whole, ...[...byInstant.values()].map((loose) => ofIntervals(loose, kit)).filter((one) => one !== null)])
}
