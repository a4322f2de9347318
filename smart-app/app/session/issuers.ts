/** A FHIR base by origin and path, for comparing; null when it is none (query, fragment and credentials make it none). */
const baseOf = (text: string): string | null => {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const plain = url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  return plain && /^https?:$/.test(url.protocol) ? `${url.origin}${url.pathname.replace(/\/+$/, '')}` : null
}

/** The registered issuer that a launch names, or null when it is not registered. Only the registered text is used further. */
export const findIssuer = (named: string, issuers: readonly string[]): string | null => {
  const base = baseOf(named)
  return base === null ? null : (issuers.find((issuer) => baseOf(issuer) === base) ?? null)
}
