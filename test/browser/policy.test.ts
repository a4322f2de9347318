import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Running, start } from '../http/server-under-test.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

const publicDir = join(import.meta.dirname, '../../dist/public')
const built = existsSync(join(publicDir, 'app/index.html'))
if (!built) console.warn('The policy tests did not run: the pages are not built (`npm run build`).')

/** The built pages under the headers that the server itself sends. */
describe.skipIf(chromiumPath === null || !built)('The pages under their own policy', () => {
  let running: Running
  let browser: Browser

  beforeAll(async () => {
    running = await start({ kit: { publicDir } })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await running?.close()
  })

  test.each(['/', '/app/launch.html', '/app/', '/models/', '/monitoring/'])(
    '%s draws itself, nothing is stopped, nothing is kept, and a text cannot become markup or script',
    async (path) => {
      const context = await browser.newContext()
      const page = await context.newPage()
      const stopped: string[] = []
      page.on('console', (line) => {
        if (/Content Security Policy|Refused to|Trusted(HTML|Script)/i.test(line.text())) stopped.push(line.text())
      })
      page.on('pageerror', (error) => stopped.push(error.message))
      await page.goto(running.url + path)
      await page.locator('h1, h2, [role=status], [role=alert]').first().waitFor()
      expect(stopped).toEqual([])
      const tried = await page.evaluate(() => {
        const refused = (attempt: () => unknown): boolean => {
          try {
            attempt()
            return false
          } catch {
            return true
          }
        }
        return {
          markup: refused(() => document.body.insertAdjacentHTML('beforeend', '<img src=x>')),
          code: refused(() => Object.assign(document.createElement('script'), { text: 'document.title = 1' })),
          address: refused(() => Object.assign(document.createElement('script'), { src: 'https://evil.example/x.js' })),
          policy: refused(() =>
            (globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }).trustedTypes.createPolicy(
              'x',
              {},
            ),
          ),
        }
      })
      expect(tried).toEqual({ markup: true, code: true, address: true, policy: true })
      const kept = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])
      expect([kept, await context.cookies()]).toEqual([['', 0, 0], []])
      await context.close()
    },
    120_000,
  )
})
