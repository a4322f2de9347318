import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { MonitoringReport } from '../../src/contract/monitoring.ts'
import { type Running, start } from '../http/server-under-test.ts'
import { makeDemoReport } from '../monitoring/demo-site.ts'
import { buildPages } from './built-pages.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 })

let pages: Awaited<ReturnType<typeof buildPages>>
let report: MonitoringReport
let server: Running
let locked: Running
let keys: string

const TOKEN = 'operator-token-of-forty-characters-00000'

beforeAll(async () => {
  pages = await buildPages()
  report = await makeDemoReport()
  const monitoring = { report: async () => report, outcomes: async () => [] }
  server = await start({ kit: { monitoring, publicDir: pages.folder } })
  keys = mkdtempSync(join(tmpdir(), 'attune-operator-'))
  const file = join(keys, 'token')
  writeFileSync(file, TOKEN)
  locked = await start({
    mode: 'production',
    config: { auth: 'required', operatorTokenFile: file },
    kit: { monitoring: { ...monitoring, report: async () => ({ ...report, sandbox: false }) }, publicDir: pages.folder },
  })
})
afterAll(async () => {
  await server?.close()
  await locked?.close()
  pages?.remove()
  rmSync(keys, { recursive: true, force: true })
})

test('the page of monitoring holds no inline scripts or styles, and no figures', async () => {
  const html = readFileSync(join(pages.folder, 'monitoring/index.html'), 'utf8')
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/i)
  const answer = await fetch(`${locked.url}/monitoring`)
  expect([answer.status, answer.url, await answer.text()]).toEqual([200, `${locked.url}/monitoring/`, html])
  expect((await fetch(`${locked.url}/api/monitoring`)).status).toBe(401)
})

describe.skipIf(chromiumPath === null)('monitoring in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  type Look = { readonly width?: number; readonly dark?: boolean; readonly forced?: boolean; readonly url?: string }

  const visit = async (path: string, { width = 980, dark = false, forced = false, url = server.url }: Look = {}) => {
    const context = await browser.newContext({
      viewport: { width, height: 620 },
      colorScheme: dark ? 'dark' : 'light',
      forcedColors: forced ? 'active' : 'none',
    })
    const page = await context.newPage()
    const troubles: string[] = []
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (line) => {
      if (/Content Security Policy|Refused to/.test(line.text())) troubles.push(line.text())
    })
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== url) troubles.push(request.url())
    })
    await page.goto(`${url}/monitoring/${path}`)
    return { page, troubles, leave: () => context.close() }
  }

  const words = (page: Page): Promise<string> =>
    page
      .locator('main')
      .textContent()
      .then((text) => text ?? '')

  const faultsOf = async (page: Page): Promise<string[]> => {
    await page.addScriptTag({ content: axe.source }).catch(() => undefined) // the policy allows no inline script
    await page.evaluate(axe.source)
    const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as axe.AxeResults
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`)
  }

  test('the overview names each model with its state, the most serious first', async () => {
    const { page, troubles, leave } = await visit('')
    await page.getByRole('heading', { name: 'Models in production' }).waitFor()
    const rows = await page.getByRole('rowheader').allInnerTexts()
    const text = await words(page)
    expect(rows[0]).toMatch(/CKD-EPI|PREVENT|Kidney/i)
    for (const said of ['Act', 'Switched off', 'Laboratory changes its bilirubin method.', 'Shadow', 'Estimate distribution: '])
      expect(text).toContain(said)
    expect(troubles).toEqual([])
    await leave()
  })

  test('a model has its inputs drawn then and now, in words too, and what changed with its reason', async () => {
    const { page, troubles, leave } = await visit('#/north/kidney')
    await page.getByRole('heading', { name: 'What has changed' }).waitFor()
    const creatinine = report.models.find(({ id }) => id === 'kidney')?.inputs.find(({ subject }) => subject === 'scr_mgdl')
    const label = await page
      .locator('figure', { hasText: creatinine?.label ?? '' })
      .locator('svg[role=img]')
      .first()
      .getAttribute('aria-label')
    expect(label).toContain(`${creatinine?.bins[0]}: `)
    const text = await words(page)
    for (const said of [
      'changed much',
      'Compared with its first days here',
      'Unit unknown',
      'No expected performance: The estimate is no probability.',
    ])
      expect(text).toContain(said)
    expect(troubles).toEqual([])
    await leave()
  })

  test('a challenger stands beside its champion, and a model with outcomes shows how it did', async () => {
    const challenger = await visit('#/north/pce')
    await challenger.page.getByRole('heading', { name: 'Beside the champion' }).waitFor()
    const { comparison } = report.models.find(({ id }) => id === 'pce') ?? {}
    expect(comparison?.both).toBeGreaterThan(40)
    expect(await words(challenger.page)).toContain('Runs in the shadow as challenger of prevent. Nobody is shown what it says.')
    await challenger.leave()
    const champion = await visit('#/north/prevent')
    await champion.page.getByRole('heading', { name: 'Performance' }).waitFor()
    expect(await words(champion.page)).toMatch(
      /Expected by observed events[\s\S]*Calibration slope|Calibration slope[\s\S]*Expected by observed events/,
    )
    await champion.leave()
  })

  test('without a token nothing is shown; with the operator token everything', async () => {
    const { page, leave } = await visit('', { url: locked.url })
    await page.getByRole('heading', { name: 'This page is for operators' }).waitFor()
    expect(await words(page)).not.toContain('kidney')
    await page.getByLabel('Operator token').fill('not the token, but long enough to be one')
    await page.getByRole('button', { name: 'Show the figures' }).click()
    await page.getByText('That token was not accepted.').waitFor()
    await page.getByLabel('Operator token').fill(TOKEN)
    await page.getByRole('button', { name: 'Show the figures' }).click()
    await page.getByRole('heading', { name: 'Models in production' }).waitFor()
    expect(page.url()).not.toContain(TOKEN)
    await leave()
  })

  test.each([
    ['at 320 px', { width: 320 }],
    ['dark', { dark: true }],
    ['in forced colours', { forced: true }],
    ['at 980 px', {}],
  ] as const)('reads well %s: nothing scrolls sideways, and axe finds no fault', async (_name, look) => {
    for (const path of ['', '#/north/kidney', '#/north/pce']) {
      const { page, leave } = await visit(path, look)
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(true)
      expect(await faultsOf(page)).toEqual([])
      await leave()
    }
  })
})
