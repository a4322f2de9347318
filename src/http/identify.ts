import type { Request, Response } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { type ClientConfig, CONFIG_SCHEMAS, type Config } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { callOf, type Step } from './call.ts'
import type { VerifyClient } from './client-jwt.ts'

/** Callers in open mode: the registered `anonymous`, or one with the defaults. */
const anonymousOf = ({ clients }: Pick<Config, 'clients'>): ClientConfig =>
  clients.find(({ id }) => id === 'anonymous') ?? CONFIG_SCHEMAS.client.parse({ id: 'anonymous' })

/** Path as the caller used it, under the public address; the query is no part of an audience. */
const audienceOf = (publicUrl: string, originalUrl: string): string => publicUrl + (originalUrl.split('?', 1)[0] ?? '')

/**
 * Who is asking. In required mode a valid client token, before the body is looked at. In open mode (demos) everybody: a token that
 * does verify names its client, any other is as good as none.
 */
export const makeIdentify = (config: Pick<Config, 'auth' | 'clients' | 'publicUrl'>, verify: VerifyClient): Step => {
  const anonymous = anonymousOf(config)
  const verified = (authorization: string | undefined, url: string) => verify(authorization, audienceOf(config.publicUrl, url))
  const open = (authorization: string | undefined, url: string) =>
    authorization === undefined ? anonymous : verified(authorization, url).catch(() => anonymous)
  const find = config.auth === 'open' ? open : verified
  return async (req, res, next) => {
    const call = callOf(res)
    call.client = await call.span.child('identify', () => find(req.headers.authorization, req.originalUrl))
    next()
  }
}

type KeyOf = (req: Request, res: Response) => string

const perMinute = (limit: number, keyOf: KeyOf, skip: (req: Request, res: Response) => boolean = () => false): Step =>
  rateLimit({
    windowMs: 60_000,
    limit,
    legacyHeaders: false,
    standardHeaders: false,
    validate: false,
    keyGenerator: keyOf,
    skip,
    handler: (_req, res, next) => {
      res.setHeader('Retry-After', '10')
      next(new AttuneError('too-many-requests', 'rate limit reached'))
    },
  })

const addressOf = (req: Request): string => ipKeyGenerator(req.ip ?? '')

const isStranger: (req: Request, res: Response) => boolean = (_req, res) => (callOf(res).client?.id ?? 'anonymous') === 'anonymous'

const callerOf: KeyOf = (req, res) => (isStranger(req, res) ? addressOf(req) : `client ${callOf(res).client?.id}`)

const tenantOf: KeyOf = (_req, res) => `tenant ${callOf(res).client?.tenant}`

/** Requests per minute and client, and of all clients of a tenant; callers without a client (pages, app, anonymous) by address. */
export const makeRateLimit = ({ limits }: Pick<Config, 'limits'>): readonly Step[] => [
  perMinute(limits.requestsPerMinute, callerOf),
  perMinute(limits.tenantRequestsPerMinute, tenantOf, isStranger),
]

const baseOf = (text: unknown): string | null => {
  if (typeof text !== 'string' || !URL.canParse(text)) return null
  const { origin, pathname } = new URL(text)
  return origin + pathname.replace(/\/+$/, '')
}

/** Whose record the app asks for, by the FHIR server that its body names; of no tenant, the caller's address. */
export const makeAppAccount = ({ clients }: Pick<Config, 'clients'>): ((req: Request) => { client: string; tenant: string }) => {
  const tenants = new Map(clients.flatMap(({ tenant, fhirServers }) => fhirServers.map((base) => [baseOf(base), tenant] as const)))
  return (req) => {
    const address = addressOf(req)
    const tenant = tenants.get(baseOf((req.body as { fhirServer?: unknown } | null)?.fhirServer))
    return { client: `app at ${address}`, tenant: tenant === undefined ? `none, at ${address}` : tenant }
  }
}

/** Requests of the app per minute and tenant, once the body tells whose record it is about. */
export const makeAppRateLimit = ({ limits, clients }: Pick<Config, 'limits' | 'clients'>): Step => {
  const accountOf = makeAppAccount({ clients })
  return perMinute(limits.tenantRequestsPerMinute, (req) => `app of ${accountOf(req).tenant}`)
}
