/** Scopes of an EHR launch. Reading; a site may have the app ask for one more, to write a sign-off back. */
const SCOPES = ['openid', 'fhirUser', 'launch', 'launch/patient', 'patient/*.rs', 'offline_access'] as const

/** @param optional scopes that the site's configuration adds (`app.optionalScopes`); the app works without them. */
export const askedScopes = (launch: 'ehr' | 'standalone', optional: readonly string[] = []): string =>
  [...SCOPES.filter((scope) => launch === 'ehr' || scope !== 'launch'), ...optional].join(' ')

/** Resource types that the views are made of; a test compares them with what the server asks for. Documents stand in a Binary. */
export const READ_TYPES = [
  'Patient',
  'Observation',
  'DiagnosticReport',
  'MedicationRequest',
  'Condition',
  'AllergyIntolerance',
  'Procedure',
  'ServiceRequest',
  'ImagingStudy',
  'FamilyMemberHistory',
  'DocumentReference',
  'Binary',
  'Composition',
  'Encounter',
  'QuestionnaireResponse',
  'Immunization',
  'Device',
] as const

export type ReadType = (typeof READ_TYPES)[number]

/** How far one type may be read: in part when only some interactions or only some categories were granted. */
export type Extent = 'all' | 'part' | 'none'

/** SMART App Launch 2.2, "Scopes and launch context": level, type, interactions, and a query that narrows them. SMART 1 has words for the interactions. */
const SCOPE = /^(?:patient|user|system)\/(\*|[A-Z][A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)(\?.+)?$/
const VERSION_1: { readonly [word: string]: string } = { read: 'rs', write: 'cud', '*': 'cruds' }

type Right = { readonly type: string; readonly may: string; readonly narrowed: boolean }

const rightOf = (scope: string): Right | null => {
  const [, type, words, query] = SCOPE.exec(scope) ?? []
  return type === undefined || words === undefined ? null : { type, may: VERSION_1[words] ?? words, narrowed: query !== undefined }
}

const rightsOf = (granted: readonly string[]): Right[] => granted.flatMap((scope) => rightOf(scope) ?? [])

/** The patient and documents are read by id; everything else is searched for and read. */
const NEEDS: { readonly [type: string]: string } = { Patient: 'r', Binary: 'r' }

const extentOf = (rights: readonly Right[], type: ReadType): Extent => {
  const ours = rights.filter((right) => right.type === '*' || right.type === type)
  const has = (interaction: string, narrowed: boolean): boolean =>
    ours.some((right) => right.may.includes(interaction) && (narrowed || !right.narrowed))
  const needed = [...(NEEDS[type] ?? 'rs')]
  if (needed.every((interaction) => has(interaction, false))) return 'all'
  return ours.some((right) => /[rs]/.test(right.may)) ? 'part' : 'none'
}

/** Scopes that change what the app can do; the others are consumed by the launch itself. */
export type NeededScope = 'patient/*.rs' | 'offline_access'

const listOf = (granted: string): string[] => granted.split(/\s+/).filter(Boolean)

/** What of the record cannot be read with these scopes. */
export type UnreadType = { readonly type: ReadType; readonly extent: 'part' | 'none' }

/** @param granted `scope` of the token response; undefined means: as asked (RFC 6749, section 5.1). */
export const unreadTypes = (granted: string | undefined): UnreadType[] => {
  if (granted === undefined) return []
  const rights = rightsOf(listOf(granted))
  return READ_TYPES.flatMap((type) => {
    const extent = extentOf(rights, type)
    return extent === 'all' ? [] : [{ type, extent }]
  })
}

/** What was asked for and not granted. Types granted one by one are as good as all of them. */
export const missingScopes = (granted: string | undefined): NeededScope[] => {
  if (granted === undefined) return []
  const list = listOf(granted)
  const staysSignedIn = list.includes('offline_access') || list.includes('online_access')
  return [...(unreadTypes(granted).length > 0 ? (['patient/*.rs'] as const) : []), ...(staysSignedIn ? [] : (['offline_access'] as const))]
}

/** Whether a scope to create or update one type is covered by what was granted. */
const covers = (rights: readonly Right[], scope: string): boolean => {
  const asked = rightOf(scope)
  if (asked === null) return false
  return [...asked.may].every((interaction) =>
    rights.some((right) => (right.type === '*' || right.type === asked.type) && !right.narrowed && right.may.includes(interaction)),
  )
}

/** Of the optional scopes that were asked for: which were granted, and which were not. */
export const optionalScopes = (
  asked: string,
  granted: string | undefined,
): { readonly granted: readonly string[]; readonly refused: readonly string[] } => {
  const fixed: ReadonlySet<string> = new Set(SCOPES)
  const optional = listOf(asked).filter((scope) => !fixed.has(scope))
  const rights = granted === undefined ? null : rightsOf(listOf(granted))
  const isGranted = (scope: string): boolean => rights === null || covers(rights, scope)
  return { granted: optional.filter(isGranted), refused: optional.filter((scope) => !isGranted(scope)) }
}
