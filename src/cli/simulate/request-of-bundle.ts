import { randomUUID } from 'node:crypto'
import { SERVICES } from '../../../cds-services/registry.ts'
import type { FhirResource } from '../../contract/facts.ts'
import { readBundle } from '../../fhir/bundle.ts'
import { isSearch, typeOfQuery } from '../../hooks/prefetch-template.ts'
import { UsageError } from '../verb.ts'

const ORDER_HOOKS: ReadonlySet<string> = new Set(['order-select', 'order-sign'])

/** Orders not yet signed (FHIR R4, MedicationRequest.status). */
const isDraft = ({ resourceType, status }: FhirResource): boolean => resourceType === 'MedicationRequest' && status === 'draft'

const bundleOf = (type: string, resources: readonly FhirResource[]) => ({
  resourceType: 'Bundle',
  type,
  entry: resources.map((resource) => ({ resource })),
})

const newestEncounter = (resources: readonly FhirResource[]): string | undefined =>
  resources.filter(({ resourceType }) => resourceType === 'Encounter').at(-1)?.id as string | undefined

/**
 * A hook request for a patient's Bundle: drafts become the orders, everything else the prefetch, as an EHR with complete prefetch would
 * send it. With drafts it is an order at signing, without any the opening of the chart, unless `hook` says otherwise.
 * @throws UsageError when the Bundle does not hold exactly one Patient
 */
export const requestOfBundle = (bundle: FhirResource, hook: string | null): Readonly<Record<string, unknown>> => {
  const { resources } = readBundle(bundle)
  const patients = resources.filter(({ resourceType }) => resourceType === 'Patient')
  const [patient] = patients
  if (!patient || patients.length > 1) throw new UsageError(`The Bundle holds ${patients.length} Patients; a request is about one.`)
  const drafts = resources.filter(isDraft)
  const asked = hook ?? (drafts.length > 0 ? 'order-sign' : 'patient-view')
  const service = SERVICES.find((candidate) => candidate.hook === asked)
  if (!service) throw new UsageError(`No service answers the hook ${asked}. Known: ${SERVICES.map((one) => one.hook).join(', ')}.`)
  const rest = resources.filter((resource) => !isDraft(resource))
  const encounterId = newestEncounter(rest)
  const ofType = (query: string) => rest.filter(({ resourceType }) => resourceType === typeOfQuery(query))
  const prefetch = Object.entries(service.prefetch).map(([key, query]) => [
    key,
    isSearch(query) ? bundleOf('searchset', ofType(query)) : (ofType(query).at(-1) ?? null),
  ])
  const context = {
    userId: 'Practitioner/attune-simulate',
    patientId: patient.id,
    ...(encounterId === undefined ? {} : { encounterId }),
    ...(ORDER_HOOKS.has(asked) ? { draftOrders: bundleOf('collection', drafts) } : {}),
    ...(asked === 'order-select' ? { selections: drafts.map(({ id }) => `MedicationRequest/${id}`) } : {}),
  }
  return { hook: asked, hookInstance: randomUUID(), context, prefetch: Object.fromEntries(prefetch) }
}
