/** Scopes of an EHR launch. Reading only; the app writes nothing. */
const SCOPES = ['openid', 'fhirUser', 'launch', 'launch/patient', 'patient/*.rs', 'offline_access'] as const

export const askedScopes = (launch: 'ehr' | 'standalone'): string =>
  SCOPES.filter((scope) => launch === 'ehr' || scope !== 'launch').join(' ')

/** SMART 1 words for reading mean the same as `rs`; wider rights include it. */
const READS_ALL = /^(?:patient|user|system)\/\*\.(?:read|\*|c?ru?d?s)$/

const GRANTS: { readonly [scope: string]: (granted: readonly string[]) => boolean } = {
  'patient/*.rs': (granted) => granted.some((scope) => READS_ALL.test(scope)),
  offline_access: (granted) => granted.includes('offline_access') || granted.includes('online_access'),
}

/** Scopes that change what the app can do; the others are consumed by the launch itself. */
export type NeededScope = 'patient/*.rs' | 'offline_access'

const NEEDED: readonly NeededScope[] = ['patient/*.rs', 'offline_access']

/**
 * What was asked for and not granted.
 * @param granted `scope` of the token response; undefined means: as asked (RFC 6749, section 5.1).
 */
export const missingScopes = (granted: string | undefined): NeededScope[] => {
  if (granted === undefined) return []
  const list = granted.split(/\s+/).filter(Boolean)
  return NEEDED.filter((scope) => !(GRANTS[scope]?.(list) ?? list.includes(scope)))
}
