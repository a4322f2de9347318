const KEY = 'attune.issuer'

/** What the record system of a login calls its authorization server, kept in this window until the answer comes. */
export const expectIssuer = (issuer: string | null): void => {
  try {
    if (issuer === null) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, issuer)
  } catch {
    // A browser that stores nothing keeps no session either.
  }
}

/**
 * Whether an answer says that another authorization server gave it than the one that was asked (RFC 9207, section 2.4). One that says
 * nothing passes: SMART App Launch 2.2 does not ask servers for it.
 */
export const isOfAnother = (parameters: URLSearchParams): boolean => {
  const said = parameters.get('iss')
  try {
    const expected = sessionStorage.getItem(KEY)
    return said !== null && expected !== null && said !== expected
  } catch {
    return false
  }
}
