import { type Request, type Response, Router } from 'express'
import type { Config } from '../config.ts'
import { withoutEndSlashes } from '../end-slashes.ts'
import { AttuneError } from '../errors.ts'
import type { Authorization } from './authorization.ts'
import { dicomwebRoutes } from './dicomweb.ts'
import { fhirRoutes } from './fhir-routes.ts'
import { makeFhirStore } from './fhir-store.ts'
import { makeLaunches } from './launches.ts'
import { loadPatients, type Story } from './load-patients.ts'
import { cdsHooksLaunchRoute, sandboxRoutes } from './sandbox-routes.ts'
import { makeSandboxTokens } from './sandbox-tokens.ts'
import { smartConfiguration } from './smart-configuration.ts'

/** The demo EHR: charts, FHIR interface, authorization server and the doors of the EHR page. */
export type Sandbox = {
  /**
   * Answers `/fhir`, `/dicomweb`, `/auth` and `/sandbox`, and leaves everything else alone. Mount it at the root of the app and before
   * body parsers and rate limits that are meant for hooks: it reads its own bodies.
   */
  readonly router: Router
  /** `{publicUrl}/fhir` */
  readonly fhirBase: string
  readonly stories: readonly Story[]
  /** Resources in the store. */
  readonly size: number
}

export type SandboxOptions = {
  /** The sandbox does not exist in production. */
  readonly mode: Config['mode']
  /** Address at which browsers reach this server. A function is asked at the first request, so that the port may be known late. */
  readonly publicUrl: string | (() => string)
  /** Folder of the charts; default: those of this release. */
  readonly patientsDir?: string
}

/**
 * Builds the sandbox EHR.
 * @throws AttuneError `config-invalid` outside sandbox mode, or when the charts cannot be read.
 */
export const makeSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
  if (options.mode !== 'sandbox') throw new AttuneError('config-invalid', 'the sandbox EHR is not for production')
  const asked = options.publicUrl
  const publicUrl = (): string => withoutEndSlashes(typeof asked === 'function' ? asked() : asked)
  const patients = loadPatients(options.patientsDir)
  const store = makeFhirStore(patients.resources)
  const tokens = makeSandboxTokens()
  const launches = makeLaunches()
  // The provider is loaded beside the first requests, not before them: it is the slowest part of the start.
  let made: Promise<Authorization> | null = null
  const authorization = (): Promise<Authorization> => {
    made ??= import('./authorization.ts').then(({ makeAuthorization }) =>
      makeAuthorization({ publicUrl: publicUrl(), launches, stories: patients.stories, user: patients.user }),
    )
    return made
  }
  if (typeof asked === 'string') setImmediate(() => authorization().catch(() => {})) // a failure comes again, and is told, at the first request

  const kit = { patients, store, tokens, launches, publicUrl }
  const router = Router()
  router.get('/fhir/.well-known/smart-configuration', (_request: Request, response: Response) => {
    response.set('Access-Control-Allow-Origin', '*').json(smartConfiguration(publicUrl()))
  })
  router.use('/fhir', cdsHooksLaunchRoute(kit))
  const accessOf = async (token: string) => tokens.find(token) ?? (await authorization()).accessOf(token)
  router.use('/fhir', fhirRoutes({ store, publicUrl, accessOf }))
  router.use('/dicomweb', dicomwebRoutes({ store, accessOf }))
  router.use('/auth', async (request, response, next) => (await authorization()).router(request, response, next))
  router.use('/sandbox', sandboxRoutes(kit))
  return {
    router,
    stories: patients.stories,
    get fhirBase() {
      return `${publicUrl()}/fhir`
    },
    get size() {
      return store.size
    },
  }
}
