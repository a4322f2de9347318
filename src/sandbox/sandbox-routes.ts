import express, { type ErrorRequestHandler, type Request, type Response, Router } from 'express'
import { z } from 'zod'
import type { FhirStore } from './fhir-store.ts'
import type { Launches } from './launches.ts'
import type { SandboxPatients } from './load-patients.ts'
import { FhirRefusal, operationOutcome } from './outcome.ts'
import type { SandboxTokens } from './sandbox-tokens.ts'
import { patientOf } from './search-parameters.ts'

export type SandboxKit = {
  readonly patients: SandboxPatients
  readonly store: FhirStore
  readonly tokens: SandboxTokens
  readonly launches: Launches
  readonly publicUrl: () => string
}

const SESSION_SECONDS = 8 * 3600
/** As short as the shortest seen in real EHRs. */
const HOOK_SECONDS = 300
const SESSION_SCOPE = 'user/*.rs user/MedicationRequest.cu user/ServiceRequest.cu user/DocumentReference.c'
const HOOK_SCOPE = 'patient/*.rs'

const id = z.string().regex(/^[A-Za-z0-9.-]{1,64}$/)
const hookTokenSchema = z.object({ patient: id })
const launchSchema = z.object({
  patient: id,
  encounter: id.nullish(),
  appContext: z.string().max(8000).nullish(),
  fhirContext: z
    .array(z.looseObject({ reference: z.string().max(200) }))
    .max(20)
    .nullish(),
  needPatientBanner: z.boolean().default(true),
})
const cdsHooksLaunchSchema = z.object({
  launchUrl: z.string().max(2000),
  parameters: z.looseObject({ patient: id, encounter: id.nullish(), appContext: z.string().max(8000).nullish() }),
})

const parse = <Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> => {
  const read = schema.safeParse(body)
  if (read.success) return read.data
  const where = read.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  throw new FhirRefusal(400, 'invalid', where)
}

/** The colours of the sandbox's own EHR page (smart-app/ui/tokens.css, light). */
const styles = {
  color_background: '#f3f6f5',
  color_error: '#b3141d',
  color_highlight: '#0a5a63',
  color_success: '#2a7348',
  color_text: '#13211f',
  dim_border_radius: '8px',
  dim_font_size: '16px',
  font_family_body: 'system-ui, sans-serif',
  font_family_heading: 'system-ui, sans-serif',
}

const refuse: ErrorRequestHandler = (error, _request, response, _next) => {
  const known = error instanceof FhirRefusal
  const status = known ? error.status : error?.status >= 400 && error?.status < 500 ? error.status : 500
  const issues = known
    ? error.issues
    : [
        {
          severity: 'error' as const,
          code: 'invalid' as const,
          diagnostics: status < 500 ? 'The body cannot be read.' : 'Something went wrong here.',
        },
      ]
  response.status(status).json(operationOutcome(issues))
}

/** Opens a launch for a patient of the store; the encounter, if named, must be that patient's own. */
const openLaunch = (kit: SandboxKit, asked: z.output<typeof launchSchema>): string => {
  if (!kit.store.read('Patient', asked.patient)) throw new FhirRefusal(404, 'not-found', 'There is no such patient.')
  const story = kit.patients.stories.find(({ patient }) => patient === asked.patient)
  const encounter = asked.encounter ?? story?.encounter ?? null
  const visit = encounter ? kit.store.read('Encounter', encounter) : null
  if (encounter && (!visit || patientOf(visit) !== asked.patient))
    throw new FhirRefusal(400, 'invalid', 'The encounter is not of this patient.')
  return kit.launches.open({
    patient: asked.patient,
    encounter,
    appContext: asked.appContext ?? null,
    fhirContext: asked.fhirContext ?? [],
    needPatientBanner: asked.needPatientBanner,
  })
}

/** The doors of the sandbox EHR's own page. There is no login: whoever reaches the sandbox is its clinician. */
export const sandboxRoutes = (kit: SandboxKit): Router => {
  const router = Router()
  const { user } = kit.patients
  router.use(express.json({ limit: '100kb' }), (_request, response, next) => {
    response.set('Cache-Control', 'no-store')
    next()
  })
  router.get('/patients', (_request: Request, response: Response) => {
    response.json({ anchor: kit.patients.anchor, fhirUser: user, stories: kit.patients.stories })
  })
  router.get('/smart-style.json', (_request: Request, response: Response) => {
    response.set('Access-Control-Allow-Origin', '*').json(styles)
  })
  router.post('/session', (_request: Request, response: Response) => {
    response.json({
      ...kit.tokens.issue({ patient: null, scope: SESSION_SCOPE, user }, SESSION_SECONDS),
      fhirUser: user,
      fhirBase: `${kit.publicUrl()}/fhir`,
    })
  })
  router.post('/hook-token', (request: Request, response: Response) => {
    const { patient } = parse(hookTokenSchema, request.body)
    if (!kit.store.read('Patient', patient)) throw new FhirRefusal(404, 'not-found', 'There is no such patient.')
    response.json({ ...kit.tokens.issue({ patient, scope: HOOK_SCOPE, user }, HOOK_SECONDS), subject: 'attune', patient })
  })
  router.post('/launch', (request: Request, response: Response) => {
    const launch = openLaunch(kit, parse(launchSchema, request.body))
    const query = new URLSearchParams({ iss: `${kit.publicUrl()}/fhir`, launch })
    response.json({ launch, url: `${kit.publicUrl()}/app/launch.html?${query}` })
  })
  router.use(refuse)
  return router
}

/** `POST {fhirBase}/_services/smart/Launch`, as the public CDS Hooks sandbox asks for a launch before it follows a SMART link. */
export const cdsHooksLaunchRoute = (kit: SandboxKit): Router => {
  const router = Router()
  router.post('/_services/smart/Launch', express.json({ limit: '100kb' }), (request: Request, response: Response) => {
    const { parameters } = parse(cdsHooksLaunchSchema, request.body)
    const { patient, encounter, appContext } = parameters
    response
      .set('Access-Control-Allow-Origin', '*')
      .json({ launch_id: openLaunch(kit, { patient, encounter, appContext, needPatientBanner: true }) })
  })
  router.options('/_services/smart/Launch', (_request: Request, response: Response) => {
    response
      .set('Access-Control-Allow-Origin', '*')
      .set('Access-Control-Allow-Methods', 'POST, OPTIONS')
      .set('Access-Control-Allow-Headers', 'Authorization, Content-Type, Accept')
      .status(204)
      .end()
  })
  router.use('/_services', refuse)
  return router
}
