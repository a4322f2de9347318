import { readLoginOffer } from './login-offer.ts'
import type { Session } from './smart-session.ts'

/** Nothing about a patient or a person. */
const KEPT = ['attune.language']

/** Tokens, drafts, the view: all that this window holds, but for the language it speaks. */
export const clearWindow = (): void => {
  const kept = KEPT.map((key) => [key, sessionStorage.getItem(key)] as const)
  sessionStorage.clear()
  for (const [key, value] of kept) if (value !== null) sessionStorage.setItem(key, value)
}

/** Tells the record system that the token is not used any more (RFC 7009). The window is empty whatever becomes of that. */
const revoke = async (issuer: string, { token, clientId }: NonNullable<ReturnType<NonNullable<Session['lastToken']>>>): Promise<void> => {
  const offer = await readLoginOffer(issuer)
  if (offer.kind !== 'ready' || offer.revocation === null) return
  await fetch(offer.revocation, {
    method: 'POST',
    body: new URLSearchParams({ token, client_id: clientId }),
    credentials: 'omit',
    keepalive: true,
    signal: AbortSignal.timeout(5000),
  })
}

/** Ends the session at once in this window, then at the record system as far as it offers that. */
export const endSession = (session: Session): void => {
  const last = session.lastToken?.() ?? null
  try {
    clearWindow()
  } catch {
    // A browser that stores nothing has nothing to clear.
  }
  if (last !== null) void revoke(session.fhirServer, last).catch(() => undefined)
}
