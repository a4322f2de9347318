import { makeSite } from '../production/attune.ts'

export const TENANT = 'hospital'

/** A site whose callers need no JWT: what fails here is to be the fault under test. */
export const openSite = (environment: Readonly<Record<string, string>> = {}, file: object = {}, client: object = {}) =>
  makeSite(
    {
      auth: 'open',
      network: { allowHttp: true, allowPrivateAddresses: true },
      limits: { requestsPerMinute: 1_000_000 },
      clients: [{ id: 'anonymous', tenant: TENANT, ...client }],
      ...file,
    },
    environment,
  )

/** True when the long tests run whole; else each runs a slice. */
export const WHOLE = process.env.ATTUNE_TEST_WHOLE === '1'

/** Milliseconds until a start is given up: several servers start side by side here, on a machine that may have other work. */
export const START_MS = WHOLE ? 600_000 : 150_000
