import type { DeviceEntry, DeviceSeries, EcgRecord } from '../../../../src/contract/devices.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { devicePoints } from '../../profile/device-points.ts'
import { dateWords } from '../../words/dates.ts'
import { momentOf } from './clock.ts'
import { TEXT } from './texts.ts'

const lastReading = (device: DeviceEntry, series: readonly DeviceSeries[]): string => {
  const ends = series.filter((one) => one.device === device.ref).flatMap((one) => devicePoints(one.points).at(-1) ?? [])
  const newest = ends.sort((a, b) => b.instant - a.instant)[0]
  return newest ? momentOf(newest.at) : TEXT.none
}

const lastTransfer = (device: DeviceEntry, series: readonly DeviceSeries[]): string => {
  const issued = series.filter((one) => one.device === device.ref).flatMap((one) => one.issued ?? [])
  const newest = issued.sort((a, b) => Date.parse(b) - Date.parse(a))[0]
  return newest ? dateWords(newest) : TEXT.none
}

/** What each device is, as the record describes it, and when it last told something. */
export const DeviceList = ({
  devices,
  series,
  ecgs,
}: {
  readonly devices: readonly DeviceEntry[]
  readonly series: readonly DeviceSeries[]
  readonly ecgs: readonly EcgRecord[]
}) => (
  <DataTable
    caption={TEXT.devices}
    rows={devices}
    rowKey={({ ref }) => ref}
    columns={[
      { key: 'name', title: TEXT.device, namesRow: true, cell: ({ name }) => name },
      { key: 'maker', title: TEXT.maker, cell: ({ maker, model }) => [maker, model].filter(Boolean).join(', ') || TEXT.none },
      { key: 'kind', title: TEXT.kind, cell: ({ kinds }) => kinds.join(', ') || TEXT.none },
      { key: 'last', title: TEXT.lastReading, cell: (device) => lastReading(device, [...series, ...ecgs.flatMap(({ waves }) => waves)]) },
      { key: 'transfer', title: TEXT.lastTransfer, cell: (device) => lastTransfer(device, series) },
      { key: 'source', title: TEXT.source, cell: ({ ref }) => <code>{ref}</code> },
    ]}
  />
)
