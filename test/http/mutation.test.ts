import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mutationsOf } from './mutations.ts'
import { condition, order, orderSelect, orderSign, patientView, post, type Running, searchset, start } from './server-under-test.ts'

let running: Running
beforeAll(async () => {
  running = await start({ config: { limits: { requestsPerMinute: 1_000_000 } } })
})
afterAll(() => running.close())

const CALLS = [
  ['echo-order-sign', orderSign()],
  ['echo-order-select', orderSelect()],
  ['echo-patient-view', patientView()],
  [
    'echo-order-sign',
    {
      ...orderSign(),
      fhirServer: 'http://127.0.0.1:9/fhir',
      fhirAuthorization: { access_token: 't' },
      prefetch: { problems: searchset(condition, order) },
    },
  ],
] as const

const mutated = fc.constantFrom(...CALLS).chain(([id, body]) => mutationsOf(body).map((changed) => ({ id, body: changed })))

test('whatever members of a valid call are deleted, replaced or nested, the answer is 200, 4xx or 412, and quick', async () => {
  await fc.assert(
    fc.asyncProperty(mutated, async ({ id, body }) => {
      const started = performance.now()
      const answer = await post(`${running.url}/cds-services/${id}`, JSON.stringify(body))
      await answer.arrayBuffer()
      expect([200, 400, 412]).toContain(answer.status)
      expect(performance.now() - started).toBeLessThan(1000)
    }),
    { numRuns: 2500 },
  )
}, 120_000)
