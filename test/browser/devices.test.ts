import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox } from '../service/running-sandbox.ts'
import { changeProfile } from './change-profile.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { openApp, settled } from './open-app.ts'

const built = existsSync(join(import.meta.dirname, '../../dist/public/index.html'))
const XSS = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'

type Event = Record<string, unknown>
type Facts = { devices: Event[]; ecgs: Event[]; deviceList: Event[] }

const withFacts =
  (change: (facts: Facts) => Partial<Facts>) =>
  (event: Event): Event => {
    if (event.event === 'part') return { ...event, facts: { now: '', gaps: [] } }
    return event.event === 'facts' ? { ...event, facts: { ...(event.facts as object), ...change(event.facts as Facts) } } : event
  }

/** Every string of a value but those that the page tells things apart by. */
const spoiled = (value: unknown, key = ''): unknown => {
  if (typeof value === 'string') return ['kind', 'id', 'clock', 'sign', 'unit', 'by', 'url', 'E', 'L', 'U'].includes(key) ? value : XSS
  if (Array.isArray(value)) return key === 'values' ? value : value.map((one) => spoiled(one))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, spoiled(one, name)]))
}

describe.skipIf(chromiumPath === null || !built)(
  'wearables and devices, in a browser',
  () => {
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

    /** Opens the view, reading again once what the server says is changed on its way. */
    const open = async (change?: (event: Event) => unknown) => {
      const opened = await openApp(browser, sandbox, 'whole-record', {
        inHand: false,
        view: 'devices',
        viewport: { width: 1280, height: 800 },
      })
      await settled(opened.page)
      if (change) {
        await changeProfile(opened.page, change)
        await opened.page.reload()
        await settled(opened.page)
      }
      return opened
    }

    test('the glucose profile says its figures, and each target with its state in words', async () => {
      const { page, troubles } = await open()
      const profile = page.getByRole('region', { name: /^Glucose profile/ })
      await profile.getByText('Mean', { exact: true }).waitFor()
      for (const name of ['Very high', 'In range', 'Very low']) await profile.getByRole('rowheader', { name }).first().waitFor()
      expect(await profile.getByText(/^(met|not met)$/).count()).toBe(6)
      await profile.getByText('How this was computed').click()
      await profile.getByRole('link', { name: /International consensus on time in range/ }).waitFor()
      expect(await profile.getByRole('link').first().getAttribute('rel')).toBe('noreferrer noopener')
      expect(troubles).toEqual([])
      await page.context().close()
    })

    test('the curve is one tab stop, walks by arrow keys and says each quarter hour; the table has the same', async () => {
      const { page } = await open()
      const curve = page.getByRole('application', { name: /Ambulatory glucose profile/ })
      await curve.focus()
      await page.keyboard.press('Home')
      const says = page.getByRole('region', { name: /^Glucose profile/ }).locator('[data-chart-says]')
      const first = await says.textContent()
      expect(first).toMatch(/^00:00: median \d+\smg\/dL, half of the readings \d+ to \d+, nine in ten \d+ to \d+; \d+ readings$/)
      await page.keyboard.press('ArrowRight')
      await expect.poll(() => says.textContent()).toMatch(/^00:15: /)
      const [median] = /\d+\smg/.exec(first ?? '') ?? []
      await page
        .getByRole('group', { name: /Ambulatory glucose profile.*shown as/ })
        .getByRole('button', { name: 'Table' })
        .click()
      const row = page
        .getByRole('table', { name: /Ambulatory glucose profile/ })
        .getByRole('row')
        .nth(1)
      expect(await row.textContent()).toContain(median?.replace(/\D.*/, ''))
      await page.context().close()
    })

    test('the ECG stands on paper of true size, with the words of the device and no reading of ours', async () => {
      const { page } = await open()
      const wave = page.getByRole('img', { name: 'Curve of Lead I, 30 s, not interpreted' })
      const paper = wave.locator('svg').first()
      const [box, view] = [await paper.boundingBox(), await paper.getAttribute('viewBox')]
      expect((box?.width ?? 0) / Number(view?.split(' ')[2])).toBeCloseTo(96 / 25.4, 1)
      await page.getByText(/Sinus rhythm. This result is made by the watch/).waitFor()
      await page.getByText('Not in this recording: PR, QRS, QT, QTc').waitFor()
      await page.getByRole('cell', { name: 'by Bazett' }).waitFor()
      await page.context().close()
    })

    test('100,000 readings are drawn, counted in full, and answer keys', async () => {
      const values = Array.from({ length: 100_000 }, (_, index) => 60 + ((index * 7) % 90))
      const points = { from: Date.parse('2026-01-01T00:00:00Z'), steps: [[60_000, 99_999]], offsets: [[0, 100_000]], values }
      const { page } = await open(
        withFacts((facts) => ({ devices: facts.devices.filter((one) => one.kind === 'heart-rate').map((one) => ({ ...one, points })) })),
      )
      const region = page.getByRole('region', { name: /^Heart rate/ })
      await region.getByText(/100.000 readings/).waitFor()
      await region.getByText(/lowest and highest value of each pixel column/).waitFor()
      await region.getByRole('application').focus()
      await page.keyboard.press('+')
      await page.keyboard.press('ArrowLeft')
      await expect.poll(() => region.locator('[data-chart-says]').textContent()).toMatch(/\d/)
      expect(await region.locator('svg *').count()).toBeLessThan(400)
      await page.context().close()
    })

    test('too little data judges no target, and says so', async () => {
      const { page } = await open((event) => {
        if (event.event !== 'devices') return event
        const summaries = structuredClone(event.summaries) as {
          glucose: { sufficient: boolean; active: number; targets: { rows: { met: boolean | null }[] }[] }[]
        }
        for (const profile of summaries.glucose) {
          Object.assign(profile, { sufficient: false, active: 31.2 })
          for (const set of profile.targets) for (const row of set.rows) row.met = null
        }
        return { ...event, summaries }
      })
      await page.getByText(/Too little data: 31.2\s% of the readings/).waitFor()
      expect(await page.getByText('not judged', { exact: true }).count()).toBe(6)
      await page.context().close()
    })

    test('script in every text of the record stays text', async () => {
      const { page, troubles } = await open((event) => {
        if (event.event === 'devices') return { ...event, summaries: spoiled(event.summaries) }
        return withFacts((facts) => spoiled({ devices: facts.devices, ecgs: facts.ecgs, deviceList: facts.deviceList }) as Facts)(event)
      })
      await page.getByText(XSS.slice(0, 20)).first().waitFor()
      expect(await page.title()).not.toContain('owned')
      expect(await page.locator('main img').count()).toBe(0)
      expect(troubles).toEqual([])
      await page.context().close()
    })

    test('nothing at all is said, and is no error', async () => {
      const { page, troubles } = await open((event) => {
        if (event.event === 'devices') return { ...event, summaries: { glucose: [], refused: [] } }
        return withFacts(() => ({ devices: [], ecgs: [], deviceList: [] }))(event)
      })
      await page.getByText('No readings of wearables, sensors or other devices came in this record.').waitFor()
      expect(troubles).toEqual([])
      await page.context().close()
    })
  },
  240_000,
)
