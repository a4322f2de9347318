import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { post, type startSandbox } from '../service/running-sandbox.ts'

type Sandbox = Awaited<ReturnType<typeof startSandbox>>

export type Opened = {
  readonly page: Page
  /** Script errors, and whatever the Content-Security-Policy stopped. */
  readonly troubles: string[]
}

export type OpenOptions = BrowserContextOptions & {
  /** With the story's drug in hand, as from a card's link. */
  readonly inHand?: boolean
  /** View to open; absent: the one that opens by itself. */
  readonly view?: string
  /** Instant at which the browser's clock stands still. */
  readonly now?: Date
  /** Done when the app asks for the profile, before the server does. */
  readonly beforeProfile?: () => void
}

/** The app on a patient of the sandbox, launched as the sandbox's EHR does: real server, real sign-in, pages as they ship. */
export const openApp = async (
  browser: Browser,
  sandbox: Sandbox,
  storyId: string,
  { inHand = true, view, now, beforeProfile, ...options }: OpenOptions = {},
): Promise<Opened> => {
  const story = sandbox.stories.find(({ id }) => id === storyId)
  if (!story) throw new Error(`no story ${storyId}`)
  const { patient, encounter, order } = story
  const context = await browser.newContext({ viewport: { width: 980, height: 620 }, locale: 'en-GB', ...options })
  if (view !== undefined)
    await context.addInitScript((id) => {
      if (sessionStorage.getItem('attune.view') === null) sessionStorage.setItem('attune.view', JSON.stringify({ launch: '', view: id }))
    }, view)
  if (now !== undefined) await context.clock.setFixedTime(now)
  if (beforeProfile !== undefined)
    await context.route('**/api/profile', async (route) => {
      beforeProfile()
      await route.continue()
    })
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('console', (line) => {
    if (/Content Security Policy|Refused to/.test(line.text())) troubles.push(line.text())
  })
  const appContext = JSON.stringify({ v: 1, drug: { rxcui: order.rxcui, text: order.display }, order: null, card: null })
  const launched = await post(`${sandbox.base}/sandbox/launch`, { patient, encounter, ...(inHand ? { appContext } : {}) })
  await page.goto(((await launched.json()) as { url: string }).url)
  await page.getByRole('heading', { level: 1 }).waitFor({ timeout: 30_000 })
  return { page, troubles }
}

/** Waits until the answer has ended and nothing of the open view is still being read. */
export const settled = async (page: Page): Promise<void> => {
  await page.locator('main[data-progress="done"]').waitFor({ timeout: 60_000 })
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null, undefined, { timeout: 30_000 })
  // What answers a change of colour scheme or size runs before the next picture, not before the next command.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}
