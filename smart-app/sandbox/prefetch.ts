import type { FhirResource } from '../../src/contract/facts.ts'
import type { Service } from './cds.ts'
import { type Ehr, readFhir } from './ehr.ts'

/** What the EHR holds of an open chart: each query is read once until the record changes, as an EHR does. */
export type ChartCache = Map<string, Promise<FhirResource>>

const readOnce = (ehr: Ehr, cache: ChartCache, query: string): Promise<FhirResource> => {
  const known = cache.get(query)
  if (known) return known
  const reading = readFhir(ehr, query)
  cache.set(query, reading)
  reading.catch(() => cache.delete(query))
  return reading
}

export type Prefetch = { readonly [key: string]: FhirResource }

/** Resolves each template as an EHR does; a key whose read failed is left out, as the public sandbox does. */
export const resolvePrefetch = async (ehr: Ehr, cache: ChartCache, service: Service, context: object): Promise<Prefetch> => {
  const entries = await Promise.all(
    Object.entries(service.prefetch ?? {}).map(async ([key, template]) => {
      const query = template.replace(/\{\{context\.(\w+)\}\}/g, (_token, name: string) =>
        encodeURIComponent(String((context as { readonly [name: string]: unknown })[name] ?? '')),
      )
      return readOnce(ehr, cache, query).then(
        (resource) => [[key, resource]] as const,
        () => [],
      )
    }),
  )
  return Object.fromEntries(entries.flat())
}
