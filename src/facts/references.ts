import type { FhirResource } from '../contract/facts.ts'
import { asText, type Json } from './accessors.ts'

/** 32-bit FNV-1a, in hexadecimal: names a resource without id by what it says, so that order of arrival never matters. */
const digest = (text: string): string => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

/** `Type/id`; a resource without id is named by a digest of its content, `Observation/~1a2b3c4d`. */
export const refOf = (resource: Json): string => {
  const id = asText(resource.id)
  return `${asText(resource.resourceType) ?? 'Unknown'}/${id ?? `~${digest(JSON.stringify(resource))}`}`
}

/** As most references stand: `Patient/1`. */
const RELATIVE = /^[A-Z][A-Za-z]+\/[^/?#]+$/

/** The last two parts of a path that hold something, the last first; the many of a path made of slashes are not cut out. */
const lastParts = (path: string): readonly [last: string, before: string] => {
  const parts: [string, string] = ['', '']
  let end = path.length
  for (const at of [0, 1] as const) {
    while (end > 0 && path[end - 1] === '/') end -= 1
    const start = path.lastIndexOf('/', end - 1) + 1
    parts[at] = end === 0 ? '' : path.slice(start, end)
    end = start
  }
  return parts
}

/** Last two path parts of a relative or absolute reference, `Patient/1`; version history is cut off. Null for urn:, # and bare ids. */
export const tailOf = (reference: string): string | null => {
  if (RELATIVE.test(reference)) return reference
  const path = reference.replace(/\/_history\/[^/]*$/, '').replace(/[?#].*$/s, '') // over the ends of lines, too, or it is tried in vain from each mark
  const [id, type] = lastParts(path)
  return type && id && /^[A-Z][A-Za-z]+$/.test(type) ? `${type}/${id}` : null
}

/** Id in `Patient/1`, `https://ehr/fhir/Patient/1`, `urn:uuid:1` or `1`. */
export const idOf = (reference: string): string => (tailOf(reference) ?? reference).replace(/^.*[/:]/, '')

/** Contained resource by `#id`. */
export const containedIn = (resource: Json, reference: string): Json | null => {
  const id = reference.slice(1)
  const contained = Array.isArray(resource.contained) ? resource.contained : [resource.contained]
  for (const one of contained) if (typeof one === 'object' && one !== null && (one.id === id || one.id === `#${id}`)) return one
  return null
}

/** Typed as received: an object with a resourceType. */
export const isResource = (value: Json): value is FhirResource => typeof value.resourceType === 'string'
