import { existsSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { draftOf, type Story, startSandbox, type Trace } from '../service/running-sandbox.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

const built = existsSync(join(import.meta.dirname, '../../dist/public/index.html'))
if (!built) console.warn('The tests of the sandbox page did not run: the pages are not built (`npm run build`).')

type Draft = { readonly [member: string]: unknown }
type HookRequest = {
  readonly hook: string
  readonly context: {
    readonly selections?: readonly string[]
    readonly draftOrders?: { readonly entry: readonly { readonly resource: Draft }[] }
  }
  readonly prefetch?: object
}

const isCall = (hook: string) => (request: Request) =>
  request.method() === 'POST' && (request.postData() ?? '').startsWith(`{"hook":"${hook}"`)

const bodyOf = (request: Request): HookRequest => JSON.parse(request.postData() ?? '{}') as HookRequest

/** What a prescriber decides; identifiers and times are the EHR's own business. */
const decided = (draft: Draft | undefined) => ({
  drug: draft?.medicationCodeableConcept,
  subject: draft?.subject,
  encounter: draft?.encounter,
  reason: draft?.reasonCode,
  dosage: (draft?.dosageInstruction as readonly Draft[] | undefined)?.map(({ route: _route, ...dosage }) => dosage),
})

/** Real server, real charts, real authorization, the page as it ships. */
describe.skipIf(chromiumPath === null || !built)('the sandbox EHR', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>
  let browser: Browser

  beforeAll(async () => {
    sandbox = await startSandbox()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await sandbox?.stop()
  })

  const storyOf = (id: string): Story => {
    const story = sandbox.stories.find((candidate) => candidate.id === id)
    if (!story) throw new Error(`no story ${id}`)
    return story
  }

  const visit = async (options: BrowserContextOptions = {}): Promise<{ readonly page: Page; readonly troubles: string[] }> => {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })).newPage()
    page.setDefaultTimeout(60_000)
    const troubles: string[] = []
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (line) => {
      if (line.type() === 'error' || line.type() === 'warning') troubles.push(line.text())
    })
    await page.goto(sandbox.base)
    await page
      .getByRole('button', { name: /Start|Clopidogrel/ })
      .first()
      .waitFor()
    return { page, troubles }
  }

  const patients = (page: Page) => page.getByRole('navigation', { name: 'Patients' })
  const card = (page: Page) => page.getByTestId('card').first()

  const open = async (page: Page, { title }: Story): Promise<void> => {
    await patients(page).getByRole('button', { name: title }).click()
    await page.getByRole('button', { name: 'Try this story' }).waitFor()
  }

  /** Opens the chart and tries its story; answers what the page asked the service, and the concerns of the cards it got. */
  const tryStory = async (page: Page, story: Story): Promise<{ readonly request: HookRequest; readonly concerns: readonly string[] }> => {
    await open(page, story)
    const [response] = await Promise.all([
      page.waitForResponse((candidate) => isCall('order-select')(candidate.request())),
      page.getByRole('button', { name: 'Try this story' }).click(),
    ])
    await card(page).or(page.getByTestId('no-card')).first().waitFor()
    const answer = (await response.json()) as { readonly extension: { readonly 'org.attune.trace': Trace } }
    return { request: bodyOf(response.request()), concerns: answer.extension['org.attune.trace'].traces.map(({ concern }) => concern) }
  }

  test('a discharge is asked about with its stay, and its one card says from which score on', async () => {
    const { page, troubles } = await visit()
    const story = storyOf('voriconazole-liver-transplant')
    await open(page, story)
    const [asked] = await Promise.all([
      page.waitForRequest(isCall('encounter-discharge')),
      page.getByRole('button', { name: 'Discharge', exact: true }).click(),
    ])
    expect(bodyOf(asked).context).toMatchObject({ patientId: story.patient, encounterId: story.encounter })
    await page
      .getByRole('region', { name: 'On discharge' })
      .getByText(/^Plan early follow-up before discharge: LACE index \d+ \(high\)$/)
      .first()
      .waitFor()
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('says in one line what to do, and starts a story from the first view', async () => {
    const { page, troubles } = await visit()
    await page.getByText('Pick a patient, try the story, and see what Attune tells the prescriber.').waitFor()
    await page
      .getByRole('main')
      .getByRole('button', { name: /Clopidogrel after a coronary stent/ })
      .click()
    await page.getByRole('heading', { name: 'Avoid clopidogrel (FDA boxed warning): CYP2C19 poor metabolizer' }).waitFor()
    await page.getByText('Critical', { exact: true }).waitFor()
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('asks at opening, at each change and at signing, and signs only when the prescriber insists', async () => {
    const { page } = await visit()
    const story = storyOf('azathioprine-tpmt-nudt15')
    const asked: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/cds-services/') && request.method() === 'POST') asked.push(bodyOf(request).hook)
    })
    await tryStory(page, story)
    await page.getByLabel('Dose', { exact: true }).fill('100')
    await page.waitForRequest(isCall('order-select'))
    await page.getByRole('button', { name: 'Sign order' }).click()
    await page.getByText('Not signed yet').waitFor()
    expect(asked).toEqual(['patient-view', 'order-select', 'order-select', 'order-sign'])
    await page.getByRole('button', { name: 'Sign anyway' }).click()
    await page.getByText('Signed and stored in the sandbox record').waitFor()
    await page.getByText('100 mg once daily').first().waitFor()
    await page.context().close()
  })

  test('stays silent where there is nothing to say, and tells the integrator why', async () => {
    const { page } = await visit()
    await tryStory(page, storyOf('sertraline-silence'))
    expect(await page.getByTestId('card').count()).toBe(0)
    await page.getByTestId('no-card').getByText('CYP2C19').waitFor()
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.getByRole('heading', { name: 'Why nothing was said' }).waitFor()
    await page.context().close()
  })

  test('says so when a service fails, and never passes that off as silence', async () => {
    const { page } = await visit()
    await page.route('**/cds-services/pgx-order-*', (route) => route.abort())
    await open(page, storyOf('sertraline-silence'))
    await page.getByRole('button', { name: 'Try this story' }).click()
    await page.getByText('The service did not answer as it should.').waitFor()
    expect(await page.getByTestId('no-card').count()).toBe(0)
    await page.getByRole('button', { name: 'Sign order' }).click()
    await page.getByRole('button', { name: 'Sign anyway' }).waitFor()
    await page.context().close()
  })

  test('changes the order when a suggestion is taken, asks again, and sends the acceptance', async () => {
    const { page, troubles } = await visit()
    await tryStory(page, storyOf('clopidogrel-after-stent'))
    const [again, feedback] = await Promise.all([
      page.waitForRequest(isCall('order-select')),
      page.waitForResponse((response) => response.url().endsWith('/cds-services/pgx-order-select/feedback')),
      page.getByRole('button', { name: 'Change to prasugrel 10 MG Oral Tablet' }).click(),
    ])
    const order = bodyOf(again).context.draftOrders?.entry[0]?.resource
    expect(order?.medicationCodeableConcept).toMatchObject({ text: 'prasugrel 10 MG Oral Tablet', coding: [{ code: '855812' }] })
    expect(order?.dosageInstruction).toBeUndefined()
    expect(feedback.status()).toBe(200)
    expect(await page.getByRole('combobox', { name: 'Drug' }).inputValue()).toBe('prasugrel 10 MG Oral Tablet')
    await page.getByText('The suggestion changed the order').waitFor()
    await page.getByText('Dose and frequency are left for you to enter.').waitFor()
    await page.getByTestId('receipt').getByText('Taken: Change to prasugrel 10 MG Oral Tablet').waitFor()
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('sends a dismissal with its coded reason and comment, and shows the proof', async () => {
    const { page } = await visit()
    await tryStory(page, storyOf('clopidogrel-after-stent'))
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByLabel('Comment (optional)').fill('Agreed with cardiology')
    const [sent] = await Promise.all([
      page.waitForRequest((request) => request.url().endsWith('/feedback')),
      page.getByRole('button', { name: 'Will monitor closely' }).click(),
    ])
    expect(JSON.parse(sent.postData() ?? '{}')).toEqual({
      feedback: [
        {
          card: expect.stringMatching(/^[0-9a-f-]{36}$/),
          outcome: 'overridden',
          overrideReason: {
            reason: expect.objectContaining({ code: 'will-monitor', display: 'Will monitor closely' }),
            userComment: 'Agreed with cardiology',
          },
          outcomeTimestamp: expect.any(String),
        },
      ],
    })
    const receipt = page.getByTestId('receipt')
    await receipt.getByText('Feedback recorded').waitFor()
    await receipt.getByText(/feedback 200, \d+ ms/).waitFor()
    expect(await page.getByTestId('card').count()).toBe(0)
    await receipt.getByRole('button', { name: 'Show in the inspector' }).click()
    await page.getByText('POST /cds-services/pgx-order-select/feedback', { exact: true }).waitFor()
    await page.context().close()
  })

  test('shows which FHIR calls the service made itself when no prefetch is sent', async () => {
    const { page, troubles } = await visit()
    await tryStory(page, storyOf('clopidogrel-after-stent'))
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    expect(await page.getByRole('cell', { name: 'sent as prefetch' }).count()).toBeGreaterThan(5)
    expect(await page.getByRole('cell', { name: 'read by the service' }).count()).toBe(0)
    const [request] = await Promise.all([page.waitForRequest(isCall('order-select')), page.getByLabel('Send prefetch').uncheck()])
    expect(bodyOf(request).prefetch).toBeUndefined()
    await page.getByRole('cell', { name: 'read by the service' }).first().waitFor()
    expect(await page.getByRole('cell', { name: 'sent as prefetch' }).count()).toBe(0)
    await page.getByText('GET Patient/p01').waitFor()
    await page.getByLabel('Send an access token').uncheck()
    await page.getByRole('heading', { name: /^Not assessed: clopidogrel/ }).waitFor()
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('writes out the request only when asked, and cuts long search results short', async () => {
    const { page } = await visit()
    await tryStory(page, storyOf('clopidogrel-after-stent'))
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    expect(await page.locator('pre').count()).toBe(0)
    await page.getByText('Request', { exact: true }).last().click()
    const shown = (await page.locator('pre').textContent()) ?? ''
    expect(shown).toContain('more entries')
    expect(shown).toContain('"access_token": "(hidden)"')
    expect(shown.length).toBeLessThan(60_000)
    await page.context().close()
  })

  test('opens the app from the card, at the drug and the patient of the card', async () => {
    const { page, troubles } = await visit()
    await tryStory(page, storyOf('clopidogrel-after-stent'))
    await page.getByRole('button', { name: 'Open clopidogrel in Attune' }).click()
    const app = page.frameLocator('iframe')
    await app.getByRole('heading', { name: 'Avoid clopidogrel (FDA boxed warning)', exact: true }).waitFor()
    await app.getByRole('heading', { level: 1, name: /Walter Whitfield-Example/ }).waitFor()
    const box = await page.locator('iframe').boundingBox()
    expect([box?.width, box?.height]).toEqual([980, 620])
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    expect(await page.locator('iframe').count()).toBe(0)
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('orders a drug by keyboard alone, from real RxNorm products', async () => {
    const { page } = await visit()
    await open(page, storyOf('simvastatin-slco1b1'))
    await page.getByRole('combobox', { name: 'Drug' }).focus()
    await page.keyboard.type('simvastatin 40')
    await page
      .getByRole('option', { name: /Simvastatin 40 MG Oral Tablet/i })
      .first()
      .waitFor()
    const [request] = await Promise.all([page.waitForRequest(isCall('order-select')), page.keyboard.press('Enter')])
    const [resource] = bodyOf(request).context.draftOrders?.entry.map((entry) => entry.resource) ?? []
    expect(resource?.medicationCodeableConcept).toMatchObject({ coding: [{ code: '198211' }] })
    expect(bodyOf(request).context.selections).toEqual([`MedicationRequest/${resource?.id}`])
    await card(page)
      .getByRole('heading', { name: /simvastatin.*SLCO1B1/ })
      .waitFor()
    await page.context().close()
  })

  test('fills the form exactly as each story says, and brings the promised kind of answer', async () => {
    const { page, troubles } = await visit()
    for (const story of sandbox.stories) {
      const { request, concerns } = await tryStory(page, story)
      const [told] = draftOf(story).entry
      expect(decided(request.context.draftOrders?.entry[0]?.resource), story.title).toEqual(decided(told?.resource))
      expect(await page.getByTestId('directions').textContent(), story.title).toBe(story.order.text)
      expect(await page.getByLabel('Dose', { exact: true }).inputValue(), story.title).toBe(String(story.order.dose.value))
      const silent = story.expect.concern === 'silence'
      await expect.poll(() => page.getByTestId('no-card').count(), { message: story.title }).toBe(silent ? 1 : 0)
      if (silent) continue
      expect(concerns, story.title).toContain(story.expect.concern)
      const said = (await page.getByTestId('card').allTextContents()).join('\n')
      for (const gene of story.expect.genes) expect(said, story.title).toContain(gene)
    }
    expect(troubles).toEqual([])
    await page.context().close()
  }, 600_000)

  test.each([
    ['wide, light', { viewport: { width: 1440, height: 900 } }],
    ['wide, dark', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }],
    ['phone, light', { viewport: { width: 390, height: 844 } }],
    ['small, dark', { viewport: { width: 320, height: 640 }, colorScheme: 'dark' }],
  ] as const)('axe finds nothing serious and nothing scrolls sideways (%s)', async (_title, options) => {
    const { page, troubles } = await visit(options)
    const check = async (where: string) => {
      await page.evaluate(axe.source)
      const found = await page.evaluate(async () => {
        const { violations } = await (window as unknown as { axe: typeof axe }).axe.run()
        return violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
      })
      expect(found, where).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), where).toBeLessThanOrEqual(0)
    }
    await check('first view')
    await tryStory(page, storyOf('clopidogrel-after-stent'))
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await check('card with reasons')
    await page.getByRole('button', { name: /Change to prasugrel/ }).click()
    await page.getByTestId('receipt').getByText('Feedback recorded').waitFor()
    await page.getByTestId('no-card').waitFor()
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await check('after the suggestion, inspector open')
    expect(troubles).toEqual([])
    await page.context().close()
  })

  // Last: the server remembers what was overridden, and other tests try the same story.
  test('does not repeat what was dismissed, and the inspector shows why, rule by rule', async () => {
    const { page, troubles } = await visit()
    await tryStory(page, storyOf('simvastatin-slco1b1'))
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByRole('button', { name: 'Will monitor closely' }).click()
    await page.getByTestId('receipt').getByText('Feedback recorded').waitFor()
    await Promise.all([
      page.waitForResponse((response) => isCall('order-sign')(response.request())),
      page.getByRole('button', { name: 'Sign order' }).click(),
    ])
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    const exchange = page.locator('#exchanges')
    await exchange
      .getByText(/^simvastatin: overridden on .* by the same user \(Will monitor closely\); facts unchanged/)
      .first()
      .waitFor()
    const drug = exchange.locator('details', { hasText: 'rule rows apply' })
    await drug.locator('summary').click()
    const rows = drug.getByRole('row')
    await rows.filter({ hasText: /cpic\/simvastatin\/4.*Yes.*SLCO1B1/ }).waitFor()
    await rows.filter({ hasText: /cpic\/simvastatin\/3.*No: other result.*the row is for SLCO1B1 PF/ }).waitFor()
    expect(troubles).toEqual([])
    await page.context().close()
  })
})
