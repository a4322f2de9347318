import { setTimeout as wait } from 'node:timers/promises'
import type { FhirResource } from '../contract/facts.ts'
import { withoutEndSlashes } from '../end-slashes.ts'
import { isOperationOutcome, isResource } from './bundle.ts'
import type { ByteBudget, Outbound, OutboundFailure, Received } from './outbound.ts'

/** One answer of the FHIR server. `because` is plain words for a card; it names no host and no identifier. */
export type Page =
  | { readonly ok: true; readonly resource: FhirResource }
  | { readonly ok: false; readonly because: string; readonly status?: number }

export type Line = {
  readonly outbound: Outbound
  readonly base: string
  readonly token: (() => string) | null
  readonly signal: AbortSignal
  /** Instant of `performance.now()` at which the signal fires. */
  readonly deadline: number
  readonly budget: ByteBudget
  /** W3C Trace Context for the server; null or absent: it is told none. */
  readonly traceparent?: string | null
}

export const OUTBOUND_SAYS: Readonly<Record<OutboundFailure, string>> = {
  timeout: 'The FHIR server did not answer in time.',
  queued: 'Too many reads were waiting for the FHIR server.',
  'too-large': 'The FHIR server sent more than this service reads.',
  address: 'The FHIR server is on an address that this service may not reach.',
  scheme: 'The FHIR server is not reached over https.',
  network: 'The connection to the FHIR server failed.',
  encoding: 'The answer of the FHIR server was not readable.',
}

export const FOREIGN_PAGE = 'The next page is not on the same FHIR server.'
export const OUTCOME = 'The FHIR server reported an error.'
const UNREADABLE = 'The answer of the FHIR server was not readable.'

/** Which statuses may be tried once more: the server itself says that later is better. */
const TRY_AGAIN: ReadonlySet<number> = new Set([429, 503])

export const sayStatus = (status: number): string => {
  if (status >= 300 && status < 400) return 'The FHIR server redirected; redirects are not followed.'
  if (status === 401 || status === 403) return 'The FHIR server did not allow this read.'
  if (status === 404 || status === 410) return 'The FHIR server has no such resource.'
  if (status === 429 || status === 503) return 'The FHIR server is busy.'
  if (status >= 400 && status < 500) return 'The FHIR server refused the query.'
  return 'The FHIR server failed.'
}

/** On the same origin, at the base or below it. Dot segments are resolved by the URL parser before this looks. */
const isUnder = (base: string, url: URL): boolean => {
  const root = new URL(base)
  const path = withoutEndSlashes(root.pathname)
  return url.origin === root.origin && !url.username && !url.password && (url.pathname === path || url.pathname.startsWith(`${path}/`))
}

const parseBody = ({ status, body }: Extract<Received, { ok: true }>): Page => {
  if (status !== 200) return { ok: false, because: sayStatus(status), status }
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    return { ok: false, because: UNREADABLE, status }
  }
  if (!isResource(value)) return { ok: false, because: UNREADABLE, status }
  return isOperationOutcome(value) ? { ok: false, because: OUTCOME, status } : { ok: true, resource: value }
}

/** Milliseconds to wait before the second try: what the server asks for, else a short random pause. Null when it does not fit. */
const pauseBefore = (retryAfter: string | null, leftMs: number): number | null => {
  const asked = retryAfter !== null && /^\d{1,4}$/.test(retryAfter.trim()) ? Number(retryAfter) * 1000 : null
  const pause = asked ?? 50 + Math.random() * 100
  return pause < leftMs / 2 ? pause : null
}

const receive = async (line: Line, url: URL): Promise<Received> => {
  const { outbound, token, signal, budget, traceparent } = line
  const headers = {
    accept: 'application/fhir+json',
    ...(token ? { authorization: `Bearer ${token()}` } : {}),
    ...(traceparent ? { traceparent } : {}),
  }
  const first = await outbound.get(url, { headers, signal, budget })
  if (!first.ok || !TRY_AGAIN.has(first.status)) return first
  const pause = pauseBefore(first.retryAfter, line.deadline - performance.now())
  if (pause === null) return first
  try {
    await wait(pause, undefined, { signal })
  } catch {
    return first // the deadline came first
  }
  const second = await outbound.get(url, { headers, signal, budget })
  return second.ok ? second : first
}

/** Reads one address of the FHIR server; `onReceived` hears how the server itself did. Never throws. */
export const readPage = async (line: Line, url: URL, onReceived: (received: Received) => void): Promise<Page> => {
  if (!isUnder(line.base, url)) return { ok: false, because: FOREIGN_PAGE }
  const received = await receive(line, url)
  onReceived(received)
  return received.ok ? parseBody(received) : { ok: false, because: OUTBOUND_SAYS[received.why] }
}
