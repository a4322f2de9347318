import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { startSandbox } from '../service/running-sandbox.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { difference, keepLook, keptLook, type Look, leavePicture, lookAt } from './looks.ts'
import { openApp, settled } from './open-app.ts'
import { VIEW_IDS } from './view-ids.ts'

const built = existsSync(join(import.meta.dirname, '../../dist/public/index.html'))
const updating = process.env.UPDATE_LOOKS === '1'

/** Each size and each scheme once; all nine with ATTUNE_TEST_WHOLE=1, and when looks are taken anew. */
const SLICE: ReadonlySet<string> = new Set(['wide light', 'frame dark', 'phone forced'])
const isLooked = (size: string, scheme: string): boolean =>
  updating || process.env.ATTUNE_TEST_WHOLE === '1' || SLICE.has(`${size} ${scheme}`)

/** The day on which everything is looked at: ages and "read at" stay as they are. */
const NOW = new Date('2026-11-18T09:30:00Z')

const STORY = 'whole-record'
const SIZES = { wide: { width: 1280, height: 800 }, frame: { width: 980, height: 620 }, phone: { width: 320, height: 700 } } as const
const SCHEMES = {
  light: { colorScheme: 'light', forcedColors: 'none' },
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  forced: { colorScheme: 'light', forcedColors: 'active' },
} as const

/** Share of cells that may differ: times in milliseconds, ids and the like. */
const MOST = 0.02

/** The server's clock, from the moment at which the record is read: the sign-in before it needs the real one. */
const standStill = (): void => void vi.useFakeTimers({ toFake: ['Date'], now: NOW })

/** Pictures are compared up to this height: what lies below repeats what stands above. */
const TALLEST = 2400

const fileOf = (size: string, scheme: string): string => join(import.meta.dirname, 'looks', `${size}-${scheme}.json`)

const photograph = async (page: Page): Promise<Buffer> => {
  const height = await page.evaluate(() => document.documentElement.scrollHeight)
  const { width } = page.viewportSize() ?? { width: 0 }
  return page.screenshot({ fullPage: true, animations: 'disabled', clip: { x: 0, y: 0, width, height: Math.min(height, TALLEST) } })
}

describe.skipIf(chromiumPath === null || !built)('how the app looks', () => {
  let browser: Browser
  /** A blank page that reads pictures. */
  let eye: Page
  let sandbox: Awaited<ReturnType<typeof startSandbox>>
  /** Letters of the fonts in use, as a look: with other fonts nothing can be compared. */
  let sameFonts = true

  beforeAll(async () => {
    browser = await openBrowser()
    sandbox = await startSandbox()
    eye = await browser.newPage()
    const page = await browser.newPage({ viewport: { width: 400, height: 60 } })
    await page.setContent('<p style="font: 16px system-ui, sans-serif">Hamburgefonstiv 0123456789 ≥ µ</p>')
    const letters = await lookAt(eye, await page.screenshot())
    const kept = keptLook(fileOf('letters', 'light'), 'letters')
    if (updating) keepLook(fileOf('letters', 'light'), 'letters', letters)
    else sameFonts = kept !== null && difference(kept, letters) < 0.05
    if (!sameFonts) console.warn('The looks of the app were not compared: this machine has other fonts than the ones they were taken with.')
  })
  afterAll(async () => {
    await browser?.close()
    await sandbox?.stop()
  })
  afterEach(() => void vi.useRealTimers())

  /** Names of looks that changed, each with the share of cells and where its picture lies. */
  const compare = async (page: Page, view: string): Promise<string[]> => {
    const changed: string[] = []
    for (const [size, viewport] of Object.entries(SIZES))
      for (const [scheme, media] of Object.entries(SCHEMES)) {
        if (!isLooked(size, scheme)) continue
        await page.setViewportSize(viewport)
        await page.emulateMedia(media)
        await settled(page)
        const png = await photograph(page)
        const look: Look = await lookAt(eye, png)
        const file = fileOf(size, scheme)
        const kept = keptLook(file, view)
        const share = kept === null ? 1 : difference(kept, look)
        if (updating && share > MOST / 4) keepLook(file, view, look)
        else if (share > MOST)
          changed.push(`${view}, ${size}, ${scheme}: ${(100 * share).toFixed(1)} %, see ${leavePicture(`${view}-${size}-${scheme}`, png)}`)
      }
    return changed
  }

  test.each(VIEW_IDS)('the view "%s" looks as it was last approved', { timeout: 600_000 }, async (view) => {
    if (!sameFonts) return
    const { page } = await openApp(browser, sandbox, STORY, { inHand: view === 'order', view, now: NOW, beforeProfile: standStill })
    await settled(page)
    vi.useRealTimers()
    expect(await compare(page, view)).toEqual([])
    await page.context().close()
  })
})
