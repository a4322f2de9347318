import type { ImagingSeries, ImagingStudy } from '../contract/imaging.ts'
import type { DateSource, Gap } from '../contract/lineage.ts'
import { asCode, asList, asNumber, asObjects, asText, codings, type Json, nameOf, referenceOf } from './accessors.ts'
import type { Item } from './chart.ts'
import { gap } from './gaps.ts'
import { dateOf, lineageOf, mainCodingOf, sourceOf } from './lineage.ts'
import { WITHDRAWN } from './measurements.ts'
import { tailOf } from './references.ts'

const STARTED = [
  ['started', 'effective'],
  ['createdDateTime', 'effective'],
  ['createdPeriod', 'effective'],
  ['issued', 'issued'],
] as const satisfies readonly (readonly [string, DateSource])[]

const modalities = (resource: Json): string[] => {
  const holders = [...asList(resource.modality), ...asObjects(resource.series).map((series) => series.modality)]
  const found = holders.flatMap((holder) => codings(holder).map((coding) => coding.code))
  return [...new Set(found)].sort()
}

const describe = (resource: Json): string =>
  asText(resource.description) ??
  nameOf(resource.procedureCode) ??
  nameOf(asObjects(resource.series)[0]?.bodySite) ??
  nameOf(resource.modality) ??
  nameOf(resource.type) ??
  'Imaging study'

/** DICOM PS3.5, section 9.1: digits and dots, 64 characters at most. Anything else never becomes part of an address. */
const UID = /^(?=.{1,64}$)(0|[1-9]\d*)(\.(0|[1-9]\d*))*$/

const uidIn = (text: unknown): string | null => {
  const uid = asText(text)?.replace(/^urn:oid:/i, '') ?? null
  return uid !== null && UID.test(uid) ? uid : null
}

/** The study's own UID stands among its identifiers, under `urn:dicom:uid` (FHIR R4, ImagingStudy). Accession numbers are not read. */
const studyUid = (resource: Json): string | null => {
  const entry = asObjects(resource.identifier).find((one) => asText(one.system)?.toLowerCase() === 'urn:dicom:uid')
  return entry ? uidIn(entry.value) : null
}

const endpointRefs = (holder: Json): string[] =>
  asList(holder.endpoint).flatMap((one) => {
    const reference = referenceOf(one)
    return reference === null ? [] : [reference.startsWith('#') ? reference : (tailOf(reference) ?? reference)]
  })

const seriesOf = (series: Json): ImagingSeries => ({
  uid: uidIn(series.uid),
  modality: codings(series.modality)[0]?.code ?? null,
  bodySite: nameOf(series.bodySite),
  laterality: nameOf(series.laterality),
  instances: asNumber(series.numberOfInstances) ?? (asList(series.instance).length || null),
  instance: uidIn(asObjects(series.instance)[0]?.uid),
  endpoints: endpointRefs(series),
})

const unique = (texts: readonly (string | null)[]): string[] => [...new Set(texts.filter((text) => text !== null))]

/** One ImagingStudy, or a Media entry as a study of one picture. Listed only: no pixel is read here. */
export const readImaging = (item: Item, gaps: Gap[]): ImagingStudy | null => {
  const { resource, ref } = item
  const status = asCode(resource.status)
  if (WITHDRAWN.has(status)) {
    gaps.push(gap('imaging', 'withdrawn', 'An imaging study was taken back by its author, so it was not used.', ref))
    return null
  }
  const parts = asObjects(resource.series).map(seriesOf)
  const instances = parts.reduce((sum, one) => sum + (one.instances ?? 0), 0)
  const dated = dateOf(resource, STARTED)
  const [uid, endpoints] = [studyUid(resource), endpointRefs(resource)]
  const sites = unique([...parts.map((one) => one.bodySite), nameOf(resource.bodySite)])
  const sides = unique(parts.map((one) => one.laterality))
  return {
    ref,
    description: describe(resource),
    modalities: modalities(resource),
    started: dated?.date ?? null,
    series: asNumber(resource.numberOfSeries) ?? (parts.length > 0 ? parts.length : null),
    instances: asNumber(resource.numberOfInstances) ?? (instances > 0 ? instances : null),
    ...(uid === null ? {} : { uid }),
    ...(status === null ? {} : { status }),
    ...(sites.length > 0 ? { bodySites: sites } : {}),
    ...(sides.length > 0 ? { laterality: sides } : {}),
    ...(parts.length > 0 ? { parts } : {}),
    ...(endpoints.length > 0 ? { endpoints } : {}),
    lineage: lineageOf(
      item,
      dated,
      mainCodingOf(resource.procedureCode),
      sourceOf(resource.interpreter, resource.device, resource.operator),
    ),
  }
}
