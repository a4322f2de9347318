import { randomBytes } from 'node:crypto'
import { makeExpiringMap } from './expiring-map.ts'
import type { Access } from './scopes.ts'

/** Token as OAuth answers carry it. */
export type IssuedToken = {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope: string
}

/** Tokens that the sandbox EHR gives out itself, without an authorization request: to its own page and to hook calls. */
export type SandboxTokens = {
  issue(access: { readonly patient: string | null; readonly scope: string; readonly user: string }, seconds: number): IssuedToken
  find(token: string): Access | undefined
}

export const makeSandboxTokens = (): SandboxTokens => {
  const tokens = makeExpiringMap<Access>(10_000)
  return {
    issue: ({ patient, scope, user }, seconds) => {
      const token = randomBytes(32).toString('base64url')
      tokens.set(token, { patient, user, scopes: new Set(scope.split(' ')) }, seconds)
      return { access_token: token, token_type: 'Bearer', expires_in: seconds, scope }
    },
    find: (token) => tokens.get(token),
  }
}
