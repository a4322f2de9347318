import type { ClientConfig } from '../config.ts'
import { withoutEndSlashes } from '../end-slashes.ts'

/** Texts that a URL parser would quietly repair; a registered base holds none of them. */
const ODD = /[\s\\@#?]|[^\x21-\x7e]/

const parsed = (text: string): { origin: string; path: string } | null => {
  if (ODD.test(text) || !URL.canParse(text)) return null
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null
  return { origin: url.origin, path: withoutEndSlashes(url.pathname) }
}

/** FHIR base in the form in which bases are compared and stored: no trailing slash. Null when it is not an http(s) address. */
export const canonicalBase = (text: string): string | null => {
  const base = parsed(text)
  return base ? base.origin + base.path : null
}

/**
 * The registered base that `fhirServer` names, or null. Compared by parsed origin and whole path, never by prefix.
 * What comes back is the registered text: nothing that the caller wrote reaches the network.
 */
export const trustedBase = (client: { readonly fhirServers: readonly string[] }, fhirServer: string): string | null => {
  const wanted = canonicalBase(fhirServer)
  if (wanted === null) return null
  for (const base of client.fhirServers) if (canonicalBase(base) === wanted) return wanted
  return null
}

/** The client that registered this FHIR base: whose app asks, when only the base is known. Null when nobody did. */
export const clientOfServer = (clients: readonly ClientConfig[], fhirServer: string): ClientConfig | null =>
  clients.find((client) => trustedBase(client, fhirServer) !== null) ?? null

/** Connections to one origin at the same time, where a client says how many; of several, the largest number. */
export const connectionsOf = (clients: readonly Pick<ClientConfig, 'fhirServers' | 'connections'>[]): ReadonlyMap<string, number> => {
  const most = new Map<string, number>()
  for (const { fhirServers, connections } of clients) {
    if (connections === undefined) continue
    for (const { origin } of fhirServers.map((base) => new URL(base))) most.set(origin, Math.max(connections, most.get(origin) ?? 0))
  }
  return most
}
