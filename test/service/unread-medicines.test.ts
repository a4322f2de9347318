import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { draftOf, type Story, startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

const storyOf = (id: string): Story => {
  const story = sandbox.stories.find((candidate) => candidate.id === id)
  if (!story) throw new Error(`there is no story ${id}`)
  return story
}

describe('When the medicine list cannot be read, but the rest of the record can', () => {
  it('opening the chart says that medicines were not assessed', async () => {
    const answer = await sandbox.ask('patient-view', storyOf('panel-many-medicines'), {}, { token: false, without: ['medications'] })
    expect(answer.status).toBe(200)
    expect(answer.cards.map(({ summary }) => summary)).toEqual([expect.stringMatching(/^Not assessed: active medicines, because /)])
    expect(answer.trace.traces.map(({ concern }) => concern)).toEqual(['not-assessed'])
  })

  it('an order is not called unaffected: a medicine that blocks the enzyme may be missing', async () => {
    const story = storyOf('tramadol-on-paroxetine')
    const answer = await sandbox.ask('order-sign', story, { draftOrders: draftOf(story) }, { token: false, without: ['medications'] })
    expect(answer.cards.map(({ detail }) => detail).join()).toMatch(/medicine/i)
    expect(answer.trace.outcome).not.toBe('assessed')
  })
})
