import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { makeFhirClient } from '../../src/fhir/fhir-client.ts'
import { makeOutbound } from '../../src/fhir/outbound.ts'
import { type Handler, LIMITS, openSession, sendJson, serveFhir } from './fault-server.ts'

const patient = { resourceType: 'Patient', id: 'p1' }
const condition = (id: string) => ({ resourceType: 'Condition', id, subject: { reference: 'Patient/p1' } })
const bundle = (resources: readonly object[], next?: string) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  ...(next === undefined ? {} : { link: [{ relation: 'next', url: next }] }),
  entry: resources.map((resource) => ({ resource })),
})
const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] }
const warning = { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'not-found' }] }

/** Answers one question at a server that behaves so; ends with how it went and what the server saw. */
const ask = async (handler: Handler, query = 'Patient/p1', limits: Partial<typeof LIMITS> = {}) => {
  const server = await serveFhir(handler)
  const { session, close } = openSession(server.base, limits)
  const started = performance.now()
  const answer = await session.ask(query)
  const ms = performance.now() - started
  close()
  await server.close()
  const because = 'because' in answer ? answer.because : null
  return { state: answer.state, status: answer.status ?? null, because, resources: answer.resources.length, ms, server }
}

test('a read that succeeds brings its resource', async () => {
  expect(await ask((_req, res) => sendJson(res, patient))).toMatchObject({ state: 'answered', status: 200, resources: 1 })
})

test('a search without results is empty, not failed', async () => {
  expect(
    await ask((_req, res) => sendJson(res, { resourceType: 'Bundle', type: 'searchset', total: 0 }), 'Condition?patient=p1'),
  ).toMatchObject({
    state: 'empty',
    resources: 0,
  })
})

test('every request carries the token and asks for FHIR JSON', async () => {
  const { server } = await ask((_req, res) => sendJson(res, patient))
  expect(server.headers[0]).toMatchObject({ authorization: 'Bearer token-1', accept: 'application/fhir+json' })
})

const BUSY = 'The FHIR server is busy.'
const NOT_ALLOWED = 'The FHIR server did not allow this read.'
const NO_SUCH = 'The FHIR server has no such resource.'
const UNREADABLE = 'The answer of the FHIR server was not readable.'
const REDIRECTED = 'The FHIR server redirected; redirects are not followed.'
const NETWORK = 'The connection to the FHIR server failed.'

/** Nobody asked for another protocol. */
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n'

/** Fault, what the answer says, how many requests the server may see. */
const FAULTS: readonly (readonly [fault: string, handler: Handler, because: string, requests: number])[] = [
  ['400', (_q, res) => sendJson(res, outcome, 400), 'The FHIR server refused the query.', 1],
  ['401', (_q, res) => sendJson(res, outcome, 401), NOT_ALLOWED, 1],
  ['403', (_q, res) => sendJson(res, outcome, 403), NOT_ALLOWED, 1],
  ['404', (_q, res) => sendJson(res, outcome, 404), NO_SUCH, 1],
  ['410', (_q, res) => sendJson(res, outcome, 410), NO_SUCH, 1],
  ['429', (_q, res) => sendJson(res, outcome, 429), BUSY, 2],
  ['503', (_q, res) => sendJson(res, outcome, 503), BUSY, 2],
  ['500', (_q, res) => sendJson(res, outcome, 500), 'The FHIR server failed.', 1],
  ['502', (_q, res) => res.writeHead(502).end('bad gateway'), 'The FHIR server failed.', 1],
  ['204', (_q, res) => res.writeHead(204).end(), 'The FHIR server failed.', 1],
  ['301 to the same host', (req, res) => res.writeHead(301, { location: `${req.url}x` }).end(), REDIRECTED, 1],
  ['302 loop', (req, res) => res.writeHead(302, { location: req.url }).end(), REDIRECTED, 1],
  ['307 to another host', (_q, res) => res.writeHead(307, { location: 'http://127.0.0.2:1/' }).end(), REDIRECTED, 1],
  ['HTML with 200', (_q, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>'), UNREADABLE, 1],
  ['cut JSON', (_q, res) => res.writeHead(200).end('{"resourceType":"Pati'), UNREADABLE, 1],
  ['empty body', (_q, res) => res.writeHead(200).end(), UNREADABLE, 1],
  ['null', (_q, res) => sendJson(res, null), UNREADABLE, 1],
  ['a list', (_q, res) => sendJson(res, [patient]), UNREADABLE, 1],
  ['a number', (_q, res) => sendJson(res, 7), UNREADABLE, 1],
  ['no resourceType', (_q, res) => sendJson(res, { id: 'p1' }), UNREADABLE, 1],
  ['OperationOutcome with 200', (_q, res) => sendJson(res, outcome), 'The FHIR server reported an error.', 1],
  ['another type', (_q, res) => sendJson(res, condition('p1')), 'The FHIR server answered with another kind of resource.', 1],
  [
    'another patient',
    (_q, res) => sendJson(res, { ...patient, id: 'p2' }),
    'The FHIR server answered with another resource than the one asked for.',
    1,
  ],
  ['101 to another protocol', (req) => req.socket.end(SWITCHED), NETWORK, 1],
  ['reset before the answer', (req) => req.socket.destroy(), NETWORK, 1],
  [
    'shorter than content-length',
    (_q, res) => {
      res.writeHead(200, { 'content-length': '500' }).write('{"resourceType":"Patient"')
      setTimeout(() => res.destroy(), 20)
    },
    NETWORK,
    1,
  ],
  ['broken gzip', (_q, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip at all'), UNREADABLE, 1],
  ['unknown encoding', (_q, res) => res.writeHead(200, { 'content-encoding': 'zz' }).end('{}'), UNREADABLE, 1],
]

test.each(FAULTS)('%s is a failed question with its reason', async (_fault, handler, because, requests) => {
  const answer = await ask(handler)
  expect({ state: answer.state, because: answer.because, resources: answer.resources, requests: answer.server.asked.length }).toEqual({
    state: 'failed',
    because,
    resources: 0,
    requests,
  })
})

test('a busy server that answers the second time is read', async () => {
  let tries = 0
  const answer = await ask((_req, res) => {
    tries += 1
    if (tries === 1) sendJson(res, outcome, 503)
    else sendJson(res, patient)
  })
  expect(answer).toMatchObject({ state: 'answered', resources: 1 })
})

test('a Retry-After beyond the budget is not waited for', async () => {
  const answer = await ask((_req, res) => res.writeHead(429, { 'retry-after': '30' }).end())
  expect({ because: answer.because, tries: answer.server.asked.length }).toEqual({ because: BUSY, tries: 1 })
  expect(answer.ms).toBeLessThan(30_000) // which the server asks for
})

test.each<readonly [string, Handler]>([
  ['hangs before the headers', () => undefined],
  ['hangs after the headers', (_req, res) => void res.writeHead(200).write('{')],
  [
    'drips a byte at a time',
    (_req, res) => {
      res.writeHead(200)
      const timer = setInterval(() => res.write(' '), 20)
      res.on('close', () => clearInterval(timer))
    },
  ],
])('a server that %s costs no more than the budget', async (_name, handler) => {
  const answer = await ask(handler, 'Patient/p1', { budgetMs: 1000 })
  expect(answer).toMatchObject({ state: 'failed', because: 'The FHIR server did not answer in time.' })
  expect(answer.ms).toBeLessThan(20_000) // with room for a machine that stops
})

test('reads that time out leave no socket open', async () => {
  const server = await serveFhir(() => undefined)
  for (let call = 0; call < 20; call += 1) {
    const { session, close } = openSession(server.base, { budgetMs: 30 })
    await Promise.all([session.ask('Patient/p1'), session.ask('Condition?patient=p1')])
    close()
  }
  await expect.poll(server.openSockets, { timeout: 120_000 }).toBe(0)
  await server.close()
})

test('all questions of a call share one deadline', { retry: 4 }, async () => {
  const server = await serveFhir((_req, res) => setTimeout(() => sendJson(res, patient), 800))
  const { session, close } = openSession(server.base, { budgetMs: 1500 })
  const first = await session.ask('Patient/p1')
  const second = await session.ask('Patient/p1')
  expect([first.state, second.state]).toEqual(['answered', 'failed']) // each by itself would have been in time; where the machine stops, none is
  close()
  await server.close()
})

test('questions are asked side by side: eight are answered by a server that answers none before all have come', async () => {
  const held: Parameters<Handler>[1][] = []
  const server = await serveFhir((_req, res) => {
    held.push(res)
    if (held.length === 8) for (const one of held) sendJson(one, bundle([condition('c1')]))
  })
  const { session, close } = openSession(server.base, { budgetMs: 20_000 })
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => session.ask(`Condition?patient=p1&n=${n}`)))
  expect(answers.map(({ state }) => state)).toEqual(Array(8).fill('answered'))
  close()
  await server.close()
})

test('no more sockets go to one host than configured', async () => {
  let most = 0
  const server = await serveFhir((_req, res) => {
    most = Math.max(most, server.openSockets())
    setTimeout(() => sendJson(res, patient), 20)
  })
  const { session, close } = openSession(server.base, { connections: 16 })
  await Promise.all(Array.from({ length: 60 }, () => session.ask('Patient/p1')))
  close()
  await server.close()
  expect(most).toBe(16)
})

test('of more calls than the server can answer some are answered whole and the others say that they waited; hardly any is cut off', {
  retry: 4,
}, async () => {
  const server = await serveFhir((_req, res) => setTimeout(() => sendJson(res, bundle([])), 50))
  const network = { ...LIMITS, connections: 4, budgetMs: 500 }
  const outbound = makeOutbound(network)
  const client = makeFhirClient(outbound, network)
  const ended = { whole: 0, cut: 0, unasked: 0 }
  const said = new Set<string>()
  const call = async () => {
    const session = client.open({ base: server.base, token: null })
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => session.ask(`Condition?patient=p1&n=${n}`)))
    session.close()
    const missing = answers.flatMap((answer) => ('because' in answer ? [answer.because] : []))
    ended[missing.length === 0 ? 'whole' : missing.length === 8 ? 'unasked' : 'cut'] += 1
    if (missing.length === 8) for (const because of missing) said.add(because)
  }
  const caller = async () => {
    for (let calls = 0; calls < 5; calls += 1) await call()
  }
  await Promise.all(Array.from({ length: 24 }, caller))
  outbound.close()
  await server.close()
  expect(said).toContain('Too many reads were waiting for the FHIR server.')
  expect(ended.unasked).toBeGreaterThan(0)
  expect(ended.cut * 2).toBeLessThan(ended.whole)
})

test('an answer larger than the limit is not read to its end', async () => {
  let sent = 0
  const big = Buffer.alloc(64_000, 0x20)
  const answer = await ask(
    (_req, res) => {
      res.writeHead(200)
      const push = () => {
        while (!res.destroyed && res.write(big)) sent += big.length
      }
      res.on('drain', push)
      push()
    },
    'Patient/p1',
    { maxBytes: 1_000_000 },
  )
  expect(answer).toMatchObject({ state: 'failed', because: 'The FHIR server sent more than this service reads.' })
  expect(sent).toBeLessThan(20_000_000)
})

test('the limit counts bytes after decompression, so a gzip bomb stops early', async () => {
  const bomb = zlib.gzipSync(Buffer.alloc(200_000_000, 0x20))
  const before = process.memoryUsage().rss
  const answer = await ask((_req, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb), 'Patient/p1', {
    maxBytes: 1_000_000,
  })
  expect(answer).toMatchObject({ state: 'failed', because: 'The FHIR server sent more than this service reads.' })
  expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000)
})

test('a gzip answer is read', async () => {
  const answer = await ask((_req, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(zlib.gzipSync(JSON.stringify(patient))))
  expect(answer).toMatchObject({ state: 'answered', resources: 1 })
})

test('pages are followed on the same base', async () => {
  const answer = await ask((req, res) => {
    const page = Number(new URL(req.url ?? '', 'http://x').searchParams.get('page') ?? '1')
    sendJson(res, bundle([condition(`c${page}`)], page < 3 ? `http://${req.headers.host}/fhir?page=${page + 1}` : undefined))
  }, 'Condition?patient=p1')
  expect(answer).toMatchObject({ state: 'answered', resources: 3 })
})

test.each([
  ['all of', 3, 'answered'],
  ['one less than', 4, 'partial'],
])('pages that hold %s the results counted on each are %j, %s', async (_name, total, state) => {
  const answer = await ask((req, res) => {
    const page = Number(new URL(req.url ?? '', 'http://x').searchParams.get('page') ?? '1')
    const next = page < 3 ? `http://${req.headers.host}/fhir?page=${page + 1}` : undefined
    sendJson(res, { ...bundle([condition(`c${page}`)], next), total })
  }, 'Condition?patient=p1')
  expect(answer).toMatchObject({ state, resources: 3 })
})

const FOREIGN = 'The next page is not on the same FHIR server.'

test.each([
  ['another host', () => 'http://127.0.0.2:9/fhir?page=2'],
  ['another port', () => 'http://127.0.0.1:1/fhir?page=2'],
  ['another scheme', (host: string) => `https://${host}/fhir?page=2`],
  ['a path outside the base', (host: string) => `http://${host}/admin?page=2`],
  ['a path that only begins like the base', (host: string) => `http://${host}/fhirother?page=2`],
  ['dots that climb out of the base', (host: string) => `http://${host}/fhir/../admin`],
  ['encoded dots that climb out of the base', (host: string) => `http://${host}/fhir/%2e%2e/admin`],
  ['user information', (host: string) => `http://user:pass@${host}/fhir?page=2`],
  ['a file', () => 'file:///etc/passwd'],
  ['nothing readable', () => 'http://['],
])('a next link to %s is not followed, and the result is partial', async (_name, next) => {
  const answer = await ask((req, res) => sendJson(res, bundle([condition('c1')], next(req.headers.host ?? ''))), 'Condition?patient=p1')
  expect(answer).toMatchObject({ state: 'partial', because: FOREIGN, resources: 1 })
  expect(answer.server.asked).toHaveLength(1)
})

test('a loop of pages ends', async () => {
  const answer = await ask(
    (req, res) => sendJson(res, bundle([condition('c1')], `http://${req.headers.host}${req.url}`)),
    'Condition?patient=p1',
  )
  expect(answer).toMatchObject({ state: 'partial', because: 'The pages of the answer repeat.', resources: 1 })
})

test('endless pages end at the page limit', async () => {
  let page = 0
  const answer = await ask((req, res) => {
    page += 1
    sendJson(res, bundle([condition(`c${page}`)], `http://${req.headers.host}/fhir?page=${page}`))
  }, 'Condition?patient=p1')
  expect(answer).toMatchObject({ state: 'partial', because: 'There are more results than this service reads.', resources: 5 })
  expect(answer.server.asked).toHaveLength(5)
})

test('a second page that fails leaves the first, as partial', async () => {
  const answer = await ask((req, res) => {
    if (req.url?.includes('page=2')) sendJson(res, outcome, 500)
    else sendJson(res, bundle([condition('c1')], `http://${req.headers.host}/fhir?page=2`))
  }, 'Condition?patient=p1')
  expect(answer).toMatchObject({ state: 'partial', because: 'The FHIR server failed.', status: 500, resources: 1 })
})

test.each([
  ['only an error', { ...bundle([]), entry: [{ resource: outcome }] }, { state: 'failed', resources: 0 }],
  ['an error beside results', bundle([condition('c1'), outcome]), { state: 'partial', resources: 1 }],
  [
    'a warning beside results',
    bundle([condition('c1'), { resourceType: 'OperationOutcome', issue: [{ severity: 'warning' }] }]),
    { state: 'answered', resources: 1 },
  ],
  [
    'entries that are no resources',
    { ...bundle([]), entry: [{ resource: 5 }, { resource: condition('c1') }] },
    { state: 'partial', resources: 1 },
  ],
  [
    'null entries and entries without a resource',
    { ...bundle([]), entry: [null, { response: { status: '200' } }, { resource: condition('c1') }] },
    { state: 'answered', resources: 1 },
  ],
  [
    'an entry that was refused',
    { ...bundle([condition('c1')]), entry: [{ resource: condition('c1') }, { response: { status: '403' } }] },
    { state: 'partial', resources: 1 },
  ],
  [
    'nothing but an entry that was refused',
    { ...bundle([]), entry: [{ response: { status: '403 Forbidden' } }] },
    { state: 'failed', resources: 0 },
  ],
  [
    'an entry that is deleted',
    { ...bundle([]), entry: [{ request: { method: 'DELETE' }, response: { status: '404' } }, { response: { status: '410' } }] },
    { state: 'empty', resources: 0 },
  ],
  ['fewer results than it counts', { ...bundle([condition('c1')]), total: 5 }, { state: 'partial', resources: 1 }],
  ['a count alone', { ...bundle([]), total: 5 }, { state: 'failed', resources: 0 }],
  ['a count of none', { ...bundle([]), total: 0 }, { state: 'empty', resources: 0 }],
  ['as many results as it counts', { ...bundle([condition('c1')]), total: 1 }, { state: 'answered', resources: 1 }],
  [
    'results and what belongs to them',
    {
      ...bundle([]),
      total: 2,
      entry: [
        { resource: condition('c1'), search: { mode: 'match' } },
        { resource: condition('x'), search: { mode: 'include' } },
      ],
    },
    { state: 'answered', resources: 2 },
  ],
  [
    'results and what belongs to them, fewer than it counts',
    {
      ...bundle([]),
      total: 3,
      entry: [
        { resource: condition('c1'), search: { mode: 'match' } },
        { resource: condition('x'), search: { mode: 'include' } },
      ],
    },
    { state: 'partial', resources: 2 },
  ],
  ['a warning that it counts as a result', { ...bundle([warning]), total: 1 }, { state: 'empty', resources: 0 }],
  ['a result and a warning, both counted', { ...bundle([condition('c1'), warning]), total: 2 }, { state: 'answered', resources: 1 }],
  ['a result and a warning, fewer than it counts', { ...bundle([condition('c1'), warning]), total: 3 }, { state: 'partial', resources: 1 }],
  [
    'a result and resources of another type, unmarked, as many as it counts',
    { ...bundle([condition('c1'), { resourceType: 'Encounter', id: 'e1' }, { resourceType: 'Encounter', id: 'e2' }]), total: 3 },
    { state: 'partial', resources: 3 },
  ],
  ['a single entry that is no list', { ...bundle([]), entry: { resource: condition('c1') } }, { state: 'answered', resources: 1 }],
  ['a single resource in place of a Bundle', condition('c1'), { state: 'failed', resources: 0 }],
])('a search that answers with %s', async (_name, body, expected) => {
  expect(await ask((_req, res) => sendJson(res, body), 'Condition?patient=p1')).toMatchObject(expected)
})

test('a base that speaks no TLS is not asked over plain http instead', async () => {
  const seen: string[] = []
  const server = createServer((socket) => socket.on('data', (bytes) => seen.push(bytes.toString('latin1'))).on('error', () => undefined))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { session, close } = openSession(`https://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`, { budgetMs: 300 })
  expect(await session.ask('Patient/p1')).toMatchObject({ state: 'failed' })
  expect(seen.join('')).not.toContain('GET ')
  close()
  server.close()
})

test('a name that does not resolve is a failed question', async () => {
  const { session, close } = openSession('http://does-not-exist.invalid/fhir')
  expect(await session.ask('Patient/p1')).toMatchObject({ state: 'failed', because: NETWORK })
  close()
})
