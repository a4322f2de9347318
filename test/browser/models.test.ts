import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelDetail } from '../../src/contract/models.ts'
import { makeCatalogue } from '../../src/risk/governance/catalogue.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { type Running, start } from '../http/server-under-test.ts'
import { copyModels } from '../risk/models-copy.ts'
import { buildPages } from './built-pages.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

let pages: Awaited<ReturnType<typeof buildPages>>
let copy: ReturnType<typeof copyModels>
let models: Models
let server: Running

beforeAll(async () => {
  pages = await buildPages()
  copy = copyModels('kfre', 'kidney', 'opioid-risk', 'warfarin-dose', 'readmission-diabetes', 'tisdale')
  const { dir } = copy
  writeFileSync(join(dir, 'tisdale', 'card.json'), '{}')
  models = await loadModels(dir, { execution: 'cpu', strict: false })
  server = await start({
    mode: 'production',
    kit: { models: makeCatalogue(models, '2026-11-21T10:00:00.000Z', dir), publicDir: pages.folder },
  })
})
afterAll(async () => {
  await server?.close()
  await models?.close()
  copy?.remove()
  pages?.remove()
})

test('the page of the models holds no inline scripts or styles, and is served without a login in production too', async () => {
  const html = readFileSync(join(pages.folder, 'models/index.html'), 'utf8')
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/i)
  const answer = await fetch(`${server.url}/models`)
  expect([answer.status, answer.url, await answer.text()]).toEqual([200, `${server.url}/models/`, html])
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
})

const TABS = ['Overview', 'Source attributes', 'Inputs', 'How it computes', 'Figures', 'Files']

describe.skipIf(chromiumPath === null)('the registry of models in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  type Look = { readonly width?: number; readonly dark?: boolean; readonly forced?: boolean }

  const visit = async (path: string, { width = 980, dark = false, forced = false }: Look = {}) => {
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
      if (new URL(request.url()).origin !== server.url) troubles.push(request.url())
    })
    await page.goto(server.url + path)
    return { page, troubles, leave: () => context.close() }
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor()
  const open = (page: Page, tab: string) => page.getByRole('tab', { name: tab }).click()

  test('lists every model with how it was checked, its state and its vectors; one that did not load says why', async () => {
    const { page, troubles, leave } = await visit('/models/')
    await heading(page, '6 models, 5 served.')
    const rows = await page.getByRole('row').allInnerTexts()
    const row = (words: string) => (rows.find((text) => text.includes(words)) ?? '').replaceAll(/\s+/g, ' ')
    const { length } = models.get('kfre')?.vectors ?? []
    expect(row('Kidney Failure Risk Equation')).toContain(`Independently Serving CPU ${length} of ${length} 1.0.0`)
    expect(row('RIOSORD')).toMatch(/Recalled Off CPU/)
    expect(row('tisdale')).toMatch(/card\.json.*Not served/)
    expect(troubles).toEqual([])
    await leave()
  })

  test('finds a model by the words of its question', async () => {
    const { page, leave } = await visit('/models/')
    await page.getByRole('searchbox', { name: 'Find a model' }).fill('kidney dialysis')
    await page.getByRole('link', { name: 'Kidney Failure Risk Equation' }).waitFor()
    expect(await page.getByRole('row').count()).toBe(2)
    await page.getByRole('searchbox').fill('horoscope')
    await page.getByText('No model fits these words.').waitFor()
    await leave()
  })

  test('leads by keyboard to a card with all its parts, and back', async () => {
    const { page, troubles, leave } = await visit('/models/')
    await page.getByRole('link', { name: 'Kidney Failure Risk Equation' }).focus()
    await page.keyboard.press('Enter')
    await heading(page, 'Kidney Failure Risk Equation')
    expect(new URL(page.url()).hash).toBe('#/kfre')
    await page.getByRole('tab', { name: 'Overview' }).focus()
    for (const tab of TABS) {
      expect(await page.getByRole('tab', { selected: true }).textContent()).toBe(tab)
      await page.keyboard.press('ArrowRight')
    }
    await page.getByRole('link', { name: 'All models' }).click()
    await heading(page, 'Risk models')
    expect(troubles).toEqual([])
    await leave()
  })

  test('a card shows the 31 and 13 attributes, inputs with codes, every coefficient, figures by group and hashes', async () => {
    const { page, leave } = await visit('/models/#/kfre')
    await open(page, 'Source attributes')
    expect(await page.getByRole('term').count()).toBe(31 + 13)
    await open(page, 'Inputs')
    await page.getByText('LOINC 9318-7, LOINC 14959-1').waitFor()
    await page.getByText('0.01 to 30000 mg/g').waitFor()
    await open(page, 'How it computes')
    await page.getByText('4 terms').first().click()
    const detail = (await (await fetch(`${server.url}/api/models/kfre`)).json()) as ModelDetail
    const four = detail.variants.find(({ label }) => label === 'four variables')?.outputs[0]?.terms?.rows ?? []
    expect(four).toHaveLength(4)
    for (const { coefficient } of four) expect(await page.getByText(coefficient, { exact: true }).count()).toBeGreaterThan(0)
    await open(page, 'Figures')
    await page.getByText('Nobody measured this model on patients in this project.').waitFor()
    await open(page, 'Files')
    await page.getByText(models.get('kfre')?.ref.sha256 ?? '').waitFor()
    await leave()
  })

  test('figures stand in a table, for everyone and by group', async () => {
    const { page, leave } = await visit('/models/#/warfarin-dose')
    await open(page, 'Figures')
    const table = page.getByRole('table', { name: 'IWPC pharmacogenetic equation' })
    const everyone = await table
      .getByRole('row', { name: /everyone/ })
      .getByRole('cell')
      .allInnerTexts()
    expect(everyone.map((cell) => cell.trim())).toEqual(['4,300', '8.27', '-1.08', '0.463', '0.482'])
    expect(await table.getByRole('row').count()).toBeGreaterThan(4)
    await leave()
  })

  test('a learned model shows groups, calibration by tenths, and which groups are too small for figures', async () => {
    const { page, leave } = await visit('/models/#/readmission-diabetes')
    await open(page, 'Figures')
    await page.getByRole('img', { name: /^everyone 0\.\d+ \(0\.\d+ to 0\.\d+\); sex: female 0\./ }).waitFor()
    const report = JSON.parse(readFileSync('models/readmission-diabetes/report.json', 'utf8')) as { deciles: unknown[] }
    expect(
      await page
        .getByRole('img', { name: /^Calibration/ })
        .locator('circle')
        .count(),
    ).toBe(report.deciles.length)
    await page.getByText('Groups without figures').waitFor()
    await page.getByText(/race: Asian \(\d+\): Fewer than 20/).waitFor()
    await open(page, 'Files')
    await page.getByText('How it was made').waitFor()
    await leave()
  })

  test('an unknown model is said to be none; a server that fails is not an empty list', async () => {
    const { page, leave } = await visit('/models/#/nosuch')
    await page.getByText('There is no model of that name here.').waitFor()
    await page.route('**/api/models', (route) => route.abort())
    await page.getByRole('link', { name: 'All models' }).click()
    await page.getByText('The models could not be read.').waitFor()
    await leave()
  })

  test.each([980, 320])('nothing scrolls sideways at %i px', async (width) => {
    const { page, leave } = await visit('/models/', { width })
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)
    await heading(page, 'Risk models')
    expect(await fits()).toBe(true)
    for (const id of ['warfarin-dose', 'readmission-diabetes']) {
      await page.goto(`${server.url}/models/#/${id}`)
      await page.locator(`a[href="/api/models/${id}/card.xml"]`).waitFor()
      for (const tab of TABS) {
        await open(page, tab)
        expect([id, tab, await fits()]).toEqual([id, tab, true])
      }
    }
    await leave()
  })

  test.each<[string, Look]>([
    ['light', {}],
    ['dark', { dark: true }],
    ['light and narrow', { width: 320 }],
    ['forced colours', { forced: true }],
  ])('axe finds nothing serious on the list or any part of a card (%s)', async (_, look) => {
    const { page, leave } = await visit('/models/', look)
    const serious = () =>
      page.evaluate(async () => {
        const { violations } = await (window as unknown as { axe: typeof axe }).axe.run()
        return violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
      })
    await heading(page, '6 models, 5 served.')
    await page.evaluate(axe.source)
    expect(await serious()).toEqual([])
    await page.locator('a[href="#/warfarin-dose"]').click()
    for (const tab of TABS) {
      await open(page, tab)
      expect([tab, await serious()]).toEqual([tab, []])
    }
    await leave()
  })
})
