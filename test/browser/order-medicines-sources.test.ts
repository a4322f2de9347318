import { existsSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Medicine, PatientFacts } from '../../src/contract/facts.ts'
import type { ProfileEvent } from '../../src/contract/profile.ts'
import { startSandbox } from '../service/running-sandbox.ts'
import { events, words } from '../smart-app/sample-profile.ts'
import { buildPages } from './built-pages.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { launchAddress, type MockEhr, type Story, startMockEhr } from './mock-ehr.ts'
import { openApp, settled } from './open-app.ts'

const WAIT = 60_000
const built = existsSync(join(import.meta.dirname, '../../dist/public/index.html'))

type Axe = { readonly axe: typeof axe }

const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const found = await (window as unknown as Axe).axe.run()
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
  })
}

const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** Every text that a record could bring, as a script that would run if it were taken for markup. */
const EVIL = '<img src=x onerror="window.evil=1"><script>window.evil=1</script>'

/** Words of the record in every text member; codes, states and references keep theirs, because they choose what is shown. */
const TEXTS = new Set([
  'text',
  'name',
  'because',
  'about',
  'source',
  'basis',
  'risk',
  'label',
  'display',
  'note',
  'what',
  'url',
  'drug',
  'gene',
  'unmapped',
])

const hostile = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(hostile)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => [
      member,
      TEXTS.has(member) && typeof inner === 'string' && !['CPIC', 'DPWG', 'FDA'].includes(inner) ? `${inner}${EVIL}` : hostile(inner),
    ]),
  )
}

const asStream = (all: readonly unknown[]): string => all.map((event) => `${JSON.stringify(event)}\n`).join('')

const withMedicines = (change: (medicines: readonly Medicine[]) => readonly unknown[]): unknown[] =>
  events.map((event: ProfileEvent) =>
    event.event === 'facts' ? { ...event, facts: { ...event.facts, medicines: change((event.facts as PatientFacts).medicines) } } : event,
  )

describe.skipIf(chromiumPath === null)('order, medicines and sources on what a record can bring', () => {
  let pages: Awaited<ReturnType<typeof buildPages>>
  let browser: Browser
  let ehr: MockEhr

  beforeAll(async () => {
    pages = await buildPages()
    browser = await openBrowser()
    ehr = await startMockEhr(pages.folder)
  }, 600_000)
  afterAll(async () => {
    await browser?.close()
    await ehr?.close()
    pages?.remove()
  })

  const TITLES: { readonly [view: string]: string } = { medicines: 'Medicines', sources: 'Sources' }

  const show = async (page: Page, view: string): Promise<void> => {
    await page.getByRole('tab', { name: new RegExp(`^${view}`) }).click()
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null)
  }

  /** The app over a stand-in that answers with these events. */
  const open = async (view: string, body: readonly unknown[] | null, story: Story = 'good', locale = 'en-GB') => {
    const context = await browser.newContext({ viewport: { width: 980, height: 620 }, locale })
    if (body !== null)
      await context.route('**/api/profile', (route) => route.fulfill({ contentType: 'application/x-ndjson', body: asStream(body) }))
    const page = await context.newPage()
    page.setDefaultTimeout(WAIT)
    const troubles: string[] = []
    page.on('pageerror', (error) => troubles.push(error.message))
    await page.goto(launchAddress(ehr.origin, story))
    await page.locator('main[data-progress="done"]').waitFor()
    await page.getByRole('tab', { selected: true }).waitFor()
    // A drug in hand opens its order.
    if (view !== 'order') await show(page, TITLES[view] ?? view)
    return { page, troubles, close: () => context.close() }
  }

  test('no text of the record is ever markup, in no view, and the page keeps its width', { timeout: 600_000 }, async () => {
    const { page, troubles, close } = await open('order', hostile(events) as unknown[])
    for (const view of ['Order', 'Medicines', 'Sources']) {
      await show(page, view)
      for (const summary of await page.locator('main details > summary').all()) await summary.click()
      const state = await page.evaluate(() => ({
        evil: (window as unknown as { evil?: number }).evil ?? null,
        images: document.querySelectorAll('main img[src="x"]').length,
        odd: [...document.querySelectorAll('main a')].filter((one) => !/^(https?:|\/)/.test(one.getAttribute('href') ?? '')).length,
      }))
      expect([view, state, await sideways(page)]).toEqual([view, { evil: null, images: 0, odd: 0 }, 0])
    }
    expect(troubles).toEqual([])
    await close()
  })

  test('members of a wrong type cost their own panel at most, never the page', { timeout: 600_000 }, async () => {
    const broken = withMedicines((medicines) => [
      ...medicines,
      { ...medicines[0], ref: 'MedicationRequest/odd', drug: { ...medicines[0]?.drug, text: 42 }, start: 17, end: {} },
    ])
    const { page, close } = await open('medicines', broken)
    await page
      .getByText(/Taken now|could not be shown/)
      .first()
      .waitFor()
    await show(page, 'Sources')
    await page.getByRole('heading', { name: 'What was asked of the record' }).waitFor()
    await close()
  })

  test('nothing at all is said as nothing on record', { timeout: 600_000 }, async () => {
    const { page, close } = await open('medicines', null, 'empty')
    await page.getByText('The record lists no medicine that is taken now.').waitFor()
    await show(page, 'Sources')
    await page.getByText('Nothing was asked of the record.').waitFor()
    await close()
  })

  test('five thousand medicines stay in portions, and all of them are counted', { timeout: 600_000 }, async () => {
    const many = withMedicines((medicines) =>
      Array.from({ length: 5000 }, (_, at) => ({ ...medicines[at % medicines.length], ref: `MedicationRequest/m${at}` })),
    )
    const { page, troubles, close } = await open('medicines', many)
    const numbers = await page.getByRole('list', { name: 'Medicines taken now by what guidance says' }).locator('strong').allTextContents()
    const stopped = await page
      .getByRole('heading', { name: /^(Stopped|Planned|Unclear)/ })
      .locator('span')
      .allTextContents()
    expect([...numbers, ...stopped].map(Number).reduce((a, b) => a + b, 0)).toBe(5000)
    expect(await page.locator('main li, main tr').count()).toBeLessThan(400)
    await page
      .getByRole('button', { name: /^Show 200 more of / })
      .first()
      .click()
    expect(await page.locator('main li, main tr').count()).toBeGreaterThan(200)
    expect(troubles).toEqual([])
    await close()
  })

  test('five thousand resources are found by what is typed, by keyboard alone', { timeout: 600_000 }, async () => {
    const resources = Array.from({ length: 5000 }, (_, at) => ({
      ref: `Observation/o${at}`,
      keys: ['labs'],
      version: '1',
      lastUpdated: '2026-11-20T10:00:00Z',
      date: '2026-11-01',
      state: at === 4321 ? 'withdrawn' : 'read',
      for: at === 4321 ? ['clopidogrel'] : [],
      because: at === 4321 ? ['Entered in error.'] : [],
    }))
    const background = {
      resources,
      unlisted: 3,
      gaps: [{ about: 'labs', code: 'timeout', because: 'no answer in time', drugs: ['clopidogrel'], genes: [], models: [] }],
      changes: { days: 90, changes: [], undated: 2, lastLook: { state: 'none' } },
      considered: [],
      silences: [{ about: 'sertraline', code: 'no-change', because: 'CPIC 2023 asks for the usual dose' }],
      models: [],
    }
    const last = events.length - 1
    const { page, troubles, close } = await open('sources', [
      ...events.slice(0, last),
      { event: 'background', background },
      ...events.slice(last),
    ])
    await page.getByRole('status').filter({ hasText: '5000 of 5000 resources' }).waitFor()
    await page.getByLabel('Filter resources').focus()
    await page.keyboard.type('clopidogrel')
    await page.getByRole('rowheader', { name: 'Observation/o4321' }).waitFor()
    await page.getByText('Withdrawn by its author').waitFor()
    await page.getByRole('status').filter({ hasText: '1 of 5000 resources' }).waitFor()
    await page.getByText('3 further resources came').waitFor()
    expect(await page.getByRole('row', { name: /labs/ }).first().textContent()).toContain('advice on clopidogrel')
    expect(await violations(page)).toEqual([])
    expect(troubles).toEqual([])
    await close()
  })

  test('what stands behind an answer may fail: the answer stands, and it is said', { timeout: 600_000 }, async () => {
    const last = events.length - 1
    const failed = [...events.slice(0, last), { event: 'background', background: null }, ...events.slice(last)]
    const { page, close } = await open('sources', failed)
    await page.getByText('What stands behind this answer could not be put together.').waitFor()
    await show(page, 'Medicines')
    await page.getByText('What changed could not be put together.').waitFor()
    await page.getByText('tramadol hydrochloride 50 MG Oral Tablet').first().waitFor()
    await close()
  })

  test('changed advice is told by its words then and now', { timeout: 600_000 }, async () => {
    const changes = {
      days: 90,
      changes: [
        {
          kind: 'dose',
          date: '2026-11-12',
          what: 'atorvastatin 40 MG Oral Tablet',
          from: '20 mg/day',
          to: '80 mg/day',
          resource: 'MedicationRequest/a',
        },
      ],
      undated: 0,
      lastLook: {
        state: 'compared',
        at: '2026-11-01T09:00:00Z',
        decision: 'd',
        rules: null,
        drugs: [
          {
            drug: 'tramadol',
            earlier: { drug: 'tramadol', consequence: 'standard', state: 'directed' },
            now: { drug: 'tramadol', consequence: 'avoid', state: 'change-drug' },
          },
        ],
      },
    }
    const background = { resources: [], unlisted: 0, gaps: [], changes, considered: [], silences: [], models: [] }
    const last = events.length - 1
    const { page, close } = await open('medicines', [...events.slice(0, last), { event: 'background', background }, ...events.slice(last)])
    await page.getByText('20 mg/day → 80 mg/day').waitFor()
    await page.getByText('use as directed, usual dosing → change drug, avoid').waitFor()
    expect(await violations(page)).toEqual([])
    await close()
  })

  test('in German the views speak German, and sentences of the server are marked as English', { timeout: 600_000 }, async () => {
    const { page, close } = await open('order', events, 'good', 'de-DE')
    await page.getByRole('heading', { name: 'Begründung' }).waitFor()
    expect(await page.locator('h2 span[lang="en"]').first().textContent()).toBe('Avoid clopidogrel')
    expect(words.heads.length).toBeGreaterThan(0)
    await close()
  })
})

describe.skipIf(chromiumPath === null || !built)('order, medicines and sources on patients of the sandbox', () => {
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

  const storyFor = (patient: string): string => sandbox.stories.find((story) => story.patient === patient)?.id ?? ''

  test('the first screen holds action, evidence, reason and alternatives', { timeout: 600_000 }, async () => {
    const { page, troubles } = await openApp(browser, sandbox, storyFor('p01'), { view: 'order' })
    await settled(page)
    const ends = await page.evaluate(() => {
      const bottom = (element: Element | null | undefined): number => element?.getBoundingClientRect().bottom ?? Number.NaN
      const panel = (title: string) => [...document.querySelectorAll('main section h2')].find((one) => one.textContent === title)
      return {
        action: bottom(document.querySelector('main h2')),
        evidence: bottom(document.querySelector('ul[aria-label="Evidence at a glance"]')),
        reason: bottom(panel('Why')?.closest('section')?.querySelector('li p')),
        alternative: bottom(panel('Alternatives')?.closest('section')?.querySelector('li strong')),
      }
    })
    for (const [what, end] of Object.entries(ends)) expect([what, end < 620]).toEqual([what, true])
    expect(await page.getByRole('list', { name: 'Evidence at a glance' }).getByRole('listitem').count()).toBe(3)
    expect(await page.getByText('Boxed Warning').count()).toBeGreaterThan(0)
    expect(await violations(page)).toEqual([])
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('each check of an alternative opens by keyboard, with its result as word and shape', { timeout: 600_000 }, async () => {
    const { page } = await openApp(browser, sandbox, storyFor('p01'), { view: 'order' })
    await settled(page)
    const checks = page.locator('summary').filter({ hasText: ' ok' }).first()
    await checks.focus()
    await page.keyboard.press('Enter')
    const open = page.locator('details[open]').first()
    await open.getByText(/: ok/).first().waitFor()
    expect(await open.locator('li svg').count()).toBeGreaterThan(5)
    await page.context().close()
  })

  test('a numeric estimate at the order stands with interval, threshold, limits and the card of its model', {
    timeout: 180_000,
  }, async () => {
    const { page } = await openApp(browser, sandbox, storyFor('p09'), { view: 'order' })
    await settled(page)
    const risk = page.getByRole('region', { name: 'Risk at this order' })
    for (const words of ['On the card', '90 % interval', 'Threshold', 'Limits', 'Model card']) await risk.getByText(words).first().waitFor()
    const rows = page.getByRole('table', { name: /Other drugs of the class/ }).getByRole('row')
    expect(await rows.count()).toBeGreaterThan(4)
    await page.getByText('kidney, liver, interactions', { exact: false }).first().waitFor()
    await page.context().close()
  })

  test('sources name every question, what each gap affects and the rule rows behind a silence', { timeout: 600_000 }, async () => {
    const { page } = await openApp(browser, sandbox, storyFor('p15'), { view: 'sources', inHand: false })
    await settled(page)
    await page.getByRole('heading', { name: 'Why nothing was said' }).waitFor()
    await page.locator('summary').filter({ hasText: 'celecoxib' }).click()
    await page
      .getByRole('table', { name: 'Rule rows looked at for celecoxib' })
      .getByText(/^(cpic|dpwg|fda)\/celecoxib\//)
      .first()
      .waitFor()
    await page
      .locator('summary')
      .filter({ hasText: /^genotypes/ })
      .click()
    await page
      .getByRole('table', { name: 'Resources that genotypes brought' })
      .getByText(/amitriptyline/)
      .first()
      .waitFor()
    expect(await violations(page)).toEqual([])
    await page.context().close()
  })

  test('a drug that nobody knows and no drug at all each say what they are', { timeout: 600_000 }, async () => {
    const { page } = await openApp(browser, sandbox, storyFor('p01'), { view: 'order', inHand: false })
    await settled(page)
    await page.getByRole('heading', { name: 'No drug is in hand: Attune was opened without an order.' }).waitFor()
    await page.getByRole('button', { name: 'Open Medicines' }).click()
    await page.getByRole('heading', { name: 'Taken now', exact: true }).waitFor()
    await page.context().close()
  })
})
