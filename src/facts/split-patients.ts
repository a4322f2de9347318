import type { FhirResource } from '../contract/facts.ts'
import { asList, asObjects, asText, isJson, type Json, referenceOf } from './accessors.ts'
import { plainResources } from './chart.ts'
import { idOf, isResource, tailOf } from './references.ts'

type Pile = { readonly found: FhirResource[]; readonly urls: Map<string, string> }

const unpack = (received: unknown, pile: Pile): void => {
  for (const resource of plainResources(received)) {
    if (resource.resourceType === 'Bundle')
      for (const entry of asObjects(resource.entry)) {
        const [url, inner] = [asText(entry.fullUrl), entry.resource]
        if (url !== null && isJson(inner) && asText(inner.id) !== null) pile.urls.set(url, `${inner.resourceType}/${inner.id}`)
        unpack(inner, pile)
      }
    else if (resource.resourceType === 'Parameters') unpackParts(resource.parameter, pile)
    else pile.found.push(resource)
  }
}

const unpackParts = (parts: unknown, pile: Pile): void => {
  for (const part of asObjects(parts)) {
    if (isJson(part.resource) && isResource(part.resource)) unpack(part.resource, pile)
    unpackParts(part.part, pile)
  }
}

/** Patient id that a resource names as its subject; null when it names none that can be told from the resources alone. */
export const ownerOf = (resource: Json, urls: ReadonlyMap<string, string>): string | null => {
  if (resource.resourceType === 'Patient') return asText(resource.id)
  const reference = referenceOf(asList(resource.subject ?? resource.patient)[0])
  if (reference === null || reference.startsWith('#')) return null
  const target = urls.get(reference) ?? tailOf(reference)
  if (target !== null) return target.startsWith('Patient/') ? idOf(target) : null
  return reference.startsWith('urn:uuid:') ? idOf(reference) : null
}

/** The resources of one patient, and those that name no patient (drugs, organisations, results without subject). */
export type PatientShare = { readonly patientId: string; readonly resources: readonly FhirResource[] }

/**
 * Sorts an export of many patients by patient, in the order in which they appear. Bundles and Parameters are unpacked; what names no
 * patient goes to everyone when there is but one patient, and otherwise only what can be pointed at (Medication and its kin).
 * One patient's resources come back as received, so that links inside Bundles still hold.
 */
export const splitPatients = (
  received: readonly FhirResource[],
): { readonly shares: readonly PatientShare[]; readonly unclaimed: number } => {
  const pile: Pile = { found: [], urls: new Map() }
  unpack(received, pile)
  const owned = pile.found.map((resource) => ({ resource, owner: ownerOf(resource, pile.urls) }))
  const ids = [...new Set(owned.flatMap(({ owner }) => owner ?? []))]
  if (ids.length < 2) return { shares: [{ patientId: ids[0] ?? '', resources: received }], unclaimed: 0 }
  const shared = owned.filter(({ owner, resource }) => owner === null && isPointedAt(resource)).map(({ resource }) => resource)
  const byPatient = new Map(ids.map((id): [string, FhirResource[]] => [id, []]))
  for (const { resource, owner } of owned) if (owner !== null) byPatient.get(owner)?.push(resource)
  return {
    shares: ids.map((patientId) => ({ patientId, resources: [...(byPatient.get(patientId) ?? []), ...shared] })),
    unclaimed: owned.filter(({ owner, resource }) => owner === null && isPatientData(resource)).length,
  }
}

const isPointedAt = (resource: Json): boolean => resource.resourceType === 'Medication'

/** Kinds that are always about somebody: without a subject they cannot be given to anyone when there are several patients. */
const PATIENT_DATA = new Set(
  'Observation DiagnosticReport Condition Procedure AllergyIntolerance MedicationRequest MedicationStatement FamilyMemberHistory'.split(
    ' ',
  ),
)
const isPatientData = (resource: Json): boolean => PATIENT_DATA.has(String(resource.resourceType))
