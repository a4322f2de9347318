import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Card, CardTrace, Silence } from '../../src/contract/cards.ts'
import type { Question } from '../../src/contract/facts.ts'
import { type Running, serve } from '../../src/main.ts'
import type { Story } from '../../src/sandbox/load-patients.ts'

export type { Story }

export type Trace = {
  readonly decision: string
  readonly outcome: string
  readonly questions: readonly Question[]
  readonly silences: readonly Silence[]
  readonly traces: readonly CardTrace[]
}

export type HookAnswer = { readonly status: number; readonly cards: readonly Card[]; readonly trace: Trace }

const json = async <T>(response: Response): Promise<T> => (await response.json()) as T

/** The real server in sandbox mode on a free port, with a data folder of its own. */
export const startSandbox = async (environment: Record<string, string> = {}) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'attune-service-'))
  const running: Running = await serve({ PORT: '0', ATTUNE_DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...environment })
  const base = running.url
  const session = await json<{ access_token: string }>(await post(`${base}/sandbox/session`, {}))
  const { stories } = await json<{ stories: readonly Story[] }>(await fetch(`${base}/sandbox/patients`))
  const { services } = await json<{ services: readonly { id: string; hook: string; prefetch: Record<string, string> }[] }>(
    await fetch(`${base}/cds-services`),
  )

  const readFhir = async (query: string): Promise<unknown> =>
    json(await fetch(`${base}/fhir/${query}`, { headers: { authorization: `Bearer ${session.access_token}` } }))

  /** Stores a resource as the prescriber's EHR does; the status of the answer. */
  const writeFhir = async (type: string, resource: object): Promise<number> => {
    const headers = { authorization: `Bearer ${session.access_token}`, 'content-type': 'application/fhir+json' }
    return (await fetch(`${base}/fhir/${type}`, { method: 'POST', headers, body: JSON.stringify(resource) })).status
  }

  const prefetchFor = async (service: string, patient: string): Promise<Record<string, unknown>> => {
    const templates = Object.entries(services.find(({ id }) => id === service)?.prefetch ?? {})
    return Object.fromEntries(
      await Promise.all(
        templates.map(async ([key, template]) => [key, await readFhir(template.replaceAll('{{context.patientId}}', patient))]),
      ),
    )
  }

  const authorizationFor = async (patient: string): Promise<object> => ({
    fhirServer: `${base}/fhir`,
    fhirAuthorization: await json(await post(`${base}/sandbox/hook-token`, { patient })),
  })

  /** Calls the service of a hook for a story's patient as an EHR does: full prefetch and a token for what is missing. */
  const ask = async (
    hook: string,
    { patient, encounter }: Story,
    context: object,
    send: { prefetch?: boolean; token?: boolean; without?: readonly string[] } = {},
  ): Promise<HookAnswer> => {
    const service = services.find((candidate) => candidate.hook === hook)?.id ?? ''
    const body = {
      hook,
      hookInstance: crypto.randomUUID(),
      ...(send.token === false ? {} : await authorizationFor(patient)),
      context: { userId: 'Practitioner/dr-okafor', patientId: patient, encounterId: encounter, ...context },
      ...(send.prefetch === false ? {} : { prefetch: without(await prefetchFor(service, patient), send.without ?? []) }),
    }
    const response = await post(`${base}/cds-services/${service}`, body)
    const answer = await json<{ cards?: readonly Card[]; extension?: Record<string, Trace> }>(response)
    return { status: response.status, cards: answer.cards ?? [], trace: answer.extension?.['org.attune.trace'] as Trace }
  }

  return {
    base,
    stories,
    services,
    readFhir,
    writeFhir,
    ask,
    prefetchFor,
    stop: async () => {
      await running.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const without = (prefetch: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(prefetch).filter(([key]) => !keys.includes(key)))

export const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** The story's order as a draft, as the sandbox page sends it. */
export const draftOf = ({ order, patient, encounter }: Story, id = 'draft-1') => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    {
      resource: {
        resourceType: 'MedicationRequest',
        id,
        status: 'draft',
        intent: 'order',
        subject: { reference: `Patient/${patient}` },
        encounter: { reference: `Encounter/${encounter}` },
        authoredOn: '2026-11-21T09:00:00Z',
        medicationCodeableConcept: {
          text: order.display,
          coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: order.rxcui, display: order.display }],
        },
        ...(order.reason ? { reasonCode: [{ text: order.reason.display, coding: [order.reason] }] } : {}),
        dosageInstruction: [
          {
            text: order.text,
            ...(order.asNeeded ? { asNeededBoolean: true } : {}),
            timing: { repeat: { frequency: order.frequency, period: order.period, periodUnit: order.periodUnit } },
            doseAndRate: [{ doseQuantity: order.dose }],
          },
        ],
      },
    },
  ],
})
