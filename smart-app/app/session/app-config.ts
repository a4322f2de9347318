/** What the server tells its app before any login. */
export type AppConfig = {
  /** FHIR bases, exactly as registered: the one that was asked for, else those that are open without a launch. */
  readonly issuers: readonly string[]
  /** Under which name each of them knows this app. */
  readonly clientIds: { readonly [issuer: string]: string }
  readonly sandbox: boolean
  /** Scopes beyond reading that this site has the app ask for; it works without them. */
  readonly optionalScopes?: readonly string[]
}

const areTexts = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string')

const isAppConfig = (value: unknown): value is AppConfig => {
  if (typeof value !== 'object' || value === null) return false
  const { issuers, clientIds, sandbox, optionalScopes = [] } = value as Partial<Record<keyof AppConfig, unknown>>
  const listed = Array.isArray(issuers) && issuers.every((issuer) => typeof issuer === 'string' && URL.canParse(issuer))
  const optional = Array.isArray(optionalScopes) && optionalScopes.every((scope) => typeof scope === 'string')
  return listed && optional && areTexts(clientIds) && typeof sandbox === 'boolean'
}

/** The server tells about one record system when asked for it, else about those that may be opened without a launch. */
export const configAddress = (issuer: string | null): string =>
  issuer === null ? '/app/config.json' : `/app/config.json?${new URLSearchParams({ iss: issuer })}`

/**
 * @param issuer what the launch names; null without a launch
 * @throws Error when the server does not answer, or with something else
 */
export const readAppConfig = async (issuer: string | null, ask: typeof fetch = fetch): Promise<AppConfig> => {
  const response = await ask(configAddress(issuer), { headers: { accept: 'application/json' } })
  if (!response.ok) throw new Error(`config.json: ${response.status}`)
  const value: unknown = await response.json()
  if (!isAppConfig(value)) throw new Error('config.json has another form')
  return value
}
