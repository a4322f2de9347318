/**
 * The parts of oidc-provider that the sandbox uses, imported one by one: its index prints a warning on Node 20, on which
 * the library's code runs as it is (the tests of this folder hold that). The version is pinned exactly.
 */
declare module 'oidc-provider/lib/provider.js' {
  export { Provider } from 'oidc-provider'
}

declare module 'oidc-provider/lib/helpers/errors.js' {
  import type { errors } from 'oidc-provider'
  export const InvalidRequest: typeof errors.InvalidRequest
  export const SessionNotFound: typeof errors.SessionNotFound
}
