import { openSession, type Session } from './smart-session.ts'

/** How opening the page ended. */
export type Start =
  | { readonly kind: 'ready'; readonly session: Session; readonly patient: string }
  | { readonly kind: 'no-patient' }
  | { readonly kind: 'no-session' }
  /** The authorization server sent the user back with an error instead of a code. */
  | { readonly kind: 'refused'; readonly code: string }

/** OAuth error codes (RFC 6749, section 4.1.2.1); anything else in the address is the sender's text and is not shown. */
const OAUTH_ERRORS: ReadonlySet<string> = new Set([
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'login_required',
  'consent_required',
])

export const startSession = async (address: string): Promise<Start> => {
  const error = new URL(address).searchParams.get('error')
  if (error !== null) return { kind: 'refused', code: OAUTH_ERRORS.has(error) ? error : 'error' }
  try {
    const session = await openSession()
    return session.patient === null ? { kind: 'no-patient' } : { kind: 'ready', session, patient: session.patient }
  } catch {
    return { kind: 'no-session' }
  }
}
