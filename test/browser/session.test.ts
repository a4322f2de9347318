import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPages } from './built-pages.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { type Fault, launchAddress, type MockEhr, type Story, startMockEhr } from './mock-ehr.ts'
import { openView } from './open-view.ts'

describe.skipIf(chromiumPath === null)('the life of a session', () => {
  let pages: Awaited<ReturnType<typeof buildPages>>
  let browser: Browser
  let ehr: MockEhr

  beforeAll(async () => {
    pages = await buildPages()
    browser = await openBrowser()
    ehr = await startMockEhr(pages.folder, { faults: ['no-pkce', 'no-login', 'gone'], optionalScopes: ['patient/DocumentReference.c'] })
  })
  afterAll(async () => {
    await browser?.close()
    await ehr?.close()
    pages?.remove()
  })

  type Visit = { readonly page: Page; readonly troubles: string[] }

  const watched = async (context: BrowserContext): Promise<Visit> => {
    const page = await context.newPage()
    const troubles: string[] = []
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (line) => {
      if (/Content Security Policy|Refused to/.test(line.text())) troubles.push(line.text())
    })
    return { page, troubles }
  }

  const visit = async (address: string, context?: BrowserContext): Promise<Visit> => {
    const visited = await watched(context ?? (await browser.newContext({ viewport: { width: 980, height: 620 } })))
    await visited.page.goto(address)
    return visited
  }

  const open = (story: Story, context?: BrowserContext): Promise<Visit> => visit(launchAddress(ehr.origin, story), context)

  const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor()
  const AVOID = 'Avoid clopidogrel'
  const MOVED = 'The chart has moved to another patient'

  const FAULTS: readonly (readonly [Fault, string])[] = [
    ['no-pkce', 'The sign-in of the record system is not safe enough'],
    ['no-login', 'The record system offers no SMART sign-in'],
    ['gone', 'The record system could not be reached'],
  ]
  test.each(FAULTS)('a record system that is at fault is named before anyone leaves the page: %s', async (fault, title) => {
    const before = ehr.seen.authorize.length
    const { page, troubles } = await visit(`${ehr.origin}/app/launch.html?iss=${encodeURIComponent(`${ehr.origin}/${fault}`)}&launch=x`)
    await heading(page, title)
    expect({ troubles, asked: ehr.seen.authorize.length - before }).toEqual({ troubles: [], asked: 0 })
    await page.context().close()
  })

  test('each login has a state and a challenge of its own that nobody can guess, and the answer counts only with that state', async () => {
    const opened = [await open('good'), await open('good')]
    for (const { page } of opened) await heading(page, AVOID)
    const asked = ehr.seen.authorize.slice(-2)
    const [states, challenges] = ['state', 'code_challenge'].map((name) => asked.map((form) => form.get(name) ?? '')) as [
      string[],
      string[],
    ]
    expect([new Set(states).size, new Set(challenges).size, asked.map((form) => form.get('code_challenge_method'))]).toEqual([
      2,
      2,
      ['S256', 'S256'],
    ])
    for (const state of states) expect(state).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const before = ehr.seen.token.length
    const { page } = await visit(`${ehr.origin}/app/?code=stolen&state=${states[0]}`) // another window: it never asked
    await heading(page, 'The sign-in could not be finished')
    expect(ehr.seen.token.length).toBe(before)
    for (const window of [...opened, { page }]) await window.page.context().close()
  })

  test('an answer that names the record system that was asked is taken, and one that names another is handed to nobody', async () => {
    const own = await open('answered-by-itself')
    await heading(own.page, AVOID)
    const before = ehr.seen.token.length
    const other = await open('answered-by-another')
    await heading(other.page, 'The sign-in could not be finished')
    expect([ehr.seen.token.length - before, new URL(other.page.url()).search]).toEqual([0, ''])
    for (const { page } of [own, other]) await page.context().close()
  })

  test('a server that does not say which record systems it knows is told apart', async () => {
    const { page } = await watched(await browser.newContext())
    await page.route('**/app/config.json?*', (route) => route.abort())
    await page.goto(launchAddress(ehr.origin, 'good'))
    await heading(page, 'Attune is not answering')
    await page.context().close()
  })

  const REFUSALS: readonly (readonly [Story, RegExp])[] = [
    ['error-access_denied', /did not grant access/],
    ['error-invalid_request', /did not accept the request/],
    ['error-unauthorized_client', /does not know Attune/],
    ['error-unsupported_response_type', /does not offer the way/],
    ['error-invalid_scope', /refuses the rights/],
    ['error-server_error', /Something went wrong in the record system/],
    ['error-temporarily_unavailable', /busy or being maintained/],
    ['error-login_required', /not signed in/],
    ['error-interaction_required', /question that cannot be shown/],
    ['error-account_selection_required', /which account/],
    ['error-consent_required', /consent first/],
    ['error-<script>alert(1)</script>', /without a reason that Attune knows/],
  ]
  test.each(REFUSALS)('a refused launch has words for %s, and nothing of the answer stays in the address', async (story, words) => {
    const { page, troubles } = await open(story)
    await heading(page, 'Access was refused')
    await page.getByText(words).waitFor()
    expect({ troubles, address: page.url() }).toEqual({ troubles: [], address: `${ehr.origin}/app/` })
    await page.context().close()
  })

  test.each(['no-token', 'no-access-token'] as const)(
    'a sign-in that ends without access is told apart from no sign-in: %s',
    async (story) => {
      const { page } = await open(story)
      await heading(page, 'The sign-in could not be finished')
      expect(page.url()).toBe(`${ehr.origin}/app/`)
      await page.context().close()
    },
  )

  test('scopes granted more narrowly are told by what is missing for it', async () => {
    const { page } = await open('few-scopes')
    await heading(page, AVOID)
    await page.getByText(/Not granted, and therefore missing from every view: .*medicines \(MedicationRequest\)/).waitFor()
    await page.getByText('Granted in part, so entries may be missing: problems (Condition).').waitFor()
    await page.getByText(/Staying signed in was not granted/).waitFor()
    await page.context().close()
  })

  test('types granted one by one are as good as all; a refused right to write is told without alarm', async () => {
    const { page } = await open('type-by-type')
    await heading(page, AVOID)
    expect(ehr.seen.authorize.at(-1)?.get('scope')).toMatch(/ patient\/DocumentReference\.c$/)
    expect(await page.getByText('Not everything asked for was granted').count()).toBe(0)
    await page.getByText('Writing back was not granted (patient/DocumentReference.c): a sign-off is kept in Attune’s ledger.').waitFor()
    await page.context().close()
  })

  test('an ended session opens again in place, at the same view and with the drug in hand', async () => {
    const { page, troubles } = await open('ended')
    await heading(page, AVOID)
    await openView(page, 'Risks')
    await page.getByText('The session has ended').waitFor()
    await page.getByRole('button', { name: 'Open again' }).click()
    await page.waitForURL(`${ehr.origin}/app/`)
    await page.getByRole('heading', { name: 'Risk estimates' }).waitFor()
    expect(ehr.seen.authorize.at(-1)?.has('launch')).toBe(false)
    expect(ehr.seen.profile.at(-1)?.drug).toEqual({ rxcui: '32968', text: 'clopidogrel' })
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('ending the session leaves nothing in the window, and tells the record system', async () => {
    const { page, troubles } = await open('renewed')
    await heading(page, AVOID)
    await openView(page, 'Risks')
    await page.getByRole('button', { name: 'End session' }).first().click()
    await heading(page, 'Session ended')
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([])
    await expect.poll(() => ehr.seen.revoked.map((form) => form.get('token'))).toEqual(['renew-me'])
    expect(await page.getByText('clopidogrel').count()).toBe(0)
    await page.reload()
    await heading(page, 'Open Attune from the chart')
    expect(troubles).toEqual([])
    await page.context().close()
  })

  describe('the screen blanks', () => {
    const blank = async (page: Page, title = MOVED): Promise<void> => {
      await heading(page, title)
      expect(await page.getByText('clopidogrel').count()).toBe(0)
      expect(await page.getByRole('region', { name: 'Patient' }).count()).toBe(0)
    }

    test('when another patient is opened in the same browser, and comes back when asked to', async () => {
      const context = await browser.newContext()
      const first = await open('renewed', context)
      await heading(first.page, AVOID)
      const second = await open('other-patient', context)
      await heading(second.page, AVOID)
      await blank(first.page)
      expect(await second.page.getByText(MOVED).count()).toBe(0)
      await first.page.getByRole('button', { name: 'Show the patient of this page again' }).click()
      await heading(first.page, AVOID)
      await blank(second.page)
      expect([...first.troubles, ...second.troubles]).toEqual([])
      await context.close()
    })

    test('not when the same patient is opened again', async () => {
      const context = await browser.newContext()
      const first = await open('good', context)
      await heading(first.page, AVOID)
      const second = await open('good', context)
      await heading(second.page, AVOID)
      expect(await first.page.getByText(MOVED).count()).toBe(0)
      await context.close()
    })

    test.each(['moved', 'moved-to-nobody'] as const)('when a renewed token is for somebody else: %s', async (story) => {
      const { page, troubles } = await open(story)
      await blank(page)
      await page.getByText(/renewed the access for another patient/).waitFor()
      expect(troubles).toEqual([])
      await page.context().close()
    })

    test('not when a renewed token says nothing about the patient', async () => {
      const { page } = await open('renewed')
      await heading(page, AVOID)
      expect(await page.getByText(MOVED).count()).toBe(0)
      await page.context().close()
    })

    test('when the browser brings the page back from its history', async () => {
      const { page } = await open('good')
      await heading(page, AVOID)
      await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
      await blank(page, 'Is this still the open chart?')
      await page.context().close()
    })
  })
})
