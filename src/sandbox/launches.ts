import { randomBytes } from 'node:crypto'
import { makeExpiringMap } from './expiring-map.ts'

/** What an app is told about where it was opened (SMART App Launch 2.2, launch context). */
export type LaunchContext = {
  readonly patient: string | null
  readonly encounter: string | null
  /** Text from the card's link, handed on as it is. */
  readonly appContext: string | null
  readonly fhirContext: readonly { readonly reference: string }[]
  readonly needPatientBanner: boolean
}

export type Launches = {
  /** Keeps a context and gives back the opaque `launch` value for it, good for ten minutes. */
  open(context: LaunchContext): string
  find(launch: string): LaunchContext | undefined
}

const LAUNCH_SECONDS = 600

export const makeLaunches = (): Launches => {
  const contexts = makeExpiringMap<LaunchContext>(2000)
  return {
    open: (context) => {
      const launch = randomBytes(24).toString('base64url')
      contexts.set(launch, context, LAUNCH_SECONDS)
      return launch
    },
    find: (launch) => contexts.get(launch),
  }
}
