import { expect, test } from 'vitest'
import { AttuneError } from '../../src/errors.ts'
import type { HookService } from '../../src/hooks/discovery.ts'
import { readHookRequest } from '../../src/hooks/request.ts'
import { order, orderSelect, orderSign, patientView, SERVICES, searchset } from '../http/server-under-test.ts'

const serviceFor = (hook: string): HookService => {
  const service = SERVICES.find((one) => one.hook === hook)
  if (!service) throw new Error(`no service for ${hook}`)
  return service
}
const read = (body: Record<string, unknown>, hook = String(body.hook)) => readHookRequest(body, serviceFor(hook))
const withContext = (body: Record<string, unknown>, members: object) => ({ ...body, context: { ...(body.context as object), ...members } })
const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    if (error instanceof AttuneError) return error.code
    throw error
  }
}

test('a whole order-select call is read', () => {
  const request = read({
    ...orderSelect(),
    fhirServer: 'https://ehr.example.org/fhir',
    fhirAuthorization: { access_token: 'secret', token_type: 'Bearer' },
  })
  expect({ ...request, accessToken: request.accessToken?.(), body: null, prefetch: Object.keys(request.prefetch) }).toEqual({
    hook: 'order-select',
    hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
    fhirServer: 'https://ehr.example.org/fhir',
    accessToken: 'secret',
    patientId: 'p1',
    userId: 'Practitioner/u1',
    encounterId: null,
    draftOrders: [order],
    brokenDrafts: 0,
    selections: ['MedicationRequest/o1'],
    prefetch: ['patient', 'problems'],
    body: null,
    digest: null,
  })
})

test('the access token is in nothing that can be printed', () => {
  const request = read({ ...orderSign(), fhirServer: 'https://a.test', fhirAuthorization: { access_token: 'secret-token' } })
  expect(JSON.stringify(request)).not.toContain('secret-token')
})

test('the request is not changed by being read', () => {
  const body = Object.freeze(orderSign())
  const before = JSON.stringify(body)
  read(body)
  expect(JSON.stringify(body)).toBe(before)
})

test.each([
  ['the prefix Patient/', { patientId: 'Patient/p1' }],
  ['an encounter of null', { encounterId: null }],
  ['an empty encounter', { encounterId: '' }],
  ['odd text for the user', { userId: '🙂 " \u0000 ../..' }],
  ['members of later versions', { fulfillmentTasks: [1], other: { deep: true } }],
])('a context with %s is accepted', (_name, members) => {
  expect(read(withContext(patientView(), members)).patientId).toBe('p1')
})

test.each([
  ['null for what is optional', { fhirServer: null, fhirAuthorization: null, prefetch: null, extension: null }],
  ['an authorization without a token', { fhirAuthorization: {} }],
  ['members nobody knows', { more: [1, 2, 3] }],
  ['odd text for the instance', { hookInstance: 'not a uuid' }],
])('a body with %s is accepted', (_name, members) => {
  expect(read({ ...orderSign(), ...members }).patientId).toBe('p1')
})

test.each<readonly [string, unknown, number, number]>([
  ['without type and fullUrl', { resourceType: 'Bundle', entry: [{ resource: order }] }, 1, 0],
  ['without resourceType', { entry: [{ resource: order }] }, 1, 0],
  ['without entries', { resourceType: 'Bundle' }, 0, 0],
  ['with null for entries', { resourceType: 'Bundle', entry: null }, 0, 0],
  ['with a single entry that is no list', { resourceType: 'Bundle', entry: { resource: order } }, 1, 0],
  ['with entries as responses', { resourceType: 'Bundle', entry: [{ response: { status: '200' }, resource: order }] }, 1, 0],
  ['with an order without a medication', searchset({ resourceType: 'MedicationRequest', id: 'o1', status: 'draft' }), 1, 0],
  [
    'with unreadable entries among good ones',
    { entry: [null, 5, {}, { resource: null }, { resource: { id: 'x' } }, { resource: order }] },
    1,
    5,
  ],
])('draft orders %s are read', (_name, draftOrders, orders, broken) => {
  const request = read(withContext(orderSign(), { draftOrders }))
  expect([request.draftOrders.length, request.brokenDrafts]).toEqual([orders, broken])
})

test.each([
  ['no patient', { patientId: undefined }],
  ['a patient that is a number', { patientId: 7 }],
  ['an empty patient', { patientId: '' }],
  ['a patient with a slash', { patientId: 'a/b' }],
  ['a patient with a query', { patientId: 'a?b=c' }],
  ['a patient with dots alone', { patientId: '..' }],
  ['a patient of 65 characters', { patientId: 'a'.repeat(65) }],
  ['a patient behind another type', { patientId: 'Group/p1' }],
  ['a patient with a null byte', { patientId: 'p1\u0000' }],
  ['no user', { userId: undefined }],
  ['an encounter that is an object', { encounterId: {} }],
  ['no draft orders', { draftOrders: undefined }],
  ['draft orders as a list', { draftOrders: [] }],
  ['draft orders of another type', { draftOrders: order }],
  ['entries that are text', { draftOrders: { resourceType: 'Bundle', entry: 'x' } }],
])('an order-sign context with %s is refused', (_name, members) => {
  expect(codeOf(() => read(withContext(orderSign(), members)))).toBe('request-invalid')
})

test.each([
  ['no selections', undefined],
  ['selections of null', null],
  ['selections that are text', 'MedicationRequest/o1'],
  ['selections that hold a number', [1]],
])('an order-select context with %s is refused', (_name, selections) => {
  expect(codeOf(() => read(withContext(orderSelect(), { selections })))).toBe('request-invalid')
})

test.each([
  ['no hook', { hook: undefined }, 'request-invalid'],
  ['a hook that is a number', { hook: 5 }, 'request-invalid'],
  ['another hook', { hook: 'patient-view' }, 'hook-mismatch'],
  ['a hook in capitals', { hook: 'ORDER-SIGN' }, 'hook-mismatch'],
  ['no instance', { hookInstance: undefined }, 'request-invalid'],
  ['an instance that is a number', { hookInstance: 5 }, 'request-invalid'],
  ['no context', { context: undefined }, 'request-invalid'],
  ['a context that is a list', { context: [] }, 'request-invalid'],
  ['a server that is an object', { fhirServer: {} }, 'request-invalid'],
  ['an authorization that is text', { fhirAuthorization: 'Bearer x' }, 'request-invalid'],
  ['a token that is a number', { fhirAuthorization: { access_token: 5 } }, 'request-invalid'],
  ['a token with a line break', { fhirAuthorization: { access_token: 'a\r\nHost: evil' } }, 'request-invalid'],
  ['a prefetch that is a list', { prefetch: [] }, 'request-invalid'],
  ['a prefetch that is text', { prefetch: 'all' }, 'request-invalid'],
])('a body with %s is refused', (_name, members, code) => {
  expect(codeOf(() => read({ ...orderSign(), ...members }, 'order-sign'))).toBe(code)
})

test.each([null, [], 'text', 5, true])('a body that is %j is refused', (body) => {
  expect(codeOf(() => readHookRequest(body, serviceFor('order-sign')))).toBe('body-not-object')
})

test('keys that reach for prototypes change nothing', () => {
  const body = JSON.parse(
    JSON.stringify(orderSign()).replace(
      '"prefetch":{',
      '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prefetch":{"__proto__":{"polluted":1},',
    ),
  )
  const request = read(body, 'order-sign')
  expect([({} as Record<string, unknown>).polluted, (request.prefetch as Record<string, unknown>).polluted]).toEqual([undefined, undefined])
})
