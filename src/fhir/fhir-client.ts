import { setMaxListeners } from 'node:events'
import type { Config } from '../config.ts'
import type { FhirResource } from '../contract/facts.ts'
import { noSpan, type Span } from '../tracing/span.ts'
import { makeBreaker } from './breaker.ts'
import { type Counted, countedTogether, isShort, readBundle } from './bundle.ts'
import { type CallTurns, makeCallTurns } from './call-turns.ts'
import { createOnce } from './create.ts'
import type { Outbound, Received } from './outbound.ts'
import { FOREIGN_PAGE, type Line, OUTBOUND_SAYS, OUTCOME, type Page, readPage } from './read-page.ts'

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
export type FhirAccess = {
  readonly base: string
  readonly token: (() => string) | null
  /** The piece of a call's trace that the reads belong to. */
  readonly span?: Span
}

/** How a create ended. `because` names no host and no identifier. */
export type Created =
  | { readonly state: 'created'; readonly reference: string }
  | { readonly state: 'failed'; readonly because: string; readonly status?: number }

/** The reads of one call: one deadline and one byte budget for all of them. */
export type FhirSession = {
  readonly base: string
  /** A read (`Patient/1`) or a search (`Condition?patient=1`), all pages. Never throws. */
  ask(query: string): Promise<FhirAnswer>
  /** The pages that follow one that came otherwise, with what was counted there, of a search for one type. */
  follow(next: string, before: Counted, type: string): Promise<FhirAnswer>
  /**
   * Creates a resource, at most once: a server that has one under the same condition gives that one back (FHIR R4, http.html#ccreate).
   * Never throws.
   */
  create(resource: FhirResource, unless: string): Promise<Created>
  /** Frees the deadline's timer and ends reads still under way. */
  close(): void
}

export type FhirClient = {
  /** `allowed`: other limits than those of a hook call. */
  open(access: FhirAccess, allowed?: FhirLimits): FhirSession
  /** Servers that are left alone at present because they do not answer; for health. */
  resting(): number
  /** Servers at which the last call that asked for several kinds of resources found none of them, neither by id nor by search. */
  unknowing(): number
  /** Whether a base is left alone at present, as `trustedBase` names it. */
  isResting(base: string): boolean
}

/** How long a session may take, how many pages of a search and how many bytes in all it reads. */
export type FhirLimits = Pick<Config['network'], 'budgetMs' | 'maxPages' | 'maxBytes'>

const OTHER_TYPE = 'The FHIR server answered with another kind of resource.'
const OTHER_RESOURCE = 'The FHIR server answered with another resource than the one asked for.'
const MORE_PAGES = 'There are more results than this service reads.'
const SAME_PAGE = 'The pages of the answer repeat.'
const SOME_ERRORS = 'The FHIR server reported an error beside the results.'
const NOT_ALL = 'The FHIR server has more results than it sent.'
const SOME_BROKEN = 'Some results were not readable.'
const RESTING = 'The FHIR server has not answered for a while; it is tried again in a few seconds.'

type WithoutTime<T> = T extends unknown ? Omit<T, 'ms'> : never
type Outcome = WithoutTime<FhirAnswer>
type ReadPage = (url: URL) => Promise<Page>

const failed = (because: string, status?: number): Extract<Outcome, { state: 'failed' | 'partial' }> => ({
  state: 'failed',
  resources: [],
  because,
  ...(status === undefined ? {} : { status }),
})

const readOne = async (query: string, base: string, page: ReadPage): Promise<Outcome> => {
  const read = await page(new URL(`${base}/${query}`))
  if (!read.ok) return failed(read.because, read.status)
  const [type, id] = query.split('/')
  if (read.resource.resourceType !== type) return failed(OTHER_TYPE, 200)
  if (read.resource.id !== undefined && read.resource.id !== id) return failed(OTHER_RESOURCE, 200)
  return { state: 'answered', resources: [read.resource], status: 200 }
}

/** No page before the first one. */
const NOTHING_BEFORE: Counted = { total: null, came: 0 }

/** The one type that a search asks for; null where it may ask for several. */
const typeSearched = (query: string): string | null => /^[A-Za-z]+(?=\?)/.exec(query)?.[0] ?? null

type Pages = { readonly first: string; readonly type: string | null; readonly before: Counted }

const readPages = async ({ first, type, before }: Pages, base: string, maxPages: number, page: ReadPage): Promise<Outcome> => {
  const resources: FhirResource[] = []
  const seen = new Set<string>()
  let flaw: string | null = null
  let counted = before
  const stop = (because: string, status?: number): Outcome =>
    seen.size > 1 || resources.length > 0 ? { ...failed(because, status), state: 'partial', resources } : failed(because, status)
  for (let next: string | null = first; next !== null; ) {
    if (!URL.canParse(next, `${base}/`)) return stop(FOREIGN_PAGE)
    const url: URL = new URL(next, `${base}/`)
    if (seen.has(url.href)) return stop(SAME_PAGE)
    if (seen.size >= maxPages) return stop(MORE_PAGES)
    seen.add(url.href)
    const read = await page(url)
    if (!read.ok) return stop(read.because, read.status)
    if (read.resource.resourceType !== 'Bundle') return stop(OTHER_TYPE)
    const bundle = readBundle(read.resource, type)
    for (const resource of bundle.resources) resources.push(resource)
    if (bundle.errors > 0) flaw = bundle.resources.length > 0 ? SOME_ERRORS : OUTCOME
    else if (bundle.broken > 0) flaw ??= SOME_BROKEN
    counted = countedTogether(counted, bundle)
    next = bundle.next
  }
  if (flaw !== null) return stop(flaw)
  if (isShort(counted)) return stop(NOT_ALL)
  return { state: resources.length > 0 ? 'answered' : 'empty', resources, status: 200 }
}

const timed = async (work: Promise<Outcome>): Promise<FhirAnswer> => {
  const since = performance.now()
  const outcome = await work
  return { ...outcome, ms: Math.round(performance.now() - since) }
}

/** The kind of resource; the rest of a query may name a patient. */
const typeOf = (query: string): string => /^[A-Za-z]+/.exec(query)?.[0] ?? 'unknown'

/** A span of its own for each query: what kind of resource, and how it ended. */
const traced = (span: Span, type: string, work: () => Promise<FhirAnswer>): Promise<FhirAnswer> =>
  span.child('fhir', async (own) => {
    const answer = await work()
    const status = answer.status === undefined ? {} : { 'http.response.status_code': answer.status }
    own.note({ 'fhir.resource_type': type, 'attune.state': answer.state, 'attune.resources': answer.resources.length, ...status })
    return answer
  })

/** Nothing is asked of a server that does not answer. */
const restingSession = (base: string): FhirSession => {
  const refuse = async (): Promise<FhirAnswer> => ({ ...failed(RESTING), ms: 0 })
  return { base, ask: refuse, follow: refuse, create: async () => ({ state: 'failed', because: RESTING }), close: () => undefined }
}

/** How many kinds of resources a server may lack before its base is doubted. */
const KINDS_TO_DOUBT = 3

type Asked = { readonly query: string; readonly status: number | undefined }

/**
 * Whether a server knows nothing of what a call asked for. A search at a right base ends with 200, if without results; 404 means that the
 * type is not served there, and of every type, that the base is wrong. Null where the call does not tell.
 */
const knowsNothing = (asked: readonly Asked[]): boolean | null => {
  if (asked.length === 0 || asked.some(({ status }) => status === undefined)) return null
  if (!asked.every(({ status }) => status === 404 || status === 410)) return false
  const kinds = new Set(asked.map(({ query }) => typeOf(query)))
  return kinds.size >= KINDS_TO_DOUBT && asked.some(({ query }) => query.includes('?')) ? true : null
}

/** The server is there: it gave some answer that is not its own failure. Too large or unreadable is an answer, too. */
const isAnswer = (received: Received): boolean =>
  received.ok ? received.status < 500 : received.why === 'too-large' || received.why === 'encoding'

/** The only wall round outbound FHIR. Keep one for the life of the process: it remembers which servers do not answer. */
export const makeFhirClient = (outbound: Outbound, limits: FhirLimits): FhirClient => {
  const breaker = makeBreaker()
  const servers = new Map<string, CallTurns>()
  const unknowing = new Set<string>()
  const noteKnowledge = (base: string, asked: readonly Asked[]): void => {
    const nothing = knowsNothing(asked)
    if (nothing === true) unknowing.add(base)
    if (nothing === false) unknowing.delete(base)
  }
  const turnsAt = (base: string): CallTurns => {
    const { origin } = new URL(base)
    const turns = servers.get(origin) ?? makeCallTurns(outbound.connectionsTo(origin), limits.budgetMs)
    servers.set(origin, turns)
    return turns
  }
  return {
    resting: breaker.resting,
    unknowing: () => unknowing.size,
    isResting: breaker.isResting,
    open({ base, token, span = noSpan }, { budgetMs, maxPages, maxBytes } = limits) {
      if (!breaker.mayTry(base)) return restingSession(base)
      const controller = new AbortController()
      const { signal } = controller
      setMaxListeners(0, signal) // one listener per read; a call has as many as its service has questions
      const timer = setTimeout(() => controller.abort(), budgetMs)
      const line: Line = {
        outbound,
        base,
        token,
        signal,
        deadline: performance.now() + budgetMs,
        budget: { bytes: maxBytes },
        traceparent: span.traceparent,
      }
      let answered: boolean | null = null
      const since = performance.now()
      const hear = (received: Received): void => {
        if (!received.ok && received.why === 'queued') return // our own queue says nothing about the server
        if (isAnswer(received)) breaker.hear(base)
        answered = answered === true || isAnswer(received)
      }
      const turns = turnsAt(base)
      const asked: Asked[] = []
      const page: ReadPage = async (url) => {
        if (!(await turns.take(signal))) return { ok: false, because: OUTBOUND_SAYS.queued }
        try {
          return await readPage(line, url, hear)
        } finally {
          turns.leave()
        }
      }
      const search = (query: string): Pages => ({ first: `${base}/${query}`, type: typeSearched(query), before: NOTHING_BEFORE })
      return {
        base,
        ask: async (query) => {
          const answer = await traced(span, typeOf(query), () =>
            timed(query.includes('?') ? readPages(search(query), base, maxPages, page) : readOne(query, base, page)),
          )
          asked.push({ query, status: answer.status })
          return answer
        },
        follow: (first, before, type) => traced(span, 'next page', () => timed(readPages({ first, type, before }, base, maxPages, page))),
        create: (resource, unless) => createOnce(line, resource, unless),
        close() {
          clearTimeout(timer)
          controller.abort()
          // A call that asked nothing gives the trial back without a verdict.
          breaker.report(base, answered, since)
          noteKnowledge(base, asked)
        },
      }
    },
  }
}
