import type { IncomingMessage, RequestListener } from 'node:http'
import type { Config } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { announcedBytes, SMALL_BYTES } from './body-room.ts'
import { claimedIssuer } from './client-jwt.ts'
import { makeLine } from './line.ts'
import { networkOf, type Over, secondsOf } from './rate-limit.ts'
import { type AwayKit, type Come, makeTurnAway } from './turn-away.ts'

type DoorKit = AwayKit & {
  readonly config: Pick<Config, 'auth' | 'clients'>
  /** Proxies whose X-Forwarded-For counts, as Express has them (`trust proxy fn`). */
  readonly trust: (address: string, hop: number) => boolean
  /** Who is over the limit on requests, known for a moment. */
  readonly over: Over
}

/**
 * Why a call is sent away before anything of it is checked. It hears it a little later: who calls again as soon as it is answered, on
 * however many connections, then calls seldom.
 */
const REFUSALS = {
  overloaded: { error: new AttuneError('overloaded', 'more calls at once than can be answered soon'), heldMs: 100 },
  over: { error: new AttuneError('too-many-requests', 'rate limit reached a moment ago'), heldMs: 250 },
} as const

/** So many are held; of more each is told at once. */
const MOST_HELD = 256

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

/** Long records, and bodies that do not tell their length, wait behind each other: a short call of the same caller has turns of its own. */
const isLarge = (req: IncomingMessage): boolean => (announcedBytes(req) ?? Number.POSITIVE_INFINITY) > SMALL_BYTES

/**
 * Whose calls wait behind each other: address, kind of call, the issuer that an unchecked token names, and whether the body is large. All
 * that name none of the registered ones are one account of their address: with names of its own making nobody gets more turns.
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
    return { account: `${address} ${kind} ${registered.has(issuer) ? issuer : ''} ${isLarge(req) ? 'large' : ''}`, names }
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
  const { come, turnAway, tellGone } = makeTurnAway(kit)
  const hold = makeHold()
  const claimOf = makeClaimOf(kit)

  /** @param until when it may come again, as `performance.now` has it */
  const sendAway = (call: Come, { error, heldMs }: (typeof REFUSALS)[keyof typeof REFUSALS], until = 0): void =>
    hold(heldMs, () => turnAway(call, { error, retryAfter: secondsOf(until - performance.now()) }))

  const wait = (call: Come, account: string): void => {
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
      tellGone(call)
    })
  }

  return (req, res) => {
    const call = come(req, res)
    if (call.asked.kind === 'other') return app(req, res)
    const { account, names } = claimOf(req, call.asked.kind)
    const overUntil = kit.over.until(names)
    if (overUntil !== undefined) return sendAway(call, REFUSALS.over, overUntil)
    wait(call, account)
  }
}
