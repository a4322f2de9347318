import helmet from 'helmet'
import type { Config } from '../config.ts'
import { withoutEndSlashes } from '../end-slashes.ts'
import { AttuneError } from '../errors.ts'
import { standaloneOf } from './app-config.ts'
import { type Step, textOf } from './call.ts'

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
    // No text becomes script: the pages write no HTML and make no policy that could.
    'require-trusted-types-for': ["'script'"],
    'trusted-types': NONE,
  })

/** Headers of every answer, the same each time; pages replace the policy with their own. */
export const baseHeadersOf = ({ publicUrl }: Pick<Config, 'publicUrl'>): Readonly<Record<string, string>> => {
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
  const headers: Record<string, string> = { 'Content-Security-Policy': DATA_POLICY, 'Cache-Control': 'no-store' }
  const setHeader = (name: string, value: string): void => {
    headers[name] = value
  }
  // Nothing in them depends on the request: helmet says them once, to a response that only notes them.
  others({} as never, { setHeader } as never, () => {})
  return headers
}

export const makeBaseHeaders = (headers: Readonly<Record<string, string>>): Step => {
  const all = Object.entries(headers)
  return (_req, res, next) => {
    for (const [name, value] of all) res.setHeader(name, value)
    next()
  }
}

type Clients = Config['clients']

const originsOf = (addresses: readonly string[]): string[] => [...new Set(addresses.map((address) => new URL(address).origin))]

const ehrOriginsOf = (clients: Clients): string[] =>
  originsOf(clients.flatMap(({ fhirServers, authorizationServers }) => [...fhirServers, ...authorizationServers]))

const pictureOriginsOf = (clients: Clients): string[] => originsOf(clients.flatMap(({ imaging }) => imaging?.dicomweb ?? []))

/** The app of some EHRs: it talks to them and may be framed by them. */
const appPolicy = (clients: Clients, sandbox: boolean): string => {
  const embedders = [...(sandbox ? ["'self'"] : []), ...checkOrigins(clients.flatMap(({ frameAncestors }) => frameAncestors))]
  return pagePolicy({
    connect: [...new Set([...ehrOriginsOf(clients), ...pictureOriginsOf(clients)])],
    frameAncestors: embedders.length > 0 ? embedders : NONE,
    // blob: pictures of studies are fetched by the app itself, checked, and shown from memory; no other origin may be shown.
    images: ['blob:'],
  })
}

/**
 * A launch names its EHR in `iss`: the page that starts is for that EHR alone, and for none when nobody registered it. Without `iss` it is
 * for those that are offered without a launch. Where a page is not told which EHR it is for, after the login, all registered ones may
 * frame it.
 */
const makeAppPolicyOf = ({
  app,
  clients,
  mode,
}: Pick<Config, 'app' | 'clients' | 'mode'>): ((iss: string | null, page: string) => string) => {
  const sandbox = mode === 'sandbox'
  const bases = new Set(clients.flatMap(({ fhirServers }) => fhirServers.map(withoutEndSlashes)))
  const ofBase = new Map(
    [...bases].map((base) => [
      base,
      appPolicy(
        clients.filter((client) => client.fhirServers.map(withoutEndSlashes).includes(base)),
        sandbox,
      ),
    ]),
  )
  const [ofAll, ofNobody] = [appPolicy(clients, sandbox), appPolicy([], sandbox)]
  const standalone = standaloneOf({ app, clients })
  const ofStandalone = appPolicy(
    clients.filter(({ fhirServers }) => fhirServers.some((base) => standalone.includes(base))),
    sandbox,
  )
  return (iss, page) => {
    const isLaunch = page.endsWith('/launch.html')
    if (iss === null) return isLaunch ? ofStandalone : ofAll
    // After a login `iss` names an authorization server (RFC 9207), which may be none of the bases.
    return ofBase.get(withoutEndSlashes(iss)) ?? (isLaunch ? ofNobody : ofAll)
  }
}

/** Policies of the pages: the SMART app may be framed by registered EHRs, the sandbox's EHR page frames the app. */
export const makePageHeaders = (
  config: Pick<Config, 'app' | 'clients' | 'mode'>,
): { readonly app: Step; readonly sandbox: Step; readonly plain: Step } => {
  const appPolicyOf = makeAppPolicyOf(config)
  const say =
    (policyFor: (iss: string | null, page: string) => string): Step =>
    (req, res, next) => {
      const { iss } = req.query
      res.setHeader('Content-Security-Policy', policyFor(iss === undefined ? null : textOf(iss), req.path))
      res.setHeader('Cache-Control', 'no-cache')
      next()
    }
  const [sandbox, plain] = [pagePolicy({ connect: ehrOriginsOf(config.clients), frames: ["'self'"] }), pagePolicy({})]
  return { app: say(appPolicyOf), sandbox: say(() => sandbox), plain: say(() => plain) }
}
