import fc from 'fast-check'
import { corpusOf } from './corpus.ts'
import { HOSTILE, textOf } from './hostile-values.ts'
import type { Case } from './judge.ts'
import { CHANGES, type Change, changed, placesTouched, tell } from './mutations.ts'
import type { charts, Target } from './targets.ts'

/** Requests of one sort. A plan is numbers and names alone, so that it shrinks and can be told. */
export type Kind = {
  readonly name: string
  readonly plans: fc.Arbitrary<unknown>
  readonly toCase: (plan: never) => Case
  /** Places of bodies that a plan changes. */
  readonly places?: (plan: never) => readonly string[]
  readonly count?: number
}

const JSON_TYPE = { 'content-type': 'application/json' }
const APP = { ...JSON_TYPE, authorization: 'Bearer fuzz', accept: 'application/json' }

type Mutation = { readonly target: number; readonly changes: readonly Change[] }

const toGet = (path: string, body: unknown): string => {
  const { query } = (body ?? {}) as { query?: unknown }
  const pairs = Object.entries(Object(query)).slice(0, 50)
  const text = pairs.map(([key, value]) => `${encode(key)}=${encode(typeof value === 'string' ? value : JSON.stringify(value ?? null))}`)
  return `${path}?${text.join('&')}`.slice(0, 12_000)
}

/** A lone surrogate has no UTF-8. */
const encode = (text: string): string => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '?'))

/** Valid requests with one to three changes at any place (Z2). */
export const mutated = (name: string, targets: readonly Target[]): Kind => {
  const targetOf = ({ target }: Mutation) => targets[target % targets.length] as Target
  const isGet = ({ body }: Target) => Object.hasOwn(Object(body), 'query')
  return {
    name,
    plans: fc.record({ target: fc.nat({ max: targets.length - 1 }), changes: CHANGES }),
    places: (plan: Mutation) => placesTouched(targetOf(plan).places, plan.changes).map((place) => `${targetOf(plan).path} ${place}`),
    toCase: (plan: Mutation) => {
      const target = targetOf(plan)
      const { path, places, token, mayFail } = target
      const body = changed(target.body, places, plan.changes)
      const told = `${target.name}: ${tell(places, plan.changes)}`
      if (isGet(target)) return { told, method: 'GET', path: toGet(path, body), headers: {} }
      return { told, method: 'POST', path, headers: token ? APP : JSON_TYPE, body: textOf(body) ?? '', ...(mayFail && { mayFail }) }
    },
  }
}

/** Bodies that are no JSON, bombs, and JSON that can be read in two ways (Z1, Z5), for each target. */
export const corpus = (targets: readonly Target[]): Kind => {
  const rows = targets.flatMap((target) => corpusOf(JSON.stringify(target.body)).map((row) => ({ target, row })))
  let next = 0
  return {
    name: 'corpus',
    count: rows.length,
    plans: fc.constant(null).map(() => next++ % rows.length),
    toCase: (at: number) => {
      const { target, row } = rows[at] as (typeof rows)[number]
      const [name, body, headers = JSON_TYPE] = row
      return {
        told: `${target.name}: ${name}`,
        method: 'POST',
        path: target.path,
        headers: target.token ? { ...APP, ...headers } : headers,
        body,
      }
    },
  }
}

type Chart = ReturnType<typeof charts>[number]

/** A record that is read from an EHR, with changes at any place; by a hook call without prefetch, or by the app. */
export const records = (
  given: readonly Chart[],
  places: readonly Target['places'][],
  ehr: { readonly fhir: string; readonly give: (resources: never) => void },
): Kind => ({
  name: 'records',
  plans: fc.record({ target: fc.nat({ max: given.length - 1 }), app: fc.boolean(), changes: CHANGES }),
  places: ({ target, changes }: Mutation) => placesTouched(places[target] as Target['places'], changes).map((place) => `chart ${place}`),
  toCase: ({ target, app, changes }: Mutation & { app: boolean }) => {
    const { patient, encounter, draft, resources } = given[target] as Chart
    const chart = changed(resources, places[target] as Target['places'], changes)
    ehr.give((Array.isArray(chart) ? chart : []) as never)
    const told = `record of ${patient} read by ${app ? 'the app' : 'a hook call'}: ${tell(places[target] as Target['places'], changes)}`
    const token = `fuzz-${Math.random().toString(36).slice(2)}`
    if (app)
      return {
        told,
        method: 'POST',
        path: '/api/profile',
        headers: { ...APP, authorization: `Bearer ${token}` },
        body: JSON.stringify({ fhirServer: ehr.fhir, patient }),
        mayFail: [502],
      }
    const context = { userId: 'Practitioner/fuzz', patientId: patient, encounterId: encounter, draftOrders: draft }
    const body = { hook: 'order-sign', hookInstance: 'fuzz', fhirServer: ehr.fhir, fhirAuthorization: { access_token: token }, context }
    return { told, method: 'POST', path: '/cds-services/pgx-order-sign', headers: JSON_TYPE, body: JSON.stringify(body) }
  },
})

const HEADERS = [
  'authorization',
  'traceparent',
  'x-request-id',
  'accept',
  'accept-encoding',
  'origin',
  'x-forwarded-for',
  'if-none-match',
  'range',
  'cookie',
  'expect',
] as const

/** What HTTP lets stand in the value of a header. */
const headerText = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value))
    .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?')
    .slice(0, 12_000)
    .trim()

type TokenPlan = { readonly part: string; readonly member: string; readonly value: string; readonly header: number; readonly bare: boolean }

/** Client JWTs with a changed header, claim or signature, and headers of any content, at a server that asks for JWTs. */
export const tokens = (target: Target, sign: (change: (part: string, value: object) => object, broken: string | null) => string): Kind => ({
  name: 'tokens and headers',
  plans: fc.record({
    part: fc.constantFrom('header', 'claims', 'signature', 'whole', 'none'),
    member: fc.constantFrom(
      'alg',
      'kid',
      'typ',
      'jku',
      'jwk',
      'x5u',
      'x5c',
      'crit',
      'b64',
      'cty',
      'zip',
      'iss',
      'aud',
      'exp',
      'iat',
      'nbf',
      'jti',
      'sub',
      'tenant',
      '__proto__',
    ),
    value: fc.constantFrom(...Object.keys(HOSTILE)),
    header: fc.nat({ max: HEADERS.length - 1 }),
    bare: fc.boolean(),
  }),
  toCase: ({ part, member, value, header, bare }: TokenPlan) => {
    const put = HOSTILE[value]
    const token =
      part === 'whole'
        ? headerText(put)
        : sign((at, claims) => (at === part ? { ...claims, [member]: put } : claims), part === 'signature' ? headerText(put) : null)
    const name = HEADERS[header] as string
    const others = part === 'none' && name !== 'expect' ? { [name]: headerText(put) } : {}
    const authorization = bare ? token : `Bearer ${token}`
    return {
      told:
        part === 'none'
          ? `header ${name}: ${value}`
          : `JWT, ${part}${part === 'header' || part === 'claims' ? ` ${member}` : ''}: ${value}`,
      method: 'POST',
      path: target.path,
      headers: { ...JSON_TYPE, authorization: authorization.slice(0, 12_000), ...others },
      body: JSON.stringify(target.body),
    }
  },
})
