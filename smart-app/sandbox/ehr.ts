import type { FhirResource } from '../../src/contract/facts.ts'
import { type Loose, list, loose, text } from './json.ts'
import type { Product } from './order.ts'
import { readStoryPatient, type StoryPatient } from './story.ts'

/** The sandbox EHR's own access to its record and its services. */
export type Ehr = { readonly fhirBase: string; readonly token: string; readonly practitioner: string }

const json = async (response: Response): Promise<unknown> => {
  if (!response.ok) throw new Error(`${response.status}`)
  return response.json()
}

const post = async (path: string, body: unknown): Promise<Loose> =>
  loose(await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).then(json))

/** Signs in to the sandbox: no password, synthetic patients only. */
export const openEhr = async (): Promise<Ehr> => {
  const session = await post('/sandbox/session', {})
  return {
    fhirBase: text(session.fhirBase, `${location.origin}/fhir`),
    token: text(session.access_token),
    practitioner: text(session.fhirUser, 'Practitioner/sandbox'),
  }
}

export const listPatients = async (): Promise<readonly StoryPatient[]> =>
  list(loose(await fetch('/sandbox/patients').then(json)).stories).map(readStoryPatient)

/** A FHIR read or search with the EHR's own token. */
export const readFhir = async (ehr: Ehr, query: string): Promise<FhirResource> =>
  (await fetch(`${ehr.fhirBase}/${query}`, { headers: { Authorization: `Bearer ${ehr.token}`, Accept: 'application/fhir+json' } }).then(
    json,
  )) as FhirResource

export const createFhir = async (ehr: Ehr, { id: _id, ...resource }: FhirResource): Promise<void> => {
  await fetch(`${ehr.fhirBase}/${resource.resourceType}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${ehr.token}`, 'Content-Type': 'application/fhir+json' },
    body: JSON.stringify(resource),
  }).then(json)
}

export const resourcesOf = (bundle: FhirResource): readonly Loose[] =>
  list(bundle.entry)
    .map((entry) => loose(entry.resource))
    .filter(({ resourceType }) => typeof resourceType === 'string' && resourceType !== 'OperationOutcome')

/** A short-lived token for the service's own reads, limited to this patient. */
export const hookToken = (patient: string): Promise<Loose> => post('/sandbox/hook-token', { patient })

/** A SMART launch of the app for this patient; answers its launch URL. */
export const launchApp = async (patient: string, encounter: string | null, appContext: string | undefined): Promise<string> => {
  const launched = await post('/sandbox/launch', {
    patient,
    ...(encounter ? { encounter } : {}),
    ...(appContext ? { appContext } : {}),
  })
  return text(launched.url)
}

/** RxNorm products for the drug picker. */
export const searchProducts = async (typed: string, signal: AbortSignal): Promise<readonly Product[]> =>
  list(loose(await fetch(`/api/products?q=${encodeURIComponent(typed)}`, { signal }).then(json)).products).map((row) => ({
    rxcui: text(row.rxcui),
    name: text(row.name),
  }))
