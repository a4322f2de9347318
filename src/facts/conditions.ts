import type { Condition } from '../contract/facts.ts'
import type { DateSource, Gap, PartialDate } from '../contract/lineage.ts'
import { amount, asCode, asDate, asObjects, asText, codings, type Json, member, nameOf, period } from './accessors.ts'
import type { Item } from './chart.ts'
import { gap } from './gaps.ts'
import { dateOf, lineageOf, mainCoding, sourceOf } from './lineage.ts'
import { readName } from './long-names.ts'
import { WITHDRAWN } from './measurements.ts'

const RECORDED = [['recordedDate', 'recorded']] as const satisfies readonly (readonly [string, DateSource])[]

/** Code of a status concept; several systems send a bare code where a CodeableConcept belongs. */
export const statusOf = (concept: unknown): string | null => asCode(concept) ?? asCode(codings(concept)[0]?.code) ?? asCode(nameOf(concept))

/** First date of `onset…` or `abatement…`; ages and texts have no date. */
const moment = (resource: Json, name: 'onset' | 'abatement'): PartialDate | null => {
  const span = period(resource[`${name}Period`])
  return asDate(resource[`${name}DateTime`]) ?? (name === 'onset' ? span.start : (span.end ?? span.start))
}

/** An onset that is no date, in the record's own words. */
const onsetWords = (resource: Json): string | null => {
  const [age, low, high] = [resource.onsetAge, member(resource.onsetRange, 'low'), member(resource.onsetRange, 'high')].map((one) => {
    const read = amount(one)
    return read === null ? null : `${read.value} ${read.unit ?? read.code ?? ''}`.trim()
  })
  return (
    asText(resource.onsetString) ??
    (age ? `at the age of ${age}` : null) ??
    ([low, high].filter((side) => side !== null && side !== undefined).join(' to ') || null)
  )
}

/**
 * How sure a diagnosis is, by the mark that ICD-10-GM adds to its code: excluded, suspected, state after it (SGB V, section 295;
 * http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit).
 * `G` (confirmed) changes nothing.
 */
const CERTAINTY: Readonly<Record<string, Pick<Condition, 'verificationStatus'> | Pick<Condition, 'clinicalStatus'>>> = {
  A: { verificationStatus: 'refuted' },
  V: { verificationStatus: 'provisional' },
  Z: { clinicalStatus: 'resolved' },
}
const CERTAINTY_URL = /\/icd-10-gm-diagnosesicherheit$/
const CERTAINTY_SUFFIX = /^[A-Z]\d\S*\s+([AGVZ])$/i

/** The mark stands beside the code, or behind it. */
const certaintyOf = (concept: unknown) => {
  for (const coding of asObjects(member(concept, 'coding'))) {
    const beside = asObjects(coding.extension).find(({ url }) => CERTAINTY_URL.test(asText(url) ?? ''))
    const behind = /icd-10/i.test(asText(coding.system) ?? '') ? CERTAINTY_SUFFIX.exec(asText(coding.code) ?? '')?.[1] : undefined
    const mark = asCode(member(beside?.valueCoding, 'code')) ?? asCode(beside?.valueCode) ?? behind
    if (mark) return CERTAINTY[mark.toUpperCase()] ?? {}
  }
  return {}
}

/** One Condition with both its statuses as sent; who uses it decides what refuted, provisional or resolved means. */
export const readCondition = (item: Item, gaps: Gap[]): Condition | null => {
  const { resource, ref } = item
  const verificationStatus = statusOf(resource.verificationStatus)
  if (WITHDRAWN.has(verificationStatus)) {
    gaps.push(gap('conditions', 'withdrawn', 'A condition is marked entered in error, so it was not used.', ref))
    return null
  }
  const codes = codings(resource.code)
  const severity = codings(resource.severity)
  const began = onsetWords(resource)
  return {
    ref,
    name: readName(nameOf(resource.code) ?? 'Unnamed condition', 'conditions', ref, gaps),
    codes,
    clinicalStatus: statusOf(resource.clinicalStatus),
    verificationStatus,
    ...(severity.length > 0 ? { severity } : {}),
    ...(began === null ? {} : { onsetText: began }),
    ...certaintyOf(resource.code),
    onset: moment(resource, 'onset'),
    abatement: moment(resource, 'abatement'),
    lineage: lineageOf(item, dateOf(resource, RECORDED), mainCoding(codes), sourceOf(resource.recorder, resource.asserter)),
  }
}
