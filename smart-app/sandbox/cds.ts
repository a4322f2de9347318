import type { Card, CardTrace, Silence } from '../../src/contract/cards.ts'
import type { Explained } from '../../src/contract/explained.ts'
import type { Question } from '../../src/contract/facts.ts'
import type { Gap } from '../../src/contract/lineage.ts'
import { type Ehr, hookToken } from './ehr.ts'
import { type ChartCache, type Prefetch, resolvePrefetch } from './prefetch.ts'

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
  readonly considered: readonly Explained[]
}

/** One call as the inspector shows it. Large parts are kept by reference and never copied. */
export type Exchange = {
  readonly key: string
  readonly what: string
  readonly url: string
  readonly status: number | null
  /** From sending the request to having read the answer, in milliseconds. */
  readonly ms: number
  readonly bytes: number
  readonly prefetchSent: readonly string[]
  readonly tokenSent: boolean
  readonly request: unknown
  readonly response: unknown
  readonly cards: number
  readonly trace: Trace | null
}

export type Sending = { readonly prefetch: boolean; readonly token: boolean }

export type Answer = { readonly cards: readonly Card[]; readonly failed: boolean; readonly exchange: Exchange; readonly service: string }

export const discover = async (): Promise<readonly Service[]> => {
  const response = await fetch('/cds-services')
  return ((await response.json()) as { services: readonly Service[] }).services
}

const authorizationFor = async (ehr: Ehr, patient: string) => {
  const { access_token, expires_in, scope, subject } = await hookToken(patient)
  return { fhirServer: ehr.fhirBase, fhirAuthorization: { access_token, token_type: 'Bearer', expires_in, scope, subject } }
}

type Context = { readonly patientId: string; readonly [member: string]: unknown }

/** Calls one service for one hook and keeps everything that the inspector needs. */
export const callService = async (ehr: Ehr, cache: ChartCache, service: Service, given: Context, sending: Sending): Promise<Answer> => {
  const context = { userId: ehr.practitioner, ...given }
  const nothing: Prefetch = {}
  const [prefetch, authorization] = await Promise.all([
    sending.prefetch ? resolvePrefetch(ehr, cache, service, context) : nothing,
    sending.token ? authorizationFor(ehr, given.patientId).catch(() => ({})) : {},
  ])
  const request = {
    hook: service.hook,
    hookInstance: crypto.randomUUID(),
    ...authorization,
    context,
    ...(Object.keys(prefetch).length > 0 ? { prefetch } : {}),
  }
  const url = `/cds-services/${service.id}`
  const sent = await send(url, request)
  const body = sent.body as { readonly cards?: readonly Card[]; readonly extension?: { readonly [key: string]: Trace } } | null
  const cards = body?.cards ?? []
  const exchange: Exchange = {
    ...exchangeOf(service.hook, url, request, sent),
    prefetchSent: Object.keys(prefetch),
    tokenSent: 'fhirAuthorization' in authorization,
    request: hideToken(request),
    cards: cards.length,
    trace: body?.extension?.['org.attune.trace'] ?? null,
  }
  return { cards, failed: sent.status !== 200, exchange, service: service.id }
}

type Sent = { readonly status: number | null; readonly body: unknown; readonly ms: number; readonly bytes: number }

const send = async (url: string, request: unknown): Promise<Sent> => {
  const text = JSON.stringify(request)
  const started = performance.now()
  const finish = (status: number | null, body: unknown): Sent => ({
    status,
    body,
    ms: Math.round(performance.now() - started),
    bytes: text.length,
  })
  try {
    const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: text })
    const answer = await response.text()
    return finish(response.status, answer ? JSON.parse(answer) : null)
  } catch {
    return finish(null, null)
  }
}

const exchangeOf = (what: string, url: string, request: unknown, { status, body, ms, bytes }: Sent): Exchange => ({
  key: crypto.randomUUID(),
  what,
  url,
  status,
  ms,
  bytes,
  prefetchSent: [],
  tokenSent: false,
  request,
  response: body,
  cards: 0,
  trace: null,
})

const hideToken = (request: object): unknown =>
  'fhirAuthorization' in request
    ? { ...request, fhirAuthorization: { ...(request.fhirAuthorization as object), access_token: '(hidden)' } }
    : request

export type OverrideReason = { readonly code: string; readonly system: string; readonly display: string }

export type Feedback =
  | { readonly card: string; readonly outcome: 'accepted'; readonly acceptedSuggestions: readonly { readonly id: string }[] }
  | {
      readonly card: string
      readonly outcome: 'overridden'
      readonly overrideReason?: { readonly reason?: OverrideReason; readonly userComment?: string }
    }

export const sendFeedback = async (service: string, feedback: Feedback): Promise<Exchange> => {
  const url = `/cds-services/${service}/feedback`
  const request = { feedback: [{ ...feedback, outcomeTimestamp: new Date().toISOString() }] }
  return exchangeOf(`feedback: ${feedback.outcome}`, url, request, await send(url, request))
}
