import type { RequestListener } from 'node:http'
import type { Config } from '../config.ts'
import type { Step } from './call.ts'

const METHODS = 'GET, POST, OPTIONS'
const HEADERS = 'Authorization, Content-Type'

const PREFLIGHT = {
  'Access-Control-Allow-Methods': METHODS,
  'Access-Control-Allow-Headers': HEADERS,
  'Access-Control-Max-Age': '600',
}

/** Cross-origin rules of the CDS Hooks endpoints: registered origins only, never with credentials (cookies). */
export const makeCors = (
  config: Pick<Config, 'clients'>,
): {
  readonly allow: Step
  readonly preflight: Step
  readonly headersOf: (origin: string | undefined) => Readonly<Record<string, string>>
} => {
  const origins = new Set(config.clients.flatMap(({ cors }) => cors))
  const any = origins.has('*')

  const headersOf = (origin: string | undefined): Record<string, string> => ({
    ...(any ? {} : { Vary: 'Origin' }),
    ...(origin !== undefined && (any || origins.has(origin))
      ? { 'Access-Control-Allow-Origin': any ? '*' : origin, 'Access-Control-Expose-Headers': 'X-Request-Id, Retry-After' }
      : {}),
  })

  const allow: Step = (req, res, next) => {
    for (const [name, value] of Object.entries(headersOf(req.headers.origin))) res.setHeader(name, value)
    next()
  }

  const preflight: Step = (_req, res) => {
    res.writeHead(204, PREFLIGHT).end()
  }
  return { allow, preflight, headersOf }
}

type Early = Pick<ReturnType<typeof makeCors>, 'headersOf'> & { readonly baseHeaders: Readonly<Record<string, string>> }

/**
 * For a server that refuses calls or lets them wait because it cannot answer yet: the question whether a registered origin may call needs
 * none of what is missing. Without that answer a browser would never send the call, and could not read why it is refused.
 */
export const answerPreflights =
  ({ headersOf, baseHeaders }: Early, others: RequestListener): RequestListener =>
  (req, res) => {
    const own = headersOf(req.headers.origin)
    const asks = req.method === 'OPTIONS' && req.headers['access-control-request-method'] !== undefined
    if (!asks || own['Access-Control-Allow-Origin'] === undefined) return others(req, res)
    res.writeHead(204, { ...baseHeaders, ...own, ...PREFLIGHT }).end()
  }
