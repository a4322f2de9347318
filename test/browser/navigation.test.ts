import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPages } from './built-pages.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { launchAddress, type MockEhr, type Story, startMockEhr } from './mock-ehr.ts'
import { openView } from './open-view.ts'

describe.skipIf(chromiumPath === null)('the navigation between views', () => {
  let pages: Awaited<ReturnType<typeof buildPages>>
  let browser: Browser
  let ehr: MockEhr

  beforeAll(async () => {
    pages = await buildPages()
    browser = await openBrowser()
    ehr = await startMockEhr(pages.folder)
  })
  afterAll(async () => {
    await browser?.close()
    await ehr?.close()
    pages?.remove()
  })

  const open = async (story: Story, width = 980, height = 620): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width, height } })
    const page = await context.newPage()
    await page.goto(launchAddress(ehr.origin, story))
    await page.getByRole('tabpanel').getByRole('heading', { level: 2 }).first().waitFor()
    return page
  }

  const openOne = (page: Page): Promise<string | null> => page.locator('[role=tab][aria-selected=true]').getAttribute('id')
  const ids = (page: Page): Promise<string[]> => page.locator('[role=tab]').evaluateAll((tabs) => tabs.map((tab) => tab.id))

  test('is one tab stop; arrow keys open the next view and begin again after the last', async () => {
    const page = await open('good')
    const all = await ids(page)
    expect(await page.locator('[role=tab][tabindex="0"]').count()).toBe(1)
    await page.locator('#view-order').focus()
    const seen: (string | null)[] = []
    for (const key of ['ArrowDown', 'ArrowUp', 'ArrowUp', 'ArrowDown', 'End', 'Home']) {
      await page.keyboard.press(key)
      seen.push(await openOne(page))
      expect(await page.evaluate(() => document.activeElement?.id)).toBe(seen.at(-1))
    }
    expect(seen).toEqual([all[1], all[0], all.at(-1), all[0], all.at(-1), all[0]])
    await page.context().close()
  })

  test('the open view is remembered in this window, also where a drug is in hand', async () => {
    const page = await open('good')
    await openView(page, 'Risks')
    await page.reload()
    await page.getByRole('heading', { name: 'Risk estimates' }).waitFor()
    expect(await openOne(page)).toBe('view-risks')
    await page.context().close()
  })

  test('a view can be linked to within the session and gone back to', async () => {
    const page = await open('good')
    await openView(page, 'Risks')
    await openView(page, 'Sources')
    expect(new URL(page.url()).hash).toBe('#sources')
    await page.goBack()
    await page.waitForFunction(() => document.querySelector('[aria-selected=true]')?.id === 'view-risks')
    await page.goto(`${ehr.origin}/app/#medicines`)
    await page.waitForFunction(() => document.querySelector('[aria-selected=true]')?.id === 'view-medicines')
    await page.goto(`${ehr.origin}/app/#no-such-view`)
    expect(await openOne(page)).toBe('view-medicines')
    await page.context().close()
  })

  test('a view that is opened by the address takes the reader to its heading', async () => {
    const page = await open('good')
    await page.evaluate(() => {
      location.hash = 'sources'
    })
    await page.waitForFunction(() => document.activeElement?.matches('#view h2'))
    await page.context().close()
  })

  test('at 980 x 620 all views are in sight without scrolling', async () => {
    const page = await open('good')
    const rail = await page.getByRole('navigation').evaluate((nav) => [nav.scrollHeight, nav.clientHeight])
    expect(rail[0]).toBe(rail[1])
    for (const id of await ids(page)) {
      const box = await page.locator(`#${id}`).boundingBox()
      expect((box?.y ?? 999) + (box?.height ?? 0), id).toBeLessThanOrEqual(620)
      expect(box?.height ?? 0, id).toBeGreaterThanOrEqual(24)
    }
    await page.context().close()
  })

  test('at 320 pixels the views stand behind the name of the open one, with nothing aside', async () => {
    const page = await open('good', 320, 700)
    const opener = page.getByRole('button', { name: /^Views Order/ })
    expect(await page.getByRole('tab').count()).toBe(0)
    await opener.focus()
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.id === 'view-order')
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
    await page.keyboard.press('Escape')
    expect(await opener.getAttribute('aria-expanded')).toBe('false')
    expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true)
    await openView(page, 'Genome')
    await page.getByRole('heading', { name: 'Genes with a result' }).waitFor()
    expect(await page.getByRole('tab').count()).toBe(0)
    await page.context().close()
  })
})
