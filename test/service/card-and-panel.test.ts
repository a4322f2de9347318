import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ProfileEvent } from '../../src/contract/profile.ts'
import { draftOf, post, startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

it('the app opened from a card shows the findings of the card under the same ids', async () => {
  for (const story of sandbox.stories.slice(0, 4)) {
    const { cards, trace } = await sandbox.ask('order-sign', story, { draftOrders: draftOf(story) })
    const [first] = trace.traces
    const link = cards[0]?.links?.find(({ type }) => type === 'smart')
    const { drug, order } = JSON.parse(link?.appContext ?? '{}')
    const { access_token } = (await (await post(`${sandbox.base}/sandbox/hook-token`, { patient: story.patient })).json()) as {
      access_token: string
    }
    const response = await fetch(`${sandbox.base}/api/profile`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ fhirServer: `${sandbox.base}/fhir`, patient: story.patient, drug, order }),
    })
    const events = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ProfileEvent)
    const assessed = events.find((event) => event.event === 'assessment')
    const ids =
      assessed?.event === 'assessment'
        ? assessed.assessment.orders.flatMap(({ drugs }) => drugs.flatMap(({ findings }) => findings.map(({ id }) => id)))
        : []
    expect(first?.findings.length).toBeGreaterThan(0)
    expect(ids).toEqual(expect.arrayContaining([...(first?.findings ?? [])]))
  }
})
