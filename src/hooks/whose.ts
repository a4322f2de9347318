import type { FhirResource } from '../contract/facts.ts'
import { isObject } from '../fhir/bundle.ts'

const referenceOf = (member: unknown): string | null => (isObject(member) && typeof member.reference === 'string' ? member.reference : null)

const PATIENT_ID = /(?:^|\/)Patient\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]*)?$/

/**
 * True when a resource is provably about another patient: a Patient with another id, or a subject or patient reference that names one.
 * What names nobody stays: references may be contained, logical or missing.
 */
export const isOfAnother = (resource: FhirResource, patientId: string): boolean => {
  if (resource.resourceType === 'Patient') return resource.id !== undefined && resource.id !== patientId
  for (const member of [resource.subject, resource.patient]) {
    const named = referenceOf(member)?.match(PATIENT_ID)?.[1]
    if (named !== undefined && named !== patientId) return true
  }
  return false
}
