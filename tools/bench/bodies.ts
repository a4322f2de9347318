import { SERVICES } from '../../cds-services/registry.ts'
import type { FhirResource } from '../../src/contract/facts.ts'
import { loadPatients } from '../../src/sandbox/load-patients.ts'
import { answerOf } from './ehr-answers.ts'

export const SERVICE = 'pgx-order-sign'

type Story = ReturnType<typeof loadPatients>['stories'][number]

const bundle = (resources: readonly FhirResource[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
})

const isAbout = (resource: FhirResource, patient: string): boolean => {
  const { subject, patient: of } = resource as { subject?: { reference?: string }; patient?: { reference?: string } }
  return resource.id === patient || (subject ?? of)?.reference === `Patient/${patient}`
}

const GENOTYPES = new WeakMap<FhirResource, boolean>()

const isGenotype = (resource: FhirResource): boolean => {
  const known = GENOTYPES.get(resource) ?? JSON.stringify(resource.code ?? {}).includes('84413-4')
  GENOTYPES.set(resource, known)
  return known
}

/** The chart as an EHR of `copies` times its length would have it: the same Observations again, under ids of their own. */
const grown = (chart: readonly FhirResource[], copies: number): FhirResource[] =>
  Array.from({ length: copies }, (_, copy) =>
    copy === 0
      ? chart
      : chart
          .filter((resource) => resource.resourceType === 'Observation' && !isGenotype(resource))
          .map((resource) => ({ ...resource, id: `${resource.id}-${copy}` })),
  ).flat()

/** The chart under the service's prefetch keys, by resource type; at most `entries` of each, genotypes always; no resource twice. */
const prefetchOf = (
  chart: readonly FhirResource[],
  templates: Readonly<Record<string, string>>,
  entries: number,
): Record<string, unknown> => {
  const sent = new Set<FhirResource>()
  return Object.fromEntries(
    Object.entries(templates).map(([key, template]) => {
      const own = chart.filter((resource) => resource.resourceType === template.split(/[?/]/)[0] && !sent.has(resource))
      if (template.startsWith('Patient/')) return [key, own[0]]
      const chosen = key === 'genotypes' ? own.filter(isGenotype) : own.filter((resource) => !isGenotype(resource)).slice(0, entries)
      for (const resource of chosen) sent.add(resource)
      return [key, bundle(chosen)]
    }),
  )
}

const draftOf = ({ patient, order: { rxcui, display } }: Story): FhirResource => ({
  resourceType: 'MedicationRequest',
  id: 'bench-1',
  status: 'draft',
  intent: 'order',
  subject: { reference: `Patient/${patient}` },
  medicationCodeableConcept: { text: display, coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: rxcui, display }] },
})

const requestOf = (story: Story, prefetch: Record<string, unknown>) => ({
  hook: 'order-sign',
  hookInstance: '6f0d6a52-7d0a-4f2b-9a61-000000000001',
  context: { userId: 'Practitioner/bench', patientId: story.patient, draftOrders: bundle([draftOf(story)]) },
  prefetch,
})

/** The least number for which something holds that goes on holding for larger ones. */
const least = (highest: number, holds: (n: number) => boolean): number => {
  let [low, high] = [1, highest]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** Prefetch keys are filled evenly until the body has this many bytes; the chart is made longer when it does not suffice. */
const bodyOf = (story: Story, resources: readonly FhirResource[], templates: Readonly<Record<string, string>>, bytes: number): string => {
  const chart = resources.filter((resource) => isAbout(resource, story.patient))
  const copies = Math.ceil((2 * bytes) / JSON.stringify(chart).length)
  const long = grown(chart, copies)
  const bodyWith = (entries: number): string => JSON.stringify(requestOf(story, prefetchOf(long, templates, entries)))
  return bodyWith(least(long.length, (entries) => bodyWith(entries).length >= bytes))
}

/** What is measured with: a size, and one body for each of some patients who are sent in turn. */
export type Bodies = { readonly name: string; readonly bodies: readonly string[] }

const PATIENTS = 4

const material = () => {
  const { resources, stories } = loadPatients()
  const service = SERVICES.find(({ id }) => id === SERVICE)
  if (!service) throw new Error('there is no service to measure with')
  return { resources: [...resources] as FhirResource[], stories: stories.slice(0, PATIENTS), templates: service.prefetch }
}

/** order-sign calls with a prefetch of about so many bytes. */
export const bodiesOf = (name: string, bytes: number, patients: number = PATIENTS): Bodies => {
  const { resources, stories, templates } = material()
  return { name, bodies: stories.slice(0, patients).map((story) => bodyOf(story, resources, templates, bytes)) }
}

/** The first patient's chart, and an order-sign call for it that sends nothing along but names a FHIR server. */
export const fetching = (fhirServer: string): string => {
  const [story] = material().stories
  if (!story) throw new Error('there is no story to measure with')
  const { prefetch: _, ...request } = requestOf(story, {})
  return JSON.stringify({
    ...request,
    fhirServer,
    fhirAuthorization: { access_token: 'bench', token_type: 'Bearer', expires_in: 300, scope: 'patient/*.read', subject: 'attune' },
  })
}

/** The same call with everything sent along that its FHIR server would answer. */
export const sentAlong = (fhirServer: string): string => {
  const { stories, templates } = material()
  const chart = firstChart()
  const queries = Object.entries(templates).map(([key, template]) => [
    key,
    template.replaceAll('{{context.patientId}}', stories[0]?.patient ?? ''),
  ])
  const prefetch = Object.fromEntries(queries.map(([key = '', query = '']) => [key, answerOf(chart, query)]))
  return JSON.stringify({ ...JSON.parse(fetching(fhirServer)), prefetch })
}

export const firstChart = (): FhirResource[] => {
  const { resources, stories } = material()
  return resources.filter((resource) => isAbout(resource, stories[0]?.patient ?? ''))
}
