import { createServer } from 'node:net'
import { expect, test, vi } from 'vitest'
import { serve } from '../../src/main.ts'
import { embeddedPlace } from '../ledger/engines.ts'
import { caller, hospital, makeSite } from '../production/attune.ts'
import { startEhr } from '../production/fake-ehr.ts'
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

test('of the calls that a fresh process holds until its predecessor has left the embedded ledger none is refused', async () => {
  const ehr = await startEhr(chart)
  const place = await embeddedPlace()
  const site = makeSite(hospital(ehr))
  const port = await freePort()
  let hasLeft = (): void => {}
  const leaving = new Promise<void>((resolve) => {
    hasLeft = resolve
  })
  let isLoaded = (): void => {}
  const loaded = new Promise<void>((resolve) => {
    isLoaded = resolve
  })
  const beforeLedger = (): Promise<void> => {
    isLoaded()
    return leaving
  }
  const environment = { ...site.environment, ATTUNE_DATA_DIR: place.config.dataDir, PORT: `${port}` }
  const starting = serve(environment, { beforeLedger, ready: () => {}, state: null, retired: new Promise(() => {}) })
  await loaded
  const ask = caller(`http://127.0.0.1:${port}`, ehr)
  const asking = Promise.all(Array.from({ length: 120 }, () => ask(SIGN, { body: orderSign({ prefetch: prefetch() }) })))
  await new Promise((resolve) => setTimeout(resolve, 500))
  hasLeft()
  const running = await starting
  const statuses = (await asking).map(({ status }) => status)
  await running.stop()
  await ehr.stop()
  await place.clear()
  site.clear()
  expect(new Set(statuses)).toEqual(new Set([200]))
})
