import type { PatientRecord } from '../contract/facts.ts'
import type { Hook } from './service.ts'

const READ: ReadonlySet<string> = new Set(['answered', 'empty', 'partial'])

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
  const isDenied = aboutPatient.some(({ state, status }) => state === 'empty' || status === 404 || status === 410)
  return record.draftOrders.length > 0 && !hasPatient && isDenied
}
