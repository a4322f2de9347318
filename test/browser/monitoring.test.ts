import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { MonitoringReport } from '../../src/contract/monitoring.ts'
import type { InsightDoor } from '../../src/http/kit.ts'
import { overridesCsv, shadowCsv } from '../../src/monitoring/insight/as-csv.ts'
import { type Running, start } from '../http/server-under-test.ts'
import { makeDemoReport } from '../monitoring/demo-site.ts'
import { buildPages } from './built-pages.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

let pages: Awaited<ReturnType<typeof buildPages>>
let report: MonitoringReport
let server: Running
let locked: Running
let keys: string

const TOKEN = 'operator-token-of-forty-characters-00000'

const SPAN = { from: '2026-06-23', to: '2026-06-29', days: 7 }
const PERIOD = { asOf: '2026-06-30T00:00:00.000Z', since: '2026-06-02T00:00:00.000Z', until: '2026-06-30T00:00:00.000Z', sandbox: true }
const HALF = { value: 0.5, low: 0.25, high: 0.75 }
const ROW = {
  ...{ tenant: 'north', service: 'pgx-order-sign', subject: 'cpic/one/1', drug: 'one', shown: 12, accepted: 6, overridden: 6, ignored: 0 },
  ...{ acceptRate: HALF, overrideRate: HALF, changedAfter: { n: 3, of: 9 }, repeated: 2, reasons: [{ code: 'will-monitor', n: 6 }] },
}
/** What the pages about services, overrides and the shadow are given. */
const INSIGHT: InsightDoor = {
  services: async () => ({
    ...{ asOf: PERIOD.asOf, window: SPAN, baseline: SPAN, sandbox: true, limits: [] },
    services: [
      {
        ...{ tenant: 'north', service: 'pgx-order-sign', state: 'act', collecting: null, release: null, silences: [], drugs: [] },
        days: [{ day: '2026-06-29', calls: 120, withCard: 20, silent: 100, notAssessed: 1, shadow: 37 }],
        figures: [
          {
            figure: 'calls',
            kind: 'service',
            subject: '',
            value: 120,
            reference: 118,
            n: 840,
            sigmas: 0.2,
            state: 'ok',
            because: '120 calls a day.',
          },
          {
            figure: 'zero',
            kind: 'rule',
            subject: 'cpic/one/1',
            value: 0,
            reference: 20,
            n: 300,
            sigmas: null,
            state: 'act',
            because: 'None in the 300 calls since its last.',
          },
        ],
      },
    ],
  }),
  overrides: async ({ by }) => ({ ...PERIOD, by, comments: false, all: { ...ROW, tenant: '', service: '', subject: '' }, rows: [ROW] }),
  shadow: async () => ({
    ...PERIOD,
    services: [
      {
        ...{ tenant: 'north', service: 'pgx-order-select', of: 'shadow', from: '2026-06-02', to: '2026-06-29', calls: 100, orders: 120 },
        ...{ withCard: 9, cards: { critical: 1, warning: 5, info: 3 }, interrupting: 6, interruptingPer100Orders: 5, silences: [] },
        notAssessed: { n: 1, share: HALF },
        rules: [{ rule: 'cpic/one/1', drug: 'one', fired: 6, per100Orders: 5, samples: ['d-1', 'd-2'] }],
        neverFired: [{ rule: 'fda/two/1', drug: 'two', looked: 44 }],
        neverAsked: 7,
      },
    ],
  }),
  csv: { overrides: overridesCsv, shadow: shadowCsv },
}

beforeAll(async () => {
  pages = await buildPages()
  report = await makeDemoReport()
  const monitoring = { report: async () => report, outcomes: async () => [] }
  server = await start({ kit: { monitoring, insight: INSIGHT, publicDir: pages.folder } })
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

  test('services, overrides and the shadow each have a page, and what is told can be taken along', async () => {
    const { page, troubles, leave } = await visit('#/services')
    await page.getByRole('heading', { name: 'Services and rules', level: 1 }).waitFor()
    await page.getByText('None in the 300 calls since its last.').waitFor()
    expect((await page.getByRole('rowheader').allInnerTexts())[0]).toBe('Has fallen silent: cpic/one/1')
    await page.getByText('Day by day').first().click()
    const days = page.getByRole('table', { name: 'Day by day: north pgx-order-sign' })
    const wordsOf = async (role: 'columnheader' | 'cell') => (await days.getByRole(role).allTextContents()).map((text) => text.trim())
    expect(await wordsOf('columnheader')).toEqual(['Day', 'Calls', 'Without a card', 'Not assessed', 'In the shadow'])
    expect(await wordsOf('cell')).toEqual(['120', '100', '1', '37'])
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'What became of the cards' }).click()
    await page.getByText('will-monitor 6').first().waitFor()
    expect(await words(page)).toContain('50 % (25 % to 75 %)')
    await page.getByLabel('Put together by').selectOption('drug')
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download as CSV' }).click()
    expect(readFileSync(await (await saved).path(), 'utf8')).toContain('north,pgx-order-sign,cpic/one/1,one,12,6,6,0,0.5')
    await page.getByRole('link', { name: 'What the shadow would have shown' }).click()
    await page.getByText('Critical or warning per 100 orders: 5.').waitFor()
    expect(troubles).toEqual([])
    await leave()
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
    const tables = 'width' in look || 'dark' in look ? ['#/services', '#/overrides', '#/shadow'] : []
    for (const path of ['', '#/north/kidney', '#/north/pce', ...tables]) {
      const { page, leave } = await visit(path, look)
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(true)
      expect(await faultsOf(page)).toEqual([])
      await leave()
    }
  })
})
