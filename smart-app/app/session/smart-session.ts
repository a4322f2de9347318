// The only file that knows fhirclient. It keeps tokens in sessionStorage and nowhere else.
import FHIR from 'fhirclient'
import { type AppContext, readAppContext } from './app-context.ts'
import { askedScopes, missingScopes, type NeededScope, optionalScopes, type UnreadType, unreadTypes } from './scopes.ts'

// Strict servers refuse a public client's refresh that does not name the client.
FHIR.oauth2.settings.refreshTokenWithClientId = true

/** An open session with an EHR. */
export type Session = {
  readonly fhirServer: string
  /** Random name of this launch in this window; says nothing about the patient. */
  readonly launch?: string
  /** FHIR id of the patient in context; null when the EHR named none. */
  readonly patient: string | null
  readonly context: AppContext
  readonly missing: readonly NeededScope[]
  /** What of the record the granted scopes leave out. */
  readonly unread?: readonly UnreadType[]
  /** Scopes beyond reading that the site asks for: granted ones may be used, refused ones are named. */
  readonly optional?: { readonly granted: readonly string[]; readonly refused: readonly string[] }
  /** The EHR asks for a full patient banner (`need_patient_banner`); absent counts as not asked. */
  readonly needBanner?: boolean
  /** Where the EHR's style stands (`smart_style_url`); null when it names none. */
  readonly styleUrl?: string | null
  readonly accessToken: () => string
  /** Who signed in, signed by the EHR; undefined when it gave none. */
  readonly idToken?: () => string | undefined
  /** Milliseconds since the epoch at which the access token ends; null when the EHR did not say. */
  readonly expiresAt: () => number | null
  /** True when a new access token came, for the same patient. */
  readonly refresh: () => Promise<boolean>
  readonly canRefresh?: () => boolean
  /** True once a token came that is for another patient, or for none. */
  readonly isMoved?: () => boolean
  /** Called when that happens; gives back how to stop listening. */
  readonly onMoved?: (listener: () => void) => () => void
  /** What to revoke when the session ends. */
  readonly lastToken?: () => { readonly token: string; readonly clientId: string } | null
}

/**
 * Leaves the page for the EHR's authorization server. The caller has checked the issuer against the allow-list and has
 * stripped the address of every parameter but `iss` and `launch`, because fhirclient lets parameters override what is set here.
 */
export const authorize = async (
  issuer: string,
  launch: string | null,
  clientId: string,
  optional: readonly string[] = [],
): Promise<void> => {
  await FHIR.oauth2.authorize({
    iss: issuer,
    clientId,
    scope: askedScopes(launch === null ? 'standalone' : 'ehr', optional),
    redirectUri: new URL('./', location.href).href,
    pkceMode: 'required',
    completeInTarget: true,
    // fhirclient's own is 16 letters of Math.random; SMART App Launch 2.2 asks for 122 bits that nobody can guess.
    stateKey: crypto.randomUUID(),
  })
}

type Client = Awaited<ReturnType<typeof FHIR.oauth2.ready>>
type TokenResponse = { readonly [member: string]: unknown }

/** The EHR took the refresh token back; anything else (network, a busy server) may pass. */
const isRefusal = (error: unknown): boolean => {
  const status = (error as { readonly statusCode?: unknown; readonly status?: unknown } | null)?.statusCode
  return typeof status === 'number' && status >= 400 && status < 500 && status !== 429
}

/** fhirclient throws the refresh token away whatever went wrong; after a mere disturbance it is put back. */
const refreshOnce = async (client: Client): Promise<boolean> => {
  const kept = client.state.tokenResponse?.refresh_token
  if (!kept) return false
  try {
    await client.refresh()
    return true
  } catch (error) {
    if (!isRefusal(error) && client.state.tokenResponse) client.state.tokenResponse.refresh_token = kept
    return false
  }
}

/**
 * A refreshed token may name its patient again (SMART App Launch 2.2, "Refresh access token": MAY). A member that is there and names another
 * patient or none moves the session; a member that is not there says nothing, and fhirclient keeps the one before.
 */
const watchPatient = (client: Client, patient: string | null) => {
  const listeners = new Set<() => void>()
  const isMoved = (): boolean => (client.state.tokenResponse?.patient || null) !== patient
  const refresh = async (): Promise<boolean> => {
    const isNew = await refreshOnce(client)
    if (!isMoved()) return isNew
    for (const listener of listeners) listener()
    return false
  }
  const onMoved = (listener: () => void): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return { isMoved, refresh, onMoved }
}

/** Finishes the handshake, or takes up the session of a reloaded page. @throws Error when there is none. */
export const openSession = async (): Promise<Session> => {
  const client = await FHIR.oauth2.ready()
  const response = (): TokenResponse => client.state.tokenResponse ?? {}
  const { scope, appContext, need_patient_banner: needBanner, smart_style_url: styleUrl, access_token: token } = response()
  // A server that needs no login answers without a token; Attune reads nothing from it.
  if (typeof token !== 'string' || token === '') throw new Error('there is no access token')
  const granted = typeof scope === 'string' ? scope : undefined
  const patient = client.getPatientId() || null
  return {
    fhirServer: client.state.serverUrl,
    launch: client.state.key ?? '',
    patient,
    context: readAppContext(appContext),
    missing: missingScopes(granted),
    unread: unreadTypes(granted),
    optional: optionalScopes(client.state.scope ?? '', granted),
    needBanner: needBanner === true,
    styleUrl: typeof styleUrl === 'string' ? styleUrl : null,
    accessToken: () => client.state.tokenResponse?.access_token ?? '',
    idToken: () => client.state.tokenResponse?.id_token,
    expiresAt: () => (client.state.expiresAt ? client.state.expiresAt * 1000 : null),
    canRefresh: () => Boolean(client.state.tokenResponse?.refresh_token),
    lastToken: () => {
      const { refresh_token: refreshToken, access_token: accessToken } = client.state.tokenResponse ?? {}
      const last = refreshToken ?? accessToken
      return last ? { token: last, clientId: client.state.clientId ?? '' } : null
    },
    ...watchPatient(client, patient),
  }
}
