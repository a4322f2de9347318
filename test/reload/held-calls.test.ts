import type { RequestListener } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeLog } from '../../src/http/log.ts'
import { makeMetrics } from '../../src/http/metrics.ts'
import { makeServer } from '../../src/http/server.ts'
import { makeTurnAway } from '../../src/http/turn-away.ts'
import { type Running, serve } from '../../src/main.ts'
import { HELD, holdCalls } from '../../src/reload/held-calls.ts'
import { call, makeAgent } from '../faults/call.ts'
import { embeddedPlace, type Place } from '../ledger/engines.ts'
import { caller, hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'
import { chart, orderSign, prefetch } from '../production/patient.ts'

vi.setConfig({ testTimeout: 600_000 })

const SIGN = '/cds-services/pgx-order-sign'
/** Where the EHR's pages come from. */
const BROWSER = 'https://ehr.test'

/** Headers of every refusal: when to come again, what a browser may do with it, and that its page may read it. */
const USUAL = {
  'retry-after': '1',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': expect.stringContaining("default-src 'none'"),
  'access-control-allow-origin': BROWSER,
  'x-request-id': expect.any(String),
}

const BUSY = {
  resourceType: 'OperationOutcome',
  issue: [expect.objectContaining({ code: 'transient', details: { text: 'The server is busy. Try again shortly.' } })],
}

const fromBrowser = async (url: string) => {
  const answer = await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', origin: BROWSER } })
  const text = await answer.text()
  return { status: answer.status, headers: Object.fromEntries(answer.headers), said: text === '' ? null : JSON.parse(text) }
}

/** What a browser asks before it sends a call to another origin. */
const preflight = async (url: string, origin = BROWSER) => {
  const headers = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' }
  const answer = await fetch(url, { method: 'OPTIONS', headers })
  const may = [...answer.headers].filter(([name]) => name.startsWith('access-control-allow'))
  return { status: answer.status, may: Object.fromEntries(may) }
}

/** May send a call, with its token. */
const ALLOWED = {
  status: 204,
  may: {
    'access-control-allow-origin': BROWSER,
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-headers': 'Authorization, Content-Type',
  },
}

/** Calls counted by service and status. */
const counted = async (url: string): Promise<readonly string[]> =>
  (await (await fetch(`${url}/metrics`)).text())
    .split('\n')
    .filter((line) => /^attune_request_seconds_count\{.*status="(499|503)"/.test(line))

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** A promise that is kept from outside. */
const signal = () => {
  let give = (): void => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { give, given }
}

let ehr: FakeEhr
let place: Place
let site: ReturnType<typeof makeSite>
beforeAll(async () => {
  ehr = await startEhr(chart)
  place = await embeddedPlace()
  site = makeSite(hospital(ehr, { cors: [BROWSER] }))
})
afterAll(async () => {
  await ehr?.stop()
  await place?.clear()
  site?.clear()
})

/** A fresh process that has loaded everything and whose predecessor still has the embedded ledger. */
const startHolding = async () => {
  const [loaded, left] = [signal(), signal()]
  const port = await freePort()
  const beforeLedger = (): Promise<void> => {
    loaded.give()
    return left.given
  }
  const environment = { ...site.environment, ATTUNE_DATA_DIR: place.config.dataDir, PORT: `${port}` }
  const starting = serve(environment, { beforeLedger, ready: () => {}, place: 0, state: null, retired: new Promise(() => {}) })
  await loaded.given
  const takeOver = (): Promise<Running> => {
    left.give()
    return starting
  }
  return { url: `http://127.0.0.1:${port}`, takeOver }
}

const count = (statuses: readonly number[]) =>
  Object.fromEntries([...new Set(statuses)].sort().map((status) => [status, statuses.filter((one) => one === status).length]))

test('of the calls that a fresh process holds until its predecessor has left the embedded ledger none is refused before its time is over', {
  retry: 4,
}, async () => {
  const { url, takeOver } = await startHolding()
  const ask = caller(url, ehr)
  const askTimed = async () => {
    const started = performance.now()
    const { status } = await ask(SIGN, { body: orderSign({ prefetch: prefetch() }) })
    return { status, inTime: performance.now() - started < HELD.ms }
  }
  const asking = Promise.all(Array.from({ length: 120 }, askTimed))
  await new Promise((resolve) => setTimeout(resolve, 500))
  const running = await takeOver()
  const answers = await asking
  await running.stop()
  // On a busy machine some wait for as long as any may, and in some tries the door turns a few away; all at once it would turn away half.
  expect(answers.filter(({ status, inTime }) => status !== 200 && (status !== 503 || inTime))).toEqual([])
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
})

test('a call that would wait for longer than a prescriber does is told to come again, and then answered', { retry: 4 }, async () => {
  const { url, takeOver } = await startHolding()
  const began = performance.now()
  expect([await preflight(url + SIGN), performance.now() - began < HELD.ms]).toEqual([ALLOWED, true])
  const late = await fromBrowser(url + SIGN)
  expect(late).toEqual({ status: 503, headers: expect.objectContaining(USUAL), said: BUSY })
  const running = await takeOver()
  const again = await caller(url, ehr)(SIGN, { body: orderSign({ prefetch: prefetch() }) })
  const figures = await counted(url)
  await running.stop()
  expect(again.status).toBe(200)
  expect(figures).toEqual(['attune_request_seconds_count{route="/cds-services/:id",service="pgx-order-sign",status="503"} 1'])
})

test('who calls while the server is still loading is told so as by a busy one, and counted', async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const starting = serve({ ...site.environment, ATTUNE_DATA_DIR: place.config.dataDir, PORT: `${port}` })
  const first = await fromBrowser(url + SIGN)
  const asked = [await preflight(url + SIGN), await preflight(url + SIGN, 'https://other.test')] // the second is refused, and counted
  const running = await starting
  expect(asked).toEqual([ALLOWED, { status: 503, may: {} }])
  expect(await preflight(url + SIGN)).toEqual(ALLOWED)
  const figures = await counted(url)
  await running.stop()
  expect(first).toEqual({ status: 503, headers: expect.objectContaining(USUAL), said: BUSY })
  expect(figures).toEqual([
    'attune_request_seconds_count{route="/cds-services/:id",service="pgx-order-sign",status="503"} 1',
    'attune_request_seconds_count{route="other",service="",status="503"} 1',
  ])
})

/** A server that holds its calls, and what it told of them. */
const holding = async (most: { readonly calls: number; readonly ms: number }) => {
  const lines: { readonly msg: string }[] = []
  const log = makeLog('info', { write: (line: string) => void lines.push(JSON.parse(line)) })
  const services = new Map([['pgx-order-sign', {}]])
  const away = makeTurnAway({ log, metrics: makeMetrics(), services, baseHeaders: {}, corsHeaders: () => ({}) })
  const held = holdCalls(away, most)
  let handle = held.take
  const server = makeServer((request, response) => handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const handOver = (answer: RequestListener) => {
    handle = answer
    return held.handOver(answer)
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, lines, handOver, close: () => server.close() }
}

test('so many calls wait at most, and every other one is told at once to come again; those that wait are answered', async () => {
  const held = await holding({ calls: 30, ms: 60_000 })
  const agent = makeAgent()
  const statuses: number[] = []
  const asking = Promise.all(Array.from({ length: 50 }, async () => statuses.push((await call(held.url, agent, '{}')).status)))
  await expect.poll(() => count(statuses), { timeout: 120_000 }).toEqual({ 503: 20 })
  await held.handOver((_request, response) => response.end())
  await asking
  expect(count(statuses)).toEqual({ 200: 30, 503: 20 })
  expect((await call(held.url, agent)).status).toBe(200)
  expect(held.lines.map(({ msg }) => msg)).toEqual(Array(20).fill('turned away'))
  agent.destroy()
  held.close()
})

test('the log tells of a held call that waited too long, and of one whose caller hung up, by route and service and nothing that it sent', async () => {
  const held = await holding({ calls: 30, ms: 2_000 })
  const url = `${held.url}${SIGN}?patient=secret-id`
  const gone = fetch(url, { method: 'POST', body: '{"patientId":"secret-id"}', signal: AbortSignal.timeout(500) }).catch(() => 'gone')
  const late = fetch(url, { method: 'POST', body: '{"patientId":"secret-id"}' })
  expect([await gone, (await late).status]).toEqual(['gone', 503])
  const asked = { method: 'POST', route: '/cds-services/:id', service: 'pgx-order-sign', id: expect.any(String), ms: expect.any(Number) }
  expect(held.lines).toEqual([
    expect.objectContaining({ ...asked, msg: 'gone while waiting', status: 499 }),
    expect.objectContaining({
      ...asked,
      msg: 'turned away',
      status: 503,
      code: 'overloaded',
      detail: 'a fresh process could not take over soon enough',
    }),
  ])
  expect(JSON.stringify(held.lines)).not.toContain('secret-id')
  held.close()
})
