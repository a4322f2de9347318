import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { textOf } from '../../tools/fuzz/hostile-values.ts'
import { CHANGES, changed, placesOf, tell } from '../../tools/fuzz/mutations.ts'
import { condition, order, orderSelect, orderSign, patientView, post, type Running, searchset, start } from './server-under-test.ts'

let running: Running
beforeAll(async () => {
  running = await start({ config: { limits: { requestsPerMinute: 1_000_000 } } })
})
afterAll(() => running.close())

const CALLS = (
  [
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
).map(([id, body]) => ({ id, body, places: placesOf(body) }))

test('whatever members of a valid call are deleted, replaced or nested, the answer is 200, 4xx or 412, and quick', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...CALLS), CHANGES, async ({ id, body, places }, changes) => {
      const before = process.cpuUsage()
      const answer = await post(`${running.url}/cds-services/${id}`, textOf(changed(body, places, changes)))
      const text = await answer.text()
      expect([[200, 400, 412, 413].includes(answer.status), answer.status, tell(places, changes)]).toEqual([
        true,
        answer.status,
        expect.anything(),
      ])
      expect(text).not.toMatch(/\n +at |node_modules|"code":"fault"/)
      const { user, system } = process.cpuUsage(before)
      expect(user + system).toBeLessThan(1_000_000) // a second of the processor, in microseconds
    }),
    { numRuns: 1000 },
  )
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
}, 600_000)
