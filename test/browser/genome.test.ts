import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox } from '../service/running-sandbox.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { type OpenOptions, openApp, settled } from './open-app.ts'
import { openView } from './open-view.ts'

const built = existsSync(join(import.meta.dirname, '../../dist/public/index.html'))
const WAIT = { timeout: 60_000 }

type Axe = { readonly axe: typeof axe }

const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const found = await (window as unknown as Axe).axe.run()
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)
  })
}

const isSidewaysScroll = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)

describe.skipIf(chromiumPath === null || !built)('the genome of a whole record', () => {
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

  const open = async (options: OpenOptions = {}, story = 'whole-record', beforeRead?: (page: Page) => Promise<void>) => {
    const opened = await openApp(browser, sandbox, story, options)
    await settled(opened.page)
    if (beforeRead) {
      await beforeRead(opened.page)
      await opened.page.reload()
      await settled(opened.page)
    }
    await openView(opened.page, /^Genom/)
    await opened.page.getByRole('heading', { level: 2 }).first().waitFor(WAIT)
    await settled(opened.page)
    return opened
  }

  const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

  test('puts the gene of the drug in hand first, then what concerns the medicines taken now', async () => {
    const { page, troubles } = await open({ viewport: { width: 1280, height: 800 } })
    const rows = region(page, 'Pharmacogenes with a result').getByRole('rowheader')
    expect((await rows.allTextContents()).slice(0, 3).map((text) => text.trim().split(/\s/)[0])).toEqual(['CYP2D6', 'SLCO1B1', 'CYP2C19'])
    const first = region(page, 'Pharmacogenes with a result').getByRole('row').nth(1)
    expect(await first.textContent()).toMatch(/tamoxifen Other drug[\s\S]*Poor Metabolizer[\s\S]*\*4\/\*4[\s\S]*score 0\.0/)
    expect(troubles).toEqual([])
  }, 600_000)

  test('opens a gene by keyboard: every result, why it is used, and its positions read with the arrow keys', async () => {
    const { page, troubles } = await open({ viewport: { width: 1280, height: 800 } })
    const opener = page.getByRole('button', { name: /^CYP2C19/ })
    await opener.focus()
    await page.keyboard.press('Enter')
    const picture = page.getByRole('application', { name: 'Defining positions of CYP2C19' })
    await picture.waitFor(WAIT)
    expect(await opener.getAttribute('aria-expanded')).toBe('true')
    await page.getByText('1 variant, 6 without variant, 3 not covered, 25 not stated').waitFor(WAIT)
    await picture.focus()
    const told = page.locator('p[aria-live="polite"]')
    expect(await told.textContent()).toMatch(/^rs4244285 .*variant found, heterozygous .*\*2$/)
    await page.keyboard.press('Home')
    expect(await told.textContent()).toMatch(/^rs12248560 .*called, no variant/)
    await page.keyboard.press('ArrowRight')
    expect(await told.textContent()).toMatch(/^rs28399504/)
    await page.keyboard.press('End')
    expect(await told.textContent()).toContain('not stated')
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Table', exact: true }).click()
    expect(await page.getByRole('table', { name: 'Defining positions of CYP2C19' }).getByRole('row').count()).toBe(36)
    expect(await violations(page)).toEqual([])
    expect(troubles).toEqual([])
  }, 600_000)

  test('says of a gene reported as a diplotype that no positions are on record', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: /^CYP2D6/ }).click()
    await page.getByText('No variant positions in this record: the result was reported as a diplotype.').waitFor(WAIT)
  }, 600_000)

  test('tells hereditary findings by class, folds the benign ones, and keeps tested, not tested and the tumour apart', async () => {
    const { page } = await open({ viewport: { width: 1280, height: 800 } })
    const hereditary = region(page, 'Hereditary findings')
    const text = await hereditary.textContent()
    expect(text).toMatch(/BRCA2[\s\S]*c\.5946del[\s\S]*Pathogenic[\s\S]*Hereditary breast and ovarian cancer[\s\S]*SF v3\.3/)
    expect(text).toMatch(/CHEK2[\s\S]*Laboratories differ[\s\S]*Likely pathogenic[\s\S]*Uncertain significance \(VUS\)/)
    expect(await hereditary.getByText('c.6067G>A').isVisible()).toBe(false)
    await hereditary.getByText('1 benign or likely benign variant').click()
    await hereditary.getByText('c.6067G>A').waitFor(WAIT)
    const studied = await region(page, 'Genes studied for hereditary disease').textContent()
    expect(studied).toMatch(/Tested, none reported[\s\S]*BRCA1[\s\S]*Not tested as far as the record says: 80 genes/)
    expect(await region(page, 'Tumour findings').textContent()).toContain('PIK3CA')
    expect(text).not.toContain('PIK3CA')
    expect(await region(page, 'Polygenic scores').textContent()).toMatch(/84 percentile[\s\S]*European/)
    expect(await region(page, 'Needs a look').textContent()).toMatch(/Familial hypercholesterolemia gene panel[\s\S]*CHEK2/)
  }, 600_000)

  test('makes a passport that can be printed on its own and saved as a FHIR document', async () => {
    const { page, troubles } = await open()
    await page.getByRole('button', { name: 'PGx passport' }).click()
    const passport = page.getByRole('article', { name: 'Pharmacogenomic passport' })
    await passport.waitFor(WAIT)
    const text = await passport.textContent()
    expect(text).toMatch(
      /Margarethe Lindholm-Example[\s\S]*CYP2D6[\s\S]*\*4\/\*4[\s\S]*Other drug[\s\S]*tamoxifen[\s\S]*Not tested[\s\S]*G6PD/,
    )
    expect(await violations(page)).toEqual([])
    const [download] = await Promise.all([page.waitForEvent('download', WAIT), page.getByRole('button', { name: 'Save as FHIR' }).click()])
    expect(download.suggestedFilename()).toMatch(/^pgx-passport-\d{4}-\d\d-\d\d\.fhir\.json$/)
    const saved = JSON.parse(readFileSync(await download.path(), 'utf8')) as { resourceType: string; type: string }
    expect(saved).toMatchObject({ resourceType: 'Bundle', type: 'document' })
    await page.getByRole('button', { name: 'Back to the genome' }).click()
    await region(page, 'Pharmacogenes with a result').waitFor(WAIT)
    expect(troubles).toEqual([])
  }, 600_000)

  test.each([
    ['dark', { colorScheme: 'dark' as const, viewport: { width: 980, height: 620 } }],
    ['narrow', { viewport: { width: 320, height: 700 } }],
    ['forced colours', { forcedColors: 'active' as const, viewport: { width: 980, height: 620 } }],
    ['German', { locale: 'de-DE', viewport: { width: 980, height: 620 } }],
  ])(
    'is free of axe violations and of sideways scrolling with a gene and every fold open: %s',
    async (_name, options) => {
      const { page } = await open(options)
      await page.getByRole('button', { name: /^CYP2C19/ }).click()
      for (const fold of await page.locator('main summary').all()) await fold.click()
      await page.getByRole('application').waitFor(WAIT)
      expect(await violations(page)).toEqual([])
      expect(await isSidewaysScroll(page)).toBe(false)
    },
    180_000,
  )

  test('says of an empty genome that nothing was found to read, and never that it is normal', async () => {
    const { page } = await open({}, 'capecitabine-untested')
    const text = await page.locator('main').textContent()
    expect(text).toContain('That does not mean a normal result.')
    expect(text).toContain('No hereditary variant in what was read.')
    expect(text).toContain('No report on record says which genes were studied.')
    expect(text).toContain('No tumour finding in what was read.')
  }, 600_000)

  test('shows markup in the texts of a record as text', async () => {
    const evil = '<img src=x onerror=window.__evil=1>'
    const spoil = async (page: Page): Promise<void> => {
      await page.route('**/api/profile', async (route) => {
        const answer = await route.fetch()
        const body = (await answer.text()).replaceAll('Familial cancer of breast', evil).replaceAll('NM_007194.4:c.470T>C', evil)
        await route.fulfill({ response: answer, body })
      })
    }
    const { page, troubles } = await open({}, 'whole-record', spoil)
    await region(page, 'Hereditary findings').getByText(evil).first().waitFor(WAIT)
    expect(await page.evaluate(() => '__evil' in window)).toBe(false)
    expect(await page.locator('main img').count()).toBe(0)
    expect(troubles).toEqual([])
  }, 600_000)
})
