import zlib from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OUTCOME_SCHEMA } from '../../src/http/answer-schemas.ts'
import {
  condition,
  order,
  orderSelect,
  orderSign,
  patient,
  patientView,
  post,
  type Running,
  searchset,
  start,
} from './server-under-test.ts'

let running: Running
beforeAll(async () => {
  running = await start()
})
afterAll(() => running.close())

const SIGN = '/cds-services/echo-order-sign'
const SELECT = '/cds-services/echo-order-select'
const VIEW = '/cds-services/echo-patient-view'
const FEEDBACK = `${SIGN}/feedback`

const whole = JSON.stringify(orderSign())
const sign = (members: object) => ({ ...orderSign(), ...members })
const inContext = (members: object, body = orderSign()) => ({ ...body, context: { ...(body.context as object), ...members } })
const drafts = (...resources: unknown[]) =>
  inContext({ draftOrders: { resourceType: 'Bundle', entry: resources.map((resource) => ({ resource })) } })
const deep = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth)
const many = (count: number, make: (n: number) => string) => Array.from({ length: count }, (_, n) => make(n)).join(',')

/** A call of nearly 1 MB, which is parsed in pieces. */
const long = `${whole.slice(0, -1)},"long":{"entry":[${many(10_000, (n) => `{"resource":{"id":"${n}","note":["],[{"]}}`)}]}}`

type Row = readonly [name: string, status: number, body: unknown, headers?: Record<string, string>, path?: string]

const ROWS: readonly Row[] = [
  // not JSON
  ['an empty body', 400, ''],
  ['white space', 400, '   \n\t '],
  ['cut JSON', 400, whole.slice(0, -5)],
  ['a trailing comma', 400, `${whole.slice(0, -1)},}`],
  ['text behind the JSON', 400, `${whole} x`],
  ['two documents', 400, `${whole}${whole}`],
  ['single quotes', 400, "{'hook':'order-sign'}"],
  ['a comment', 400, `/* */${whole}`],
  ['NaN', 400, '{"hook":NaN}'],
  ['a raw line break in text', 400, '{"hook":"a\nb"}'],
  ['a NUL byte', 400, `${whole}\u0000`],
  ['XML', 400, '<Bundle/>'],
  ['bytes that are no UTF-8', 400, Buffer.from([0xff, 0xfe, 0x7b, 0x7d])],
  ['a form', 415, 'hook=order-sign', { 'content-type': 'application/x-www-form-urlencoded' }],
  // JSON, but no object
  ['null', 400, 'null'],
  ['true', 400, 'true'],
  ['a number', 400, '5'],
  ['a number of 100,000 digits', 400, '9'.repeat(100_000)],
  ['text', 400, '"order-sign"'],
  ['a list', 400, '[]'],
  ['a list of calls', 400, `[${whole}]`],
  ['an empty object', 400, '{}'],
  // content types and encodings
  ['text/plain', 415, whole, { 'content-type': 'text/plain' }],
  ['text/json', 415, whole, { 'content-type': 'text/json' }],
  ['a type that only begins like JSON', 415, whole, { 'content-type': 'application/jsonp' }],
  ['multipart', 415, whole, { 'content-type': 'multipart/form-data; boundary=x' }],
  ['UTF-16', 415, Buffer.from(whole, 'utf16le'), { 'content-type': 'application/json; charset=utf-16le' }],
  ['a charset nobody has', 415, whole, { 'content-type': 'application/json; charset=klingon' }],
  ['a charset parameter', 200, whole, { 'content-type': 'application/json; charset=UTF-8' }],
  ['the FHIR content type', 200, whole, { 'content-type': 'application/fhir+json' }],
  ['gzip', 200, zlib.gzipSync(whole), { 'content-encoding': 'gzip' }],
  ['deflate', 200, zlib.deflateSync(whole), { 'content-encoding': 'deflate' }],
  ['broken gzip', 400, 'not gzip', { 'content-encoding': 'gzip' }],
  ['cut gzip', 400, zlib.gzipSync(whole).subarray(0, 100), { 'content-encoding': 'gzip' }],
  ['an unknown encoding', 415, whole, { 'content-encoding': 'zz' }],
  ['a gzip bomb', 413, zlib.gzipSync(Buffer.alloc(50_000_000, 0x20)), { 'content-encoding': 'gzip' }],
  ['a byte order mark', 200, `\ufeff${whole}`],
  // size and depth
  ['a body of 11 MB', 413, sign({ pad: 'x'.repeat(11_000_000) })],
  ['a body of 5 MB', 200, sign({ pad: 'x'.repeat(5_000_000) })],
  ['lists nested 100,000 deep', 400, deep(100_000)],
  ['objects nested 10,000 deep', 400, deep(10_000, '{"a":', '}').replace('{"a":}', '{}')],
  ['depth hidden behind text', 400, `{"a":"\\"]]]","b":${deep(500)}}`],
  ['depth in an ignored member', 400, `${whole.slice(0, -1)},"x":${deep(100)}}`],
  ['brackets in text alone', 200, sign({ note: '['.repeat(5000) })],
  ['100,000 keys', 200, `${whole.slice(0, -1)},${many(100_000, (n) => `"k${n}":1`)}}`],
  ['10,000 prefetch keys', 200, sign({ prefetch: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, null])) })],
  ['100,000 draft entries', 200, inContext({ draftOrders: { entry: Array.from({ length: 100_000 }, () => null) } })],
  // longer than is parsed in one piece
  ['a long list', 200, long],
  ['a long list, cut short', 400, long.slice(0, -2)],
  ['a long list that ends as an object', 400, `${long.slice(0, -3)}}}}`],
  ['a long list with a trailing comma', 400, `${long.slice(0, -3)},]}}`],
  ['a long list with an empty element', 400, long.replace('},{"resource":{"id":"5000"', '},,{"resource":{"id":"5000"')],
  ['a long list with a bracket missing in its middle', 400, long.replace('"5000","note":["],[{"]}}', '"5000","note":["],[{"}}')],
  ['text behind a long list', 400, `${long} x`],
  ['two long lists', 400, `${long},${long}`],
  ['a long list as the name of a member', 400, `{${long}:1}`],
  ['a long list with bytes that are no UTF-8 in a text', 200, Buffer.from(long.replace('"id":"5000"', '"id":"5000\u00ff"'), 'latin1')],
  ['a long list and then another hook', 400, `${long.slice(0, -1)},"hook":"patient-view"}`],
  ['another hook, a long list, and then this one', 200, `{"hook":"patient-view",${long.slice(1)}`],
  ['a long list under __proto__', 200, long.replace('"long"', '"__proto__"')],
  ['a long list of numbers', 200, sign({ numbers: Array.from({ length: 500_000 }, (_, n) => n) })],
  // prototypes and odd keys
  ['the key __proto__', 200, `{"__proto__":{"hook":"x","polluted":1},${whole.slice(1)}`],
  ['__proto__ as all there is', 400, `{"__proto__":${whole}}`],
  ['constructor.prototype', 200, `{"constructor":{"prototype":{"polluted":1}},${whole.slice(1)}`],
  ['__proto__ in the context', 200, whole.replace('"context":{', '"context":{"__proto__":{"polluted":1},')],
  ['__proto__ in the prefetch', 200, whole.replace('"prefetch":{', '"prefetch":{"__proto__":{"polluted":1},')],
  ['toString as a member', 200, sign({ toString: 1, valueOf: 2, hasOwnProperty: 3 })],
  ['__proto__ as hook', 400, sign({ hook: '__proto__' })],
  ['one member twice', 200, `{"hook":"patient-view",${whole.slice(1)}`],
  ['lone surrogates', 200, `{"x":"\\ud800",${whole.slice(1)}`],
  ['escaped NUL in text', 200, sign({ hookInstance: 'a\u0000b' })],
  ['an empty key', 200, sign({ '': 1 })],
  // the request
  ['another hook', 400, sign({ hook: 'patient-view' })],
  ['a hook nobody has', 400, sign({ hook: 'medication-prescribe' })],
  ['a hook that is null', 400, sign({ hook: null })],
  ['no instance', 400, sign({ hookInstance: undefined })],
  ['no context', 400, sign({ context: undefined })],
  ['an empty context', 400, sign({ context: {} })],
  ['a context that is text', 400, sign({ context: 'x' })],
  ['a patient that climbs', 400, inContext({ patientId: '../../Patient' })],
  ['a patient of an injected query', 400, inContext({ patientId: 'p1&_id=p2' })],
  ['a patient of 1 MB', 400, inContext({ patientId: 'x'.repeat(1_000_000) })],
  ['a patient of digits without quotes', 400, inContext({ patientId: 12 })],
  ['a user of 1 MB', 400, inContext({ userId: 'x'.repeat(1_000_000) })],
  ['a user of script', 200, inContext({ userId: '<script>alert(1)</script>' })],
  ['draft orders of null', 400, inContext({ draftOrders: null })],
  ['draft orders that are text', 400, inContext({ draftOrders: 'x' })],
  ['no selections', 400, inContext({ draftOrders: {} }, { ...orderSelect(), context: { userId: 'u', patientId: 'p1' } }), {}, SELECT],
  ['selections of objects', 400, inContext({ selections: [{}] }, orderSelect()), {}, SELECT],
  ['selections of nothing that is there', 200, inContext({ selections: ['MedicationRequest/none', ''] }, orderSelect()), {}, SELECT],
  [
    'a draft order without a medication, as the public sandbox sends it',
    200,
    inContext(
      { draftOrders: searchset({ resourceType: 'MedicationRequest', id: 'o1', status: 'draft' }), selections: ['MedicationRequest/o1'] },
      orderSelect(),
    ),
    {},
    SELECT,
  ],
  // resources
  ['a draft order that is a number', 200, drafts(5)],
  ['a draft order that is a list', 200, drafts([order])],
  ['an id that is an object without a text', 200, drafts({ ...order, id: { toString: 1, hasOwnProperty: 0 } })],
  [
    'ids that are objects without a text, in the prefetch',
    200,
    sign({
      prefetch: {
        patient,
        problems: searchset({ ...condition, id: { toString: 1 } }, { resourceType: 'Medication', id: { toString: 1 } }),
      },
    }),
  ],
  ['a draft order without resourceType', 200, drafts({ id: 'o1' })],
  ['a draft order of a type nobody knows', 200, drafts({ resourceType: 'Klingon' })],
  ['a medication as text where a concept belongs', 200, drafts({ ...order, medicationCodeableConcept: 'x' })],
  ['a reference that is a number', 200, drafts({ ...order, medicationCodeableConcept: undefined, medicationReference: { reference: 5 } })],
  ['a reference to a file', 200, drafts({ ...order, medicationReference: { reference: 'file:///etc/passwd' } })],
  [
    'invalid resources among valid ones',
    200,
    sign({
      prefetch: {
        patient,
        problems: { resourceType: 'Bundle', entry: [{ resource: condition }, { resource: { resourceType: 7 } }, 3, null] },
      },
    }),
  ],
  ['a prefetch of numbers', 200, sign({ prefetch: { patient, problems: 5 } })],
  ['a prefetch of lists', 200, sign({ prefetch: { patient, problems: [[]] } })],
  ['a Bundle in a Bundle', 200, sign({ prefetch: { patient, problems: searchset(searchset(condition)) } })],
  [
    'a next link of script',
    200,
    sign({ prefetch: { patient, problems: { ...searchset(condition), link: [{ relation: 'next', url: 'javascript:1' }] } } }),
  ],
  ['links that are no list', 200, sign({ prefetch: { patient, problems: { ...searchset(condition), link: 'x' } } })],
  ['a patient that does not exist', 412, sign({ prefetch: { patient: null, problems: null } })],
  ['a view of nothing', 412, { ...patientView(), prefetch: {} }, {}, VIEW],
  // the FHIR server
  ['a server that is a number', 400, sign({ fhirServer: 5 })],
  ['a server that is no address', 200, sign({ fhirServer: 'not an address' })],
  ['a server of a file', 200, sign({ fhirServer: 'file:///etc/passwd' })],
  ['a server of cloud metadata', 200, sign({ fhirServer: 'http://169.254.169.254/latest/meta-data' })],
  ['a server of this host', 200, sign({ fhirServer: 'http://localhost:22/' })],
  ['a server with a user', 200, sign({ fhirServer: 'http://a:b@127.0.0.1/fhir' })],
  ['an authorization that is a list', 400, sign({ fhirAuthorization: [] })],
  ['a token with a line break', 400, sign({ fhirAuthorization: { access_token: 'x\r\nX-Evil: 1' } })],
  // feedback
  ['feedback of nothing', 400, '{}', {}, FEEDBACK],
  ['feedback that is a hook call', 400, whole, {}, FEEDBACK],
  ['feedback cut short', 400, '{"feedback":[', {}, FEEDBACK],
  [
    'feedback with 10 MB of comment',
    400,
    {
      feedback: [
        {
          card: 'c',
          outcome: 'overridden',
          overrideReason: { userComment: 'x'.repeat(9_000_000) },
          outcomeTimestamp: '2026-11-21T10:00:00Z',
        },
      ],
    },
    {},
    FEEDBACK,
  ],
  [
    'feedback for a card nobody knows',
    200,
    { feedback: [{ card: "'; DROP TABLE cards; --", outcome: 'overridden', outcomeTimestamp: '2026-11-21T10:00:00Z' }] },
    {},
    FEEDBACK,
  ],
  [
    'feedback for __proto__',
    200,
    { feedback: [{ card: '__proto__', outcome: 'overridden', outcomeTimestamp: '2026-11-21T10:00:00Z' }] },
    {},
    FEEDBACK,
  ],
  // services and paths
  ['an unknown service', 404, whole, {}, '/cds-services/nobody'],
  ['the service __proto__', 404, whole, {}, '/cds-services/__proto__'],
  ['the service constructor', 404, whole, {}, '/cds-services/constructor'],
  ['a service that climbs', 404, whole, {}, '/cds-services/..%2f..%2fetc'],
  ['a service of broken percent signs', 404, whole, {}, '/cds-services/%E0%A4%A'],
  ['a service with a NUL', 404, whole, {}, '/cds-services/%00'],
  ['feedback for an unknown service', 404, whole, {}, '/cds-services/constructor/feedback'],
  ['a path nobody has', 404, whole, {}, '/admin'],
  ['POST to discovery', 405, whole, {}, '/cds-services'],
]

/** Words that would tell an attacker what runs here, or pass on what was sent. */
const TELLTALES =
  /node_modules|at .+\(.+:\d+:\d+\)|express|zod|body-parser|SyntaxError|TypeError|Unexpected token|\/srv\/|\.ts\b|\.js\b|Quillfeather/i

test('the table holds at least 85 bodies', () => {
  expect(ROWS.length).toBeGreaterThanOrEqual(85)
})

test.each(ROWS.map(([name, status, body, headers = {}, path = SIGN]) => ({ name, status, body, headers, path })))(
  '$name is answered $status',
  async ({ status, body, headers, path }) => {
    const answer = await post(running.url + path, body, headers)
    const text = await answer.text()
    expect([answer.status, text.match(TELLTALES)?.[0]]).toEqual([status, undefined])
    if (status >= 400) expect(OUTCOME_SCHEMA.safeParse(JSON.parse(text)).success).toBe(true)
    else expect(Object.keys(JSON.parse(text))).toEqual(path === FEEDBACK ? [] : ['cards'])
  },
)

test('after all of them the server is well, no prototype has changed and nothing of a body is in the log', async () => {
  expect((await post(running.url + SIGN, whole)).status).toBe(200)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  expect(running.log.join('')).not.toMatch(/Quillfeather|DROP TABLE|passwd|"level":50/)
})
