import type { Condition, Measurement, Medicine, PatientFacts } from '../contract/facts.ts'
import type { PartialDate } from '../contract/lineage.ts'
import { ageAt, spanOf } from '../terminology/dates.ts'

/*
 * The record as far as it can be told for an earlier day: what is dated at or before it. Nobody kept how the record stood then, so what
 * cannot be dated is left out where that says nothing (a measurement), and made unclear where its absence would say something (a
 * condition, a medicine): models then refuse instead of taking it for "no".
 */

type Placed = 'by-then' | 'later' | 'unclear'

const place = (date: PartialDate | null | undefined, end: number): Placed => {
  const span = date ? spanOf(date) : null
  if (span === null) return 'unclear'
  if (span.last <= end) return 'by-then'
  return span.first > end ? 'later' : 'unclear'
}

const wasMeasured =
  (end: number) =>
  ({ lineage }: Measurement): boolean =>
    place(lineage.date, end) === 'by-then'

/** FHIR condition-clinical of the past. */
const OVER = new Set(['inactive', 'remission', 'resolved'])

/** Only recorded on a later day says nothing about when it began; ended on an unknown day says nothing about whether it was over. */
const conditionThen = (condition: Condition, end: number): Condition[] => {
  const { onset, abatement, clinicalStatus, lineage } = condition
  const unclear: Condition = { ...condition, verificationStatus: 'unconfirmed' }
  const begun = onset === null ? place(lineage.date, end) : place(onset, end)
  if (onset !== null && begun === 'later') return []
  if (begun !== 'by-then') return [unclear]
  if (!OVER.has(clinicalStatus ?? '') && abatement === null) return [condition]
  const ended = place(abatement, end)
  if (ended === 'unclear') return [unclear]
  return [ended === 'by-then' ? condition : { ...condition, clinicalStatus: 'active', abatement: null }]
}

const medicineThen = (medicine: Medicine, end: number): Medicine[] => {
  const { start, end: last, state, neverTaken } = medicine
  if (neverTaken) return [medicine]
  const begun = place(start, end)
  if (begun === 'later' || (begun === 'unclear' && state === 'planned')) return []
  if (begun === 'unclear') return [{ ...medicine, state: 'unknown' }]
  if (last === null) return [state === 'stopped' ? { ...medicine, state: 'unknown' } : medicine]
  const ended = place(last, end)
  if (ended === 'unclear') return [{ ...medicine, state: 'unknown' }]
  return [{ ...medicine, state: ended === 'by-then' ? 'stopped' : state === 'unknown' ? 'unknown' : 'active' }]
}

/** @param day `2024-03-05`; its whole day counts */
export const factsAsOf = (facts: PatientFacts, day: string): PatientFacts => {
  const now = `${day}T23:59:59.999Z`
  const end = Date.parse(now)
  const { patient, encounters } = facts
  return {
    ...facts,
    now,
    patient: patient && { ...patient, ageYears: patient.birthDate === null ? null : ageAt(patient.birthDate, now) },
    orders: [],
    requests: [],
    medicines: facts.medicines.flatMap((one) => medicineThen(one, end)),
    labs: facts.labs.filter(wasMeasured(end)),
    vitals: facts.vitals.filter(wasMeasured(end)),
    lifestyle: facts.lifestyle.filter(wasMeasured(end)),
    conditions: facts.conditions.flatMap((one) => conditionThen(one, end)),
    procedures: facts.procedures.filter(({ date }) => place(date, end) === 'by-then'),
    ...(encounters ? { encounters: encounters.filter(({ start }) => place(start, end) === 'by-then') } : {}),
    encounter: null,
  }
}
