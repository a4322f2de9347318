import { existsSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { post, startSandbox } from '../service/running-sandbox.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

const built = existsSync(join(import.meta.dirname, '../../dist/public/app/index.html'))
if (!built) console.warn('The tests of risks, what if and timeline did not run: the pages are not built (`npm run build`).')

/** The cirrhosis story has estimates of seven questions; p19 has ten years of history. */
const ESTIMATED = 'p18'
const WHOLE = 'p19'

describe.skipIf(chromiumPath === null || !built)(
  'risks, what if and timeline',
  () => {
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

    const open = async (patient: string, view: string, options: BrowserContextOptions = {}) => {
      const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US', ...options })).newPage()
      page.setDefaultTimeout(60_000)
      const troubles: string[] = []
      page.on('pageerror', (error) => troubles.push(error.message))
      page.on('console', (line) => {
        if (line.type() === 'error') troubles.push(line.text())
      })
      const launch = (await (await post(`${sandbox.base}/sandbox/launch`, { patient })).json()) as { url: string }
      await page.goto(launch.url)
      // The pages of the launch have a heading, too; the patient's name is that of the app. Every synthetic name ends so.
      await page.getByRole('heading', { level: 1, name: /Example/ }).waitFor()
      await page.evaluate((id) => {
        location.hash = `#${id}`
      }, view)
      return { page, troubles }
    }

    const axeOf = async (page: Page): Promise<string[]> => {
      await page.evaluate(axe.source)
      return page.evaluate(async () => {
        const { violations } = await (window as unknown as { axe: typeof axe }).axe.run()
        return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
      })
    }
    const sideways = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)

    const READY: { readonly [view: string]: (page: Page) => Promise<void> } = {
      risks: (page) => page.getByRole('heading', { name: 'Earlier estimates' }).first().waitFor(),
      'what-if': (page) => page.locator('[data-what-if="chosen"]').waitFor(),
      timeline: (page) => page.getByRole('application', { name: 'Timeline of the record' }).waitFor(),
    }

    test('the numbers on each card add up as they are written', async () => {
      const { page, troubles } = await open(ESTIMATED, 'risks')
      await READY.risks?.(page)
      const sums = await page.evaluate(() =>
        [...document.querySelectorAll('h4')]
          .filter((heading) => heading.textContent === 'What moved the estimate')
          .map((heading) =>
            [...(heading.parentElement?.querySelector('ul')?.querySelectorAll('li > span:last-child') ?? [])].map((cell) =>
              Number((cell.textContent ?? '').replace('−', '-').replaceAll('\u202f', '')),
            ),
          ),
      )
      expect(sums.length).toBeGreaterThan(4)
      for (const numbers of sums)
        expect(
          numbers
            .slice(0, -1)
            .reduce((sum, number) => sum + number, 0)
            .toFixed(3),
        ).toBe(numbers.at(-1)?.toFixed(3))
      expect(troubles).toEqual([])
      await page.context().close()
    })

    test('what a missing input could change is asked when somebody wants to know, without the patient', async () => {
      const { page } = await open(ESTIMATED, 'risks')
      await READY.risks?.(page)
      const [request] = await Promise.all([
        page.waitForRequest((one) => one.url().endsWith('/api/what-if/missing')),
        page.getByRole('button', { name: 'Ask the model: what could each missing input change?' }).first().click(),
      ])
      expect(Object.keys(JSON.parse(request.postData() ?? '{}')).sort()).toEqual(['fhirServer', 'inputs', 'model', 'question'])
      expect(request.postData()).not.toContain(ESTIMATED)
      await page
        .getByText(/no forecast for this person/)
        .first()
        .waitFor()
      await page.context().close()
    })

    test('the model card and the 31 source attributes are one click from the number', async () => {
      const { page } = await open(ESTIMATED, 'risks')
      await READY.risks?.(page)
      const about = page.locator('details', { hasText: 'About this model' }).first()
      await about.locator('summary').first().click()
      expect(await about.getByRole('link', { name: /Model card/ }).getAttribute('href')).toMatch(/^\/models\/#\//)
      await about.getByText(/The 31 source attributes/).click()
      await expect.poll(() => about.locator('dl dl dt, section dt').count()).toBe(31)
      await page.context().close()
    })

    test('by keyboard alone: a value is changed, the estimate is another, and going back is the record', async () => {
      const { page, troubles } = await open(ESTIMATED, 'what-if')
      const chosen = page.locator('[data-what-if="chosen"]')
      await chosen.waitFor()
      const before = await chosen.textContent()
      await page.getByText(/It does not say what would happen to this person if a value changed/).waitFor()
      const slider = page.getByRole('slider').first()
      await slider.focus()
      for (let n = 0; n < 4; n += 1) await page.keyboard.press('ArrowRight')
      await expect.poll(() => chosen.textContent()).not.toBe(before)
      const curve = page.getByRole('application').first()
      await curve.focus()
      await page.keyboard.press('End')
      await expect.poll(() => page.locator('[data-curve-says]').textContent()).toMatch(/\d/)
      const reset = page.getByRole('button', { name: 'Back to the record’s values' })
      await reset.focus()
      await page.keyboard.press('Enter')
      await expect.poll(() => chosen.textContent()).toBe(before)
      expect(troubles).toEqual([])
      await page.context().close()
    })

    test('a typed value out of the limits is not asked, and says why', async () => {
      const { page } = await open(ESTIMATED, 'what-if')
      await page.locator('[data-what-if="chosen"]').waitFor()
      const asked: string[] = []
      page.on('request', (request) => {
        if (request.url().endsWith('/api/what-if')) asked.push(request.postData() ?? '')
      })
      const box = page.getByRole('textbox').first()
      await box.fill('9999')
      await box.press('Enter')
      await page.getByText(/^Between .* and .*, please\.$/).waitFor()
      expect(asked).toEqual([])
      await page.context().close()
    })

    test('the values chosen are there after a look at another view', async () => {
      const { page } = await open(ESTIMATED, 'what-if')
      await page.locator('[data-what-if="chosen"]').waitFor()
      await page
        .getByRole('button', { name: /: more$/ })
        .first()
        .click()
      const value = await page.getByRole('textbox').first().inputValue()
      await page.evaluate(() => {
        location.hash = '#sources'
      })
      await page.locator('[data-what-if="chosen"]').waitFor({ state: 'detached' })
      await page.evaluate(() => {
        location.hash = '#what-if'
      })
      await expect.poll(() => page.getByRole('textbox').first().inputValue()).toBe(value)
      await page.context().close()
    })

    test('when the server cannot answer, that is said, and trying again brings the number', async () => {
      const { page } = await open(ESTIMATED, 'risks')
      await READY.risks?.(page)
      await page.route('**/api/what-if', (route) => route.fulfill({ status: 503, body: '{}' }))
      await page.evaluate(() => {
        location.hash = '#what-if'
      })
      await page.getByRole('alert').getByText('The server is busy').waitFor()
      await page.unroute('**/api/what-if')
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.locator('[data-what-if="chosen"]').waitFor()
      await page.context().close()
    })

    test('the timeline goes from entry to entry by keyboard, says each day, and its table has the same entries', async () => {
      const { page, troubles } = await open(WHOLE, 'timeline')
      const chart = page.getByRole('application', { name: 'Timeline of the record' })
      await chart.waitFor()
      await chart.focus()
      const says = page.locator('[data-timeline-says]')
      await page.keyboard.press('Home')
      const first = await says.textContent()
      await page.keyboard.press('ArrowRight')
      await expect.poll(() => says.textContent()).not.toBe(first)
      await page.keyboard.press('0')
      await page.keyboard.press('+')
      await page.getByRole('button', { name: '1 year' }).click()
      const entries = Number(await page.locator('[data-timeline-entries]').getAttribute('data-timeline-entries'))
      await page.getByRole('button', { name: 'Table', exact: true }).click()
      const more = page.getByRole('button', { name: /^Show \d+ more of/ })
      while ((await more.count()) > 0 && (await page.locator('tbody tr').count()) < 2000) await more.click()
      if ((await more.count()) === 0) expect(await page.locator('tbody tr').count()).toBe(entries)
      expect(entries).toBeGreaterThan(10)
      expect(troubles).toEqual([])
      await page.context().close()
    })

    test('what has no date is beside the axis, with its number', async () => {
      const { page } = await open(WHOLE, 'timeline')
      await page.getByText(/entr(y|ies) without a usable date/).click()
      await page.getByText('Not placed on the axis: the record does not say when.').waitFor()
      await page.context().close()
    })

    test.each([
      ['wide, light', { viewport: { width: 1280, height: 800 } }],
      ['frame, dark', { viewport: { width: 980, height: 620 }, colorScheme: 'dark' }],
      ['narrow, light', { viewport: { width: 320, height: 700 } }],
    ] as const)('axe finds nothing and nothing scrolls sideways (%s)', async (_, options) => {
      for (const [patient, view] of [
        [ESTIMATED, 'risks'],
        [ESTIMATED, 'what-if'],
        [WHOLE, 'timeline'],
      ] as const) {
        const { page, troubles } = await open(patient, view, options)
        await READY[view]?.(page)
        expect(await axeOf(page), view).toEqual([])
        expect(await sideways(page), view).toBeLessThanOrEqual(0)
        expect(troubles, view).toEqual([])
        await page.context().close()
      }
    })
  },
  240_000,
)
