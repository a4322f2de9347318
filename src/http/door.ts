import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { operationOutcome } from '../hooks/outcome.ts'
import { claimedIssuer } from './client-jwt.ts'
import { makeLine } from './line.ts'
import type { Metrics } from './metrics.ts'
import { identifyRequest } from './request-id.ts'

type Headers = Readonly<Record<string, string>>

export type DoorKit = {
  readonly config: Pick<Config, 'clients'>
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
const COSTLY = /^(?:https?:\/\/[^/?#]*)?\/(?:cds-services\/([^/?#]+)(\/feedback)?|api\/)/i

const RETRY_AFTER_S = '1'

/** A body that is longer than this is not read to keep the connection. */
const DRAINED_BYTES = 1_000_000

/**
 * Whose calls wait behind each other: address, kind of call, and the issuer that an unchecked token names. All that name none of the
 * registered ones are one account of their address: with names of its own making nobody gets more turns.
 */
const makeAccountOf = ({ clients }: DoorKit['config']) => {
  const names = clients.flatMap(({ iss, fhirServers, authorizationServers }) => [iss, ...fhirServers, ...authorizationServers]) // those: of the app's tokens
  const registered = new Set<string | null | undefined>(names)
  return ({ socket, headers }: IncomingMessage, kind: string): string => {
    const issuer = claimedIssuer(headers.authorization)
    return `${socket.remoteAddress ?? ''} ${kind} ${registered.has(issuer) ? issuer : ''}`
  }
}

/** Answers 503 with next to no work: no token is checked, and no body is looked at. */
const makeTurnAway = ({ log, metrics, services, baseHeaders, corsHeaders }: DoorKit) => {
  const error = new AttuneError('overloaded', 'more calls at once than can be answered soon')
  return (req: IncomingMessage, res: ServerResponse, startedAt: number, [, service = '', feedback]: RegExpExecArray): void => {
    const { id } = identifyRequest(req.headers)
    const known = services.has(service) ? service : null
    const route = service === '' ? '/api' : feedback === undefined ? '/cds-services/:id' : '/cds-services/:id/feedback'
    const body = JSON.stringify(operationOutcome(error, id))
    const tooLong = !(Number(req.headers['content-length']) <= DRAINED_BYTES)
    res.writeHead(error.status, {
      ...baseHeaders,
      ...corsHeaders(req.headers.origin),
      'X-Request-Id': id,
      'Retry-After': RETRY_AFTER_S,
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      ...(tooLong ? { Connection: 'close' } : {}),
    })
    res.end(body)
    const ms = performance.now() - startedAt
    metrics.observeRequest(route, known, error.status, ms / 1000)
    log.info({ id, method: req.method, route, service: known, status: error.status, ms: Math.round(ms * 100) / 100 }, 'turned away')
  }
}

/**
 * What every request passes first. Costly ones begin one after the other, and when too many wait they are turned away before anything
 * is done for them: better a quick 503 for some than late cards for all.
 */
export const makeDoor = (app: RequestListener, kit: DoorKit): RequestListener => {
  const line = makeLine()
  const turnAway = makeTurnAway(kit)
  const accountOf = makeAccountOf(kit.config)
  return (req, res) => {
    const costly = req.method === 'POST' ? COSTLY.exec(req.url ?? '') : null
    if (costly === null) return app(req, res)
    const startedAt = performance.now()
    const kind = costly[1] === undefined ? 'app' : costly[2] === undefined ? 'hook' : 'feedback'
    const start = (): void => {
      if (!res.destroyed) app(req, res)
    }
    const refuse = (): void => {
      if (!res.destroyed) turnAway(req, res, startedAt, costly)
    }
    if (!line.join(() => accountOf(req, kind), start, refuse)) refuse()
  }
}
