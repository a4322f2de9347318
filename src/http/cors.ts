import type { Config } from '../config.ts'
import type { Step } from './call.ts'

const METHODS = 'GET, POST, OPTIONS'
const HEADERS = 'Authorization, Content-Type'

/** Cross-origin rules of the CDS Hooks endpoints: registered origins only, never with credentials (cookies). */
export const makeCors = (config: Pick<Config, 'clients'>): { readonly allow: Step; readonly preflight: Step } => {
  const origins = new Set(config.clients.flatMap(({ cors }) => cors))
  const any = origins.has('*')

  const allow: Step = (req, res, next) => {
    const { origin } = req.headers
    if (!any) res.vary('Origin')
    if (origin !== undefined && (any || origins.has(origin))) {
      res.setHeader('Access-Control-Allow-Origin', any ? '*' : origin)
      res.setHeader('Access-Control-Expose-Headers', 'X-Request-Id, Retry-After')
    }
    next()
  }

  const preflight: Step = (_req, res) => {
    res.setHeader('Access-Control-Allow-Methods', METHODS)
    res.setHeader('Access-Control-Allow-Headers', HEADERS)
    res.setHeader('Access-Control-Max-Age', '600')
    res.status(204).end()
  }
  return { allow, preflight }
}
