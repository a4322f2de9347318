import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox } from '../service/running-sandbox.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { type OpenOptions, openApp, settled } from './open-app.ts'

const STORY = 'whole-record'
const WAIT = 60_000
const LONG = { timeout: 240_000 }
const NOTE = 'Rang the oncologist; she agrees.'
const built = existsSync(join(import.meta.dirname, '../../dist/public/index.html'))

type Axe = { readonly axe: typeof axe }

const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const found = await (window as unknown as Axe).axe.run()
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
  })
}

describe.skipIf(chromiumPath === null || !built)('the pharmacist’s review', () => {
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

  const open = async (options: OpenOptions = {}) => {
    const opened = await openApp(browser, sandbox, STORY, { view: 'review', inHand: false, ...options })
    opened.page.setDefaultTimeout(WAIT)
    await settled(opened.page)
    await opened.page.getByRole('status').filter({ hasText: 'still to be reviewed' }).waitFor()
    return opened
  }

  const rows = (page: Page): Locator => page.locator('main li:has(> div input[data-does="select"])')
  const stateOf = (row: Locator): Locator => row.locator('p > strong').first()
  const is = (row: Locator, state: string): Promise<void> =>
    row
      .locator('p strong', { hasText: new RegExp(`^${state}$`) })
      .first()
      .waitFor()

  test('by keys alone each flag is reviewed, accepted or overridden with reason and note, and another session knows it', LONG, async () => {
    const { page, troubles } = await open()
    expect(await rows(page).count()).toBeGreaterThan(2)
    expect(await stateOf(rows(page).nth(0)).textContent()).toBe('New')
    await rows(page).nth(1).focus()
    await page.keyboard.press('k')
    await page.keyboard.press('r')
    await page.getByRole('form', { name: 'Mark reviewed' }).getByRole('button', { name: /^Save/ }).click()
    await is(rows(page).nth(0), 'Reviewed')
    await rows(page).nth(0).focus()
    await page.keyboard.press('j')
    await page.keyboard.press('a')
    // Letters typed into a note are text.
    await page.keyboard.type('rjox')
    expect(await page.getByLabel('Note').inputValue()).toBe('rjox')
    await page.getByRole('button', { name: /^Save/ }).click()
    await is(rows(page).nth(1), 'Accepted')
    await rows(page).nth(1).focus()
    await page.keyboard.press('j')
    await page.keyboard.press('o')
    await page.getByRole('button', { name: /^Save/ }).click()
    await page.getByText('An override needs a reason.').waitFor()
    await page.getByLabel('Reason for overriding').selectOption({ index: 1 })
    await page.getByLabel('Note').fill(NOTE)
    await page.getByRole('button', { name: /^Save/ }).click()
    await is(rows(page).nth(2), 'Overridden')
    await rows(page).nth(2).focus()
    await page.keyboard.press('e')
    await rows(page).nth(2).getByText(NOTE).waitFor()
    expect(troubles).toEqual([])
    await page.context().close()
    const again = await open()
    for (const [index, state] of ['Reviewed', 'Accepted', 'Overridden'].entries()) await is(rows(again.page).nth(index), state)
    await again.page.context().close()
  })

  test('only what was selected one by one is marked together', LONG, async () => {
    const { page } = await open()
    expect(await page.getByRole('button', { name: /selected as reviewed/ }).count()).toBe(0)
    const last = rows(page).last()
    const before = await stateOf(rows(page).first()).textContent()
    await last.focus()
    await page.keyboard.press('x')
    await page.getByRole('button', { name: 'Mark 1 selected as reviewed' }).click()
    await is(last, 'Reviewed')
    expect(await stateOf(rows(page).first()).textContent()).toBe(before)
    await page.context().close()
  })

  test('a sign-off that the record refuses stays pending, and is written once when it is tried again', LONG, async () => {
    const { page } = await open()
    await page.context().route('**/api/review/sign-off', async (route) => {
      // The EHR takes no note from a token without the right: what the server then answers is what is shown.
      const headers = { ...route.request().headers(), authorization: await readOnly() }
      await route.continue({ headers })
    })
    const readOnly = async (): Promise<string> => {
      const patient = sandbox.stories.find(({ id }) => id === STORY)?.patient
      const asked = await fetch(`${sandbox.base}/sandbox/hook-token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ patient }),
      })
      return `Bearer ${((await asked.json()) as { access_token: string }).access_token}`
    }
    await page.getByRole('button', { name: 'Sign off' }).click()
    await page.getByText('Not yet written to the record:').waitFor()
    await page.getByText('The EHR does not allow this app to write documents.').waitFor()
    await page.context().unroute('**/api/review/sign-off')
    await page.getByRole('button', { name: 'Write to the record' }).first().click()
    const written = page.getByText(/Written to the record as DocumentReference\//).first()
    await written.waitFor()
    const reference = /DocumentReference\/[A-Za-z0-9\-.]+/.exec((await written.textContent()) ?? '')?.[0] ?? ''
    const kept = (await sandbox.readFhir(reference)) as {
      readonly subject: { readonly reference: string }
      readonly status: string
      readonly content: readonly { readonly attachment: { readonly contentType: string; readonly data: string } }[]
    }
    const text = Buffer.from(kept.content[0]?.attachment.data ?? '', 'base64').toString('utf8')
    const patient = sandbox.stories.find(({ id }) => id === STORY)?.patient
    expect([kept.subject.reference, kept.status]).toEqual([`Patient/${patient}`, 'current'])
    for (const part of ['Pharmacogenomic review', '[reviewed]', '[accepted]']) expect(text).toContain(part)
    await page.context().close()
  })

  test('what was typed outlives a session that ended', LONG, async () => {
    const { page } = await open()
    await page.context().route('**/api/review', (route) => route.fulfill({ status: 401, body: '{}' }))
    await rows(page).nth(1).focus()
    await page.keyboard.press('r')
    await page.getByLabel('Note').fill(NOTE)
    await page.getByRole('button', { name: /^Save/ }).click()
    await page.getByRole('alert').filter({ hasText: 'session has ended' }).first().waitFor()
    expect(await page.getByLabel('Note').inputValue()).toBe(NOTE)
    await page.context().close()
  })

  test('a flag whose result changed is new again and says because of what', LONG, async () => {
    const { page, troubles } = await openApp(browser, sandbox, STORY, { view: 'medicines', inHand: false })
    await page.context().route('**/api/review/list', async (route) => {
      const response = await route.fetch()
      const answer = (await response.json()) as { readonly flags: readonly object[] }
      const flags = answer.flags.map((flag, index) => (index === 0 ? { ...flag, state: 'new', changed: ['result', 'dose'] } : flag))
      await route.fulfill({ response, json: { ...answer, flags } })
    })
    await settled(page)
    await page.reload()
    await settled(page)
    await page.getByRole('tab', { name: /^Pharmacist review/ }).click()
    await page.getByText('New again, because it changed since: the genetic result, the ordered dose').waitFor()
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('the report is saved from here and from Sources, with the decision on it and no script', LONG, async () => {
    const { page } = await open()
    for (const view of ['Pharmacist review', 'Sources']) {
      await page.getByRole('tab', { name: new RegExp(`^${view}`) }).click()
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Report', exact: true }).click()])
      const html = readFileSync(await file.path(), 'utf8')
      expect(file.suggestedFilename()).toMatch(/^attune-report-[0-9a-f]{8}\.html$/)
      expect(html).not.toMatch(/<script| style=/)
      expect(html).toContain('Frozen as shown.')
    }
    await page.context().close()
  })

  const LOOKS: readonly (readonly [string, OpenOptions])[] = [
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['narrow', { viewport: { width: 320, height: 700 } }],
  ]
  test.each(LOOKS)('axe finds nothing, and nothing scrolls sideways: %s', LONG, async (_name, options) => {
    const { page } = await open(options)
    await rows(page).first().getByRole('button', { name: 'Override' }).click()
    await rows(page).nth(1).getByRole('button', { name: 'Facts, guidance, sources' }).click()
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
    await page.context().close()
  })
})
