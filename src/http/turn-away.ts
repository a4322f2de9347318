import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { AttuneError } from '../errors.ts'
import { operationOutcome } from '../hooks/outcome.ts'
import type { Metrics } from './metrics.ts'
import { identifyRequest } from './request-id.ts'

type Headers = Readonly<Record<string, string>>

export type AwayKit = {
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'observeRequest'>
  readonly services: ReadonlyMap<string, unknown>
  /** Headers of every answer. */
  readonly baseHeaders: Headers
  /** What a browser of that origin must be told to be able to read the answer. */
  readonly corsHeaders: (origin: string | undefined) => Headers
}

/**
 * What costs more than an answer that says no, in every way of writing its address that is served. The rest never waits: figures and
 * health are asked for when there is trouble.
 */
const COSTLY = /^(?:https?:\/\/[^/?#]*)?\/(?:cds-services\/([^/?#]+)(\/feedback)?|api\/(outcomes)?)/i

/** What log and figures call what was asked for; `other`: what never waits. */
type Asked = {
  readonly kind: 'app' | 'hook' | 'feedback' | 'outcomes' | 'other'
  readonly route: string
  readonly service: string | null
}

const OTHER: Asked = { kind: 'other', route: 'other', service: null }

const makeAskedOf =
  ({ services }: Pick<AwayKit, 'services'>) =>
  ({ method, url = '' }: IncomingMessage): Asked => {
    const costly = method === 'POST' ? COSTLY.exec(url) : null
    if (costly === null) return OTHER
    const [, service, feedback, outcomes] = costly
    if (outcomes !== undefined) return { kind: 'outcomes', route: '/api/outcomes', service: null }
    if (service === undefined) return { kind: 'app', route: '/api', service: null }
    const known = services.has(service) ? service : null
    if (feedback === undefined) return { kind: 'hook', route: '/cds-services/:id', service: known }
    return { kind: 'feedback', route: '/cds-services/:id/feedback', service: known }
  }

/** A call before anything of it is checked. */
export type Come = { readonly req: IncomingMessage; readonly res: ServerResponse; readonly asked: Asked; readonly startedAt: number }

/** Why it is sent away, and the seconds after which it may come again. */
export type Refusal = { readonly error: AttuneError; readonly retryAfter: string }

type Ended = { readonly status: number; readonly code?: string; readonly detail?: string | undefined }

/** The caller went away; there is no such status, and nobody reads it but log and figures. */
const GONE: Ended = { status: 499 }

/** Log line and figures of a call that ends before it is looked at. */
const makeTell =
  ({ log, metrics }: AwayKit) =>
  ({ req, asked: { route, service }, startedAt }: Come, id: string, { status, code, detail }: Ended, message: string): void => {
    const ms = performance.now() - startedAt
    metrics.observeRequest(route, service, status, ms / 1000)
    log.info({ id, method: req.method, route, service, status, code, detail, ms: Math.round(ms * 100) / 100 }, message)
  }

/** A body that is longer than this is not read to keep the connection. */
const DRAINED_BYTES = 1_000_000

export type TurnAway = {
  /** To be called when it comes. */
  come(req: IncomingMessage, res: ServerResponse): Come
  /** Answers with next to no work: no token is checked, and no body is looked at. */
  turnAway(call: Come, why: Refusal): void
  /** Its caller hung up while it waited. */
  tellGone(call: Come): void
}

/** Refuses calls that nothing has been done for, and tells log and figures of them. */
export const makeTurnAway = (kit: AwayKit): TurnAway => {
  const tell = makeTell(kit)
  const askedOf = makeAskedOf(kit)
  const tellGone = (call: Come): void => tell(call, identifyRequest(call.req.headers).id, GONE, 'gone while waiting')
  const turnAway = (call: Come, { error, retryAfter }: Refusal): void => {
    const { req, res } = call
    if (res.destroyed) {
      tellGone(call)
      return
    }
    const { id } = identifyRequest(req.headers)
    const body = JSON.stringify(operationOutcome(error, id))
    const { 'content-length': length = 0, 'transfer-encoding': chunked } = req.headers
    const tooLong = chunked !== undefined || Number(length) > DRAINED_BYTES
    res.writeHead(error.status, {
      ...kit.baseHeaders,
      ...kit.corsHeaders(req.headers.origin),
      'X-Request-Id': id,
      'Retry-After': retryAfter,
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      ...(tooLong ? { Connection: 'close' } : {}),
    })
    res.end(body)
    tell(call, id, error, 'turned away')
  }
  return { come: (req, res) => ({ req, res, asked: askedOf(req), startedAt: performance.now() }), turnAway, tellGone }
}
