import { inflateSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPages } from './built-pages.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { launchAddress, type MockEhr, type Story, startMockEhr } from './mock-ehr.ts'
import { openView } from './open-view.ts'

/** Sheets of a PDF; those of Chromium stand in object streams or in the open. */
const sheetsIn = (pdf: Buffer): number => {
  const streams = [...pdf.toString('latin1').matchAll(/stream\r?\n([\s\S]*?)endstream/g)].map(([, body]) => {
    try {
      return inflateSync(Buffer.from(body ?? '', 'latin1')).toString('latin1')
    } catch {
      return ''
    }
  })
  return [pdf.toString('latin1'), ...streams].join('\n').match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0
}

describe.skipIf(chromiumPath === null)('a view on paper', () => {
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

  const open = async (story: Story, dark = false): Promise<{ readonly page: Page; readonly troubles: string[] }> => {
    const context = await browser.newContext({ viewport: { width: 980, height: 620 }, colorScheme: dark ? 'dark' : 'light' })
    const page = await context.newPage()
    const troubles: string[] = []
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (line) => {
      if (/Content Security Policy|Refused to/.test(line.text())) troubles.push(line.text())
    })
    await page.goto(launchAddress(ehr.origin, story))
    await page
      .getByText(/Decision record/)
      .first()
      .waitFor()
    return { page, troubles }
  }

  const marginRule = (page: Page): Promise<string> =>
    page.evaluate(() => document.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join(' '))

  test('each sheet names the patient, the view, versions, the decision and its page', async () => {
    const { page, troubles } = await open('banner')
    await page.waitForFunction(() =>
      document.adoptedStyleSheets.some((sheet) => /Decision [0-9a-f]/.test(sheet.cssRules[0]?.cssText ?? '')),
    )
    const rule = await marginRule(page)
    for (const part of [
      'MRN SYN-000001',
      'Born ',
      'Order · synthetic patient',
      'Record read ',
      'Attune ',
      'Rules ',
      'counter(page)',
      'counter(pages)',
    ])
      expect(rule).toContain(part)
    await openView(page, 'Sources')
    await page.waitForFunction(() => /Sources · /.test(document.adoptedStyleSheets[0]?.cssRules[0]?.cssText ?? ''))
    expect(sheetsIn(await page.pdf({ preferCSSPageSize: true }))).toBeGreaterThan(0)
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('paper shows no controls, and neither the rail nor the language switch', async () => {
    const { page } = await open('good')
    await page.emulateMedia({ media: 'print' })
    expect(await page.getByRole('navigation').isVisible()).toBe(false)
    expect(await page.getByRole('button', { name: 'Read again' }).isVisible()).toBe(false)
    expect(await page.getByRole('group', { name: 'Language / Sprache' }).first().isVisible()).toBe(false)
    await page.context().close()
  })

  test('from a dark screen comes dark ink on white paper', async () => {
    const { page } = await open('good', true)
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const colours = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body)
      return { color, backgroundColor }
    })
    expect(colours).toEqual({ color: 'rgb(0, 0, 0)', backgroundColor: 'rgb(255, 255, 255)' })
    await page.context().close()
  })

  test('what is folded on the screen is unfolded on paper, and folded again after', async () => {
    const { page } = await open('good')
    await openView(page, 'Risks')
    await page.locator('main details').first().waitFor({ state: 'attached' })
    const folded = (): Promise<number> => page.locator('main details:not([open])').count()
    const before = await folded()
    expect(before).toBeGreaterThan(0)
    await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')))
    expect(await folded()).toBe(0)
    await page.evaluate(() => window.dispatchEvent(new Event('afterprint')))
    expect(await folded()).toBe(before)
    await page.context().close()
  })

  test('nothing is wider than the sheet', async () => {
    const { page } = await open('good')
    await page.emulateMedia({ media: 'print' })
    // A4 less its margins, at 96 dots to the inch.
    await page.setViewportSize({ width: 688, height: 1000 })
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(wide).toBe(0)
    await page.context().close()
  })
})
