import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CohortSpec, makeCohort, writeCohort } from '../../tools/validation/synthetic-cohort.ts'
import { runMain } from '../cli/run-main.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

const SPEC: CohortSpec = { people: 3000, seed: 'page', truth: { intercept: -0.4, slope: 0.7 }, sites: ['north', 'south'], spoilt: 0.03 }

describe.skipIf(chromiumPath === null)('the validation report in a browser', () => {
  let dir: string
  let browser: Browser
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'attune-report-'))
    const models = join(dir, 'models')
    mkdirSync(models)
    for (const id of ['kfre', 'kidney']) cpSync(`models/${id}`, join(models, id), { recursive: true })
    for (const file of readdirSync('models').filter((name) => name.endsWith('.json'))) cpSync(join('models', file), join(models, file))
    writeFileSync(join(dir, 'people.csv'), writeCohort(await makeCohort(SPEC, models), SPEC))
    const words = [
      '--data',
      join(dir, 'people.csv'),
      '--models',
      models,
      '--recalibrate',
      join(dir, 'own'),
      '--bootstrap',
      '20',
      '--out',
      dir,
    ]
    const { status, err } = await runMain('models', 'validate', 'kfre', ...words)
    if (status !== 0) throw new Error(err)
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(dir, { recursive: true, force: true })
  })

  const open = async (width: number, dark: boolean): Promise<{ page: Page; problems: string[] }> => {
    const page = await browser.newPage({ viewport: { width, height: 700 }, colorScheme: dark ? 'dark' : 'light' })
    const problems: string[] = []
    page.on('console', (message) => problems.push(message.text()))
    page.on('requestfailed', (request) => problems.push(request.url()))
    await page.goto(`file://${join(dir, 'report.html')}`)
    return { page, problems }
  }

  test.each([
    [1160, false],
    [1160, true],
    [320, false],
  ])('fits %s pixels (dark: %s), breaks no rule of accessibility, and asks for nothing from elsewhere', async (width, dark) => {
    const { page, problems } = await open(width, dark)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    // The page lets no script run; the checker is put in from outside.
    const found = await page.context().newCDPSession(page)
    await found.send('Page.setBypassCSP', { enabled: true })
    await page.reload()
    await page.evaluate(axe.source)
    const { violations, passes } = await page.evaluate(() =>
      (
        globalThis as unknown as {
          axe: { run: () => Promise<{ violations: { id: string; nodes: { target: unknown }[] }[]; passes: unknown[] }> }
        }
      ).axe.run(),
    )
    expect(violations.map(({ id, nodes }) => `${id} ${JSON.stringify(nodes[0]?.target)}`)).toEqual([])
    expect(passes.length).toBeGreaterThan(15)
    expect(problems).toEqual([])
    await page.close()
  })

  test('shows figures, curves, groups, what was left out and what the recalibration did', async () => {
    const { page } = await open(1160, false)
    expect(await page.locator('h2').allTextContents()).toEqual([
      'The figures',
      'The curves',
      'By group',
      'Net benefit at thresholds',
      'Recalibration',
      'The data',
      'How this was made, and what it does not say',
    ])
    expect(await page.locator('figure svg[role=img] title').allTextContents()).toEqual([
      'Calibration',
      'Distribution of the score',
      'Decision curve',
      'ROC curve',
      'Precision and recall',
    ])
    expect(await page.locator('body').textContent()).not.toMatch(/NaN|undefined|Infinity|synthetic-\d/)
    await page.close()
  })
})
