import { isOfAnother } from './answer-issuer.ts'
import { resume } from './reopen.ts'
import { openSession, type Session } from './smart-session.ts'

/** How opening the page ended. */
export type Start =
  | { readonly kind: 'ready'; readonly session: Session; readonly patient: string }
  | { readonly kind: 'no-patient' }
  | { readonly kind: 'no-session' }
  /** The user came back with a code, and the token endpoint gave no token for it. */
  | { readonly kind: 'no-token' }
  /** The authorization server sent the user back with an error instead of a code. */
  | { readonly kind: 'refused'; readonly code: RefusalCode }

/** OAuth error codes (RFC 6749, section 4.1.2.1; OpenID Connect Core, section 3.1.2.6). */
const REFUSALS = [
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'login_required',
  'interaction_required',
  'account_selection_required',
  'consent_required',
] as const

/** `error`: anything else in the address, which is the sender's text and is not shown. */
export type RefusalCode = (typeof REFUSALS)[number] | 'error'

/** What the authorization server put into the address stands neither there nor in the history any longer. */
const cleanAddress = (): void => {
  history.replaceState(history.state, '', location.pathname)
}

export const startSession = async (address: string): Promise<Start> => {
  const parameters = new URL(address).searchParams
  const error = parameters.get('error')
  if (error !== null) {
    cleanAddress()
    return { kind: 'refused', code: REFUSALS.find((code) => code === error) ?? 'error' }
  }
  if (parameters.has('code') && isOfAnother(parameters)) {
    cleanAddress() // the code of another server is handed to nobody
    return { kind: 'no-token' }
  }
  try {
    const session = resume(await openSession())
    return session.patient === null ? { kind: 'no-patient' } : { kind: 'ready', session, patient: session.patient }
  } catch {
    const cameBack = parameters.has('code')
    if (cameBack) cleanAddress()
    return { kind: cameBack ? 'no-token' : 'no-session' }
  }
}
