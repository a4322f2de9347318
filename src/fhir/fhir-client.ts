import { setMaxListeners } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { FhirResource } from '../contract/facts.ts'
import { isOperationOutcome, isResource, readBundle } from './bundle.ts'
import type { ByteBudget, Outbound, OutboundFailure, Received } from './outbound.ts'

/** How a read or search ended. `because` is plain words for a card; it names no host and no identifier. */
export type FhirAnswer =
  | { readonly state: 'answered' | 'empty'; readonly resources: readonly FhirResource[]; readonly status: number; readonly ms: number }
  | {
      readonly state: 'partial' | 'failed'
      readonly resources: readonly FhirResource[]
      readonly because: string
      readonly status?: number
      readonly ms: number
    }

/** Where to read and with what. The token is a function so that no printer, logger or JSON shows it. */
export type FhirAccess = { readonly base: string; readonly token: (() => string) | null }

/** The reads of one call: one deadline and one byte budget for all of them. */
export type FhirSession = {
  readonly base: string
  /** A read (`Patient/1`) or a search (`Condition?patient=1`), all pages. Never throws. */
  ask(query: string): Promise<FhirAnswer>
  /** The pages that follow one that came otherwise. */
  follow(next: string): Promise<FhirAnswer>
  /** Frees the deadline's timer and ends reads still under way. */
  close(): void
}

export type FhirClient = { open(access: FhirAccess, budgetMs?: number): FhirSession }

type Limits = Pick<Config['network'], 'budgetMs' | 'maxPages' | 'maxBytes'>
type Page =
  | { readonly ok: true; readonly resource: FhirResource }
  | { readonly ok: false; readonly because: string; readonly status?: number }

const OUTBOUND_SAYS: Readonly<Record<OutboundFailure, string>> = {
  timeout: 'The FHIR server did not answer in time.',
  'too-large': 'The FHIR server sent more than this service reads.',
  address: 'The FHIR server is on an address that this service may not reach.',
  scheme: 'The FHIR server is not reached over https.',
  network: 'The connection to the FHIR server failed.',
  encoding: 'The answer of the FHIR server was not readable.',
}

const UNREADABLE = 'The answer of the FHIR server was not readable.'
const OUTCOME = 'The FHIR server reported an error.'
const OTHER_TYPE = 'The FHIR server answered with another kind of resource.'
const OTHER_PATIENT = 'The FHIR server answered with another resource than the one asked for.'
const MORE_PAGES = 'There are more results than this service reads.'
const FOREIGN_PAGE = 'The next page is not on the same FHIR server.'
const SAME_PAGE = 'The pages of the answer repeat.'
const SOME_ERRORS = 'The FHIR server reported an error beside the results.'
const SOME_BROKEN = 'Some results were not readable.'

/** Which statuses may be tried once more: the server itself says that later is better. */
const TRY_AGAIN: ReadonlySet<number> = new Set([429, 503])

const sayStatus = (status: number): string => {
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
  const path = root.pathname.replace(/\/+$/, '')
  return url.origin === root.origin && !url.username && !url.password && (url.pathname === path || url.pathname.startsWith(`${path}/`))
}

const parseBody = (received: Extract<Received, { ok: true }>): Page => {
  const { status, body } = received
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

/** The only wall round outbound FHIR. */
export const makeFhirClient = (outbound: Outbound, limits: Limits): FhirClient => ({
  open({ base, token }, budgetMs = limits.budgetMs) {
    const deadline = performance.now() + budgetMs
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), budgetMs)
    setMaxListeners(0, controller.signal) // one listener per read; a call has as many as its service has questions
    const budget: ByteBudget = { bytes: limits.maxBytes }

    const headers = (): Record<string, string> => ({
      accept: 'application/fhir+json',
      ...(token ? { authorization: `Bearer ${token()}` } : {}),
    })

    const receive = async (url: URL): Promise<Received> => {
      const request = { headers: headers(), signal: controller.signal, budget }
      const first = await outbound.get(url, request)
      if (!first.ok || !TRY_AGAIN.has(first.status)) return first
      const pause = pauseBefore(first.retryAfter, deadline - performance.now())
      if (pause === null) return first
      try {
        await wait(pause, undefined, { signal: controller.signal })
      } catch {
        return first // the deadline came first
      }
      const second = await outbound.get(url, request)
      return second.ok ? second : first
    }

    const readPage = async (url: URL): Promise<Page> => {
      if (!isUnder(base, url)) return { ok: false, because: FOREIGN_PAGE }
      const received = await receive(url)
      return received.ok ? parseBody(received) : { ok: false, because: OUTBOUND_SAYS[received.why] }
    }

    const read = async (query: string): Promise<Outcome> => {
      const page = await readPage(new URL(`${base}/${query}`))
      if (!page.ok) return failed(page.because, page.status)
      const [type, id] = query.split('/')
      if (page.resource.resourceType !== type) return failed(OTHER_TYPE, 200)
      if (page.resource.id !== undefined && page.resource.id !== decodeURIComponent(id ?? '')) return failed(OTHER_PATIENT, 200)
      return { state: 'answered', resources: [page.resource], status: 200 }
    }

    const pages = async (first: string): Promise<Outcome> => {
      const resources: FhirResource[] = []
      const seen = new Set<string>()
      let flaw: string | null = null
      const stop = (because: string, status?: number): Outcome =>
        seen.size > 1 || resources.length > 0 ? { ...failed(because, status), state: 'partial', resources } : failed(because, status)
      for (let next: string | null = first; next !== null; ) {
        if (!URL.canParse(next, `${base}/`)) return stop(FOREIGN_PAGE)
        const url: URL = new URL(next, `${base}/`)
        if (seen.has(url.href)) return stop(SAME_PAGE)
        if (seen.size >= limits.maxPages) return stop(MORE_PAGES)
        seen.add(url.href)
        const page = await readPage(url)
        if (!page.ok) return stop(page.because, page.status)
        if (page.resource.resourceType !== 'Bundle') return stop(OTHER_TYPE)
        const bundle = readBundle(page.resource)
        for (const resource of bundle.resources) resources.push(resource)
        if (bundle.errors > 0) flaw = bundle.resources.length > 0 ? SOME_ERRORS : OUTCOME
        else if (bundle.broken > 0) flaw ??= SOME_BROKEN
        next = bundle.next
      }
      if (flaw !== null) return stop(flaw)
      return { state: resources.length > 0 ? 'answered' : 'empty', resources, status: 200 }
    }

    const timed = async (work: Promise<Outcome>, since: number): Promise<FhirAnswer> => ({
      ...(await work),
      ms: Math.round(performance.now() - since),
    })

    return {
      base,
      ask: (query) => timed(query.includes('?') ? pages(`${base}/${query}`) : read(query), performance.now()),
      follow: (next) => timed(pages(next), performance.now()),
      close() {
        clearTimeout(timer)
        controller.abort()
      },
    }
  },
})

type WithoutTime<T> = T extends unknown ? Omit<T, 'ms'> : never
type Outcome = WithoutTime<FhirAnswer>

const failed = (because: string, status?: number): Extract<Outcome, { state: 'failed' | 'partial' }> => ({
  state: 'failed',
  resources: [],
  because,
  ...(status === undefined ? {} : { status }),
})
