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
    callOf(res).client = await find(req.headers.authorization, req.originalUrl)
    next()
  }
}

/** Requests per minute and client; callers without a client (pages, app, anonymous) are told apart by address. */
export const makeRateLimit = ({ limits }: Pick<Config, 'limits'>): Step =>
  rateLimit({
    windowMs: 60_000,
    limit: limits.requestsPerMinute,
    legacyHeaders: false,
    standardHeaders: false,
    validate: false,
    keyGenerator: (req, res) => {
      const id = callOf(res).client?.id
      return id === undefined || id === 'anonymous' ? ipKeyGenerator(req.ip ?? '') : `client ${id}`
    },
    handler: (_req, res, next) => {
      res.setHeader('Retry-After', '10')
      next(new AttuneError('too-many-requests', 'rate limit reached'))
    },
  })
