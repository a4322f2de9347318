/** A hook call to measure with. */
export type HookBody = { readonly name: string; readonly service: string; readonly request: Record<string, unknown> }

type Resource = { readonly resourceType: string; readonly [member: string]: unknown }
type Story = { readonly patient: string; readonly order: { readonly rxcui: string; readonly display: string } | null }

const json = async <T>(response: Response): Promise<T> => {
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`)
  return (await response.json()) as T
}

/** About this many entries per prefetch key for the small body: 18 kB, what a well-scoped EHR sends. */
const SMALL = 4

const shorten = (value: unknown, entries: number): unknown => {
  const bundle = value as { readonly entry?: readonly unknown[] }
  return bundle.entry ? { ...bundle, entry: bundle.entry.slice(0, entries), link: undefined } : value
}

/** order-sign calls for the sandbox's own patients: one with a small prefetch, one with the whole chart, one that stays silent. */
export const hookBodies = async (base: string): Promise<HookBody[]> => {
  const session = await json<{ access_token: string }>(
    await fetch(`${base}/sandbox/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }),
  )
  const { stories } = await json<{ readonly stories: readonly Story[] }>(await fetch(`${base}/sandbox/patients`))
  const { services } = await json<{ services: readonly { id: string; prefetch: Record<string, string> }[] }>(
    await fetch(`${base}/cds-services`),
  )
  const service = services.find(({ id }) => id === 'pgx-order-sign')
  const [story] = stories
  if (!service || !story?.order) throw new Error('the sandbox offers no story to measure with')
  const prefetch = Object.fromEntries(
    await Promise.all(
      Object.entries(service.prefetch).map(async ([key, template]) => {
        const query = template.replaceAll('{{context.patientId}}', story.patient)
        return [
          key,
          await json<Resource>(await fetch(`${base}/fhir/${query}`, { headers: { authorization: `Bearer ${session.access_token}` } })),
        ] as const
      }),
    ),
  )
  const request = (of: Record<string, unknown>) => ({
    hook: 'order-sign',
    hookInstance: '6f0d6a52-7d0a-4f2b-9a61-000000000001',
    context: { userId: 'Practitioner/bench', patientId: story.patient, draftOrders: draft(story) },
    prefetch: of,
  })
  const small = Object.fromEntries(
    Object.entries(prefetch).map(([key, value]) => [key, key === 'genotypes' ? value : shorten(value, SMALL)]),
  )
  return [
    { name: 'order-sign, small prefetch', service: service.id, request: request(small) },
    { name: 'order-sign, whole chart', service: service.id, request: request(prefetch) },
  ]
}

const draft = (story: Story) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    {
      resource: {
        resourceType: 'MedicationRequest',
        id: 'bench-1',
        status: 'draft',
        intent: 'order',
        subject: { reference: `Patient/${story.patient}` },
        medicationCodeableConcept: {
          text: story.order?.display,
          coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: story.order?.rxcui, display: story.order?.display }],
        },
      },
    },
  ],
})
