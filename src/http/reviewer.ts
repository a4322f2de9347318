import type { ClientConfig } from '../config.ts'
import type { Reviewer } from '../contract/review.ts'
import { readSigned } from './client-jwt.ts'
import { type KeySet, makeKeySet, type ReadKeySet } from './key-sets.ts'
import { baseOf } from './rate-limit.ts'

/** Who signed in, as far as it can be known. Never throws: what cannot be verified is said to be unverified. */
export type IdentifyReviewer = (idToken: string | undefined, fhirBase: string) => Promise<Reviewer>

const NOBODY: Reviewer = { how: 'unknown', name: null, user: null }

/**
 * The id token says who signed in at the launch; that the session lasts, the access token shows, which the EHR is asked about at each call.
 * Sessions outlive an id token's own end and refreshes bring no new one, so its age is held against a working day instead.
 */
const LONGEST_S = 12 * 3600
const EARLY_S = 300

/** The signing endpoints of an EHR are asked for again after this. */
const REFRESH_MS = 600_000

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' && value.length <= 500 ? value : null)

type Issuer = { readonly issuer: string | null; readonly keys: KeySet }

/** Whether an address may hold the keys of the EHR with this FHIR base. */
export type IsOwnAddress = (address: string, fhirBase: string) => boolean

type Places = readonly Pick<ClientConfig, 'fhirServers' | 'authorizationServers' | 'appClientId'>[]

const originOf = (address: string): string | null => (URL.canParse(address) ? new URL(address).origin : null)

/** Keys are read only where the configuration knows the EHR: a FHIR server does not choose which host this one asks. */
export const ownAddresses =
  (clients: Places): IsOwnAddress =>
  (address, fhirBase) =>
    clients
      .filter(({ fhirServers }) => fhirServers.some((server) => originOf(server) === originOf(fhirBase)))
      .flatMap(({ fhirServers, authorizationServers }) => [...fhirServers, ...authorizationServers])
      .some((own) => originOf(own) !== null && originOf(own) === originOf(address))

/** Where an EHR says its keys are: `issuer` and `jwks_uri` of its SMART configuration (SMART App Launch 2.2, `sso-openid-connect`). */
const makeIssuers = (read: ReadKeySet, isOwn: IsOwnAddress) => {
  const clock = (): number => performance.now()
  const known = new Map<string, { readonly at: number; readonly issuer: Promise<Issuer | null> }>()
  const load = async (base: string): Promise<Issuer | null> => {
    const said = (await read(`${base}/.well-known/smart-configuration`)) as {
      readonly issuer?: unknown
      readonly jwks_uri?: unknown
    } | null
    const address = textOf(said?.jwks_uri)
    if (address === null || !isOwn(address, base)) return null
    const keys = makeKeySet({ jku: address }, read)
    return keys && { issuer: textOf(said?.issuer), keys }
  }
  return (base: string): Promise<Issuer | null> => {
    const there = known.get(base)
    if (there && clock() - there.at < REFRESH_MS) return there.issuer
    const issuer = load(base).catch(() => null)
    known.set(base, { at: clock(), issuer })
    return issuer
  }
}

type Claims = Readonly<Record<string, unknown>>

/** What the token says of itself, whoever wrote it. */
const claimsOf = (idToken: string): Claims | null => {
  try {
    const value: unknown = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Claims) : null
  } catch {
    return null
  }
}

const personOf = (claims: Claims): Omit<Reviewer, 'how'> => ({
  name: textOf(claims.name),
  user: textOf(claims.fhirUser) ?? textOf(claims.profile),
})

/** What the EHR with this base calls the app. */
const namesOfApp = (clients: Places, base: string): readonly string[] =>
  clients.filter(({ fhirServers }) => fhirServers.some((server) => baseOf(server) === base)).map(({ appClientId }) => appClientId)

const isFor = ({ aud }: Claims, names: readonly string[]): boolean => (Array.isArray(aud) ? aud : [aud]).some((one) => names.includes(one))

const isRecent = ({ iat }: Claims, nowS: number): boolean => typeof iat === 'number' && iat <= nowS + EARLY_S && nowS - iat <= LONGEST_S

export const makeIdentifyReviewer = (read: ReadKeySet, clients: Places, now: () => number = Date.now): IdentifyReviewer => {
  const issuerOf = makeIssuers(read, ownAddresses(clients))
  return async (idToken, base) => {
    const claims = idToken === undefined ? null : claimsOf(idToken)
    if (idToken === undefined || claims === null) return NOBODY
    const person = personOf(claims)
    if (person.name === null && person.user === null) return NOBODY
    const issuer = await issuerOf(base)
    const signed = issuer && (await readSigned(idToken, issuer.keys))
    const holds =
      signed !== null &&
      (issuer?.issuer ?? null) === textOf(signed.iss) &&
      isFor(signed, namesOfApp(clients, base)) &&
      isRecent(signed, now() / 1000)
    return { how: holds ? 'verified' : 'stated', ...person }
  }
}
