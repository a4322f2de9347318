import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { draftOf, post, type Story, startSandbox } from '../service/running-sandbox.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

const built = existsSync(join(import.meta.dirname, '../../dist/public/app/index.html'))
if (!built) console.warn('The launch tests did not run: the pages are not built (`npm run build`).')

/** The sandbox's own EHR, its authorization server, the engine and the app as they ship: nothing is played here. */
describe.skipIf(chromiumPath === null || !built)('the app opened from the sandbox', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>
  let browser: Browser

  beforeAll(async () => {
    sandbox = await startSandbox()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await sandbox?.stop()
  })

  const storyOf = (gene: string, concern: Story['expect']['concern']): Story => {
    const story = sandbox.stories.find(({ expect: expected }) => expected.concern === concern && expected.genes.includes(gene))
    if (!story) throw new Error(`no story about ${gene}`)
    return story
  }

  /** Signs the story's order and opens the app from the link of its first card, as an EHR does. */
  const openFromCard = async (story: Story): Promise<{ readonly page: Page; readonly summary: string; readonly troubles: string[] }> => {
    const { cards } = await sandbox.ask('order-sign', story, { draftOrders: draftOf(story) })
    const link = cards[0]?.links?.find(({ type }) => type === 'smart')
    const { url } = (await (
      await post(`${sandbox.base}/sandbox/launch`, { patient: story.patient, encounter: story.encounter, appContext: link?.appContext })
    ).json()) as { url: string }
    const page = await browser.newPage({ viewport: { width: 980, height: 620 } })
    const troubles: string[] = []
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (line) => {
      if (line.type() === 'error') troubles.push(line.text())
    })
    await page.goto(url)
    await page.getByRole('tab', { name: 'Order' }).waitFor()
    return { page, summary: cards[0]?.summary ?? '', troubles }
  }

  test('shows the card’s own headline, its gene and its sources', async () => {
    const { page, summary, troubles } = await openFromCard(storyOf('CYP2C19', 'guidance'))
    const [action = '', reason = ''] = summary.split(': ')
    await page.getByRole('heading', { name: action, exact: true }).waitFor()
    await page.getByText(reason, { exact: true }).first().waitFor()
    for (const source of ['CPIC guideline', 'DPWG guideline (Netherlands)', 'FDA table and labels'])
      expect(await page.getByRole('heading', { name: source }).count(), source).toBe(1)
    await page.getByRole('tab', { name: 'Genome' }).click()
    await page.getByRole('rowheader', { name: /^CYP2C19/ }).waitFor()
    expect(troubles).toEqual([])
    await page.close()
  })

  const QUIET: readonly (readonly [string, Story['expect']['concern'], RegExp])[] = [
    ['a gene that was not tested', 'test-first', /^(Test|Consider testing) .+ before /],
    ['a result that cannot be used', 'not-assessed', /could not be assessed$|^Clarify .+ before /],
  ]
  test.each(QUIET)('%s is the headline, with the words that silence is not safety', async (_title, concern, headline) => {
    const story = sandbox.stories.find(({ expect: expected }) => expected.concern === concern)
    if (!story) throw new Error(`no story ends in ${concern}`)
    const { page } = await openFromCard(story)
    await page.getByRole('heading', { name: headline, level: 2 }).waitFor()
    await page.getByText('No warning here does not mean that the drug is safe.').waitFor()
    await page.close()
  })

  test('knows the patient, the sandbox and the decision record', async () => {
    const { page } = await openFromCard(storyOf('CYP2C19', 'guidance'))
    await page.getByText('Sandbox with synthetic patients. Not for care.').waitFor()
    await page.getByText(/Decision record [0-9a-f-]{36}/).waitFor()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).not.toMatch(/Reading|not in the record/)
    await page.close()
  })

  test('shows the warfarin dose with its interval or says why there is none', async () => {
    const { page } = await openFromCard(storyOf('VKORC1', 'guidance'))
    await page.getByRole('tab', { name: 'Risks' }).click()
    await page
      .getByText(/mg\/week|Not computed/)
      .first()
      .waitFor()
    await page.getByText('About this model').first().click()
    await page.getByText('SHA-256').first().waitFor()
    await page.close()
  })

  test('a token that the sandbox no longer accepts is renewed with the refresh token', async () => {
    const { page } = await openFromCard(storyOf('CYP2C19', 'guidance'))
    await page.getByText(/Decision record/).waitFor()
    await page.evaluate(() => {
      const key = JSON.parse(sessionStorage.getItem('SMART_KEY') ?? 'null') as string
      const state = JSON.parse(sessionStorage.getItem(key) ?? '{}') as { tokenResponse: { access_token: string } }
      state.tokenResponse.access_token = 'worn-out'
      sessionStorage.setItem(key, JSON.stringify(state))
    })
    await page.reload()
    await page.getByText(/Decision record/).waitFor()
    expect(await page.getByText('The session has ended').count()).toBe(0)
    await page.close()
  })

  test('opens by itself: the record system is chosen, then the patient there', async () => {
    const story = storyOf('CYP2C19', 'guidance')
    const page = await browser.newPage({ viewport: { width: 980, height: 620 } })
    await page.goto(`${sandbox.base}/app/launch.html`)
    await page.getByRole('button', { name: /^Sign in to/ }).click()
    await page.locator(`button[value="${story.patient}"]`).click()
    await page.getByText(/Decision record/).waitFor()
    await page.getByRole('heading', { name: 'Taken now', exact: true }).waitFor()
    await page.close()
  })

  test('a user who cancels at the record system is told that nothing was read', async () => {
    const page = await browser.newPage()
    await page.goto(`${sandbox.base}/app/launch.html`)
    await page.getByRole('button', { name: /^Sign in to/ }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('heading', { name: 'Access was refused' }).waitFor()
    await page.close()
  })
})
