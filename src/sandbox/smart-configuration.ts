import { LAUNCH_SCOPES, resourceScopes } from './scopes.ts'
import { RESOURCE_TYPES } from './search-parameters.ts'

/** Every scope that can be asked for. */
export const SCOPES: readonly string[] = [...LAUNCH_SCOPES, ...resourceScopes(RESOURCE_TYPES)]

/** `/.well-known/smart-configuration`, SMART App Launch 2.2, section 2.2. */
export const smartConfiguration = (publicUrl: string) => ({
  issuer: `${publicUrl}/auth`,
  jwks_uri: `${publicUrl}/auth/jwks`,
  authorization_endpoint: `${publicUrl}/auth/authorize`,
  token_endpoint: `${publicUrl}/auth/token`,
  revocation_endpoint: `${publicUrl}/auth/revoke`,
  token_endpoint_auth_methods_supported: ['none'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256'],
  scopes_supported: SCOPES,
  capabilities: [
    'launch-ehr',
    'launch-standalone',
    'client-public',
    'sso-openid-connect',
    'context-banner',
    'context-style',
    'context-ehr-patient',
    'context-ehr-encounter',
    'context-standalone-patient',
    'context-standalone-encounter',
    'permission-offline',
    'permission-online',
    'permission-patient',
    'permission-user',
    'permission-v1',
    'permission-v2',
  ],
})
