import { afterAll, beforeAll, expect, test } from 'vitest'
import { orderSelect, orderSign, patientView, post, type Running, start } from './server-under-test.ts'

let running: Running
beforeAll(async () => {
  running = await start()
})
afterAll(() => running.close())

test('each hook with full prefetch answers with the cards of its service', async () => {
  for (const [id, body] of [
    ['echo-order-select', orderSelect()],
    ['echo-order-sign', orderSign()],
    ['echo-patient-view', patientView()],
  ] as const) {
    const answer = await post(`${running.url}/cds-services/${id}`, body)
    expect([id, answer.status, await answer.json()]).toMatchObject([id, 200, { cards: [{ indicator: 'info' }] }])
  }
})
