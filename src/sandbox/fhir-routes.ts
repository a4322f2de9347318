import { randomUUID } from 'node:crypto'
import express, { type ErrorRequestHandler, type Request, type Response, Router } from 'express'
import { capabilityStatement, isWritable } from './capability.ts'
import type { FhirStore, Stored } from './fhir-store.ts'
import { FhirRefusal, operationOutcome } from './outcome.ts'
import { type Access, type Interaction, reach } from './scopes.ts'
import { readSearch, runSearch, type Search } from './search.ts'
import { parametersOf, patientOf, SHARED_TYPES } from './search-parameters.ts'

export type FhirKit = {
  readonly store: FhirStore
  /** Public address of the server, without a slash at the end. */
  readonly publicUrl: () => string
  /** What the bearer token of a request may do; null when there is none or it is not valid. */
  readonly accessOf: (token: string) => Promise<Access | null>
}

const FHIR_JSON = ['application/fhir+json', 'application/json', 'application/json+fhir']

const send = (response: Response, status: number, body: object): void => {
  response.status(status).type('application/fhir+json').send(JSON.stringify(body))
}

const sendResource = (response: Response, status: number, resource: Stored): void => {
  response.set('ETag', `W/"${resource.meta.versionId}"`).set('Last-Modified', new Date(resource.meta.lastUpdated).toUTCString())
  send(response, status, resource)
}

const authenticate = async (kit: FhirKit, request: Request): Promise<Access> => {
  const [, token] = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(request.get('authorization') ?? '') ?? []
  const access = token ? await kit.accessOf(token) : null
  if (!access) throw new FhirRefusal(401, 'login', 'A valid access token is needed.')
  return access
}

/** The patient to whose chart a token is confined for an interaction; undefined when it is not confined. */
const confinement = (access: Access, type: string, interaction: Interaction): string | undefined => {
  const far = reach(access, type, interaction)
  if (far === 'none') throw new FhirRefusal(403, 'forbidden', 'The scopes of the access token do not allow this.')
  return far === 'patient' && !SHARED_TYPES.has(type) ? (access.patient ?? '') : undefined
}

const checkType = (type: string): void => {
  if (!parametersOf(type)) throw new FhirRefusal(404, 'not-supported', 'The sandbox does not have that resource type.')
}

type Handler = (kit: FhirKit, request: Request, response: Response, type: string, id: string) => Promise<void>

const read: Handler = async (kit, request, response, type, id) => {
  const confined = confinement(await authenticate(kit, request), type, 'r')
  const resource = kit.store.read(type, id)
  if (!resource) throw new FhirRefusal(404, 'not-found', 'There is no such resource.')
  if (confined !== undefined && patientOf(resource) !== confined)
    throw new FhirRefusal(403, 'forbidden', 'The access token is bound to another patient.')
  const native = type === 'Binary' && !/json/.test(request.get('accept') ?? '')
  if (!native) return sendResource(response, 200, atHome(kit, resource))
  response
    .set('Content-Disposition', 'attachment')
    .type(String(resource.contentType ?? 'application/octet-stream'))
    .send(Buffer.from(String(resource.data ?? ''), 'base64'))
}

const pairsOf = (request: Request): (readonly [string, string])[] => {
  const query = [...new URL(request.originalUrl, 'http://sandbox').searchParams]
  const form = request.method === 'POST' && typeof request.body === 'string' ? [...new URLSearchParams(request.body)] : []
  return [...query, ...form]
}

const link = (kit: FhirKit, type: string, search: Search, offset: number): string => {
  const query = new URLSearchParams()
  for (const [name, value] of search.used) query.append(name, value)
  query.set('_count', String(search.count))
  if (offset > 0) query.set('_offset', String(offset))
  return `${kit.publicUrl()}/fhir/${type}?${query}`
}

/** The charts name their endpoints under an example host; who asks gets this server's own address. */
const atHome = (kit: FhirKit, resource: Stored): Stored =>
  resource.resourceType === 'Endpoint' && typeof resource.address === 'string'
    ? { ...resource, address: resource.address.replace('https://sandbox.attune.example', kit.publicUrl()) }
    : resource

const includedIn = (kit: FhirKit, page: readonly Stored[], members: readonly string[]): Stored[] => {
  const references = page.flatMap((resource) => members.flatMap((member) => (Array.isArray(resource[member]) ? resource[member] : [])))
  const ids = new Set(references.flatMap((one: { reference?: unknown }) => /^Endpoint\/(.+)$/.exec(String(one.reference))?.[1] ?? []))
  return [...ids].flatMap((id) => kit.store.read('Endpoint', id) ?? [])
}

const searchBundle = (kit: FhirKit, type: string, search: Search, found: readonly Stored[]) => {
  const page = found.slice(search.offset, search.offset + search.count)
  const next = search.offset + search.count
  const outcome =
    search.ignored.length > 0
      ? [
          {
            resource: operationOutcome([
              { severity: 'warning', code: 'not-supported', diagnostics: `Ignored: ${search.ignored.join(', ').slice(0, 200)}.` },
            ]),
            search: { mode: 'outcome' },
          },
        ]
      : []
  const entry = [
    ...page.map((resource) => ({ fullUrl: `${kit.publicUrl()}/fhir/${type}/${resource.id}`, resource, search: { mode: 'match' } })),
    ...includedIn(kit, page, search.include).map((resource) => ({
      fullUrl: `${kit.publicUrl()}/fhir/${resource.resourceType}/${resource.id}`,
      resource: atHome(kit, resource),
      search: { mode: 'include' },
    })),
    ...outcome,
  ]
  return {
    resourceType: 'Bundle',
    id: randomUUID(),
    type: 'searchset',
    total: found.length,
    link: [
      { relation: 'self', url: link(kit, type, search, search.offset) },
      ...(search.count > 0 && next < found.length ? [{ relation: 'next', url: link(kit, type, search, next) }] : []),
    ],
    ...(entry.length > 0 && { entry }),
  }
}

/** The chart to search in: the token's own patient, or the one that the search names. Another patient's is refused. */
const chartOf = (confined: string | undefined, search: Search): string | undefined => {
  if (confined !== undefined && search.patients?.some((patient) => patient !== confined))
    throw new FhirRefusal(403, 'forbidden', 'The access token is bound to another patient.')
  return confined ?? (search.patients?.length === 1 ? search.patients[0] : undefined)
}

const search: Handler = async (kit, request, response, type) => {
  if (type === 'Binary') throw new FhirRefusal(405, 'not-supported', 'Binary can be read, not searched.')
  const confined = confinement(await authenticate(kit, request), type, 's')
  const lenient = /handling\s*=\s*lenient/i.test(request.get('prefer') ?? '')
  const asked = readSearch(type, pairsOf(request), lenient)
  const chart = chartOf(confined, asked)
  // The list holds stored resources, and filtering and sorting keep them what they are.
  const found = runSearch(asked, kit.store.list(type, chart)) as Stored[]
  send(response, 200, searchBundle(kit, type, asked, found))
}

const checkWrite = (access: Access, type: string, interaction: Interaction, body: unknown): void => {
  const confined = confinement(access, type, interaction)
  if (!isWritable(type)) throw new FhirRefusal(405, 'not-supported', `The sandbox does not take ${type} resources.`)
  const patient = body && typeof body === 'object' ? patientOf({ resourceType: type, ...body }) : null
  if (confined !== undefined && patient !== confined)
    throw new FhirRefusal(403, 'forbidden', 'The access token is bound to another patient.')
}

/** Conditional create by identifier (FHIR R4, http.html#ccreate), within the chart that is written to. */
const sameAs = async (kit: FhirKit, type: string, condition: string, chart: string | undefined): Promise<Stored[]> => {
  const pairs = [...new URLSearchParams(condition)]
  if (pairs.length === 0 || pairs.some(([name]) => name !== 'identifier') || !parametersOf(type)?.has('identifier'))
    throw new FhirRefusal(400, 'not-supported', 'Conditional create is supported by identifier only.')
  return runSearch(readSearch(type, pairs, false), kit.store.list(type, chart)) as Stored[] // the list holds stored resources
}

const create: Handler = async (kit, request, response, type) => {
  const access = await authenticate(kit, request)
  checkWrite(access, type, 'c', request.body)
  const condition = request.get('if-none-exist')
  const there = condition === undefined ? [] : await sameAs(kit, type, condition, patientOf(request.body) ?? undefined)
  if (there.length > 1) throw new FhirRefusal(412, 'conflict', 'The condition fits more than one resource.')
  if (there[0]) return sendResource(response, 200, there[0])
  const stored = kit.store.create(type, request.body)
  response.set('Location', `${kit.publicUrl()}/fhir/${type}/${stored.id}`)
  sendResource(response, 201, stored)
}

const update: Handler = async (kit, request, response, type, id) => {
  checkWrite(await authenticate(kit, request), type, 'u', request.body)
  sendResource(response, 200, kit.store.update(type, id, request.body, request.get('if-match')))
}

const statusOf = (error: unknown): number =>
  error && typeof error === 'object' && 'status' in error && typeof error.status === 'number' ? error.status : 500

/** Every error leaves as an OperationOutcome; its text never repeats what was sent. */
const refuse: ErrorRequestHandler = (error, _request, response, _next) => {
  if (error instanceof FhirRefusal) {
    if (error.status === 401) response.set('WWW-Authenticate', 'Bearer realm="Attune sandbox", error="invalid_token"')
    return send(response, error.status, operationOutcome(error.issues))
  }
  const status = statusOf(error)
  const text = status < 500 ? 'The request cannot be read.' : 'Something went wrong here.'
  send(response, status, operationOutcome([{ severity: 'error', code: status < 500 ? 'invalid' : 'exception', diagnostics: text }]))
}

const cors = (request: Request, response: Response, next: () => void): void => {
  response.set('Access-Control-Allow-Origin', '*').set('Access-Control-Expose-Headers', 'ETag, Location, Last-Modified, WWW-Authenticate')
  response.set('Cache-Control', 'no-store')
  if (request.method !== 'OPTIONS') {
    next()
    return
  }
  response
    .set('Access-Control-Allow-Methods', 'GET, POST, PUT, OPTIONS')
    .set('Access-Control-Allow-Headers', 'Authorization, Content-Type, Accept, Prefer, If-Match, If-None-Exist')
    .status(204)
    .end()
}

/** The FHIR interface, to be mounted at `/fhir`. */
export const fhirRoutes = (kit: FhirKit): Router => {
  const router = Router()
  const started = new Date().toISOString()
  const answer = (handler: Handler) => async (request: Request, response: Response) => {
    const { type, id } = request.params
    checkType(String(type))
    await handler(kit, request, response, String(type), String(id ?? ''))
  }
  const json = express.json({ type: FHIR_JSON, limit: '1mb' })
  router.use(cors)
  router.get('/metadata', (_request, response) => send(response, 200, capabilityStatement(kit.publicUrl(), started)))
  router.get('/:type/:id', answer(read))
  router.get('/:type', answer(search))
  router.post('/:type/_search', express.text({ type: 'application/x-www-form-urlencoded', limit: '100kb' }), answer(search))
  router.post('/:type', json, answer(create))
  router.put('/:type/:id', json, answer(update))
  router.use(() => {
    throw new FhirRefusal(405, 'not-supported', 'The sandbox does not do that.')
  })
  router.use(refuse)
  return router
}
