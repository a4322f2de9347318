/** What an EHR offers for signing in, as far as the app needs it. */
export type LoginOffer =
  | {
      readonly kind: 'ready'
      readonly revocation: string | null /** Null where the record system names none. */
      readonly issuer: string | null
    }
  /** No answer: the network, the host or its certificate. */
  | { readonly kind: 'unreachable' }
  /** An answer, and no SMART configuration in it. */
  | { readonly kind: 'no-login' }
  /** A SMART configuration without PKCE by S256, which SMART App Launch 2.2 requires of every app. */
  | { readonly kind: 'no-pkce' }

const PATIENCE_MS = 10_000

const textAt = (value: unknown, name: string): string | null => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null
  const text = (value as { readonly [member: string]: unknown })[name]
  return typeof text === 'string' ? text : null
}

/** A safe FHIR base never leads to an endpoint that is not. */
const isSafe = (address: string | null, issuer: string): boolean => {
  if (address === null || !URL.canParse(address)) return false
  const { protocol } = new URL(address)
  return protocol === 'https:' || (protocol === 'http:' && new URL(issuer).protocol === 'http:')
}

const offersS256 = (configuration: unknown): boolean => {
  const methods = (configuration as { readonly code_challenge_methods_supported?: unknown } | null)?.code_challenge_methods_supported
  return Array.isArray(methods) && methods.includes('S256')
}

/** Asks before the browser leaves the page, so that each thing that can be wrong has words of its own. */
export const readLoginOffer = async (issuer: string, ask: typeof fetch = fetch): Promise<LoginOffer> => {
  let answer: Response
  try {
    answer = await ask(`${issuer.replace(/\/+$/, '')}/.well-known/smart-configuration`, {
      headers: { accept: 'application/json' },
      credentials: 'omit',
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
  } catch {
    return { kind: 'unreachable' }
  }
  if (answer.status >= 500) return { kind: 'unreachable' }
  const configuration: unknown = answer.ok ? await answer.json().catch(() => null) : null
  const endpoints = ['authorization_endpoint', 'token_endpoint'].map((name) => textAt(configuration, name))
  if (!endpoints.every((endpoint) => isSafe(endpoint, issuer))) return { kind: 'no-login' }
  if (!offersS256(configuration)) return { kind: 'no-pkce' }
  const revocation = textAt(configuration, 'revocation_endpoint')
  return { kind: 'ready', revocation: isSafe(revocation, issuer) ? revocation : null, issuer: textAt(configuration, 'issuer') }
}
