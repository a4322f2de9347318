import type { DocumentEntry } from '../contract/facts.ts'
import type { DateSource, Gap } from '../contract/lineage.ts'
import { asCode, asObjects, asText, member, nameOf } from './accessors.ts'
import type { Item } from './chart.ts'
import { gap } from './gaps.ts'
import { dateOf, lineageOf, mainCodingOf, sourceOf } from './lineage.ts'
import { WITHDRAWN } from './measurements.ts'

const DATED = [
  ['effectiveDateTime', 'effective'],
  ['effectivePeriod', 'effective'],
  ['issued', 'issued'],
  ['date', 'recorded'],
] as const satisfies readonly (readonly [string, DateSource])[]

/** One DiagnosticReport or DocumentReference, listed and not read. Whether a genetic result stands only inside is for `genomics/` to say. */
export const readDocument = (item: Item, gaps: Gap[]): DocumentEntry | null => {
  const { resource, ref } = item
  const status = asCode(resource.status)
  if (WITHDRAWN.has(status)) {
    gaps.push(gap('documents', 'withdrawn', `A document is marked ${status}, so it was not used.`, ref))
    return null
  }
  const report = resource.resourceType === 'DiagnosticReport'
  const attachment = asObjects(resource.content)[0]?.attachment ?? asObjects(resource.presentedForm)[0]
  const author = sourceOf(resource.author)
  const concept = report ? resource.code : resource.type
  return {
    ref,
    kind: report ? 'report' : 'note',
    title: nameOf(concept) ?? asText(resource.description) ?? asText(member(attachment, 'title')) ?? 'Untitled document',
    status,
    ...(author === null ? {} : { author }),
    geneticUnread: false,
    lineage: lineageOf(item, dateOf(resource, DATED), mainCodingOf(concept), sourceOf(resource.performer, resource.author)),
  }
}
