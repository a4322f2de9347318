import type { DeviceEntry, DeviceSeries } from '../../contract/devices.ts'
import type { Gap } from '../../contract/lineage.ts'
import { asCode, asList, asObjects, asText, type Json, member, nameOf, referenceOf, wording } from '../accessors.ts'
import type { Chart, Item } from '../chart.ts'
import { gap } from '../gaps.ts'
import { lineageOf } from '../lineage.ts'
import { tailOf } from '../references.ts'

/** The name that people use comes first (FHIR R4, Device.deviceName.type). */
const NAME_TYPES = ['user-friendly-name', 'patient-reported-name', 'model-name', 'manufacturer-name', 'udi-label-name', 'other']

const nameOfDevice = (device: Json): string | null => {
  const names = asObjects(device.deviceName)
  const rank = (one: Json): number => (NAME_TYPES.indexOf(asCode(one.type) ?? '') + 1 || NAME_TYPES.length + 1) - 1
  const [best] = [...names].sort((a, b) => rank(a) - rank(b))
  return asText(best?.name) ?? nameOf(device.type) ?? asText(device.modelNumber) ?? null
}

/** A device as it is described. Serial, lot and UDI numbers are left where they are: they identify a person and help nobody here. */
export const readDeviceEntry = (item: Item, gaps: Gap[]): DeviceEntry | null => {
  const { resource, ref } = item
  const status = asCode(resource.status)
  if (status === 'entered-in-error') {
    gaps.push(gap('devices', 'withdrawn', 'A device was entered in error, so it is not listed.', ref))
    return null
  }
  const [maker, model] = [asText(resource.manufacturer), asText(resource.modelNumber)]
  const kinds = [...asList(resource.type), ...asObjects(resource.specialization).map((one) => one.systemType)].flatMap((one) => {
    const name = wording(one)
    return name === null ? [] : [name]
  })
  return {
    ref,
    name: nameOfDevice(resource) ?? 'Unnamed device',
    ...(maker === null ? {} : { maker }),
    ...(model === null ? {} : { model }),
    kinds: [...new Set(kinds)],
    ...(status === null ? {} : { status }),
    lineage: lineageOf(item, null),
  }
}

const PROFESSIONALS: ReadonlySet<string> = new Set(['Practitioner', 'PractitionerRole', 'Organization', 'CareTeam'])

const takenBy = (resource: Json): DeviceSeries['by'] | null => {
  for (const performer of asList(resource.performer)) {
    const type = tailOf(referenceOf(performer) ?? '')?.split('/')[0] ?? asText(member(performer, 'type')) ?? ''
    if (type === 'Patient') return 'patient'
    if (type === 'RelatedPerson') return 'relative'
    if (PROFESSIONALS.has(type)) return 'professional'
  }
  return null
}

/** With what and by whom a reading was taken, as far as it says so. */
export type Origin = Pick<DeviceSeries, 'device' | 'deviceName' | 'by'>

export const originOf = (resource: Json, chart: Pick<Chart, 'resolve'>): Origin => {
  const found = resource.device === undefined ? null : chart.resolve(resource.device, resource)
  const device = found?.resource.resourceType === 'Device' ? found : null
  const deviceName = (device && nameOfDevice(device.resource)) ?? wording(resource.device)
  const by = takenBy(resource)
  return { ...(device ? { device: device.ref } : {}), ...(deviceName ? { deviceName } : {}), ...(by ? { by } : {}) }
}
