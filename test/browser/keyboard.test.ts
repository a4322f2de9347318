import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox } from '../service/running-sandbox.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { walkByTab } from './keyboard-walk.ts'
import { openApp, settled } from './open-app.ts'
import { VIEW_IDS } from './view-ids.ts'

const built = existsSync(join(import.meta.dirname, '../../dist/public/index.html'))

describe.skipIf(chromiumPath === null || !built)('the app by keyboard alone, on the whole record of a patient', () => {
  let browser: Browser
  let sandbox: Awaited<ReturnType<typeof startSandbox>>

  beforeAll(async () => {
    sandbox = await startSandbox()
    browser = await openBrowser()
  }, 600_000)
  afterAll(async () => {
    await browser?.close()
    await sandbox?.stop()
  })

  const open = async (view: string): Promise<Page> => {
    const { page } = await openApp(browser, sandbox, 'whole-record', { inHand: view === 'order', view })
    await settled(page)
    return page
  }

  /** Everything that folds out is open, so that what is inside is walked through too. */
  const unfold = (page: Page): Promise<void> =>
    page.evaluate(() => {
      for (const fold of document.querySelectorAll('details')) fold.open = true
    })

  test.each(VIEW_IDS)(
    '"%s": Tab reaches everything, is never trapped, shows where it is and never stands on what is hidden',
    { timeout: 300_000 },
    async (view) => {
      const page = await open(view)
      const folded = await walkByTab(page)
      await unfold(page)
      await settled(page)
      const unfolded = await walkByTab(page)
      for (const { end, unseen, hidden, missed } of [folded, unfolded])
        expect({ end, unseen, hidden, missed }).toEqual({ end: 'left the page', unseen: [], hidden: [], missed: [] })
      expect(unfolded.stops.length).toBeGreaterThanOrEqual(folded.stops.length)
      await page.context().close()
    },
  )

  /** Charts are what answers arrow keys as a picture: a named region whose keys are told. */
  test.each(['labs', 'devices', 'timeline', 'person', 'genome'])(
    '"%s": nothing inside a chart is a tab stop of its own, and every chart has a name',
    { timeout: 180_000 },
    async (view) => {
      const page = await open(view)
      const found = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('[role=application]')].map((chart) => ({
          name: chart.getAttribute('aria-label') ?? chart.getAttribute('aria-labelledby') ?? '',
          inside: [...chart.querySelectorAll<HTMLElement>('a[href], button, input, select, [tabindex]')].filter(
            (element) => element.tabIndex >= 0,
          ).length,
          stop: chart.tabIndex === 0,
        })),
      )
      expect(found.filter(({ name, inside, stop }) => name === '' || inside > 0 || !stop)).toEqual([])
      await page.context().close()
    },
  )

  test('in a narrow window Escape closes the list of views and gives the focus back to what opened it', { timeout: 600_000 }, async () => {
    const page = await open('labs')
    await page.setViewportSize({ width: 320, height: 700 })
    const opener = page.getByRole('button', { name: /^Views / })
    await opener.focus()
    await page.keyboard.press('Enter')
    expect(await opener.getAttribute('aria-expanded')).toBe('true')
    await page.getByRole('tab', { selected: true }).focus()
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => document.querySelector('[aria-expanded=true][aria-controls]:is(button)') === null)
    expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true)
    await page.context().close()
  })

  test('the passport takes the focus to its heading, and Back gives it back to what opened it', { timeout: 600_000 }, async () => {
    const page = await open('genome')
    const opener = page.getByRole('button', { name: 'PGx passport' })
    await opener.focus()
    await page.keyboard.press('Enter')
    const back = page.getByRole('button', { name: 'Back to the genome' })
    await back.waitFor()
    await page.waitForFunction(() => document.activeElement !== document.body)
    await back.focus()
    await page.keyboard.press('Enter')
    await opener.waitFor()
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('PGx passport'))
    await page.context().close()
  })

  test('Escape closes what is being said about a flag, keeps what was typed and gives the focus back', { timeout: 600_000 }, async () => {
    const page = await open('review')
    const opener = page.getByRole('button', { name: 'Override' }).first()
    await opener.focus()
    await page.keyboard.press('Enter')
    const note = page.getByRole('textbox', { name: 'Note' })
    await note.fill('Talked to the ward.')
    await page.keyboard.press('Escape')
    await note.waitFor({ state: 'detached' })
    expect(
      await page
        .getByRole('button', { name: 'Override' })
        .first()
        .evaluate((button) => button === document.activeElement),
    ).toBe(true)
    await page.keyboard.press('Enter')
    expect(await note.inputValue()).toBe('Talked to the ward.')
    await page.context().close()
  })
})
