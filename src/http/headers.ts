import helmet from 'helmet'
import type { Config } from '../config.ts'
import { AttuneError } from '../errors.ts'
import type { Step } from './call.ts'

type Directives = Readonly<Record<string, readonly string[]>>

/** A source in a policy is an origin and nothing else: no space or semicolon can add a directive. */
const ORIGIN = /^https?:\/\/[a-z0-9.*-]+(:(\d{1,5}|\*))?$|^https?:\/\/\[[0-9a-f:]+\](:\d{1,5})?$/i

const checkOrigins = (origins: readonly string[]): string[] => {
  const odd = origins.find((origin) => !ORIGIN.test(origin))
  if (odd !== undefined) throw new AttuneError('config-invalid', `frameAncestors: "${odd}" is not an origin`)
  return [...new Set(origins)]
}

const policy = (directives: Directives): string =>
  Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ')

/** Nothing may be loaded by an answer that is data. */
const DATA_POLICY = policy({ 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] })

type Allowed = {
  readonly connect?: readonly string[]
  readonly frameAncestors?: readonly string[]
  readonly frames?: readonly string[]
  readonly images?: readonly string[]
}

const NONE = ["'none'"]

const pagePolicy = ({ connect = [], frameAncestors = NONE, frames = NONE, images = [] }: Allowed): string =>
  policy({
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'data:', ...images],
    'font-src': ["'self'"],
    'manifest-src': ["'self'"],
    'worker-src': ["'self'"],
    'connect-src': ["'self'", ...connect],
    'form-action': ["'self'"],
    'frame-src': frames,
    'base-uri': ["'none'"],
    'object-src': ["'none'"],
    'frame-ancestors': frameAncestors,
  })

/** Headers of every answer; pages replace the policy with their own. */
export const makeBaseHeaders = ({ publicUrl }: Pick<Config, 'publicUrl'>): Step => {
  const others = helmet({
    contentSecurityPolicy: false,
    xFrameOptions: false, // frame-ancestors says it better, and per site
    xPoweredBy: false, // switched off in Express
    strictTransportSecurity: publicUrl.startsWith('https:') ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    // Each header costs every answer some microseconds; these speak to browsers long gone or change nothing here.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  })
  return (req, res, next) => {
    res.setHeader('Content-Security-Policy', DATA_POLICY)
    res.setHeader('Cache-Control', 'no-store')
    others(req, res, next)
  }
}

/** Policies of the pages: the SMART app may be framed by registered EHRs, the sandbox's EHR page frames the app. */
export const makePageHeaders = (
  config: Pick<Config, 'clients' | 'mode'>,
): { readonly app: Step; readonly sandbox: Step; readonly plain: Step } => {
  const sandbox = config.mode === 'sandbox'
  const ehrs = config.clients.flatMap(({ fhirServers, authorizationServers }) => [...fhirServers, ...authorizationServers])
  const ehrOrigins = [...new Set(ehrs.map((address) => new URL(address).origin))]
  const pictureOrigins = config.clients.flatMap(({ imaging }) => (imaging?.dicomweb ?? []).map((base) => new URL(base).origin))
  const embedders = [...(sandbox ? ["'self'"] : []), ...checkOrigins(config.clients.flatMap(({ frameAncestors }) => frameAncestors))]
  const say =
    (value: string): Step =>
    (_req, res, next) => {
      res.setHeader('Content-Security-Policy', value)
      res.setHeader('Cache-Control', 'no-cache')
      next()
    }
  return {
    // blob: pictures of studies are fetched by the app itself, checked, and shown from memory; no other origin may be shown.
    app: say(
      pagePolicy({
        connect: [...new Set([...ehrOrigins, ...pictureOrigins])],
        frameAncestors: embedders.length > 0 ? embedders : NONE,
        images: ['blob:'],
      }),
    ),
    sandbox: say(pagePolicy({ connect: ehrOrigins, frames: ["'self'"] })),
    plain: say(pagePolicy({})),
  }
}
