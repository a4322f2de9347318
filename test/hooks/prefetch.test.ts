import { expect, test } from 'vitest'
import { CONFIG_SCHEMAS } from '../../src/config.ts'
import type { Question } from '../../src/contract/facts.ts'
import { makeFhirClient } from '../../src/fhir/fhir-client.ts'
import { makeOutbound } from '../../src/fhir/outbound.ts'
import type { HookService } from '../../src/hooks/discovery.ts'
import { mustRefuse, sayEnds } from '../../src/hooks/must-refuse.ts'
import { completePrefetch } from '../../src/hooks/prefetch.ts'
import { readHookRequest } from '../../src/hooks/request.ts'
import { type FhirServer, type Handler, LIMITS, sendJson, serveFhir } from '../fhir/fault-server.ts'
import { condition, order, orderSign, patient, SERVICES, searchset } from '../http/server-under-test.ts'

const service = SERVICES.find(({ id }) => id === 'echo-order-sign') as HookService

const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] }
const warning = { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'not-found' }] }
const second = { ...condition, id: 'c2' }

/** A FHIR server that knows the patient and one condition; `special` paths behave as the test wants. */
const knowing =
  (special: Readonly<Record<string, Handler>> = {}): Handler =>
  (req, res) => {
    const url = req.url ?? ''
    const found = Object.entries(special).find(([part]) => url.includes(part))
    if (found) return found[1](req, res)
    if (url.startsWith('/fhir/Patient/p1')) return sendJson(res, patient)
    return sendJson(res, url.startsWith('/fhir/Condition?') ? searchset(second) : outcome, url.startsWith('/fhir/Condition?') ? 200 : 404)
  }

type Trial = {
  prefetch?: unknown
  server?: Handler | null
  trusted?: boolean
  drafts?: readonly object[]
  members?: object
  budgetMs?: number
}

/** Completes one call; ends with each question as `key: state from, count`, the resources and what the server was asked. */
const complete = async ({ prefetch, server = null, trusted = true, drafts = [order], members = {}, budgetMs = LIMITS.budgetMs }: Trial) => {
  const fhirServer: FhirServer | null = server && (await serveFhir(server))
  const outbound = makeOutbound(LIMITS)
  const client = CONFIG_SCHEMAS.client.parse({ id: 'c', fhirServers: fhirServer && trusted ? [`${fhirServer.base}/`] : [] })
  const body = {
    ...orderSign(),
    context: { userId: 'Practitioner/u1', patientId: 'p1', draftOrders: searchset(...drafts) },
    prefetch,
    ...(fhirServer ? { fhirServer: fhirServer.base, fhirAuthorization: { access_token: 'token-9' } } : {}),
    ...members,
  }
  const before = JSON.stringify(body)
  const record = await completePrefetch(service, readHookRequest(body, service), makeFhirClient(outbound, { ...LIMITS, budgetMs }), client)
  outbound.close()
  await fhirServer?.close()
  expect(JSON.stringify(body)).toBe(before)
  const say = ({ key, state, from, resources }: Question) => `${key}: ${state} ${from} ${resources}`
  return {
    record,
    questions: record.questions.map(say),
    resources: record.resources.map(({ resourceType, id }) => `${resourceType}/${id}`),
    asked: fhirServer?.asked ?? [],
    because: record.questions.map(({ because }) => because),
    headers: fhirServer?.headers ?? [],
  }
}

const CONDITIONS = '/fhir/Condition?patient=p1'

test('what was sent is used and not fetched again', async () => {
  const { questions, resources, asked } = await complete({ prefetch: { patient, problems: searchset(condition) }, server: knowing() })
  expect({ questions, resources, asked }).toEqual({
    questions: ['patient: answered prefetch 1', 'problems: answered prefetch 1'],
    resources: ['Patient/p1', 'Condition/c1'],
    asked: [],
  })
})

test.each<readonly [string, unknown, string[], string[], string[]]>([
  ['a Bundle without entries means no data', searchset(), ['problems: empty prefetch 0'], [], []],
  ['a Bundle whose entry is missing means no data', { resourceType: 'Bundle', type: 'searchset' }, ['problems: empty prefetch 0'], [], []],
  ['null for a search means no data', null, ['problems: empty prefetch 0'], [], []],
  ['a single resource in place of a Bundle is used', condition, ['problems: answered prefetch 1'], ['Condition/c1'], []],
  ['an absent key is fetched', undefined, ['problems: answered fetch 1'], ['Condition/c2'], [CONDITIONS]],
  ['an OperationOutcome is fetched instead', outcome, ['problems: answered fetch 1'], ['Condition/c2'], [CONDITIONS]],
  [
    'a Bundle of an OperationOutcome alone is fetched instead',
    searchset(outcome),
    ['problems: answered fetch 1'],
    ['Condition/c2'],
    [CONDITIONS],
  ],
  [
    'a refusal without a resource is fetched instead',
    { resourceType: 'Bundle', entry: [{ fullUrl: 'x', response: { status: '403' } }] },
    ['problems: answered fetch 1'],
    ['Condition/c2'],
    [CONDITIONS],
  ],
  [
    'an error as the outcome of an entry is fetched instead',
    { resourceType: 'Bundle', type: 'batch-response', entry: [{ response: { status: '200', outcome } }] },
    ['problems: answered fetch 1'],
    ['Condition/c2'],
    [CONDITIONS],
  ],
  [
    'a refusal beside results makes them partial',
    { resourceType: 'Bundle', entry: [{ resource: condition }, { response: { status: '401 Unauthorized' } }] },
    ['problems: partial prefetch 1'],
    ['Condition/c1'],
    [],
  ],
  [
    'a count without results is fetched instead',
    { ...searchset(), total: 5 },
    ['problems: answered fetch 1'],
    ['Condition/c2'],
    [CONDITIONS],
  ],
  ['a count of none means no data', { ...searchset(), total: 0 }, ['problems: empty prefetch 0'], [], []],
  [
    'fewer results than were counted are partial',
    { ...searchset(condition), total: 5 },
    ['problems: partial prefetch 1'],
    ['Condition/c1'],
    [],
  ],
  [
    'a warning alone that is counted as a result means no data',
    { ...searchset(warning), total: 1 },
    ['problems: empty prefetch 0'],
    [],
    [],
  ],
  [
    'a warning that is counted beside results leaves them whole',
    { ...searchset(condition, warning), total: 2 },
    ['problems: answered prefetch 1'],
    ['Condition/c1'],
    [],
  ],
  [
    'what belongs to a result, counted with it, leaves the results whole',
    {
      ...searchset(),
      total: 2,
      entry: [{ resource: condition }, { resource: { resourceType: 'Encounter', id: 'e1' }, search: { mode: 'include' } }],
    },
    ['problems: answered prefetch 2'],
    ['Condition/c1', 'Encounter/e1'],
    [],
  ],
  [
    'resources of another type, unmarked, do not stand for results that are missing',
    { ...searchset(condition, { resourceType: 'Encounter', id: 'e1' }), total: 2 },
    ['problems: partial prefetch 2'],
    ['Condition/c1', 'Encounter/e1'],
    [],
  ],
  ['text is fetched instead', 'oops', ['problems: answered fetch 1'], ['Condition/c2'], [CONDITIONS]],
  ['a number is fetched instead', 5, ['problems: answered fetch 1'], ['Condition/c2'], [CONDITIONS]],
  ['a list is fetched instead', [condition], ['problems: answered fetch 1'], ['Condition/c2'], [CONDITIONS]],
  ['an object without resourceType is fetched instead', { a: 1 }, ['problems: answered fetch 1'], ['Condition/c2'], [CONDITIONS]],
  [
    'a Bundle whose entry is text is fetched instead',
    { resourceType: 'Bundle', entry: 'x' },
    ['problems: answered fetch 1'],
    ['Condition/c2'],
    [CONDITIONS],
  ],
  [
    'another kind of resource is kept, and the question fetched',
    searchset({ resourceType: 'Observation', id: 'ob' }),
    ['problems: answered fetch 1'],
    ['Condition/c2', 'Observation/ob'],
    [CONDITIONS],
  ],
  ['an error beside results makes them partial', searchset(condition, outcome), ['problems: partial prefetch 1'], ['Condition/c1'], []],
  [
    'entries that are no resources make the rest partial',
    { resourceType: 'Bundle', entry: [{ resource: 7 }, { resource: condition }] },
    ['problems: partial prefetch 1'],
    ['Condition/c1'],
    [],
  ],
])('%s', async (_name, problems, questions, resources, asked) => {
  const prefetch = problems === undefined ? { patient } : { patient, problems }
  const done = await complete({ prefetch, server: knowing() })
  expect({ questions: done.questions.slice(1), resources: done.resources.slice(1), asked: done.asked }).toEqual({
    questions,
    resources,
    asked,
  })
})

test.each([
  ['absent', undefined],
  ['null', null],
  ['empty', {}],
])('a prefetch that is %s is fetched whole, side by side, with the token', async (_name, prefetch) => {
  const done = await complete({ prefetch, server: knowing() })
  expect({
    questions: done.questions,
    asked: done.asked.toSorted(),
    tokens: done.headers.map(({ authorization }) => authorization),
  }).toEqual({
    questions: ['patient: answered fetch 1', 'problems: answered fetch 1'],
    asked: [CONDITIONS, '/fhir/Patient/p1'],
    tokens: ['Bearer token-9', 'Bearer token-9'],
  })
})

test('without a FHIR server what was not sent is not asked, and the reason is kept', async () => {
  const { questions, because } = await complete({ prefetch: {} })
  expect({ questions, because: because[0] }).toEqual({
    questions: ['patient: not-asked none 0', 'problems: not-asked none 0'],
    because: 'It was not sent, and the call names no FHIR server.',
  })
})

test('a server that is not registered for the client is never connected to', async () => {
  const { questions, because, asked } = await complete({ prefetch: { patient }, server: knowing(), trusted: false })
  expect({ questions, because: because[1], asked }).toEqual({
    questions: ['patient: answered prefetch 1', 'problems: not-asked none 0'],
    because: 'It was not sent, and the FHIR server named is not registered for this client.',
    asked: [],
  })
})

const page = (next: string) => ({ ...searchset(condition), link: [{ relation: 'next', url: next }] })

test('a first page is gone on with at the same base, with the token', async () => {
  const server: Handler = (req, res) => sendJson(res, req.url?.includes('page=2') ? searchset(second) : outcome)
  const fhir = await serveFhir(server)
  const outbound = makeOutbound(LIMITS)
  const client = CONFIG_SCHEMAS.client.parse({ id: 'c', fhirServers: [fhir.base] })
  const body = {
    ...orderSign(),
    prefetch: { patient, problems: page(`${fhir.base}?page=2`) },
    fhirServer: fhir.base,
    fhirAuthorization: { access_token: 't' },
  }
  const record = await completePrefetch(service, readHookRequest(body, service), makeFhirClient(outbound, LIMITS), client)
  expect(record.questions[1]).toMatchObject({ state: 'answered', resources: 2 })
  expect(fhir.headers[0]).toMatchObject({ authorization: 'Bearer t' })
  outbound.close()
  await fhir.close()
})

test.each([
  ['all of them are there', 2, 'answered'],
  ['one is missing', 3, 'partial'],
])('results are counted over the page that was sent and those read after it: %s', async (_name, total, state) => {
  const rest: Handler = (_req, res) => sendJson(res, { ...searchset(second), total })
  const fhir = await serveFhir(rest)
  const outbound = makeOutbound(LIMITS)
  const client = CONFIG_SCHEMAS.client.parse({ id: 'c', fhirServers: [fhir.base] })
  const prefetch = { patient, problems: { ...page(`${fhir.base}?page=2`), total } }
  const body = { ...orderSign(), prefetch, fhirServer: fhir.base }
  const record = await completePrefetch(service, readHookRequest(body, service), makeFhirClient(outbound, LIMITS), client)
  expect(record.questions[1]).toMatchObject({ state, resources: 2 })
  outbound.close()
  await fhir.close()
})

test('resources of another type, unmarked, do not stand for missing results on the pages read after the one that was sent', async () => {
  const fhir = await serveFhir((_req, res) => sendJson(res, { ...searchset({ resourceType: 'Encounter', id: 'e1' }), total: 2 }))
  const outbound = makeOutbound(LIMITS)
  const client = CONFIG_SCHEMAS.client.parse({ id: 'c', fhirServers: [fhir.base] })
  const prefetch = { patient, problems: { ...page(`${fhir.base}?page=2`), total: 2 } }
  const body = { ...orderSign(), prefetch, fhirServer: fhir.base }
  const record = await completePrefetch(service, readHookRequest(body, service), makeFhirClient(outbound, LIMITS), client)
  expect(record.questions[1]).toMatchObject({ state: 'partial', resources: 2 })
  outbound.close()
  await fhir.close()
})

test.each([
  ['on another host', 'http://127.0.0.2:9/fhir?page=2', true],
  ['without a server to follow it', 'http://127.0.0.1:9/fhir?page=2', false],
  ['that is no address', 'http://[', true],
])('a next link %s leaves the first page, as partial', async (_name, next, withServer) => {
  const done = await complete({ prefetch: { patient, problems: page(next) }, server: withServer ? knowing() : null })
  expect({ question: done.questions[1]?.split(' ')[1], resources: done.resources, asked: done.asked }).toEqual({
    question: 'partial',
    resources: ['Patient/p1', 'Condition/c1'],
    asked: [],
  })
})

test('resources under keys of the integrator are accepted', async () => {
  const { resources } = await complete({
    prefetch: {
      patient,
      problems: null,
      epicLabs: searchset({ resourceType: 'Observation', id: 'x' }),
      one: { resourceType: 'Procedure', id: 'y' },
      junk: 5,
      none: null,
    },
  })
  expect(resources).toEqual(['Patient/p1', 'Observation/x', 'Procedure/y'])
})

test('a resource that answers two questions is there once', async () => {
  const { resources } = await complete({ prefetch: { patient, problems: searchset(condition), again: searchset(condition) } })
  expect(resources).toEqual(['Patient/p1', 'Condition/c1'])
})

test('a Patient with another id is never used; the right one is fetched', async () => {
  const done = await complete({ prefetch: { patient: { ...patient, id: 'p2' }, problems: null }, server: knowing() })
  expect({ questions: done.questions[0], resources: done.resources }).toEqual({
    questions: 'patient: answered fetch 1',
    resources: ['Patient/p1'],
  })
})

test('a Patient with another id and no server is a failed question', async () => {
  const done = await complete({ prefetch: { patient: { ...patient, id: 'p2' }, problems: null } })
  expect({ question: done.questions[0], because: done.because[0], resources: done.resources }).toEqual({
    question: 'patient: failed prefetch 0',
    because: 'The Patient that was sent is another one.',
    resources: [],
  })
})

test('a failing read fails only its own question', async () => {
  const done = await complete({ prefetch: {}, server: knowing({ Condition: (_req, res) => sendJson(res, outcome, 403) }) })
  expect(done.record.questions[1]).toMatchObject({ state: 'failed', status: 403, because: 'The FHIR server did not allow this read.' })
  expect(done.resources).toEqual(['Patient/p1'])
})

test('a hanging server costs the budget once, however many questions there are', { retry: 4 }, async () => {
  const budgetMs = 1500
  const started = performance.now()
  const done = await complete({ prefetch: {}, server: () => undefined, budgetMs })
  expect(performance.now() - started).toBeLessThan(2 * budgetMs) // of the two questions; a machine that stops may add to it, not in each try
  expect(done.because).toEqual(['The FHIR server did not answer in time.', 'The FHIR server did not answer in time.'])
})

const byReference = { ...order, medicationCodeableConcept: undefined, medicationReference: { reference: 'Medication/m1' } }
const medication = { resourceType: 'Medication', id: 'm1', code: { text: 'a drug' } }

test('a medication that a draft order only refers to is read', async () => {
  const done = await complete({
    prefetch: { patient, problems: null },
    drafts: [byReference],
    server: knowing({ '/Medication/m1': (_req, res) => sendJson(res, medication) }),
  })
  expect({ asked: done.asked, resources: done.resources }).toEqual({
    asked: ['/fhir/Medication/m1'],
    resources: ['Patient/p1', 'Medication/m1'],
  })
})

test.each([
  ['beside the order', { drafts: [byReference, medication] }],
  ['in the prefetch', { prefetch: { patient, problems: null, meds: searchset(medication) } }],
  ['contained', { drafts: [{ ...byReference, contained: [medication], medicationReference: { reference: '#m1' } }] }],
  ['on another server', { drafts: [{ ...byReference, medicationReference: { reference: 'https://other.test/fhir/Medication/m1' } }] }],
  ['behind dots', { drafts: [{ ...byReference, medicationReference: { reference: 'Medication/..' } }] }],
])('a medication %s is not asked for', async (_name, trial) => {
  const done = await complete({ prefetch: { patient, problems: null }, drafts: [byReference], server: knowing(), ...trial })
  expect(done.asked).toEqual([])
})

test('unreadable draft orders are said', async () => {
  const context = { userId: 'u', patientId: 'p1', draftOrders: { entry: [{ resource: order }, { resource: 5 }] } }
  const { record } = await complete({ prefetch: { patient, problems: null }, members: { context } })
  expect(record.questions.at(-1)).toMatchObject({ key: 'draftOrders', state: 'partial', because: 'Some draft orders were not readable.' })
})

test('how each question ended is said for the log, without anything of the patient', async () => {
  const { record } = await complete({ prefetch: { patient: null }, server: (_req, res) => sendJson(res, outcome, 404) })
  expect(sayEnds(record.questions)).toBe('patient failed 404, problems failed 404')
})

const refusal = async (trial: Trial, hook: 'order-sign' | 'patient-view') => mustRefuse((await complete(trial)).record, hook)

test.each<readonly [string, Trial, boolean, boolean]>([
  ['a whole record', { prefetch: { patient, problems: searchset(condition) } }, false, false],
  ['a record without problems', { prefetch: { patient, problems: null } }, false, false],
  ['nothing sent and no server', { prefetch: {} }, false, true],
  ['a patient that the EHR says does not exist', { prefetch: { patient: null, problems: null } }, true, true],
  ['no Patient beside data of one', { prefetch: { patient: null, problems: searchset(condition) } }, false, true],
  [
    'no Patient beside data of another',
    { prefetch: { patient: null, problems: searchset({ ...condition, subject: { reference: 'https://ehr.test/fhir/Patient/p2' } }) } },
    true,
    true,
  ],
  ['a patient that only the server knows', { prefetch: { patient: null, problems: null }, server: knowing() }, false, false],
  ['a server that finds nothing at all', { prefetch: {}, server: (_req, res) => sendJson(res, outcome, 404) }, false, true],
  [
    'a patient that the server does not know',
    { prefetch: { problems: null }, server: (_req, res) => sendJson(res, outcome, 404) },
    true,
    true,
  ],
  ['a patient that could not be read', { prefetch: { problems: null }, server: (_req, res) => sendJson(res, outcome, 500) }, false, true],
  ['a patient and nothing else', { prefetch: { patient } }, false, true],
  ['no draft orders for an unknown patient', { prefetch: { patient: null, problems: null }, drafts: [] }, false, true],
])('with %s, order-sign is refused: %j', async (_name, trial, sign, view) => {
  expect([await refusal(trial, 'order-sign'), await refusal(trial, 'patient-view')]).toEqual([sign, view])
})
