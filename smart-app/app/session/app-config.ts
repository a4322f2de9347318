/** What the server tells its app before any login. */
export type AppConfig = {
  /** FHIR bases the app may be launched from, exactly as registered. */
  readonly issuers: readonly string[]
  readonly clientId: string
  readonly sandbox: boolean
  /** Scopes beyond reading that this site has the app ask for; it works without them. */
  readonly optionalScopes?: readonly string[]
}

const isAppConfig = (value: unknown): value is AppConfig => {
  if (typeof value !== 'object' || value === null) return false
  const { issuers, clientId, sandbox, optionalScopes = [] } = value as Partial<Record<keyof AppConfig, unknown>>
  const listed = Array.isArray(issuers) && issuers.every((issuer) => typeof issuer === 'string' && URL.canParse(issuer))
  const optional = Array.isArray(optionalScopes) && optionalScopes.every((scope) => typeof scope === 'string')
  return listed && optional && typeof clientId === 'string' && typeof sandbox === 'boolean'
}

/** @throws Error when the server does not answer, or with something else. */
export const readAppConfig = async (ask: typeof fetch = fetch): Promise<AppConfig> => {
  const response = await ask('/app/config.json', { headers: { accept: 'application/json' } })
  if (!response.ok) throw new Error(`config.json: ${response.status}`)
  const value: unknown = await response.json()
  if (!isAppConfig(value)) throw new Error('config.json has another form')
  return value
}
