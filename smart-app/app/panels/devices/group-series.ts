import type { DeviceKind, DeviceSeries } from '../../../../src/contract/devices.ts'

/** In the order in which a clinician asks for them. */
const ORDER: readonly DeviceKind[] = [
  'blood-pressure',
  'resting-heart-rate',
  'heart-rate',
  'oxygen',
  'weight',
  'steps',
  'activity',
  'sleep',
  'glucose',
  'ecg',
  'other',
]

export type SeriesGroup = { readonly key: string; readonly kind: DeviceKind; readonly series: readonly DeviceSeries[] }

/** Series of one kind, device and reader belong to one picture: systolic with diastolic, a night with its stages. Others stand alone. */
const keyOf = (series: DeviceSeries): string =>
  series.kind === 'blood-pressure' || series.kind === 'sleep'
    ? [series.kind, series.device ?? series.deviceName ?? ''].join('\n')
    : [series.kind, series.ref, series.name, series.unit, series.channel?.index ?? ''].join('\n')

export const groupSeries = (all: readonly DeviceSeries[]): SeriesGroup[] => {
  const groups = new Map<string, DeviceSeries[]>()
  for (const series of all) {
    const known = groups.get(keyOf(series))
    if (known) known.push(series)
    else groups.set(keyOf(series), [series])
  }
  return [...groups]
    .flatMap(([key, series]) => (series[0] ? [{ key, kind: series[0].kind, series }] : []))
    .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
}
