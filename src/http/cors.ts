import type { Config } from '../config.ts'
import type { Step } from './call.ts'

const METHODS = 'GET, POST, OPTIONS'
const HEADERS = 'Authorization, Content-Type'

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
    res.setHeader('Access-Control-Allow-Methods', METHODS)
    res.setHeader('Access-Control-Allow-Headers', HEADERS)
    res.setHeader('Access-Control-Max-Age', '600')
    res.status(204).end()
  }
  return { allow, preflight, headersOf }
}
