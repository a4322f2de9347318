import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeMetrics } from '../../src/http/metrics.ts'
import { ecPair, makeToken } from './client-tokens.ts'
import { orderSign, post, type Running, start } from './server-under-test.ts'

const SIGN = '/cds-services/echo-order-sign'
const pair = ecPair('k1')
const clients = ['north', 'south'].map((id) => ({
  id,
  tenant: id,
  iss: `https://${id}.test`,
  jwks: { keys: [pair.jwk] },
  cors: ['https://ehr.test'],
}))
let running: Running

/** Work that holds the thread, as assessing does. */
const runService = async () => {
  const until = performance.now() + 20
  while (performance.now() < until);
  return { cards: [] }
}

/** On a busy machine who has turns may wait for too long after all; who has none is not answered in any of the tries. */
const AGAIN = { retry: 4 }

beforeAll(async () => {
  running = await start({ config: { auth: 'required' }, clients, kit: { runService } })
})
afterAll(() => running.close())

const tokenOf = (id: string, path = SIGN, { url: at } = running): string => {
  const url = at + path
  return `Bearer ${makeToken(url, { payload: { iss: `https://${id}.test` }, key: pair.privateKey })}`
}

/** `place`: how many were answered before it. */
type Answer = { readonly status: number; readonly place: number; readonly headers: Readonly<Record<string, string>>; readonly text: string }

/** Headers of one call, whether it brings a long record, and after how many answers to others its caller goes away. */
type Outside = {
  readonly authorization?: string
  readonly 'x-forwarded-for'?: string
  readonly isLarge?: boolean
  readonly 'content-encoding'?: 'gzip'
  readonly goneAfter?: number
}

/** Calls that a thread of its own makes all at once: callers do not wait for the server's thread. Who goes away has status 0. */
const callFromOutside = (calls: readonly Outside[], path = SIGN, { url: at } = running): Promise<Answer[]> => {
  const code = `
    const { parentPort, workerData: { url, body, long, calls } } = require('node:worker_threads')
    const { request } = require('node:http')
    const { gzipSync } = require('node:zlib')
    let place = 0
    const goers = []
    const tell = () => { place += 1; for (const { sent, goneAfter } of goers) if (place === goneAfter) sent.destroy(); return place - 1 }
    const one = ({ goneAfter, isLarge, ...own }) => new Promise((resolve) => {
      const headers = { 'content-type': 'application/json', origin: 'https://ehr.test', ...own }
      const sent = request(url, { method: 'POST', headers }, (answer) => {
        let text = ''
        answer.on('data', (chunk) => { text += chunk })
        answer.on('end', () => resolve({ status: answer.statusCode, place: tell(), headers: answer.headers, text }))
      })
      if (goneAfter !== undefined) goers.push({ sent, goneAfter })
      const text = isLarge ? long : body
      sent.on('error', () => resolve({ status: 0, place: place++, headers: {}, text: '' }))
      sent.end(own['content-encoding'] === 'gzip' ? gzipSync(text) : text)
    })
    Promise.all(calls.map(one)).then((all) => parentPort.postMessage(all))`
  const [body, long] = [orderSign(), { ...orderSign(), extension: { pad: 'x'.repeat(100_000) } }].map((call) => JSON.stringify(call))
  const worker = new Worker(code, { eval: true, workerData: { url: at + path, body, long, calls } })
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
}

const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))
const as = (id: string, path = SIGN, server = running): Outside => ({ authorization: tokenOf(id, path, server) })
const statusesOf = (answers: readonly Answer[]): Set<number> => new Set(answers.map(({ status }) => status))
const linesOf = ({ log }: Running, id: string | undefined) => log.map((line) => JSON.parse(line)).filter((line) => line.id === id)

test('while one hospital sends more than can be answered, another is answered, and who is turned away can read why', AGAIN, async () => {
  const north = () => as('north')
  const answers = await callFromOutside([...times(75, north), ...times(3, () => as('south')), ...times(75, north)])
  expect(answers.slice(75, 78).map(({ status }) => status)).toEqual([200, 200, 200])
  expect(statusesOf(answers)).toEqual(new Set([200, 503]))

  const away = answers.find(({ status }) => status === 503)
  const id = away?.headers['x-request-id']
  expect(away?.headers).toMatchObject({
    'retry-after': '1',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': 'https://ehr.test',
  })
  expect(JSON.parse(away?.text ?? '')).toEqual({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'transient', details: { text: expect.any(String) }, diagnostics: `overloaded ${id}` }],
  })
  expect(linesOf(running, id)).toEqual([
    expect.objectContaining({
      msg: 'turned away',
      route: '/cds-services/:id',
      service: 'echo-order-sign',
      status: 503,
      code: 'overloaded',
    }),
  ])
})

test.each<readonly [string, Partial<Outside>]>([
  ['long records', { isLarge: true }],
  ['long records, compressed to a few bytes,', { isLarge: true, 'content-encoding': 'gzip' }],
])('while one hospital sends more %s than can be answered, its own short calls are answered', AGAIN, async (_kind, kind) => {
  const long = () => ({ ...as('north'), ...kind })
  const answers = await callFromOutside([...times(75, long), ...times(3, () => as('north')), ...times(75, long)])
  expect(answers.slice(75, 78).map(({ status }) => status)).toEqual([200, 200, 200])
  expect(statusesOf(answers)).toEqual(new Set([200, 503]))
})

test.each([`${SIGN}/`, SIGN.replace('cds', 'CDS')])('who writes the address as %s waits in the same line', AGAIN, async (path) => {
  const calls = times(100, () => as('north', path))
  expect(statusesOf(await callFromOutside(calls, path))).toEqual(new Set([200, 503]))
})

test('who names another issuer with each call gets no more turns than who names one', AGAIN, async () => {
  const open = await start({ config: { auth: 'open' }, clients, kit: { runService } })
  const liars = (from: number) => times(50, (n) => as(`liar-${from + n}`, SIGN, open))
  const honest = times(3, () => as('south', SIGN, open))
  const answers = await callFromOutside([...liars(0), ...honest, ...liars(50)], SIGN, open)
  await open.close()
  expect(answers.slice(50, 53).map(({ status }) => status)).toEqual([200, 200, 200])
})

test('behind a proxy that the site trusts one caller waits behind its own calls, and others behind theirs', AGAIN, async () => {
  const open = await start({ config: { auth: 'open', limits: { trustedProxies: ['127.0.0.1'] } }, kit: { runService } })
  const from = (address: string) => (): Outside => ({ 'x-forwarded-for': address })
  const answers = await callFromOutside([...times(27, from('192.0.2.1')), ...times(3, from('192.0.2.2'))], SIGN, open)
  await open.close()
  const last = Math.max(...answers.slice(27).map(({ place }) => place))
  expect([statusesOf(answers), last < 20]).toEqual([new Set([200]), true])
})

test('who goes away while it waits leaves its place: nothing is done for it, the log says so, and it is counted', AGAIN, async () => {
  let done = 0
  const counting = async () => {
    done += 1
    return runService()
  }
  const metrics = makeMetrics()
  const open = await start({ config: { auth: 'open' }, kit: { runService: counting, metrics } })
  const answers = await callFromOutside([...times(30, () => ({})), { goneAfter: 5 }], SIGN, open)
  await open.close()
  const gone = open.log.map((line) => JSON.parse(line)).filter(({ status }) => status === 499)
  expect([answers.filter(({ status }) => status === 200).length, answers.at(-1)?.status, done]).toEqual([30, 0, 30])
  expect(gone).toEqual([
    expect.objectContaining({ msg: 'gone while waiting', route: '/cds-services/:id', service: 'echo-order-sign', status: 499 }),
  ])
  expect(await metrics.text(false)).toMatch(
    /attune_request_seconds_count\{route="\/cds-services\/:id",service="echo-order-sign",status="499"\} 1/,
  )
})

test(
  'who is over the limit on requests is for a second told so before its token is looked at, and another hospital is answered',
  AGAIN,
  async () => {
    const limited = await start({ config: { auth: 'required', limits: { requestsPerMinute: 2 } }, clients })
    const call = (id: string, key = pair) => {
      const url = limited.url + SIGN
      const authorization = `Bearer ${makeToken(url, { payload: { iss: `https://${id}.test` }, key: key.privateKey })}`
      return post(url, orderSign(), { authorization })
    }
    for (let n = 0; n < 3; n += 1) await call('north')
    const over = await call('north', ecPair('k1'))
    const { status: other } = await call('south')
    const id = over.headers.get('x-request-id')
    const said = (await over.json()) as { issue: { diagnostics: string }[] }
    const seconds = Number(over.headers.get('retry-after'))
    expect([over.status, seconds >= 1 && seconds <= 30, said.issue[0]?.diagnostics, other]).toEqual([
      429,
      true, // one comes back in 30 s
      `too-many-requests ${id}`,
      200,
    ])
    expect(linesOf(limited, id ?? '')).toEqual([expect.objectContaining({ msg: 'turned away', status: 429, code: 'too-many-requests' })])
    await limited.close()
  },
)

test('and a second later its token is looked at again', async () => {
  const limited = await start({ config: { auth: 'required', limits: { requestsPerMinute: 1 } }, clients })
  const call = (key = pair) => {
    const url = limited.url + SIGN
    const authorization = `Bearer ${makeToken(url, { payload: { iss: 'https://north.test' }, key: key.privateKey })}`
    return post(url, orderSign(), { authorization })
  }
  const seen = [(await call()).status, (await call()).status, (await call()).status]
  await expect.poll(async () => (await call(ecPair('k1'))).status, { timeout: 120_000, interval: 100 }).toBe(401)
  expect(seen).toEqual([200, 429, 429])
  await limited.close()
})

test('a hospital that shares its issuer with one that is over the limit is answered: only the check of the token tells them apart', async () => {
  const iss = 'https://shared.test'
  const sharing = clients.map((client) => ({ ...client, iss }))
  const limited = await start({ config: { auth: 'required', limits: { requestsPerMinute: 1 } }, clients: sharing })
  const call = async (tenant: string): Promise<number> => {
    const url = limited.url + SIGN
    const token = makeToken(url, { payload: { iss, tenant }, key: pair.privateKey })
    return (await post(url, orderSign(), { authorization: `Bearer ${token}` })).status
  }
  const seen = [await call('south'), await call('south'), await call('north')]
  expect(seen).toEqual([200, 429, 200])
  await limited.close()
})

test('outcomes that a hospital sends are not refused because apps at its address are over their limit', async () => {
  const limited = await start({ config: { auth: 'required', limits: { requestsPerMinute: 1 } }, clients })
  const app = async (): Promise<number> => (await post(`${limited.url}/api/profile`, {}, { authorization: 'Bearer token' })).status
  await app()
  const over = await app()
  const path = '/api/outcomes'
  const outcomes = await post(limited.url + path, {}, { authorization: tokenOf('north', path, limited) })
  expect([over, outcomes.status]).toEqual([429, 400])
  await limited.close()
})
