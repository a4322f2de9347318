import { randomUUID } from 'node:crypto'
import type { FhirResource } from '../contract/facts.ts'
import { FhirRefusal } from './outcome.ts'
import { parametersOf, patientOf, RESOURCE_TYPES } from './search-parameters.ts'

/** Resource as the store keeps it: with id, version and time of change. */
export type Stored = FhirResource & { readonly id: string; readonly meta: { readonly versionId: string; readonly lastUpdated: string } }

/**
 * The charts in memory. A demo store: what is written is gone when the server stops, there is no history,
 * and resources are checked for their bare bones only.
 */
export type FhirStore = {
  read(type: string, id: string): Stored | undefined
  /** All of a type, or those in one patient's chart, oldest written first. */
  list(type: string, patient?: string): readonly Stored[]
  create(type: string, body: unknown): Stored
  update(type: string, id: string, body: unknown, ifMatch?: string): Stored
  readonly size: number
}

/** Members without which a written resource makes no sense (FHIR R4, cardinality 1..). */
const REQUIRED: { readonly [type: string]: readonly string[] } = {
  MedicationRequest: ['status', 'intent', 'subject'],
  ServiceRequest: ['status', 'intent', 'subject'],
  DocumentReference: ['status', 'content', 'subject'],
}

/** Resources that may be written while the server runs. */
const WRITE_LIMIT = 5000

const check = (type: string, body: unknown): FhirResource => {
  if (!body || typeof body !== 'object' || Array.isArray(body)) throw new FhirRefusal(400, 'invalid', 'The body is not a resource.')
  const resource = body as FhirResource // an object: its members are read one by one below
  if (resource.resourceType !== type) throw new FhirRefusal(400, 'invalid', `The body is not a ${type}.`)
  const missing = (REQUIRED[type] ?? []).filter((member) => resource[member] === undefined)
  if (type === 'MedicationRequest' && !resource.medicationCodeableConcept && !resource.medicationReference) missing.push('medication[x]')
  if (missing.length > 0)
    throw new FhirRefusal(
      422,
      'required',
      missing.map((member) => `${type}.${member} is required.`),
    )
  return resource
}

const stamp = (resource: FhirResource, id: string, version: number): Stored => {
  const meta = resource.meta
  return {
    ...resource,
    id,
    meta: { ...(typeof meta === 'object' ? meta : {}), versionId: String(version), lastUpdated: new Date().toISOString() },
  }
}

export const makeFhirStore = (resources: readonly FhirResource[]): FhirStore => {
  const byType = new Map<string, Map<string, Stored>>(RESOURCE_TYPES.map((type) => [type, new Map()]))
  const charts = new Map<string, Map<string, Stored>>()
  let written = 0
  const ofType = (type: string): Map<string, Stored> => {
    const found = byType.get(type)
    if (!found) throw new FhirRefusal(404, 'not-supported', 'The sandbox does not have that resource type.')
    return found
  }
  const keep = (stored: Stored): Stored => {
    const type = stored.resourceType
    ofType(type).set(stored.id, stored)
    const patient = patientOf(stored)
    if (!patient) return stored
    const key = `${patient} ${type}`
    const chart = charts.get(key) ?? new Map<string, Stored>()
    chart.set(stored.id, stored)
    charts.set(key, chart)
    return stored
  }
  for (const resource of resources) if (parametersOf(resource.resourceType) && resource.id) keep(stamp(resource, resource.id, 1))

  const checkSubject = (resource: FhirResource): void => {
    const patient = patientOf(resource)
    if (!patient || !ofType('Patient').has(patient)) throw new FhirRefusal(422, 'invalid', 'The resource names no patient of this server.')
  }
  return {
    read: (type, id) => ofType(type).get(id),
    list: (type, patient) => [
      ...(patient === undefined ? ofType(type) : (charts.get(`${patient} ${type}`) ?? new Map<string, Stored>())).values(),
    ],
    create: (type, body) => {
      const resource = check(type, body)
      checkSubject(resource)
      if (written >= WRITE_LIMIT) throw new FhirRefusal(507, 'too-costly', 'The sandbox keeps no more written resources. Start it again.')
      written += 1
      return keep(stamp(resource, randomUUID(), 1))
    },
    update: (type, id, body, ifMatch) => {
      const before = ofType(type).get(id)
      if (!before) throw new FhirRefusal(405, 'not-supported', 'Resources are created with POST here.')
      const resource = check(type, body)
      if (resource.id !== id) throw new FhirRefusal(400, 'invalid', 'The id of the body is not that of the address.')
      checkSubject(resource)
      if (patientOf(resource) !== patientOf(before)) throw new FhirRefusal(422, 'invalid', 'A resource cannot move to another patient.')
      const version = Number(before.meta.versionId)
      if (ifMatch !== undefined && ifMatch !== `W/"${version}"`) throw new FhirRefusal(412, 'conflict', 'The resource has changed since.')
      return keep(stamp(resource, id, version + 1))
    },
    get size() {
      let count = 0
      for (const resources of byType.values()) count += resources.size
      return count
    },
  }
}
