import type { ImagingReport } from '../contract/imaging.ts'
import { asCode, asList, asNumber, asObjects, asText, codings, isJson, nameOf, wording } from './accessors.ts'
import type { Chart, Item } from './chart.ts'
import { dateOf, lineageOf, mainCodingOf, OBSERVED, sourceOf } from './lineage.ts'
import { WITHDRAWN } from './measurements.ts'

/** HL7 v2 table 0074 (diagnostic service sections) and LOINC's part for radiology: the sections that make pictures. */
const SECTIONS: ReadonlySet<string> = new Set(['RAD', 'RUS', 'RX', 'CT', 'NMR', 'NMS', 'CUS', 'OUS', 'VUS', 'XRC', 'IMG', 'LP29684-5'])

/** A report about pictures: it names a study, or stands in a section that makes them. */
export const isImagingReport = ({ resource }: Item): boolean =>
  !WITHDRAWN.has(asCode(resource.status)) &&
  (asList(resource.imagingStudy).length > 0 || asList(resource.category).some((one) => codings(one).some(({ code }) => SECTIONS.has(code))))

/** What a report concludes, in its own words. Its attachments are listed, not opened. */
export const readImagingReport = (item: Item, chart: Pick<Chart, 'resolve'>): ImagingReport => {
  const { resource, ref } = item
  return {
    ref,
    title: nameOf(resource.code) ?? 'Imaging report',
    status: asCode(resource.status),
    conclusion: asText(resource.conclusion),
    conclusionCodes: asList(resource.conclusionCode).flatMap((concept) => {
      const text = wording(concept) ?? codings(concept)[0]?.code
      return text === undefined || !isJson(concept) ? [] : [{ text, codes: codings(concept) }]
    }),
    forms: asObjects(resource.presentedForm).map((form) => ({
      title: asText(form.title),
      contentType: asText(form.contentType),
      size: asNumber(form.size),
    })),
    studies: asList(resource.imagingStudy).flatMap((one) => chart.resolve(one, resource)?.ref ?? []),
    lineage: lineageOf(
      item,
      dateOf(resource, OBSERVED),
      mainCodingOf(resource.code),
      sourceOf(resource.performer, resource.resultsInterpreter),
    ),
  }
}
