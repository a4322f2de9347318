import type { FhirResource } from '../contract/facts.ts'
import { isObject } from '../fhir/bundle.ts'

/** Reads of single medications in one call; a chart with more keeps the rest as unmapped, which the cards say. */
const MOST_READS = 12

const referencedMedication = (resource: FhirResource, base: string): string | null => {
  const reference = isObject(resource.medicationReference) ? resource.medicationReference.reference : undefined
  if (typeof reference !== 'string') return null
  const relative = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference
  return relative.match(/^Medication\/(?!\.+$)[A-Za-z0-9\-.]{1,64}(?=$|\/_history\/)/)?.[0] ?? null
}

/** Medications that orders and medication lists name by reference and that did not come along: `Medication/id`, drafts first. */
export const missingMedications = (
  drafts: readonly FhirResource[],
  resources: readonly FhirResource[],
  base: string,
): readonly string[] => {
  const here = new Set<string>()
  const wanted = new Set<string>()
  for (const resource of [...drafts, ...resources]) {
    if (resource.resourceType === 'Medication' && typeof resource.id === 'string') here.add(`Medication/${resource.id}`)
    const reference = referencedMedication(resource, base)
    if (reference !== null) wanted.add(reference)
  }
  return [...wanted].filter((reference) => !here.has(reference)).slice(0, MOST_READS)
}
