import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { operationOutcome } from '../hooks/outcome.ts'
import { claimedIssuer } from './client-jwt.ts'
import { makeLine } from './line.ts'
import type { Metrics } from './metrics.ts'
import { networkOf, type Over } from './rate-limit.ts'
import { identifyRequest } from './request-id.ts'

type Headers = Readonly<Record<string, string>>

export type DoorKit = {
  readonly config: Pick<Config, 'auth' | 'clients'>
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'observeRequest'>
  readonly services: ReadonlyMap<string, unknown>
  /** Proxies whose X-Forwarded-For counts, as Express has them (`trust proxy fn`). */
  readonly trust: (address: string, hop: number) => boolean
  /** Who is over the limit on requests, known for a moment. */
  readonly over: Over
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

/**
 * Why a call is sent away before anything of it is checked, and the seconds after which it may come again. It hears it a little later:
 * who calls again as soon as it is answered, on however many connections, then calls seldom.
 */
const REFUSALS = {
  overloaded: { error: new AttuneError('overloaded', 'more calls at once than can be answered soon'), retryAfter: '1', heldMs: 100 },
  over: { error: new AttuneError('too-many-requests', 'rate limit reached a moment ago'), retryAfter: '10', heldMs: 250 },
} as const
type Refusal = (typeof REFUSALS)[keyof typeof REFUSALS]

/** So many are held; of more each is told at once. */
const MOST_HELD = 256

/** A body that is longer than this is not read to keep the connection. */
const DRAINED_BYTES = 1_000_000

/** Address of the caller, or of the last proxy that the site does not trust: what Express gives as `req.ip`. */
const makeAddressOf =
  ({ trust }: Pick<DoorKit, 'trust'>) =>
  ({ socket, headers }: IncomingMessage): string => {
    const forwarded = String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((hop) => hop.trim())
      .filter((hop) => hop !== '')
    const hops = [socket.remoteAddress ?? '', ...forwarded.reverse()]
    return networkOf(hops.find((hop, at) => !trust(hop, at)) ?? hops.at(-1) ?? '')
  }

/** Who calls, before anything is checked. */
type Claim = {
  /** Whose calls wait behind each other. */
  readonly account: string
  /** The names by which its requests are counted; empty where only a check can tell. */
  readonly names: readonly string[]
}

/**
 * Whose calls wait behind each other: address, kind of call, and the issuer that an unchecked token names. All that name none of the
 * registered ones are one account of their address: with names of its own making nobody gets more turns.
 */
const makeClaimOf = (kit: DoorKit) => {
  const { auth, clients } = kit.config
  const addressOf = makeAddressOf(kit)
  const registered = new Set<string | null | undefined>(
    clients.flatMap(({ iss, fhirServers, authorizationServers }) => [iss, ...fhirServers, ...authorizationServers]), // those: of the app's tokens
  )
  const namesOf = (issuer: string): readonly string[] => {
    const [only, ...others] = clients.filter(({ iss }) => iss === issuer)
    return only === undefined || others.length > 0 ? [] : [`client ${only.id}`, `tenant ${only.tenant}`] // of several, only the check tells
  }
  const counted = new Map(clients.flatMap(({ iss }) => (iss === undefined ? [] : [[iss, namesOf(iss)]])))
  return (req: IncomingMessage, kind: string): Claim => {
    const issuer = claimedIssuer(req.headers.authorization)
    const address = addressOf(req)
    const byAddress = kind === 'app' || req.headers.authorization === undefined
    const names = byAddress ? [`address ${address}`] : auth === 'required' && issuer !== null ? (counted.get(issuer) ?? []) : []
    return { account: `${address} ${kind} ${registered.has(issuer) ? issuer : ''}`, names }
  }
}

/** What log and figures call what was asked for. */
type Asked = { readonly kind: 'app' | 'hook' | 'feedback' | 'outcomes'; readonly route: string; readonly service: string | null }

const makeAskedOf =
  ({ services }: Pick<DoorKit, 'services'>) =>
  ([, service, feedback, outcomes]: RegExpExecArray): Asked => {
    if (outcomes !== undefined) return { kind: 'outcomes', route: '/api/outcomes', service: null }
    if (service === undefined) return { kind: 'app', route: '/api', service: null }
    const known = services.has(service) ? service : null
    if (feedback === undefined) return { kind: 'hook', route: '/cds-services/:id', service: known }
    return { kind: 'feedback', route: '/cds-services/:id/feedback', service: known }
  }

/** A call that may have to wait, or is sent away. */
type AtDoor = { readonly req: IncomingMessage; readonly res: ServerResponse; readonly asked: Asked; readonly startedAt: number }

type Ended = { readonly status: number; readonly code?: string }

/** The caller went away; there is no such status, and nobody reads it but log and figures. */
const GONE: Ended = { status: 499 }
const GONE_WORDS = 'gone while waiting'

/** Log line and figures of a call that ends at the door. */
const makeTell =
  ({ log, metrics }: DoorKit) =>
  ({ req, asked: { route, service }, startedAt }: AtDoor, id: string, { status, code }: Ended, message: string): void => {
    const ms = performance.now() - startedAt
    metrics.observeRequest(route, service, status, ms / 1000)
    log.info({ id, method: req.method, route, service, status, code, ms: Math.round(ms * 100) / 100 }, message)
  }

/** Answers with next to no work: no token is checked, and no body is looked at. */
const makeTurnAway = (kit: DoorKit) => {
  const tell = makeTell(kit)
  return (call: AtDoor, { error, retryAfter }: Refusal): void => {
    const { req, res } = call
    const { id } = identifyRequest(req.headers)
    if (res.destroyed) {
      tell(call, id, GONE, GONE_WORDS)
      return
    }
    const body = JSON.stringify(operationOutcome(error, id))
    const tooLong = !(Number(req.headers['content-length']) <= DRAINED_BYTES)
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
}

/** Does a thing a little later, unless there are too many of them. */
const makeHold = () => {
  let held = 0
  return (ms: number, thing: () => void): void => {
    if (held >= MOST_HELD) {
      thing()
      return
    }
    held += 1
    setTimeout(() => {
      held -= 1
      thing()
    }, ms)
  }
}

/**
 * What every request passes first. A few costly ones are in work at a time, and when too many wait they are turned away before anything
 * is done for them: better a quick 503 for some than late cards for all.
 */
export const makeDoor = (app: RequestListener, kit: DoorKit): RequestListener => {
  const line = makeLine()
  const turnAway = makeTurnAway(kit)
  const tell = makeTell(kit)
  const hold = makeHold()
  const claimOf = makeClaimOf(kit)
  const askedOf = makeAskedOf(kit)

  const sendAway = (call: AtDoor, why: Refusal): void => hold(why.heldMs, () => turnAway(call, why))

  const wait = (call: AtDoor, account: string): void => {
    const { req, res } = call
    let waits = true
    const leave = line.join(account, {
      start: (done) => {
        waits = false
        res.once('close', done)
        app(req, res)
      },
      refuse: () => {
        waits = false
        sendAway(call, REFUSALS.overloaded)
      },
      hasCome: () => req.complete,
    })
    if (!waits) return
    res.once('close', () => {
      if (!waits) return
      leave()
      tell(call, identifyRequest(req.headers).id, GONE, GONE_WORDS)
    })
  }

  return (req, res) => {
    const costly = req.method === 'POST' ? COSTLY.exec(req.url ?? '') : null
    if (costly === null) return app(req, res)
    const call: AtDoor = { req, res, asked: askedOf(costly), startedAt: performance.now() }
    const { account, names } = claimOf(req, call.asked.kind)
    if (kit.over.has(names)) return sendAway(call, REFUSALS.over)
    wait(call, account)
  }
}
