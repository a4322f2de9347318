// The only file that knows fhirclient. It keeps tokens in sessionStorage and nowhere else.
import FHIR from 'fhirclient'
import { type AppContext, readAppContext } from './app-context.ts'
import { askedScopes, missingScopes, type NeededScope } from './scopes.ts'

// Strict servers refuse a public client's refresh that does not name the client.
FHIR.oauth2.settings.refreshTokenWithClientId = true

/** An open session with an EHR. */
export type Session = {
  readonly fhirServer: string
  /** FHIR id of the patient in context; null when the EHR named none. */
  readonly patient: string | null
  readonly context: AppContext
  readonly missing: readonly NeededScope[]
  readonly accessToken: () => string
  /** Milliseconds since the epoch at which the access token ends; null when the EHR did not say. */
  readonly expiresAt: () => number | null
  /** True when a new access token came. */
  readonly refresh: () => Promise<boolean>
}

/**
 * Leaves the page for the EHR's authorization server. The caller has checked the issuer against the allow-list and has
 * stripped the address of every parameter but `iss` and `launch`, because fhirclient lets parameters override what is set here.
 */
export const authorize = async (issuer: string, launch: string | null, clientId: string): Promise<void> => {
  await FHIR.oauth2.authorize({
    iss: issuer,
    clientId,
    scope: askedScopes(launch === null ? 'standalone' : 'ehr'),
    redirectUri: new URL('./', location.href).href,
    pkceMode: 'required',
    completeInTarget: true,
  })
}

/** Finishes the handshake, or takes up the session of a reloaded page. @throws Error when there is none. */
export const openSession = async (): Promise<Session> => {
  const client = await FHIR.oauth2.ready()
  const response = (): { readonly [member: string]: unknown } => client.state.tokenResponse ?? {}
  const { scope, appContext } = response()
  const refresh = (): Promise<boolean> =>
    client.state.tokenResponse?.refresh_token
      ? client.refresh().then(
          () => true,
          () => false,
        )
      : Promise.resolve(false)
  return {
    fhirServer: client.state.serverUrl,
    patient: client.getPatientId(),
    context: readAppContext(appContext),
    missing: missingScopes(typeof scope === 'string' ? scope : undefined),
    accessToken: () => client.state.tokenResponse?.access_token ?? '',
    expiresAt: () => (client.state.expiresAt ? client.state.expiresAt * 1000 : null),
    refresh,
  }
}
