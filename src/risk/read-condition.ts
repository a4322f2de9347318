import type { Condition, PatientFacts } from '../contract/facts.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import type { InputSpecOf } from './model-folder.ts'

type Spec = InputSpecOf<'condition'>

const CONDITION_QUERY = /^Condition\b/
/** FHIR condition-ver-status that take a condition back. */
const TAKEN_BACK = new Set(['refuted', 'entered-in-error'])
/** FHIR condition-ver-status that leave it open. */
const NOT_SURE = new Set(['unconfirmed', 'provisional', 'differential'])
/** FHIR condition-clinical of the past. */
const OVER = new Set(['inactive', 'remission', 'resolved'])

const hasCode = (spec: Spec, { codes }: Condition): boolean =>
  codes.some(({ system, code }) => spec.codes.some((wanted) => wanted.system === system && wanted.code === code))

const isNamedSo = (spec: Spec, { name, codes }: Condition): boolean => {
  const words =
    [name, ...codes.map(({ display = '' }) => display)]
      .join(' ')
      .toLowerCase()
      .match(/[a-z]+/g) ?? []
  return words.some((word) => spec.words.some((start) => word.startsWith(start)))
}

/** The list of conditions was read to its end. Without that, "not on the list" would say nothing. */
const listWasRead = ({ questions }: PatientFacts): boolean => {
  const asked = questions.filter(({ query }) => CONDITION_QUERY.test(query))
  return asked.length > 0 && asked.every(({ state }) => state === 'answered' || state === 'empty')
}

/**
 * 1 when the record has one of the coded conditions, 0 when its list of conditions was read to its end and nothing is like it.
 * A condition that is only named so, or is not confirmed, is unclear: the equation is then not used.
 */
export const readCondition = (spec: Spec, facts: PatientFacts): InputReading => {
  const about = spec.name
  const standing = facts.conditions.filter(
    ({ verificationStatus, clinicalStatus }) => !TAKEN_BACK.has(verificationStatus ?? '') && (spec.ever || !OVER.has(clinicalStatus ?? '')),
  )
  const coded = standing.filter((condition) => hasCode(spec, condition))
  const sure = coded.filter(({ verificationStatus }) => !NOT_SURE.has(verificationStatus ?? ''))
  if (sure.length > 0)
    return known(spec, { value: 1, shown: 'yes', facts: sure.map(({ lineage }) => lineage), note: sure.map(({ name }) => name).join(', ') })
  const unclear = [...coded, ...standing.filter((condition) => isNamedSo(spec, condition))]
  const [first] = unclear
  if (first) {
    const because =
      coded.length > 0
        ? `${spec.label}: the record has it as not confirmed.`
        : `${spec.label}: a condition of the record may be one, but its code is not among those that are known.`
    return unusable(
      spec,
      { about, code: 'indeterminate', because, resource: first.ref },
      unclear.map(({ lineage }) => lineage),
    )
  }
  if (!listWasRead(facts))
    return absent(spec, { about, code: 'unavailable', because: `${spec.label}: the list of conditions could not be read to its end.` })
  return known(spec, { value: 0, shown: 'no', note: 'not among the conditions of the record' })
}
