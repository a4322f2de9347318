import type { FhirResource } from '../../src/contract/facts.ts'
import type { Coding } from '../../src/contract/lineage.ts'
import { type DoseUnit, doseUnit } from './order.ts'

/** One synthetic patient with the story that it tells and the order to try. */
export type StoryPatient = {
  readonly id: string
  readonly name: string
  readonly encounter: string | null
  readonly title: string
  readonly story: string
  readonly expected: string
  readonly trial: Trial | null
}

export type Trial = {
  readonly rxcui: string
  readonly name: string
  readonly dose: number | null
  readonly unit: DoseUnit
  readonly asNeeded: boolean
  readonly frequency: number
  readonly period: number
  readonly periodUnit: string
  readonly reason: Coding | null
}

/** The sandbox EHR's own access to its record and its services. */
export type Ehr = {
  readonly fhirBase: string
  readonly token: string
  readonly practitioner: string
}

const json = async (response: Response): Promise<unknown> => {
  if (!response.ok) throw new Error(`${response.status}`)
  return response.json()
}

const post = (path: string, body: unknown): Promise<unknown> =>
  fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).then(json)

type Loose = { readonly [member: string]: unknown }
const loose = (value: unknown): Loose => (value !== null && typeof value === 'object' ? (value as Loose) : {})
const text = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise)

/** Signs in to the sandbox: no password, synthetic patients only. */
export const openEhr = async (): Promise<Ehr> => {
  const session = loose(await post('/sandbox/session', {}))
  return {
    fhirBase: text(session.fhirBase, `${location.origin}/fhir`),
    token: text(session.access_token),
    practitioner: text(session.fhirUser, 'Practitioner/sandbox'),
  }
}

export const listPatients = async (): Promise<readonly StoryPatient[]> => {
  const answer = loose(await fetch('/sandbox/patients').then(json))
  return (Array.isArray(answer.stories) ? answer.stories : []).map(readStoryPatient)
}

const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise)

const readTrial = (order: Loose): Trial | null => {
  const dose = loose(order.dose)
  const reason = loose(order.reason)
  if (!order.rxcui) return null
  return {
    rxcui: text(order.rxcui),
    name: text(order.display),
    dose: typeof dose.value === 'number' ? dose.value : null,
    unit: doseUnit(dose.code, '{tbl}'),
    asNeeded: order.asNeeded === true,
    frequency: number(order.frequency, 1),
    period: number(order.period, 1),
    periodUnit: text(order.periodUnit, 'd'),
    reason: reason.code ? { system: text(reason.system), code: text(reason.code), display: text(reason.display) } : null,
  }
}

const readStoryPatient = (row: unknown): StoryPatient => {
  const entry = loose(row)
  const expect = loose(entry.expect)
  return {
    id: text(entry.patient),
    name: text(entry.name),
    encounter: text(entry.encounter) || null,
    title: text(entry.title),
    story: text(entry.story),
    expected: [text(expect.action), text(expect.why)].filter(Boolean).join(' '),
    trial: readTrial(loose(entry.order)),
  }
}

/** A FHIR read or search with the EHR's own token. */
export const readFhir = async (ehr: Ehr, query: string): Promise<FhirResource> =>
  (await fetch(`${ehr.fhirBase}/${query}`, { headers: { Authorization: `Bearer ${ehr.token}`, Accept: 'application/fhir+json' } }).then(
    json,
  )) as FhirResource

export const createFhir = async (ehr: Ehr, resource: FhirResource): Promise<void> => {
  const { id: _id, ...rest } = resource
  await fetch(`${ehr.fhirBase}/${resource.resourceType}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${ehr.token}`, 'Content-Type': 'application/fhir+json' },
    body: JSON.stringify(rest),
  }).then(json)
}

export const resourcesOf = (bundle: FhirResource): readonly FhirResource[] =>
  Array.isArray(bundle.entry)
    ? bundle.entry
        .map((entry) => loose(entry).resource as FhirResource)
        .filter((resource) => resource?.resourceType && resource.resourceType !== 'OperationOutcome')
    : []

/** A short-lived token for the service's own reads, limited to this patient. */
export const hookToken = async (patient: string): Promise<{ readonly [member: string]: unknown }> =>
  loose(await post('/sandbox/hook-token', { patient }))

/** A SMART launch of the app for this patient; answers its launch URL. */
export const launchApp = async (patient: string, appUrl: string, appContext: string | undefined): Promise<string> => {
  const launched = loose(await post('/sandbox/launch', { patient, ...(appContext ? { appContext } : {}) }))
  if (typeof launched.url === 'string') return launched.url
  const url = new URL(appUrl)
  url.searchParams.set('iss', `${location.origin}/fhir`)
  url.searchParams.set('launch', text(launched.launch))
  return url.toString()
}

export const searchProducts = async (
  words: string,
  signal: AbortSignal,
): Promise<readonly { readonly rxcui: string; readonly name: string }[]> => {
  const answer = await fetch(`/api/products?q=${encodeURIComponent(words)}`, { signal }).then(json)
  return (Array.isArray(answer) ? answer : ((loose(answer).products as unknown[]) ?? [])).map((row) => ({
    rxcui: text(loose(row).rxcui),
    name: text(loose(row).name),
  }))
}
