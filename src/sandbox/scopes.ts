/** What a token may do. `patient` is the one patient it is bound to, when it is. */
export type Access = { readonly patient: string | null; readonly scopes: ReadonlySet<string>; readonly user: string }

export type Interaction = 'c' | 'r' | 'u' | 'd' | 's'

/** SMART App Launch 2.2 scopes, and the `.read`, `.write`, `.*` of version 1. Query parts (`?category=`) are not supported here. */
const SCOPE = /^(patient|user)\/(\*|[A-Z][A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)$/
const VERSION_1: { readonly [permission: string]: string } = { read: 'rs', write: 'cud', '*': 'cruds' }

/** Interactions that a scope text grants on a type, by level; null when the text is not a resource scope. */
const readScope = (scope: string): { level: 'patient' | 'user'; type: string; may: string } | null => {
  const [, level, type, permission] = SCOPE.exec(scope) ?? []
  if (!level || !type || !permission) return null
  return { level: level === 'user' ? 'user' : 'patient', type, may: VERSION_1[permission] ?? permission }
}

/** How far a token reaches for one interaction on one type: everywhere, into one patient's chart, or not at all. */
export const reach = (access: Access, type: string, interaction: Interaction): 'all' | 'patient' | 'none' => {
  let widest: 'all' | 'patient' | 'none' = 'none'
  for (const text of access.scopes) {
    const scope = readScope(text)
    if (!scope || (scope.type !== '*' && scope.type !== type) || !scope.may.includes(interaction)) continue
    if (scope.level === 'user') return 'all'
    if (access.patient) widest = 'patient'
  }
  return widest
}

const PERMISSIONS = ['rs', 'r', 's', 'read'] as const
const WRITES = ['MedicationRequest', 'ServiceRequest', 'DocumentReference'].flatMap((type) =>
  ['c', 'u', 'cu', 'cruds', 'write'].map((may) => `${type}.${may}`),
)

/** Every resource scope that can be asked for. oidc-provider drops scopes that are not listed, so all are spelled out. */
export const resourceScopes = (types: readonly string[]): string[] =>
  (['patient', 'user'] as const).flatMap((level) => [
    ...['*', ...types].flatMap((type) => PERMISSIONS.map((may) => `${level}/${type}.${may}`)),
    ...WRITES.map((write) => `${level}/${write}`),
  ])

/** Scopes that are about the launch and the person, not about resources. */
export const LAUNCH_SCOPES = [
  'openid',
  'fhirUser',
  'profile',
  'launch',
  'launch/patient',
  'launch/encounter',
  'offline_access',
  'online_access',
] as const
