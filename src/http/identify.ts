import type { Request } from 'express'
import { type ClientConfig, CONFIG_SCHEMAS, type Config } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { callOf, type Step } from './call.ts'
import type { VerifyClient } from './client-jwt.ts'
import type { FailedSignIns } from './failed-sign-ins.ts'

/** Callers in open mode: the registered `anonymous`, or one with the defaults. */
const anonymousOf = ({ clients }: Pick<Config, 'clients'>): ClientConfig =>
  clients.find(({ id }) => id === 'anonymous') ?? CONFIG_SCHEMAS.client.parse({ id: 'anonymous' })

/** Path as the caller used it, under the public address; the query is no part of an audience. */
const audienceOf = (publicUrl: string, originalUrl: string): string => publicUrl + (originalUrl.split('?', 1)[0] ?? '')

/**
 * Who is asking. In required mode a valid client token, before the body is looked at; an address from which too many failed waits. In
 * open mode (demos) everybody: a token that does verify names its client, any other is as good as none.
 */
export const makeIdentify = (
  config: Pick<Config, 'auth' | 'clients' | 'publicUrl'>,
  verify: VerifyClient,
  failures: FailedSignIns,
): Step => {
  const anonymous = anonymousOf(config)
  const verified = ({ headers, originalUrl }: Request) => verify(headers.authorization, audienceOf(config.publicUrl, originalUrl))
  const open = (req: Request) => (req.headers.authorization === undefined ? anonymous : verified(req).catch(() => anonymous))
  const closed = async (req: Request) => {
    try {
      const client = await verified(req)
      failures.succeeded(req, client.iss)
      return client
    } catch (error) {
      if (error instanceof AttuneError && error.code === 'client-unknown') await failures.failed(req)
      throw error
    }
  }
  const find = config.auth === 'open' ? open : closed
  return async (req, res, next) => {
    if (config.auth !== 'open') failures.admit(req, res)
    const call = callOf(res)
    call.client = await call.span.child('identify', async () => find(req))
    next()
  }
}
