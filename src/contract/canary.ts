/** Tenant and client of the invented patients that the service sends through itself. Their calls are recorded, and counted nowhere. */
export const CANARY = 'canary'

/** How the call of an invented patient ended. `missing`: no answer. */
export type CanaryState = 'as-expected' | 'wrong' | 'late' | 'missing'

export type CanaryResult = { readonly name: string; readonly state: CanaryState; readonly because: string }
