import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPages } from './built-pages.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { launchAddress, type MockEhr, type Story, startMockEhr } from './mock-ehr.ts'

describe.skipIf(chromiumPath === null)('the page’s language', () => {
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

  const visit = async (address: string, locale: string, width = 980): Promise<Page> => {
    const context = await browser.newContext({ locale, viewport: { width, height: 620 } })
    const page = await context.newPage()
    await page.goto(address)
    return page
  }
  const open = (story: Story, locale: string, width?: number): Promise<Page> => visit(launchAddress(ehr.origin, story), locale, width)
  const language = (page: Page): Promise<string> => page.evaluate(() => document.documentElement.lang)
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first()

  test('is the browser’s, and the page says so to a screen reader', async () => {
    const page = await open('no-drug', 'de-AT')
    await page.getByRole('tab', { name: /^Medikation/ }).waitFor()
    expect(await language(page)).toBe('de')
    await page.context().close()
  })

  test('is English where the browser speaks none of the app’s', async () => {
    const page = await open('no-drug', 'fr-FR')
    await page.getByRole('tab', { name: /^Medicines/ }).waitFor()
    expect(await language(page)).toBe('en')
    await page.context().close()
  })

  test('is chosen by keyboard, and the session and the open view survive', async () => {
    const page = await open('good', 'en-GB')
    await page.getByRole('tab', { name: /^Risks/ }).click()
    await page.getByRole('heading', { name: 'Risk estimates' }).waitFor()
    const asked = ehr.seen.authorize.length
    await press(page, 'Deutsch').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: /^Risiken/, selected: true }).waitFor()
    expect({ language: await language(page), again: ehr.seen.authorize.length - asked }).toEqual({ language: 'de', again: 0 })
    expect(await press(page, 'Deutsch').getAttribute('aria-pressed')).toBe('true')
    await press(page, 'English').click()
    await page.getByRole('tab', { name: /^Risks/, selected: true }).waitFor()
    await page.context().close()
  })

  test('can be chosen on the launch page and on every page that stands in the app’s place', async () => {
    const page = await visit(`${ehr.origin}/app/launch.html`, 'en-GB')
    await press(page, 'Deutsch').click()
    await page.getByRole('heading', { name: 'Patienten in Attune öffnen' }).waitFor()
    expect(await language(page)).toBe('de')
    await page.goto(`${ehr.origin}/app/`)
    await page.getByRole('heading', { name: 'Attune aus der Patientenakte öffnen' }).waitFor()
    await page.context().close()
  })

  test('clinical sentences are not translated: a German page says so, once, and marks none of them as German', async () => {
    const page = await open('good', 'de-DE')
    await page.getByRole('heading', { name: 'Avoid clopidogrel', exact: true }).waitFor()
    expect(await page.getByText(/nicht übersetzt/).count()).toBe(1)
    const spoken = await page
      .getByRole('heading', { name: 'Avoid clopidogrel', exact: true })
      .evaluate((heading) => (heading.querySelector('[lang]') ?? heading.closest('[lang]'))?.getAttribute('lang'))
    expect(spoken).toBe('en')
    await page.context().close()
  })

  test('numbers and dates follow it: 05.03.2024 and 1,5', async () => {
    const page = await open('good', 'de-DE')
    const strip = page.getByRole('region', { name: 'Patient' })
    await strip.getByText(/\d{2}\.\d{2}\.\d{4} \(\d+ Jahre\)/).waitFor()
    await page.context().close()
  })

  test.each([980, 320])('in German nothing scrolls sideways and axe finds nothing, at %i pixels', async (width) => {
    const page = await open('good', 'de-DE', width)
    await page.getByRole('heading', { name: 'Avoid clopidogrel', exact: true }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
    await page.evaluate(axe.source)
    const found = await page.evaluate(async () => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run()
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
    })
    expect(found).toEqual([])
    await page.context().close()
  })
})
