import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeServer } from '../../src/http/server.ts'
import { type Running, serve } from '../../src/main.ts'
import { HELD, holdCalls } from '../../src/reload/held-calls.ts'
import { call, makeAgent } from '../faults/call.ts'
import { embeddedPlace, type Place } from '../ledger/engines.ts'
import { caller, hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'
import { chart, orderSign, prefetch } from '../production/patient.ts'

vi.setConfig({ testTimeout: 120_000 })

const SIGN = '/cds-services/pgx-order-sign'

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
  site = makeSite(hospital(ehr))
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
  const starting = serve(environment, { beforeLedger, ready: () => {}, state: null, retired: new Promise(() => {}) })
  await loaded.given
  const takeOver = (): Promise<Running> => {
    left.give()
    return starting
  }
  return { url: `http://127.0.0.1:${port}`, takeOver }
}

const count = (statuses: readonly number[]) =>
  Object.fromEntries([...new Set(statuses)].sort().map((status) => [status, statuses.filter((one) => one === status).length]))

test('of the calls that a fresh process holds until its predecessor has left the embedded ledger none is refused before its time is over', async () => {
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
  // On a busy machine some wait for as long as any may.
  expect(answers.filter(({ status, inTime }) => status !== 200 && (status !== 503 || inTime))).toEqual([])
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
})

test('a call that would wait for longer than a prescriber does is told to come again, and then answered', async () => {
  const { url, takeOver } = await startHolding()
  const ask = caller(url, ehr)
  const late = await ask(SIGN, { body: orderSign({ prefetch: prefetch() }) })
  expect([late.status, late.headers.get('retry-after'), late.text]).toEqual([
    503,
    '1',
    expect.stringContaining('The server is busy. Try again shortly.'),
  ])
  const running = await takeOver()
  const again = await ask(SIGN, { body: orderSign({ prefetch: prefetch() }) })
  await running.stop()
  expect(again.status).toBe(200)
})

test('so many calls wait at most, and every other one is told at once to come again; those that wait are answered', async () => {
  const held = holdCalls({ calls: 30, ms: 60_000 })
  let handle = held.take
  const server = makeServer((request, response) => handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const agent = makeAgent()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const statuses: number[] = []
  const asking = Promise.all(Array.from({ length: 50 }, async () => statuses.push((await call(url, agent, '{}')).status)))
  await expect.poll(() => count(statuses), { timeout: 20_000 }).toEqual({ 503: 20 })
  handle = (_request, response) => response.end()
  await held.handOver(handle)
  await asking
  expect(count(statuses)).toEqual({ 200: 30, 503: 20 })
  expect((await call(url, agent)).status).toBe(200)
  agent.destroy()
  server.close()
})
