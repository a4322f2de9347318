import { z } from 'zod'
import type { FhirResource } from '../contract/facts.ts'
import { AttuneError } from '../errors.ts'
import { isObject, isResource } from '../fhir/bundle.ts'
import type { HookService } from './discovery.ts'
import type { Hook } from './service.ts'

/** One hook call, checked. Nothing of the sender's objects is changed. */
export type HookRequest = {
  readonly hook: Hook
  readonly hookInstance: string
  /** FHIR base as the caller names it; not yet trusted. */
  readonly fhirServer: string | null
  /** The EHR's access token. A function, so that no printer, logger or JSON shows it. */
  readonly accessToken: (() => string) | null
  /** Bare FHIR id. */
  readonly patientId: string
  readonly userId: string
  readonly encounterId: string | null
  /** Resources of `context.draftOrders`, in the order received. */
  readonly draftOrders: readonly FhirResource[]
  /** Draft entries that hold no readable resource. */
  readonly brokenDrafts: number
  readonly selections: readonly string[] | null
  /** As received, keys of any name. */
  readonly prefetch: Readonly<Record<string, unknown>>
  /** The body as received, but for `fhirAuthorization`. */
  readonly body: Readonly<Record<string, unknown>>
  /** Of the bytes as received; null for a request that did not come as bytes. */
  readonly digest: string | null
}

/** FHIR id (R4, data types): at most 64 letters, digits, dots and dashes; dots alone would be a path segment. */
const FHIR_ID = /^(?!\.+$)[A-Za-z0-9\-.]{1,64}$/

/** What may stand in an Authorization header: visible ASCII, no space. */
const ONE_WORD = /^[\x21-\x7e]*$/

const text = z.string().min(1).max(2000)
const fhirId = (type: string) =>
  z
    .string()
    .transform((id) => (id.startsWith(`${type}/`) ? id.slice(type.length + 1) : id))
    .refine((id) => FHIR_ID.test(id), 'is not a FHIR id')
const jsonObject = z.record(z.string(), z.unknown())

const context = {
  userId: text,
  patientId: fhirId('Patient'),
  // Several EHRs send null or "" for what they do not have.
  encounterId: z.union([fhirId('Encounter'), z.literal('')]).nullish(),
}
const draftOrders = jsonObject.refine(({ resourceType }) => resourceType === undefined || resourceType === 'Bundle', 'is not a Bundle')

/** A hook is a row here: what its context must hold (hooks.cds-hooks.org). Members not listed are ignored. */
const CONTEXTS = {
  'patient-view': z.object(context),
  'order-select': z.object({ ...context, draftOrders, selections: z.array(z.string().max(2000)).max(10_000) }),
  'order-sign': z.object({ ...context, draftOrders }),
  'encounter-discharge': z.object({ ...context, encounterId: fhirId('Encounter') }),
} as const satisfies Record<Hook, z.ZodType>

const requestSchema = <C extends z.ZodType>(hook: Hook, contextSchema: C) =>
  z.object({
    hook: z.literal(hook),
    hookInstance: text,
    fhirServer: z.string().max(2000).nullish(),
    fhirAuthorization: z.object({ access_token: z.string().max(20_000).regex(ONE_WORD).nullish() }).nullish(),
    prefetch: jsonObject.nullish(),
    context: contextSchema,
  })

/** Schemas of the request bodies, built once; `openapi.json` is made from the same ones. */
export const REQUEST_SCHEMAS = {
  'patient-view': requestSchema('patient-view', CONTEXTS['patient-view']),
  'order-select': requestSchema('order-select', CONTEXTS['order-select']),
  'order-sign': requestSchema('order-sign', CONTEXTS['order-sign']),
  'encounter-discharge': requestSchema('encounter-discharge', CONTEXTS['encounter-discharge']),
} as const satisfies Record<Hook, z.ZodType>

/** Where a body departs from its schema, without any value of it: `context.patientId is not a FHIR id`. */
export const sayIssues = (error: z.ZodError): string => {
  const said = error.issues.slice(0, 5).map(({ path, code, message, input }) => {
    const where =
      path
        .map((part) =>
          String(part)
            .replace(/[^\w-]/g, '?')
            .slice(0, 40),
        )
        .join('.') || 'the body'
    if (code === 'custom') return `${where} ${message}`
    return input === undefined && code === 'invalid_type' ? `${where} is missing or of the wrong type` : `${where} is not as expected`
  })
  return `${said.join('; ')}.`
}

/** What only the order hooks have. */
type OrderContext = { readonly draftOrders?: Readonly<Record<string, unknown>>; readonly selections?: readonly string[] }

const entriesOf = (bundle: Readonly<Record<string, unknown>> | undefined): readonly unknown[] => {
  const entry = bundle?.entry
  if (entry === undefined || entry === null) return []
  if (Array.isArray(entry)) return entry
  if (isObject(entry)) return [entry]
  throw new AttuneError('request-invalid', 'draftOrders.entry is no list', { say: 'context.draftOrders.entry is not a list.' })
}

const readDrafts = (bundle: Readonly<Record<string, unknown>> | undefined): { draftOrders: FhirResource[]; brokenDrafts: number } => {
  const held = entriesOf(bundle).map((entry) => (isObject(entry) ? entry.resource : undefined))
  const draftOrders = held.filter(isResource)
  return { draftOrders, brokenDrafts: held.length - draftOrders.length }
}

/**
 * Checks a body against the service's hook: strict about what the hook requires, silent about what it does not know.
 * @throws AttuneError `body-not-object`, `hook-mismatch`, `request-invalid`
 */
export const readHookRequest = (body: unknown, service: HookService, digest: string | null = null): HookRequest => {
  if (!isObject(body)) throw new AttuneError('body-not-object', 'hook body is no object')
  if (typeof body.hook === 'string' && body.hook !== service.hook)
    throw new AttuneError('hook-mismatch', 'another hook than the service has')
  const result = REQUEST_SCHEMAS[service.hook].safeParse(body)
  if (!result.success) {
    const said = sayIssues(result.error)
    throw new AttuneError('request-invalid', said, { say: said })
  }
  const { data } = result
  const known: OrderContext & { readonly userId: string } = data.context
  const token = data.fhirAuthorization?.access_token
  const { fhirAuthorization: _, ...rest } = body
  return {
    hook: data.hook,
    hookInstance: data.hookInstance,
    fhirServer: data.fhirServer || null,
    accessToken: token ? () => token : null,
    patientId: data.context.patientId,
    userId: data.context.userId,
    encounterId: data.context.encounterId || null,
    ...readDrafts(known.draftOrders),
    selections: known.selections ?? null,
    prefetch: isObject(body.prefetch) ? body.prefetch : {},
    body: rest,
    digest,
  }
}
