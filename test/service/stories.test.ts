import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadPatients, type Story } from '../../src/sandbox/load-patients.ts'
import { draftOf, type HookAnswer, startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

const sign = (story: Story): Promise<HookAnswer> => sandbox.ask('order-sign', story, { draftOrders: draftOf(story) })

/** Cards as a prescriber reads them, without what is new at every call. */
const advice = (answer: HookAnswer) => answer.cards.map(({ summary, indicator, detail }) => ({ summary, indicator, detail }))

const { stories } = loadPatients()

describe('Each synthetic patient gets what the story promises', () => {
  it('there are at least 14 of them', () => {
    expect(stories.length).toBeGreaterThanOrEqual(14)
  })

  it.each(stories.map((story) => [story.title, story] as const))('%s', async (_title, story) => {
    const answer = await sign(story)
    expect(answer.status).toBe(200)
    const concerns = answer.trace.traces.map(({ concern }) => concern)
    if (story.expect.concern === 'silence') {
      expect(answer.cards).toEqual([])
      expect(answer.trace.silences.length).toBeGreaterThan(0)
      return
    }
    expect(concerns).toContain(story.expect.concern)
    const card = answer.cards[concerns.indexOf(story.expect.concern)]
    const text = `${card?.summary}\n${card?.detail}`
    for (const gene of story.expect.genes) expect(text).toContain(gene)
    for (const { source, guideline, year } of story.expect.sources) {
      expect(text).toContain(source)
      expect(text).toContain(guideline)
      if (year) expect(text).toContain(String(year))
    }
  })
})

describe('Every card that the stories bring', () => {
  it('keeps to CDS Hooks 2.0.1', async () => {
    for (const story of stories) {
      for (const card of (await sign(story)).cards) {
        expect(card.summary.length).toBeLessThan(140)
        expect(['info', 'warning', 'critical']).toContain(card.indicator)
        expect(JSON.stringify(card)).not.toMatch(/:(null|""|\[\]|\{\})[,}]/)
        expect((card.suggestions ?? []).filter(({ isRecommended }) => isRecommended).length).toBeLessThanOrEqual(1)
        if (card.suggestions) expect(card.selectionBehavior).toBe('at-most-one')
        for (const link of card.links ?? []) expect(link.url).toMatch(/^https?:\/\//)
        for (const suggestion of card.suggestions ?? [])
          for (const action of suggestion.actions)
            if ('resource' in action) expect(action.resource.subject).toEqual({ reference: `Patient/${story.patient}` })
      }
    }
  })

  it('is the same when the record is fetched with a token instead of sent along', async () => {
    for (const story of stories) {
      const fetched = await sandbox.ask('order-sign', story, { draftOrders: draftOf(story) }, { prefetch: false })
      expect(fetched.trace.questions.filter(({ from }) => from !== 'fetch')).toEqual([])
      expect(advice(fetched)).toEqual(advice(await sign(story)))
    }
  })

  it('is the same at selection and at signing', async () => {
    for (const story of stories) {
      const selected = await sandbox.ask('order-select', story, { selections: ['MedicationRequest/draft-1'], draftOrders: draftOf(story) })
      expect(advice(selected)).toEqual(advice(await sign(story)))
    }
  })
})

describe('A test that is asked for before the first dose', () => {
  it('is not asked for again once it stands beside the drug among the drafts', async () => {
    const story = stories.find(({ expect: { concern } }) => concern === 'test-first')
    if (!story) throw new Error('no story asks for a test')
    const [card] = (await sign(story)).cards
    const [action] = card?.suggestions?.[0]?.actions ?? []
    if (!action || !('resource' in action)) throw new Error('the card suggests no test')
    const drafts = draftOf(story)
    const both = { ...drafts, entry: [...drafts.entry, { resource: { ...action.resource, id: 'test-1' } }] }
    const { cards } = await sandbox.ask('order-sign', story, { draftOrders: both })
    expect(cards.map(({ indicator, summary, suggestions }) => [indicator, summary, suggestions ?? []])).toEqual([
      ['info', expect.stringMatching(/test being ordered; wait for the result before/), []],
    ])
  })
})

describe('When nothing can be read', () => {
  it('every drug with guidance gets a card that says so, and none gets silence', async () => {
    for (const story of stories) {
      const blind = await sandbox.ask('order-sign', story, { draftOrders: draftOf(story) }, { prefetch: false, token: false })
      expect(blind.status).toBe(200)
      expect(blind.trace.traces.map(({ concern }) => concern)).toContain('not-assessed')
      expect(blind.cards.map(({ summary }) => summary).join()).toMatch(/^Not assessed: /)
    }
  })
})
