import { isIP } from 'node:net'
import type { Request, Response } from 'express'
import type { Config } from '../config.ts'
import { withoutEndSlashes } from '../end-slashes.ts'
import { AttuneError } from '../errors.ts'
import { callOf, type Step } from './call.ts'
import type { Hits } from './hits.ts'
import { paceOf } from './pace.ts'

type NameOf = (req: Request, res: Response) => string

/** Whole seconds as `Retry-After` has them, never less than what is left. */
export const secondsOf = (ms: number): string => String(Math.max(1, Math.ceil(ms / 1000)))

const tooMany = (res: Response, waitMs: number, detail: string): AttuneError => {
  res.setHeader('Retry-After', secondsOf(waitMs))
  return new AttuneError('too-many-requests', detail)
}

/** For so long at most what is over its limit is refused unseen: Redis may know better by then. */
const KNOWN_MS = 1000
const MOST_KNOWN = 10_000

/** Names that are over their limit on requests, known for a moment: the door refuses their calls without checking or counting them. */
export type Over = {
  add(name: string, waitMs: number): void
  /** The moment, in milliseconds of `performance.now`, in which one of these names may call again; undefined where none is known to be over. */
  until(names: readonly string[]): number | undefined
}

export const makeOver = (now: () => number = () => performance.now()): Over => {
  const over = new Map<string, { readonly known: number; readonly until: number }>()
  const untilOf = (name: string): number | undefined => {
    const one = over.get(name)
    if (one === undefined) return undefined
    if (now() < one.known) return one.until
    over.delete(name)
    return undefined
  }
  return {
    add(name, waitMs) {
      if (over.size >= MOST_KNOWN) over.clear() // forgets: costs a few more checks
      over.set(name, { known: now() + Math.min(waitMs, KNOWN_MS), until: now() + waitMs })
    },
    until(names) {
      if (over.size === 0) return undefined
      const ends = names.map(untilOf).filter((end) => end !== undefined)
      return ends.length === 0 ? undefined : Math.max(...ends)
    },
  }
}

type Counting = { readonly hits: Hits; readonly over: Over }

const perMinute = (
  { hits, over }: Counting,
  limit: number,
  nameOf: NameOf,
  skip: (req: Request, res: Response) => boolean = () => false,
): Step => {
  const pace = paceOf(limit)
  return async (req, res, next) => {
    if (skip(req, res)) return next()
    const name = nameOf(req, res)
    const waitMs = await hits.take(name, pace)
    if (waitMs === 0) return next()
    over.add(name, waitMs)
    next(tooMany(res, waitMs, `rate limit of ${limit} a minute reached by ${name.replace(/\baddress .*/, 'an address')}`))
  }
}

/** Of IPv6 the first 56 bits: a caller at home or in a cloud has at least that many addresses to itself. */
export const networkOf = (ip: string): string => {
  const address = ip.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*/, '')
  if (isIP(address) !== 6) return address
  const [head = '', tail = ''] = address.split('::')
  const [left, right] = [head, tail].map((half) => half.split(':').filter((group) => group !== '')) as [string[], string[]]
  const groups = [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right]
  const [first, second, third, fourth] = groups.map((group) => Number.parseInt(group, 16))
  return `${first}:${second}:${third}:${(fourth ?? 0) >> 8}/56`
}

export const addressOf = (req: Request): string => networkOf(req.ip ?? '')

export const isStranger: (req: Request, res: Response) => boolean = (_req, res) => (callOf(res).client?.id ?? 'anonymous') === 'anonymous'

const callerOf: NameOf = (req, res) => (isStranger(req, res) ? `address ${addressOf(req)}` : `client ${callOf(res).client?.id}`)

const tenantOf: NameOf = (_req, res) => `tenant ${callOf(res).client?.tenant}`

/** Whose room a call takes: the tenant's, or of callers without a client the address's. */
export const accountOf: NameOf = (req, res) => (isStranger(req, res) ? `address ${addressOf(req)}` : tenantOf(req, res))

/** Requests per minute and client, and of all clients of a tenant; callers without a client (pages, app, anonymous) by address. */
export const makeRateLimit = ({ limits }: Pick<Config, 'limits'>, counting: Counting): readonly Step[] => [
  perMinute(counting, limits.requestsPerMinute, callerOf),
  perMinute(counting, limits.tenantRequestsPerMinute, tenantOf, isStranger),
]

/** A FHIR base by origin and path, for comparing; null when it is none. */
export const baseOf = (text: unknown): string | null => {
  if (typeof text !== 'string' || !URL.canParse(text)) return null
  const { origin, pathname } = new URL(text)
  return origin + withoutEndSlashes(pathname)
}

/** Whose record the app asks for, by the FHIR server that its body names; of no tenant, the caller's address. */
export const makeAppAccount = ({ clients }: Pick<Config, 'clients'>): ((req: Request) => { client: string; tenant: string }) => {
  const tenants = new Map(clients.flatMap(({ tenant, fhirServers }) => fhirServers.map((base) => [baseOf(base), tenant] as const)))
  return (req) => {
    const address = addressOf(req)
    const tenant = tenants.get(baseOf((req.body as { fhirServer?: unknown } | null)?.fhirServer))
    return { client: `app at ${address}`, tenant: tenant === undefined ? `none, at address ${address}` : tenant }
  }
}

/** Requests of the app per minute and tenant, once the body tells whose record it is about. */
export const makeAppRateLimit = ({ limits, clients }: Pick<Config, 'limits' | 'clients'>, counting: Counting): Step => {
  const accountOf = makeAppAccount({ clients })
  return perMinute(counting, limits.tenantRequestsPerMinute, (req) => `app of ${accountOf(req).tenant}`)
}
