import type { ImagingStudy } from '../contract/facts.ts'
import type { DateSource, Gap } from '../contract/lineage.ts'
import { asCode, asList, asNumber, asObjects, asText, codings, type Json, nameOf } from './accessors.ts'
import type { Item } from './chart.ts'
import { gap } from './gaps.ts'
import { dateOf, lineageOf, mainCodingOf, sourceOf } from './lineage.ts'
import { WITHDRAWN } from './measurements.ts'

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

/** One ImagingStudy, or a Media entry as a study of one picture. Listed only: no pixel is read here. */
export const readImaging = (item: Item, gaps: Gap[]): ImagingStudy | null => {
  const { resource, ref } = item
  if (WITHDRAWN.has(asCode(resource.status))) {
    gaps.push(gap('imaging', 'withdrawn', 'An imaging study was taken back by its author, so it was not used.', ref))
    return null
  }
  const series = asObjects(resource.series)
  const instances = series.reduce((sum, one) => sum + (asNumber(one.numberOfInstances) ?? asObjects(one.instance).length), 0)
  const dated = dateOf(resource, STARTED)
  return {
    ref,
    description: describe(resource),
    modalities: modalities(resource),
    started: dated?.date ?? null,
    series: asNumber(resource.numberOfSeries) ?? (series.length > 0 ? series.length : null),
    instances: asNumber(resource.numberOfInstances) ?? (instances > 0 ? instances : null),
    lineage: lineageOf(
      item,
      dated,
      mainCodingOf(resource.procedureCode),
      sourceOf(resource.interpreter, resource.device, resource.operator),
    ),
  }
}
