import { SERVICES } from '../../cds-services/registry.ts'
import type { FhirResource } from '../../src/contract/facts.ts'
import { loadPatients } from '../../src/sandbox/load-patients.ts'
import { type Places, placesOf } from './mutations.ts'

/** A valid request. `body` null: a GET, whose query is what is mutated. */
export type Target = {
  readonly name: string
  readonly path: string
  readonly body: unknown
  readonly places: Places
  /** Sent as access token of the app. */
  readonly token?: true
  /** Statuses of 5xx that say something true of this request: an EHR that answers nonsense is 502. */
  readonly mayFail?: readonly number[]
}

type Story = ReturnType<typeof loadPatients>['stories'][number]

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const bundle = (resources: readonly unknown[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  total: resources.length,
  entry: resources.map((resource) => ({ resource, search: { mode: 'match' } })),
})

const isAbout = (
  { id, subject, patient }: FhirResource & { subject?: { reference?: string }; patient?: { reference?: string } },
  of: string,
) => id === of || (subject ?? patient)?.reference === `Patient/${of}`

/** So many of a list, from its beginning to its end. */
const spread = <T>(list: readonly T[], most: number): T[] =>
  list.length <= most ? [...list] : Array.from({ length: most }, (_, n) => list[Math.floor((n * list.length) / most)] as T)

/** Of each search, at most `most` resources of its type; a resource goes to the first search that takes it. */
const prefetchOf = (chart: readonly FhirResource[], templates: Readonly<Record<string, string>>, most: number) => {
  const sent = new Set<FhirResource>()
  return Object.fromEntries(
    Object.entries(templates).map(([key, template]) => {
      const own = chart.filter((resource) => resource.resourceType === template.split(/[?/]/)[0] && !sent.has(resource))
      if (!template.includes('?')) return [key, own[0] ?? null]
      const fits = key === 'genotypes' ? own.filter((resource) => JSON.stringify(resource.code ?? {}).includes('84413-4')) : own
      const chosen = spread(fits, most)
      for (const resource of chosen) sent.add(resource)
      return [key, bundle(chosen)]
    }),
  )
}

const draftOf = ({ patient, order }: Story) => ({
  resourceType: 'MedicationRequest',
  id: 'draft-1',
  status: 'draft',
  intent: 'order',
  subject: { reference: `Patient/${patient}` },
  authoredOn: '2026-11-21T09:00:00Z',
  medicationCodeableConcept: { text: order.display, coding: [{ system: RXNORM, code: order.rxcui, display: order.display }] },
  reasonCode: [{ text: order.reason?.display, coding: [order.reason] }],
  dosageInstruction: [
    {
      text: order.text,
      timing: { repeat: { frequency: order.frequency, period: order.period, periodUnit: order.periodUnit } },
      doseAndRate: [{ doseQuantity: order.dose }],
    },
  ],
})

const contextOf = (story: Story) => ({
  userId: 'Practitioner/fuzz',
  patientId: story.patient,
  encounterId: story.encounter ?? 'encounter-1',
  draftOrders: bundle([draftOf(story)]),
  selections: ['MedicationRequest/draft-1'],
})

const made = (target: Omit<Target, 'places'>): Target => ({ ...target, places: placesOf(target.body) })

/** Every service for some patients, with a prefetch of about 20 kB each. */
export const hookTargets = (patients: number): Target[] => {
  const { stories, resources } = loadPatients()
  return spread(stories, patients).flatMap((story) => {
    const chart = resources.filter((resource) => isAbout(resource, story.patient))
    return SERVICES.map(({ id, hook, prefetch }) =>
      made({
        name: `${id} for ${story.patient}`,
        path: `/cds-services/${id}`,
        body: {
          hook,
          hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
          context: contextOf(story),
          prefetch: prefetchOf(chart, prefetch, 4),
        },
      }),
    )
  })
}

/** Of each type, so many resources of a chart. */
const MOST_OF_A_TYPE = 5

const shortened = (chart: readonly FhirResource[]): FhirResource[] =>
  [...new Set(chart.map(({ resourceType }) => resourceType))].flatMap((type) =>
    spread(
      chart.filter(({ resourceType }) => resourceType === type),
      MOST_OF_A_TYPE,
    ),
  )

/** Something of everything in the chart of some patients, as an EHR answers reads of it. */
export const charts = (patients: number) => {
  const { stories, resources } = loadPatients()
  return spread(stories, patients).map((story) => ({
    patient: story.patient,
    encounter: story.encounter ?? 'encounter-1',
    draft: contextOf(story).draftOrders,
    resources: shortened(resources.filter((resource) => isAbout(resource, story.patient))),
  }))
}

/** Words by which the answer of an error would give a patient away. */
export const patientWords = (): string[] => {
  const { resources } = loadPatients()
  const names = resources.flatMap((resource) =>
    resource.resourceType === 'Patient' ? ((resource.name ?? []) as { family?: string }[]) : [],
  )
  return [...new Set(names.flatMap(({ family }) => family ?? []))]
}

export const feedbackTarget = (): Target =>
  made({
    name: 'feedback',
    path: '/cds-services/pgx-order-sign/feedback',
    body: {
      feedback: [
        {
          card: '8f3a1c1e-0000-4000-8000-000000000001',
          outcome: 'accepted',
          acceptedSuggestions: [{ id: '8f3a1c1e-0000-4000-8000-000000000002' }],
          outcomeTimestamp: '2026-11-21T10:00:00Z',
        },
        {
          card: '8f3a1c1e-0000-4000-8000-000000000003',
          outcome: 'overridden',
          overrideReason: {
            reason: { code: 'reason-1', system: 'http://example.org/reasons', display: 'Considered' },
            userComment: 'as discussed',
          },
          outcomeTimestamp: '2026-11-21T10:00:00+01:00',
        },
        {
          card: '8f3a1c1e-0000-4000-8000-000000000004',
          outcome: 'overridden',
          overrideReasons: [{ reason: { code: 'reason-2' }, userComment: null }],
          outcomeTimestamp: '2026-11-21T10:00:00.123456Z',
        },
      ],
    },
  })

const SEALED = (fhirServer: string, patient: string) => ({
  fhirServer,
  patient,
  decision: '8f3a1c1e-0000-4000-8000-000000000005',
  flags: [{ id: 'flag-1', rests: { rule: 'a', facts: 'b' } }],
  seal: 'c2VhbA',
})

/** The doors of the app and of the operator. */
export const apiTargets = (
  fhirServer: string,
  patient: string,
  models: readonly { id: string; inputs: Record<string, unknown> }[],
): Target[] => {
  const sealed = SEALED(fhirServer, patient)
  const mayFail = [502]
  const post = (path: string, body: unknown): Target => made({ name: path, path, body, token: true, mayFail })
  const get = (path: string, query: object): Target => made({ name: path, path, body: { query } })
  return [
    ...models.flatMap(({ id, inputs }) => [
      post('/api/what-if', {
        model: id,
        inputs,
        change: Object.fromEntries(
          Object.keys(inputs)
            .slice(0, 1)
            .map((name) => [name, { low: 1, high: 90, step: 10 }]),
        ),
      }),
      post('/api/what-if/missing', { model: id, inputs: Object.fromEntries(Object.entries(inputs).slice(1)) }),
    ]),
    post('/api/profile', {
      fhirServer,
      patient,
      drug: { rxcui: '309362', text: 'a drug' },
      order: 'MedicationRequest/1',
      draft: {
        dose: { mgPerDose: 75, timesPerDay: 1, text: 'daily', prn: false },
        reasons: [{ system: 'http://snomed.info/sct', code: '22298006', display: 'a reason' }],
      },
    }),
    post('/api/passport', { fhirServer, patient }),
    post('/api/report', {
      fhirServer,
      patient,
      decision: sealed.decision,
      content: { facts: {}, assessment: {} },
      seal: 'c2VhbA',
      language: 'en',
    }),
    post('/api/review/list', sealed),
    post('/api/review', { ...sealed, marks: [{ flag: 'flag-1', mark: 'overridden', reason: 'other', note: 'seen' }] }),
    post('/api/review/sign-off', { ...sealed, mayWrite: true, language: 'de', again: 'x' }),
    made({
      name: '/api/outcomes',
      path: '/api/outcomes',
      body: {
        outcomes: [
          { model: 'm', outcome: 1, date: '2026-11-01', decision: 'd' },
          { model: 'm', variant: 'v', outcome: 0, date: '2026-11', patient: 'p', fhirServer: null },
        ],
      },
    }),
    get('/api/overrides', { since: '2026-10-01', until: '2026-11-01', format: 'csv', by: 'drug' }),
    get('/api/shadow', { since: '2026-10-01', until: '2026-11-01', format: 'json' }),
    get('/api/products', { q: 'clopidogrel 75' }),
    get('/api/monitoring', { x: '1' }),
    get(`/api/models/${models[0]?.id}/card`, { format: 'md' }),
  ]
}
