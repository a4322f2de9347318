import type { FhirResource } from '../contract/facts.ts'
import { asObjects, asText, isJson, type Json, member, referenceOf } from '../facts/accessors.ts'
import { idOf, tailOf } from '../facts/references.ts'
import { partOf, SHARED_PARTS } from './plan.ts'
import { readSpill } from './spill.ts'

/** Bytes of resources without a patient that a worker keeps in memory. */
const CACHE_BYTES = 64_000_000

/** `Medication/1` that a reference points at; null for what is contained or names nothing. */
const targetOf = (reference: unknown): string | null => {
  const text = referenceOf(reference)
  if (text === null || text.startsWith('#')) return null
  return tailOf(text) ?? `Medication/${idOf(text)}`
}

/** Everything in a resource that may point at a product or a substance, R4 and R5 forms. */
const pointers = (resource: Json): string[] =>
  [
    resource.medicationReference,
    member(resource.medication, 'reference'),
    ...asObjects(resource.ingredient).flatMap(({ itemReference, item }) => [itemReference, member(item, 'reference')]),
  ].flatMap((reference) => {
    const target = reference === undefined ? null : targetOf(typeof reference === 'string' ? { reference } : reference)
    return target === null ? [] : [target]
  })

type Shelf = { readonly resources: ReadonlyMap<string, Buffer>; readonly bytes: number }

/**
 * Products and substances that records point at, looked up on disk: the shelves that were asked for last are kept, up to `CACHE_BYTES`.
 * The later of two lines with the same id wins where their versions do not differ; the chart decides between versions.
 */
export const openShared = (spreads: readonly string[], parts: number) => {
  const shelves = new Map<number, Shelf>()
  let kept = 0

  const load = (number: number): Shelf => {
    const resources = new Map<string, Buffer>()
    let bytes = 0
    for (const folder of spreads)
      readSpill(folder, parts + SHARED_PARTS, parts + number, ({ key, bytes: text }) => {
        resources.set(key, Buffer.from(text)) // a copy: the block that it lies in is let go
        bytes += text.length
      })
    return { resources, bytes }
  }

  const shelf = (number: number): Shelf => {
    const known = shelves.get(number)
    if (known) {
      shelves.delete(number)
      shelves.set(number, known)
      return known
    }
    const loaded = load(number)
    shelves.set(number, loaded)
    kept += loaded.bytes
    for (const [oldest, { bytes }] of shelves) {
      if (kept <= CACHE_BYTES || oldest === number) break
      shelves.delete(oldest)
      kept -= bytes
    }
    return loaded
  }

  const find = (ref: string): FhirResource | null => {
    const bytes = shelf(partOf(ref, SHARED_PARTS)).resources.get(ref)
    return bytes === undefined ? null : (JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, '')) as FhirResource) // parsed once before
  }

  /** What a record points at, and what that points at. */
  return (record: readonly FhirResource[]): FhirResource[] => {
    const found = new Map<string, FhirResource>()
    const missing = new Set<string>()
    let open: readonly Json[] = record
    while (open.length > 0) {
      const wanted = [...new Set(open.flatMap(pointers))].filter((ref) => !found.has(ref) && !missing.has(ref))
      open = wanted.flatMap((ref) => {
        const resource = find(ref)
        if (resource === null) missing.add(ref)
        else found.set(ref, resource)
        return resource === null || !isJson(resource) || asText(resource.id) === null ? [] : [resource]
      })
    }
    return [...found.values()]
  }
}
