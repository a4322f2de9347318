import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Running, serve } from '../../src/main.ts'
import { makeSite } from './attune.ts'
import { orderSign } from './patient.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

/** Nothing listens there. */
const AWAY = 'http://127.0.0.1:9/fhir/secret-ward'
const folder = mkdtempSync(join(tmpdir(), 'attune-operator-'))
const TOKEN = 'an-operator-token-of-this-test-only-32-chars'
writeFileSync(join(folder, 'token'), TOKEN, { mode: 0o600 })
const site = makeSite({
  operatorTokenFile: join(folder, 'token'),
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
  rmSync(folder, { recursive: true })
})

it('a FHIR server that does not answer is told by the id of its client in the metrics, never by its address; and to operators only', async () => {
  const metrics = async () => (await fetch(`${running.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).text()
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
  expect(await (await fetch(`${running.url}/metrics`)).text()).not.toContain('attune_fhir_breaker_open')
})
