import type { Procedure } from '../contract/facts.ts'
import type { DateSource, Gap } from '../contract/lineage.ts'
import { asCode, codings, nameOf } from './accessors.ts'
import type { Item } from './chart.ts'
import { gap } from './gaps.ts'
import { dateOf, lineageOf, mainCoding, sourceOf } from './lineage.ts'

const PERFORMED = [
  ['performedDateTime', 'effective'],
  ['performedPeriod', 'effective'],
  ['occurrenceDateTime', 'effective'],
  ['occurrencePeriod', 'effective'],
] as const satisfies readonly (readonly [string, DateSource])[]

/**
 * One Procedure with its status. Planned (`preparation`) and `not-done` ones are kept under that status: a transplant that is planned or
 * was not done changes nothing, and only the status tells (reference: fhir-genomics, section 3.7). An Observation that says "no history of
 * procedure" never comes here: it is a result, not a procedure.
 */
export const readProcedure = (item: Item, gaps: Gap[]): Procedure | null => {
  const { resource, ref } = item
  const status = asCode(resource.status)
  if (status === 'entered-in-error') {
    gaps.push(gap('procedures', 'withdrawn', 'A procedure is marked entered in error, so it was not used.', ref))
    return null
  }
  const codes = codings(resource.code)
  const dated = dateOf(resource, PERFORMED)
  return {
    ref,
    name: nameOf(resource.code) ?? 'Unnamed procedure',
    codes,
    status,
    date: dated?.date ?? null,
    lineage: lineageOf(item, dated, mainCoding(codes), sourceOf(resource.performer, resource.asserter)),
  }
}
