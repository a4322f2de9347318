import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox } from '../service/running-sandbox.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { openApp, settled } from './open-app.ts'

const built = existsSync(join(import.meta.dirname, '../../dist/public/index.html'))

describe.skipIf(chromiumPath === null || !built)(
  'imaging, in a browser',
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

    /** Opens the view with the picture server answering as told; without, it is the sandbox's own. */
    const open = async (answer?: (route: Route) => Promise<unknown>) => {
      const opened = await openApp(browser, sandbox, 'whole-record', { view: 'medicines', viewport: { width: 1280, height: 2400 } })
      const asked: { readonly url: string; readonly authorization: string | undefined }[] = []
      await opened.page.route('**/dicomweb/**', async (route) => {
        asked.push({ url: route.request().url(), authorization: route.request().headers().authorization })
        await (answer ? answer(route) : route.continue())
      })
      await opened.page.getByRole('tab', { name: /^Imaging/ }).click()
      await settled(opened.page)
      return { ...opened, asked }
    }

    test('drawn pictures come over HTTP with the token, by study and without the patient in the address', async () => {
      const { page, troubles, asked } = await open()
      await expect.poll(() => page.locator('[data-picture="shown"]').count(), { timeout: 30_000 }).toBe(4)
      expect(asked.map(({ url }) => new URL(url).pathname.replace(/[\d.]{5,}/g, 'UID'))).toEqual(
        Array(4).fill('/dicomweb/studies/UID/thumbnail'),
      )
      expect(asked.every(({ authorization, url }) => authorization?.startsWith('Bearer ') && !url.includes('p19'))).toBe(true)
      const picture = page.getByRole('img', { name: /^Mammography, Breast, Right, Left, 15 Jun 2026. Small picture, not for diagnosis.$/ })
      expect(await picture.evaluate((image: HTMLImageElement) => [image.src.startsWith('blob:'), image.naturalWidth])).toEqual([true, 256])
      await page.getByText('The record names no place to get pictures of this study from.').waitFor()
      expect(troubles).toEqual([])
      await page.context().close()
    })

    test('reports stand word for word beside their study, and the viewer gets the study alone', async () => {
      const { page } = await open()
      await page.getByText(/Two nodules of 3 mm in the right lower lobe/).waitFor()
      await page.getByText('BI-RADS assessment category 2: benign finding').first().waitFor()
      await page.getByText('Attached, not opened: Mammography report (application/pdf)').waitFor()
      const link = page.getByRole('link', { name: /^Open in the image viewer: CT Chest/ })
      expect([await link.getAttribute('rel'), await link.getAttribute('target')]).toEqual(['noreferrer noopener', '_blank'])
      expect(new URL((await link.getAttribute('href')) ?? '').search).toMatch(/^\?study=[\d.]+$/)
      await page.context().close()
    })

    test.each([
      [
        'HTML in place of a picture',
        (route: Route) => route.fulfill({ contentType: 'text/html', body: '<h1>Log in</h1>' }),
        'What came is no picture.',
      ],
      [
        'HTML that claims to be a picture',
        (route: Route) => route.fulfill({ contentType: 'image/png', body: '<script>1</script>' }),
        'What came is no picture.',
      ],
      [
        'SVG with script',
        (route: Route) =>
          route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>' }),
        'What came is no picture.',
      ],
      [
        'a cut picture',
        (route: Route) =>
          route.fulfill({ contentType: 'image/png', body: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]) }),
        'What came is no picture.',
      ],
      [
        'a huge picture',
        (route: Route) => route.fulfill({ contentType: 'image/png', body: Buffer.alloc(2_000_000, 1) }),
        'What came is too large for a small picture.',
      ],
      [
        'a redirect',
        (route: Route) => route.fulfill({ status: 302, headers: { location: 'https://elsewhere.example/picture.png' } }),
        'The picture server could not be reached, or sent the request elsewhere.',
      ],
      ['a refusal', (route: Route) => route.fulfill({ status: 403 }), 'The picture server refused access.'],
      ['nothing there', (route: Route) => route.fulfill({ status: 404 }), 'The picture server has no small picture of this study.'],
      [
        'a fault',
        (route: Route) => route.fulfill({ status: 500 }),
        'The picture server could not be reached, or sent the request elsewhere.',
      ],
      [
        'a broken connection',
        (route: Route) => route.abort('connectionreset'),
        'The picture server could not be reached, or sent the request elsewhere.',
      ],
      ['silence', () => Promise.resolve(), 'The picture server did not answer in time.'],
    ])('%s is a stated reason, never a broken picture', async (_what, answer, said) => {
      const { page } = await open(answer)
      await expect.poll(() => page.getByText(said).count(), { timeout: 60_000 }).toBe(4)
      expect(await page.locator('main img').count()).toBe(0)
      await page.getByText(/Two nodules of 3 mm/).waitFor()
      await page.context().close()
    })

    test('a server that knows no thumbnails is asked for a rendered picture of the first series', async () => {
      const { page, asked } = await open((route) =>
        route.request().url().includes('/thumbnail') ? route.fulfill({ status: 404 }) : route.continue(),
      )
      await expect.poll(() => page.locator('[data-picture="shown"]').count(), { timeout: 30_000 }).toBe(4)
      expect(asked.filter(({ url }) => /\/series\/[\d.]+\/rendered\?viewport=256,256$/.test(url)).length).toBe(4)
      await page.context().close()
    })
  },
  240_000,
)
