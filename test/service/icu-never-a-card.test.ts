import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { draftOf, startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
beforeAll(async () => {
  sandbox = await startSandbox({ LOG_LEVEL: 'silent' })
})
afterAll(() => sandbox.stop())

const NEVER = /icu-mortality|48 hours of intensive care|Fusion networks/

test('no hook, for no story, gives a card that speaks of death in intensive care', async () => {
  const { services } = (await (await fetch(`${sandbox.base}/cds-services`)).json()) as { services: { hook: string }[] }
  const hooks = [...new Set(services.map(({ hook }) => hook))]
  const cards: string[] = []
  for (const story of sandbox.stories.slice(0, 6))
    for (const hook of hooks) {
      const orders = { draftOrders: draftOf(story), selections: ['MedicationRequest/draft-1'] }
      cards.push(JSON.stringify((await sandbox.ask(hook, story, orders)).cards))
    }
  expect(cards.filter((text) => text !== '[]').length).toBeGreaterThan(0)
  expect(cards.filter((text) => NEVER.test(text))).toEqual([])
})

test('no row of the moments names the model', () => {
  expect(readFileSync('rules/moments.json', 'utf8')).not.toMatch(NEVER)
})
