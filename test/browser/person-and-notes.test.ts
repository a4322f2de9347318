import { existsSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox } from '../service/running-sandbox.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { openApp, settled } from './open-app.ts'
import { openView } from './open-view.ts'

const built = existsSync(join(import.meta.dirname, '../../dist/public/index.html'))

/** Real server, real charts, the whole record. */
describe.skipIf(chromiumPath === null || !built)('lifestyle, history and notes of the whole record', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>
  let browser: Browser

  beforeAll(async () => {
    sandbox = await startSandbox()
    browser = await openBrowser()
  }, 600_000)
  afterAll(async () => {
    await browser?.close()
    await sandbox?.stop()
  })

  const open = async (title: string, options: object = {}): Promise<{ readonly page: Page; readonly troubles: string[] }> => {
    const opened = await openApp(browser, sandbox, 'whole-record', { inHand: false, ...options })
    opened.page.setDefaultTimeout(60_000)
    await settled(opened.page)
    await openView(opened.page, title)
    await settled(opened.page)
    return opened
  }

  const clean = async (page: Page): Promise<void> => {
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run())
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(' '))])).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
  }

  test('the pedigree is walked by arrow keys, says who is there, and names who could not be drawn', async () => {
    const { page, troubles } = await open('Lifestyle and history')
    const tree = page.getByRole('application', { name: 'Family history' })
    await tree.focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowRight')
    const said = page.locator('[aria-live="polite"]').filter({ hasText: /^II-/ })
    await said.waitFor()
    expect(await said.textContent()).toMatch(/^II-\d, (mother|father|maternal aunt|maternal uncle), (female|male), /)
    await page.getByText('The record does not say of which aunt or uncle this is the child.').waitFor()
    await page.getByText('The relationship is recorded in words only.').waitFor()
    await clean(page)
    expect(troubles).toEqual([])
    await page.context().close()
  }, 600_000)

  test('every statement of a note says that it was found and is used for nothing; repeated text is folded; / goes to the search', async () => {
    const { page, troubles } = await open('Notes')
    const rows = page.getByRole('table', { name: 'Found in the notes' }).getByRole('row')
    const count = (await rows.count()) - 1
    expect(count).toBeGreaterThan(5)
    expect(await rows.getByText('Found in text, not checked, not used for advice').count()).toBe(count)
    await page.getByText('Not read: It is a PDF.').first().waitFor()
    await page
      .getByText(/repeated from earlier notes/)
      .first()
      .waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('ovarian')
    await page
      .getByRole('status')
      .filter({ hasText: /times, in \d+ notes/ })
      .waitFor()
    await clean(page)
    expect(troubles).toEqual([])
    await page.context().close()
  }, 600_000)

  test.each(['Lifestyle and history', 'Notes'])(
    '%s fits 320 px in the dark and has no violations',
    async (title) => {
      const { page } = await open(title, { viewport: { width: 320, height: 700 }, colorScheme: 'dark' })
      await clean(page)
      await page.context().close()
    },
    180_000,
  )
})
