import type { Config } from '../../config.ts'
import { addressOf, type Finding, findingsOf, tame } from './finding.ts'
import { NEEDS } from './needs.ts'
import { type Probe, sayFailure } from './probe.ts'

type Json = Readonly<Record<string, unknown>>

/** What the app asks for at an EHR launch; a test compares it with the app. */
export const APP_SCOPES = ['openid', 'fhirUser', 'launch', 'launch/patient', 'patient/*.rs', 'offline_access'] as const

/** What is lost without a scope of the launch itself. */
const WITHOUT: Readonly<Record<string, string>> = {
  openid: 'who signed in: a sign-off then says that its author is not known',
  fhirUser: 'who signed in: a sign-off then says that its author is not known',
  launch: 'the launch from within the chart',
  'launch/patient': 'the choice of the patient at a launch outside the chart',
  offline_access: 'renewing the session: the app ends with the first access token, after minutes',
}

/** Capabilities of SMART App Launch 2.2 that the app leans on. */
const CAPABILITIES: readonly (readonly [name: string, lost: string])[] = [
  ['launch-ehr', 'the launch from within the chart'],
  ['client-public', 'the sign-in: the app is a public client and holds no secret'],
  ['context-ehr-patient', 'the patient of the chart: the app then asks to be opened from a chart'],
  ['permission-patient', 'reading of the patient'],
  ['sso-openid-connect', 'who signed in: a sign-off then says that its author is not known'],
]

const textsOf = (value: unknown): ReadonlySet<string> | null =>
  Array.isArray(value) ? new Set(value.filter((one) => typeof one === 'string')) : null

const ENDPOINTS = ['authorization_endpoint', 'token_endpoint'] as const

const endpointFindings = (about: string, said: Json, allowHttp: boolean): Finding[] => {
  const say = findingsOf('smart-endpoints', about)
  const bad = ENDPOINTS.filter((name) => {
    const address = said[name]
    return typeof address !== 'string' || !URL.canParse(address) || !(allowHttp ? /^https?:$/ : /^https:$/).test(new URL(address).protocol)
  })
  if (bad.length === 0) return [say.ok('Authorization and token endpoint are named.')]
  return [
    say.fail(
      `SMART configuration names no usable ${bad.join(', ')}.`,
      'The app cannot sign in.',
      'Ask the EHR to complete its SMART configuration; both must be https addresses.',
    ),
  ]
}

/** The page may talk to registered origins and no other: the same rule as the Content-Security-Policy of the app. */
const policyFindings = (about: string, said: Json, { clients }: Config): Finding[] => {
  const say = findingsOf('authorization-servers', about)
  const allowed = new Set(
    clients.flatMap(({ fhirServers, authorizationServers }) => [...fhirServers, ...authorizationServers]).map((one) => new URL(one).origin),
  )
  const judged = (['token_endpoint', 'revocation_endpoint'] as const).flatMap((name): Finding[] => {
    const address = said[name]
    if (typeof address !== 'string' || !URL.canParse(address) || allowed.has(new URL(address).origin)) return []
    const origin = addressOf(new URL(address).origin)
    const what = `The ${name} is at ${origin}, which the app may not talk to.`
    const todo = `Add ${origin} to clients[].authorizationServers.`
    return name === 'token_endpoint'
      ? [say.fail(what, "The browser blocks the sign-in by the app's Content-Security-Policy.", todo)]
      : [say.warn(what, 'The browser blocks it: tokens are then not taken back when a session ends.', todo)]
  })
  return judged.length > 0 ? judged : [say.ok('The app may talk to the token endpoint.')]
}

const pkceFindings = (about: string, said: Json): Finding[] => {
  const say = findingsOf('pkce', about)
  const methods = textsOf(said.code_challenge_methods_supported)
  if (methods?.has('S256')) return [say.ok('PKCE with S256 is supported.')]
  const what = methods === null ? 'SMART configuration does not say that PKCE is supported.' : 'PKCE is offered, but not with S256.'
  return [
    say.fail(
      what,
      'The app signs in with PKCE by S256 and in no other way (SMART App Launch 2.2).',
      'Ask the EHR to switch S256 on and to list it in code_challenge_methods_supported.',
    ),
  ]
}

const capabilityFindings = (about: string, said: Json): Finding[] => {
  const say = findingsOf('smart-capabilities', about)
  const offered = textsOf(said.capabilities)
  if (offered === null) return [say.notChecked('What kinds of launch the EHR supports.', 'SMART configuration lists no capabilities')]
  const missing = CAPABILITIES.filter(([name]) => !offered.has(name))
  if (missing.length === 0) return [say.ok('All capabilities that the app leans on are listed.')]
  const lost = missing.map(([name, what]) => `${name}: ${what}`).join('; ')
  return [
    say.warn(
      `Not listed: ${missing.map(([name]) => name).join(', ')}.`,
      `Lost would be ${lost}.`,
      'Ask the EHR whether they are there all the same.',
    ),
  ]
}

/** Interactions of a read scope, in either generation's words (SMART 1 `read`, SMART 2 `rs`). */
const READS = ['rs', 'read', '*', 'cruds'] as const

const readable = (offered: ReadonlySet<string>, type: string): boolean =>
  ['patient', 'user'].some((level) => READS.some((words) => offered.has(`${level}/${type}.${words}`) || offered.has(`${level}/*.${words}`)))

/** Types that the app reads; documents stand in a Binary. */
const TYPES: readonly string[] = [...new Set([...NEEDS.map(({ type }) => type), 'Binary'])]

const coversWrite = (offered: ReadonlySet<string>, scope: string): boolean => {
  const [, level, type] = /^(\w+)\/(\w+)\./.exec(scope) ?? []
  return [scope, `${level}/${type}.write`, `${level}/${type}.cruds`, `${level}/${type}.*`, `${level}/*.write`, `${level}/*.*`].some((one) =>
    offered.has(one),
  )
}

const MAYBE = 'Ask the EHR: the list may leave scopes out. The app names on the page what it was not granted.'

const scopeFindings = (about: string, said: Json, { app }: Config): Finding[] => {
  const say = findingsOf('scopes', about)
  const offered = textsOf(said.scopes_supported)
  if (offered === null)
    return [say.notChecked(`Whether the EHR grants ${APP_SCOPES.join(' ')}.`, 'SMART configuration lists no scopes', MAYBE)]
  const launch = Object.keys(WITHOUT).filter((scope) => !offered.has(scope))
  const types = TYPES.filter((type) => !readable(offered, type))
  const optional = app.optionalScopes.filter((scope) => !coversWrite(offered, scope))
  const found = [
    ...(launch.length === 0
      ? []
      : [
          say.warn(
            `Scopes not listed: ${launch.join(' ')}.`,
            `Lost would be ${launch.map((scope) => `${scope}: ${WITHOUT[scope]}`).join('; ')}.`,
            MAYBE,
          ),
        ]),
    ...(types.length === 0
      ? []
      : [
          say.warn(
            `No scope to read is listed for ${types.join(', ')}.`,
            'The app asks for patient/*.rs; what it may not read is missing from its views, and named there.',
            MAYBE,
          ),
        ]),
    ...(optional.length === 0
      ? []
      : [say.warn(`Optional scopes not listed: ${optional.map(tame).join(' ')}.`, "Sign-offs then stay in Attune's ledger.", MAYBE)]),
  ]
  return found.length > 0 ? found : [say.ok('All scopes that the app asks for are listed.')]
}

const identityFindings = (about: string, said: Json): Finding[] => {
  const say = findingsOf('id-token', about)
  if (typeof said.jwks_uri === 'string' && typeof said.issuer === 'string') return [say.ok('Issuer and keys of id tokens are named.')]
  return [
    say.warn(
      'SMART configuration names no issuer or no jwks_uri.',
      'Who signed in cannot be verified: a sign-off then says "stated", not "verified".',
      'Ask the EHR to name both.',
    ),
  ]
}

/** A SMART configuration against what the app needs of it. */
export const judgeSmart = (about: string, said: Json, config: Config): Finding[] => [
  ...endpointFindings(about, said, config.network.allowHttp),
  ...policyFindings(about, said, config),
  ...pkceFindings(about, said),
  ...capabilityFindings(about, said),
  ...scopeFindings(about, said, config),
  ...identityFindings(about, said),
]

/** The app calls the token endpoint from its page: the EHR must allow that origin. A preflight asks, and no sign-in is tried. */
export const checkTokenCors = async (about: string, said: Json, origin: string, probe: Probe): Promise<Finding[]> => {
  const say = findingsOf('cors', about)
  const address = said.token_endpoint
  if (typeof address !== 'string' || !URL.canParse(address)) return []
  const answer = await probe(address, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
  })
  const asked = `Whether the token endpoint lets ${origin} in.`
  if (!answer.ok) return [say.notChecked(asked, `the token endpoint cannot be asked: ${sayFailure(answer).what}`, sayFailure(answer).todo)]
  if (allows(answer.headers['access-control-allow-origin'], origin)) return [say.ok(`The token endpoint lets ${origin} in.`)]
  return [
    say.warn(
      `The token endpoint does not answer a preflight from ${origin} with that origin.`,
      'If its answers lack the header, too, the browser hides the token from the app and the sign-in fails.',
      `Ask the EHR to allow the origin ${origin} on its token endpoint; many do so for registered redirect addresses.`,
    ),
  ]
}

export const allows = (header: string | undefined, origin: string): boolean => header === '*' || header === origin
