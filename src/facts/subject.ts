import { asList, asObjects, asText, isJson, type Json, referenceOf } from './accessors.ts'
import { containedIn, idOf, tailOf } from './references.ts'

/** Whose a resource is. `unsure`: nothing speaks against this patient, but nothing that can be checked speaks for it. */
export type Whose = 'same' | 'other' | 'unsure'

const sameIdentifier = (identifier: Json, own: readonly Json[]): Whose => {
  const [system, value] = [asText(identifier.system), asText(identifier.value)]
  if (value === null) return 'unsure'
  const rivals = own.filter((one) => system === null || asText(one.system) === null || asText(one.system) === system)
  if (rivals.some((one) => asText(one.value) === value)) return 'same'
  return system !== null && rivals.some((one) => asText(one.system) === system && asText(one.value) !== null) ? 'other' : 'unsure'
}

/** Persons a `focus` can point at; anything else in focus (a device, a lesion) stays about the patient. */
const PERSONS = new Set(['Patient', 'RelatedPerson', 'Group', 'Person'])

/**
 * Checks subjects against the context patient (reference: fhir-genomics, section 3.5): by reference, by the tail of an absolute URL,
 * by identifier. A `focus` on a fetus, donor or relative is another person.
 */
export const makeSubjectCheck = (
  patientId: string,
  patient: { readonly ref: string; readonly resource: Json } | null,
  aliases: ReadonlyMap<string, string>,
): ((resource: Json) => Whose) => {
  const own = asObjects(patient?.resource.identifier)
  const known = new Map<string, Whose>()

  const byReference = (reference: string): Whose => {
    const target = aliases.get(reference) ?? tailOf(reference)
    if (target) return target === `Patient/${patientId}` || target === patient?.ref ? 'same' : 'other'
    if (idOf(reference) === patientId) return 'same'
    return reference.startsWith('urn:') ? 'unsure' : 'other'
  }

  const remembered = (reference: string): Whose => {
    const before = known.get(reference)
    if (before) return before
    const verdict = byReference(reference)
    known.set(reference, verdict)
    return verdict
  }

  const bySubject = (subject: unknown, resource: Json): Whose => {
    const reference = referenceOf(subject)
    if (reference?.startsWith('#')) {
      const contained = containedIn(resource, reference)
      return bestOf(asObjects(contained?.identifier).map((one) => sameIdentifier(one, own)))
    }
    if (reference !== null) return remembered(reference)
    return isJson(subject) && isJson(subject.identifier) ? sameIdentifier(subject.identifier, own) : 'unsure'
  }

  const focusIsOther = (resource: Json): boolean =>
    asList(resource.focus).some((focus) => {
      const reference = referenceOf(focus)
      if (reference === null) return isJson(focus) && asText(focus.display) !== null
      const type = tailOf(reference)?.split('/')[0]
      return type !== undefined && PERSONS.has(type) && remembered(reference) === 'other'
    })

  return (resource) => {
    const [subject] = asList(resource.subject ?? resource.patient)
    const verdict = subject === undefined ? 'unsure' : bySubject(subject, resource)
    if (verdict === 'other') return 'other'
    return resource.focus !== undefined && focusIsOther(resource) ? 'other' : verdict
  }
}

const bestOf = (verdicts: readonly Whose[]): Whose => (verdicts.includes('same') ? 'same' : verdicts.includes('other') ? 'other' : 'unsure')
