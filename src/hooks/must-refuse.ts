import type { FhirResource, PatientRecord, Question } from '../contract/facts.ts'
import { isObject } from '../fhir/bundle.ts'
import type { Hook } from './service.ts'

const READ: ReadonlySet<string> = new Set(['answered', 'empty', 'partial'])

/** Said of the Patient alone: the EHR has none under this id. */
const isGone = ({ state, status }: Question): boolean => state === 'empty' || status === 404 || status === 410

const PATIENT = /(?:^|\/)Patient\/([A-Za-z0-9\-.]{1,64})(?:$|\/_history\/)/

/** A resource that names another patient says nothing of this one; one that names nobody came with this record. */
const speaksOf = ({ resourceType, subject, patient }: FhirResource, patientId: string): boolean => {
  const named = subject ?? patient
  if (named === undefined) return resourceType !== 'Medication'
  const other = isObject(named) && typeof named.reference === 'string' ? PATIENT.exec(named.reference)?.[1] : undefined
  return other === undefined || other === patientId
}

/**
 * An order is for a patient whom the EHR does not know: no Patient, nothing else about one, and a search that was answered all the same.
 * Where no search was answered, either, the base is wrong or the record is closed to us, and the prescriber must be told.
 */
const isOfNobody = ({ patientId, resources, questions }: PatientRecord): boolean =>
  questions.some((question) => question.query.startsWith('Patient/') && isGone(question)) &&
  questions.some(({ query, state }) => query.includes('?') && READ.has(state)) &&
  !resources.some((resource) => speaksOf(resource, patientId))

/**
 * Whether a call is answered with 412 because nothing at all can be decided. An EHR shows nothing for a 412, so the order hooks say
 * what they could not assess on a card instead; only an order for a patient whom the EHR itself does not know is refused.
 */
export const mustRefuse = (record: PatientRecord, hook: Hook): boolean => {
  const hasPatient = record.resources.some(({ resourceType }) => resourceType === 'Patient')
  const aboutPatient = record.questions.filter(({ query }) => query.startsWith('Patient/'))
  if (hook === 'patient-view' || hook === 'encounter-discharge') {
    const others = record.questions.filter((question) => !aboutPatient.includes(question))
    const readSomething = others.length === 0 || others.some(({ state }) => READ.has(state))
    return (aboutPatient.length > 0 && !hasPatient) || !readSomething
  }
  return record.draftOrders.length > 0 && isOfNobody(record)
}

/** How each question ended, for the log: keys of ours, states and statuses, nothing of a patient. */
export const sayEnds = (questions: readonly Question[]): string =>
  questions.map(({ key, state, status }) => `${key} ${state}${status === undefined ? '' : ` ${status}`}`).join(', ')
