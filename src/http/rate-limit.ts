import { isIP } from 'node:net'
import type { Request, Response } from 'express'
import type { Config } from '../config.ts'
import { withoutEndSlashes } from '../end-slashes.ts'
import { AttuneError } from '../errors.ts'
import { callOf, type Step } from './call.ts'
import type { Hits } from './hits.ts'

type NameOf = (req: Request, res: Response) => string

const MINUTE_MS = 60_000

const tooMany = (res: Response, detail: string): AttuneError => {
  res.setHeader('Retry-After', '10')
  return new AttuneError('too-many-requests', detail)
}

/** For so long what is over its limit is refused unseen; then one more is looked at, because the minute may be over. */
const KNOWN_MS = 1000
const MOST_KNOWN = 10_000

/** Names that are over their limit on requests, known for a moment: the door refuses their calls without checking or counting them. */
export type Over = { add(name: string): void; has(names: readonly string[]): boolean }

export const makeOver = (now: () => number = () => performance.now()): Over => {
  const until = new Map<string, number>()
  const isOver = (name: string): boolean => {
    const end = until.get(name)
    if (end === undefined) return false
    if (now() < end) return true
    until.delete(name)
    return false
  }
  return {
    add(name) {
      if (until.size >= MOST_KNOWN) until.clear() // forgets: costs a few more checks
      until.set(name, now() + KNOWN_MS)
    },
    has: (names) => until.size > 0 && names.some(isOver),
  }
}

type Counting = { readonly hits: Hits; readonly over: Over }

const perMinute = (
  { hits, over }: Counting,
  limit: number,
  nameOf: NameOf,
  skip: (req: Request, res: Response) => boolean = () => false,
): Step => {
  return async (req, res, next) => {
    if (skip(req, res)) return next()
    const name = nameOf(req, res)
    if ((await hits.count(name, MINUTE_MS)) <= limit) return next()
    over.add(name)
    next(tooMany(res, `rate limit of ${limit} a minute reached by ${name.replace(/\baddress .*/, 'an address')}`))
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
