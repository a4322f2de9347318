import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Running, serve } from '../../src/main.ts'
import { makeSite } from './attune.ts'
import { orderSign } from './patient.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** Nothing listens there. */
const AWAY = 'http://127.0.0.1:9/fhir/secret-ward'
const site = makeSite({
  auth: 'open',
  network: { allowHttp: true, allowPrivateAddresses: true },
  canary: { everySeconds: 0 },
  clients: [
    { id: 'anonymous', tenant: 'hospital', fhirServers: [AWAY, 'http://127.0.0.1:9/fhir/other'] },
    { id: 'clinic', tenant: 'clinic', iss: 'https://clinic.example', jku: 'https://clinic.example/jwks', fhirServers: [] },
  ],
})
let running: Running
beforeAll(async () => {
  running = await serve(site.environment)
})
afterAll(async () => {
  await running?.stop()
  site.clear()
})

it('a FHIR server that does not answer is told by the id of its client in the metrics, never by its address', async () => {
  const metrics = async () => (await fetch(`${running.url}/metrics`)).text()
  expect(await metrics()).toContain('attune_fhir_breaker_open{client="anonymous"} 0')
  for (let call = 0; call < 5; call += 1)
    await fetch(`${running.url}/cds-services/pgx-order-sign`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(orderSign({ fhirServer: AWAY, prefetch: {} })),
    })
  const text = await metrics()
  expect(text).toContain('attune_fhir_breaker_open{client="anonymous"} 1')
  expect(text).toContain('attune_fhir_breaker_open{client="clinic"} 0')
  expect(text).not.toContain('secret-ward')
})
