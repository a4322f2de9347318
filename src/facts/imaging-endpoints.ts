import type { ImagingEndpoint } from '../contract/imaging.ts'
import { asCode, asText, codings } from './accessors.ts'
import type { Item } from './chart.ts'

/** Where pictures may be had. Nothing is asked here: whether the address may be asked at all is for the configuration to say. */
export const readEndpoint = ({ resource, ref }: Item): ImagingEndpoint => ({
  ref,
  status: asCode(resource.status),
  kind: asCode(codings(resource.connectionType)[0]?.code),
  address: asText(resource.address),
})
