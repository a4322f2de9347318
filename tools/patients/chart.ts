import type { FhirResource } from '../../src/contract/facts.ts'
import { makeRandom, type Random } from './random.ts'

/** Who the chart is about. Invented; names are chosen to be dignified and to belong to nobody. */
export type Person = {
  /** FHIR id of the Patient, and first part of every other id in the chart. */
  readonly id: string
  readonly given: string
  readonly family: string
  readonly birthDate: string
  readonly sex: 'female' | 'male'
  readonly race?: { readonly code: string; readonly display: string }
  readonly ethnicity?: { readonly code: string; readonly display: string }
  readonly city: string
  readonly language?: string
}

/** A chart that is being written: resources in the order in which they are added, ids that count up by kind. */
export type Chart = {
  readonly person: Person
  readonly random: Random
  readonly subject: { readonly reference: string }
  readonly resources: FhirResource[]
  /** Adds a resource under the next id of its kind and gives back its reference, `Observation/p01-obs-12`. */
  add(resourceType: string, kind: string, members: { readonly [member: string]: unknown }): string
}

export const makeChart = (person: Person): Chart => {
  const resources: FhirResource[] = []
  const counts = new Map<string, number>()
  const add: Chart['add'] = (resourceType, kind, members) => {
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    const id = kind === 'patient' ? person.id : `${person.id}-${kind}-${count}`
    resources.push({ resourceType, id, ...members })
    return `${resourceType}/${id}`
  }
  return { person, random: makeRandom(person.id), subject: { reference: `Patient/${person.id}` }, resources, add }
}
