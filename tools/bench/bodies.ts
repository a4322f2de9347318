import { SERVICES } from '../../cds-services/registry.ts'
import type { FhirResource } from '../../src/contract/facts.ts'
import { loadPatients } from '../../src/sandbox/load-patients.ts'

/** A hook call to measure with. */
export type HookBody = { readonly name: string; readonly service: string; readonly request: Record<string, unknown> }

/** Resources per prefetch key of the small body: what a well-scoped EHR sends. */
const SMALL = 4
const SERVICE = 'pgx-order-sign'

const bundle = (resources: readonly FhirResource[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
})

const isAbout = (resource: FhirResource, patient: string): boolean => {
  const { subject, patient: of } = resource as { subject?: { reference?: string }; patient?: { reference?: string } }
  return resource.id === patient || (subject ?? of)?.reference === `Patient/${patient}`
}

const isGenotype = (resource: FhirResource): boolean => JSON.stringify(resource.code ?? {}).includes('84413-4')

/** The chart under the service's prefetch keys, by resource type; at most `entries` of each, genotypes always. */
const prefetchOf = (
  chart: readonly FhirResource[],
  templates: Readonly<Record<string, string>>,
  entries: number,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(templates).map(([key, template]) => {
      const own = chart.filter(({ resourceType }) => resourceType === template.split(/[?/]/)[0])
      if (template.startsWith('Patient/')) return [key, own[0]]
      return [key, bundle(key === 'genotypes' ? own.filter(isGenotype) : own.slice(0, entries))]
    }),
  )

/** order-sign calls for the first synthetic patient: with a small prefetch and with the whole chart. */
export const hookBodies = (): HookBody[] => {
  const { resources, stories } = loadPatients()
  const [story] = stories
  const service = SERVICES.find(({ id }) => id === SERVICE)
  if (!story || !service) throw new Error('there is no story or service to measure with')
  const chart = [...resources].filter((resource) => isAbout(resource as FhirResource, story.patient)) as FhirResource[]
  const { rxcui, display } = story.order
  const draft: FhirResource = {
    resourceType: 'MedicationRequest',
    id: 'bench-1',
    status: 'draft',
    intent: 'order',
    subject: { reference: `Patient/${story.patient}` },
    medicationCodeableConcept: { text: display, coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: rxcui, display }] },
  }
  const request = (entries: number) => ({
    hook: 'order-sign',
    hookInstance: '6f0d6a52-7d0a-4f2b-9a61-000000000001',
    context: { userId: 'Practitioner/bench', patientId: story.patient, draftOrders: bundle([draft]) },
    prefetch: prefetchOf(chart, service.prefetch, entries),
  })
  return [
    { name: 'order-sign, small prefetch', service: SERVICE, request: request(SMALL) },
    { name: 'order-sign, whole chart', service: SERVICE, request: request(Number.POSITIVE_INFINITY) },
  ]
}
