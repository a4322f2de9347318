import type { Card, CardTrace, Silence } from '../../src/contract/cards.ts'
import type { Question } from '../../src/contract/facts.ts'
import type { Gap } from '../../src/contract/lineage.ts'
import { type Ehr, hookToken, readFhir } from './ehr.ts'

export type Service = {
  readonly id: string
  readonly hook: string
  readonly title: string
  readonly prefetch?: { readonly [key: string]: string }
}

export type Trace = {
  readonly decision: string
  readonly outcome: string
  readonly ms: number
  readonly questions: readonly Question[]
  readonly silences: readonly Silence[]
  readonly gaps: readonly Gap[]
  readonly traces: readonly CardTrace[]
}

/** One call as the inspector shows it. */
export type Exchange = {
  readonly key: string
  readonly what: string
  readonly url: string
  readonly status: number | null
  readonly ms: number
  readonly prefetchSent: readonly string[]
  readonly request: unknown
  readonly response: unknown
  readonly trace: Trace | null
}

export type Sending = { readonly prefetch: boolean; readonly token: boolean }

export type Answer = { readonly cards: readonly Card[]; readonly failed: boolean; readonly exchange: Exchange; readonly service: string }

export const discover = async (): Promise<readonly Service[]> => {
  const response = await fetch('/cds-services')
  return ((await response.json()) as { services: readonly Service[] }).services
}

/** Resolves each template as an EHR does; a key that failed is left out, as the public sandbox does. */
const resolvePrefetch = async (ehr: Ehr, service: Service, patient: string): Promise<Record<string, unknown>> => {
  const entries = await Promise.all(
    Object.entries(service.prefetch ?? {}).map(async ([key, template]) => {
      const query = template
        .replaceAll('{{context.patientId}}', encodeURIComponent(patient))
        .replaceAll('{{context.userId}}', encodeURIComponent(ehr.practitioner))
      return readFhir(ehr, query).then(
        (resource) => [key, resource] as const,
        () => null,
      )
    }),
  )
  return Object.fromEntries(entries.filter((entry) => entry !== null))
}

const callKey = (): string => crypto.randomUUID()

const authorizationFor = async (ehr: Ehr, patient: string): Promise<Record<string, unknown>> => {
  const { access_token, expires_in, scope, subject } = await hookToken(patient)
  return {
    fhirServer: ehr.fhirBase,
    fhirAuthorization: {
      access_token,
      token_type: 'Bearer',
      expires_in: expires_in ?? 300,
      scope: scope ?? 'patient/*.rs',
      subject: subject ?? 'attune',
    },
  }
}

/** Calls one service for one hook and keeps everything that the inspector needs. */
export const callService = async (ehr: Ehr, service: Service, patient: string, context: object, sending: Sending): Promise<Answer> => {
  const [prefetch, authorization] = await Promise.all([
    sending.prefetch ? resolvePrefetch(ehr, service, patient) : Promise.resolve({}),
    sending.token ? authorizationFor(ehr, patient) : Promise.resolve({}),
  ])
  const request = {
    hook: service.hook,
    hookInstance: callKey(),
    ...authorization,
    context: { userId: ehr.practitioner, patientId: patient, ...context },
    ...(Object.keys(prefetch).length > 0 ? { prefetch } : {}),
  }
  const url = `/cds-services/${service.id}`
  const started = performance.now()
  const { status, body } = await send(url, request)
  const exchange: Exchange = {
    key: callKey(),
    what: `${service.hook} → ${service.id}`,
    url,
    status,
    ms: Math.round(performance.now() - started),
    prefetchSent: Object.keys(prefetch),
    request: hideToken(request),
    response: body,
    trace: (body as { extension?: Record<string, Trace> } | null)?.extension?.['org.attune.trace'] ?? null,
  }
  const cards = (body as { cards?: readonly Card[] } | null)?.cards ?? []
  return { cards, failed: status !== 200, exchange, service: service.id }
}

const send = async (url: string, request: unknown): Promise<{ status: number | null; body: unknown }> => {
  try {
    const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) })
    const text = await response.text()
    return { status: response.status, body: text ? JSON.parse(text) : null }
  } catch {
    return { status: null, body: null }
  }
}

const hideToken = (request: Record<string, unknown>): unknown =>
  'fhirAuthorization' in request
    ? { ...request, fhirAuthorization: { ...(request.fhirAuthorization as object), access_token: '(hidden)' } }
    : request

export type Feedback =
  | { readonly card: string; readonly outcome: 'accepted'; readonly acceptedSuggestions: readonly { readonly id: string }[] }
  | {
      readonly card: string
      readonly outcome: 'overridden'
      readonly overrideReason?: {
        readonly reason?: { readonly code: string; readonly system: string; readonly display: string }
        readonly userComment?: string
      }
    }

export const sendFeedback = async (service: string, feedback: Feedback): Promise<Exchange> => {
  const url = `/cds-services/${service}/feedback`
  const request = { feedback: [{ ...feedback, outcomeTimestamp: new Date().toISOString() }] }
  const started = performance.now()
  const { status, body } = await send(url, request)
  return {
    key: callKey(),
    what: `feedback → ${service}: ${feedback.outcome}`,
    url,
    status,
    ms: Math.round(performance.now() - started),
    prefetchSent: [],
    request,
    response: body,
    trace: null,
  }
}
