import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import express, { type Request, type Response, Router } from 'express'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { InvalidRequest, SessionNotFound } from 'oidc-provider/lib/helpers/errors.js'
import { Provider } from 'oidc-provider/lib/provider.js'
import { withoutEndSlashes } from '../end-slashes.ts'
import { makeExpiringMap } from './expiring-map.ts'
import type { LaunchContext, Launches } from './launches.ts'
import type { Story } from './load-patients.ts'
import { makeOidcAdapter } from './oidc-adapter.ts'
import { errorPage, PAGE_POLICY, pickerPage } from './pages.ts'
import type { Access } from './scopes.ts'
import { SCOPES } from './smart-configuration.ts'

/** Client id of Attune's own SMART app. */
export const APP_CLIENT = 'attune-app'

export type AuthorizationKit = {
  readonly publicUrl: string
  readonly launches: Launches
  readonly stories: readonly Story[]
  /** Who is logged in, `Practitioner/…`. */
  readonly user: string
}

export type Authorization = {
  /** To be mounted at `/auth`, before any body parser. */
  readonly router: Router
  readonly accessOf: (token: string) => Promise<Access | null>
}

const ACCESS_SECONDS = 900
const GRANT_SECONDS = 12 * 3600

const NO_LAUNCH: LaunchContext = { patient: null, encounter: null, appContext: null, fhirContext: [], needPatientBanner: true }

/** Parameters of SMART that OpenID does not know. `aud` keeps a token from being asked for in another server's name. */
const extraParams = ({ publicUrl, launches }: AuthorizationKit): Configuration['extraParams'] => ({
  aud: (_ctx, value) => {
    if (withoutEndSlashes(value ?? '') !== `${publicUrl}/fhir`) throw new InvalidRequest('aud must be the FHIR base of this server')
  },
  launch: (_ctx, value) => {
    if (value && !launches.find(value)) throw new InvalidRequest('the launch is not known or has expired')
  },
})

const configuration = (kit: AuthorizationKit): Configuration => {
  const { publicUrl, user } = kit
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pages = ['/app/', '/app', '/app/index.html', '/app/launch.html']
  return {
    adapter: makeOidcAdapter(),
    clients: [
      {
        client_id: APP_CLIENT,
        client_name: 'Attune',
        application_type: 'web',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: pages.map((path) => `${publicUrl}${path}`),
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: randomBytes(8).toString('hex') }] },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      names: { session: 'attune_session', interaction: 'attune_interaction', resume: 'attune_resume' },
      long: { path: '/auth', httpOnly: true, sameSite: 'lax' },
      short: { httpOnly: true, sameSite: 'lax' },
    },
    scopes: [...SCOPES],
    claims: { openid: ['sub'], fhirUser: ['fhirUser'], profile: ['name'] },
    // SMART asks for fhirUser in the id_token itself, not only at the userinfo endpoint.
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    },
    routes: { authorization: '/authorize', token: '/token', jwks: '/jwks', revocation: '/revoke', userinfo: '/userinfo' },
    ttl: {
      AccessToken: ACCESS_SECONDS,
      AuthorizationCode: 60,
      Grant: GRANT_SECONDS,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: GRANT_SECONDS,
      Session: GRANT_SECONDS,
    },
    extraParams: extraParams(kit) ?? [],
    clientBasedCORS: () => true,
    interactions: { url: (_ctx, interaction) => `/auth/interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, fhirUser: `${publicUrl}/fhir/${user}`, name: 'Sandbox clinician' }),
    }),
    issueRefreshToken: (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') && (code.scopes.has('offline_access') || code.scopes.has('online_access')),
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    renderError: (ctx, out) => {
      ctx.type = 'html'
      ctx.set('Content-Security-Policy', PAGE_POLICY)
      ctx.body = errorPage(String(out.error), String(out.error_description ?? ''))
    },
  }
}

/**
 * Every request asks for consent, which is then given at once for the registered app: oidc-provider drops `offline_access`
 * without it, and each launch gets a grant of its own, so that two open apps never share a patient.
 */
const askConsent = async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
  if (ctx.method === 'GET' && ctx.path === '/authorize' && !ctx.query.prompt) ctx.query = { ...ctx.query, prompt: 'consent' }
  await next()
}

/** The launch context as members of the token answer (SMART App Launch 2.2, section 3.0.8). */
const contextMembers = (context: LaunchContext, publicUrl: string) => ({
  ...(context.patient && { patient: context.patient }),
  ...(context.encounter && { encounter: context.encounter }),
  ...(context.appContext && { appContext: context.appContext }),
  ...(context.fhirContext.length > 0 && { fhirContext: context.fhirContext }),
  need_patient_banner: context.needPatientBanner,
  smart_style_url: `${publicUrl}/sandbox/smart-style.json`,
})

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The SMART authorization server of the sandbox: a real OpenID provider, a demo login. */
export const makeAuthorization = (kit: AuthorizationKit): Authorization => {
  const provider = new Provider(`${kit.publicUrl}/auth`, configuration(kit))
  const contexts = makeExpiringMap<LaunchContext>(5000)
  const accountId = kit.user.split('/').at(-1) ?? kit.user

  provider.use(askConsent)
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    await next()
    const grant = ctx.path === '/token' ? ctx.oidc?.entities.Grant?.jti : undefined
    const context = grant ? contexts.get(grant) : undefined
    const body: unknown = ctx.body
    if (context && isObject(body) && 'access_token' in body) ctx.body = { ...body, ...contextMembers(context, kit.publicUrl) }
  })

  const finish = async (request: Request, response: Response, scope: string, clientId: string, context: LaunchContext): Promise<void> => {
    const grant = new provider.Grant({ accountId, clientId })
    const asked = scope.split(' ')
    const withheld = asked.filter((one) => one.startsWith('patient/') && !context.patient)
    grant.addOIDCScope(asked.filter((one) => !withheld.includes(one)).join(' '))
    if (withheld.length > 0) grant.rejectOIDCScope(withheld.join(' '))
    const grantId = await grant.save()
    contexts.set(grantId, context, GRANT_SECONDS)
    await provider.interactionFinished(
      request,
      response,
      { login: { accountId, remember: false }, consent: { grantId } },
      { mergeWithLastSubmission: false },
    )
  }

  const router = Router()
  const interact = async (request: Request, response: Response): Promise<void> => {
    const { params, uid } = await provider.interactionDetails(request, response)
    const scope = String(params.scope ?? '')
    const client = String(params.client_id)
    const launch = typeof params.launch === 'string' ? kit.launches.find(params.launch) : undefined
    if (launch) return finish(request, response, scope, client, launch)
    if (!/(^| )(launch\/patient|patient\/)/.test(scope)) return finish(request, response, scope, client, NO_LAUNCH)
    response
      .set('Content-Security-Policy', PAGE_POLICY)
      .type('html')
      .send(pickerPage('Attune', `/auth/interaction/${uid}`, kit.stories))
  }
  const choose = async (request: Request, response: Response): Promise<void> => {
    const { params } = await provider.interactionDetails(request, response)
    const chosen = kit.stories.find(({ patient }) => patient === request.body?.patient)
    if (!chosen)
      return provider.interactionFinished(
        request,
        response,
        { error: 'access_denied', error_description: 'no patient was chosen' },
        { mergeWithLastSubmission: false },
      )
    const context: LaunchContext = {
      ...NO_LAUNCH,
      patient: chosen.patient,
      encounter: /launch\/encounter/.test(String(params.scope)) ? chosen.encounter : null,
    }
    await finish(request, response, String(params.scope ?? ''), String(params.client_id), context)
  }
  router.get('/interaction/:uid', interact)
  router.post('/interaction/:uid', express.urlencoded({ extended: false, limit: '10kb' }), choose)
  const answer = provider.callback()
  router.use((request: Request, response: ServerResponse) => answer(request, response))
  router.use((error: unknown, _request: Request, response: Response, _next: unknown) => {
    const expired = error instanceof SessionNotFound
    response
      .status(expired ? 400 : 500)
      .set('Content-Security-Policy', PAGE_POLICY)
      .type('html')
    response.send(errorPage(expired ? 'expired' : 'server_error', expired ? 'This request has expired.' : 'Something went wrong here.'))
  })

  return {
    router,
    accessOf: async (token) => {
      const found = await provider.AccessToken.find(token)
      if (!found?.isValid || !found.grantId) return null
      const context = contexts.get(found.grantId)
      return { patient: context?.patient ?? null, scopes: new Set(found.scope?.split(' ')), user: kit.user }
    },
  }
}
