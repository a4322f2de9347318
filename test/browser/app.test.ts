import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPages } from './built-pages.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { launchAddress, type MockEhr, type Story, startMockEhr } from './mock-ehr.ts'
import { openView } from './open-view.ts'

let pages: Awaited<ReturnType<typeof buildPages>>

beforeAll(async () => {
  pages = await buildPages()
})
afterAll(() => pages?.remove())

const filesOf = (page: string): string[] => {
  const html = readFileSync(join(pages.folder, page), 'utf8')
  return [page, ...[...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((match) => match[1] ?? '')]
}

const zippedSize = (page: string): number =>
  filesOf(page).reduce((sum, file) => sum + gzipSync(readFileSync(join(pages.folder, file))).length, 0)

test('the app’s first load is at most 190 KB, compressed', () => {
  expect(filesOf('app/index.html').length).toBeGreaterThan(3)
  expect(zippedSize('app/index.html')).toBeLessThan(190_000)
})

test('no page holds inline scripts or styles', () => {
  for (const page of ['index.html', 'app/index.html', 'app/launch.html']) {
    const html = readFileSync(join(pages.folder, page), 'utf8')
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/i)
  }
})

describe.skipIf(chromiumPath === null)('the SMART app in a browser', () => {
  let browser: Browser
  let ehr: MockEhr

  beforeAll(async () => {
    browser = await openBrowser()
    ehr = await startMockEhr(pages.folder)
  })
  afterAll(async () => {
    await browser?.close()
    await ehr?.close()
  })

  type Visit = { readonly page: Page; readonly troubles: string[]; readonly hosts: Set<string> }

  /** A window that notes script errors, policy violations and every host it talks to. */
  const visit = async (address: string, options: { width?: number; height?: number; dark?: boolean } = {}): Promise<Visit> => {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 980, height: options.height ?? 620 },
      colorScheme: options.dark ? 'dark' : 'light',
    })
    const page = await context.newPage()
    const troubles: string[] = []
    const hosts = new Set<string>()
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (line) => {
      if (/Content Security Policy|Refused to/.test(line.text())) troubles.push(line.text())
    })
    page.on('request', (request) => hosts.add(new URL(request.url()).origin))
    await page.goto(address)
    return { page, troubles, hosts }
  }

  const open = (story: Story, options?: Parameters<typeof visit>[1]): Promise<Visit> => visit(launchAddress(ehr.origin, story), options)

  const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor()

  test('a launch from the chart asks with PKCE and the app’s scopes, and opens at the drug of the card', async () => {
    const { page, troubles, hosts } = await open('good')
    await heading(page, 'Avoid clopidogrel')
    const asked = Object.fromEntries(ehr.seen.authorize.at(-1) ?? [])
    expect(asked).toMatchObject({
      response_type: 'code',
      client_id: 'app-7f3a',
      scope: 'openid fhirUser launch launch/patient patient/*.rs offline_access',
      redirect_uri: `${ehr.origin}/app/`,
      aud: `${ehr.origin}/fhir`,
      launch: 'good',
      code_challenge_method: 'S256',
    })
    expect(ehr.seen.token.at(-1)?.get('code_verifier')).toMatch(/^[\w-]{43,128}$/)
    expect(ehr.seen.profile.at(-1)).toEqual({
      fhirServer: `${ehr.origin}/fhir`,
      patient: 'sample',
      drug: { rxcui: '32968', text: 'clopidogrel' },
      order: 'MedicationRequest/draft-1',
    })
    expect({ troubles, hosts: [...hosts] }).toEqual({ troubles: [], hosts: [ehr.origin] })
    await page.context().close()
  })

  test('within the frame of a chart the login finishes in the frame', async () => {
    const { page, troubles } = await visit(`${ehr.origin}/chart`)
    await page.frameLocator('iframe').getByRole('heading', { name: 'Avoid clopidogrel', exact: true }).waitFor()
    expect(page.url()).toBe(`${ehr.origin}/chart`)
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('tokens stand in sessionStorage alone: not in the address, not in localStorage, not in cookies', async () => {
    const { page } = await open('good')
    await heading(page, 'Avoid clopidogrel')
    const places = await page.evaluate(() => ({ address: location.href, local: localStorage.length, cookies: document.cookie }))
    expect(places).toEqual({ address: `${ehr.origin}/app/`, local: 0, cookies: '' })
    await page.context().close()
  })

  test('parameters of the launch address override neither client nor server nor patient', async () => {
    const before = ehr.seen.authorize.length
    const { page, hosts } = await visit(
      `${launchAddress(ehr.origin, 'good')}&fhirServiceUrl=https://evil.example/fhir&patientId=other&clientId=other`,
    )
    await heading(page, 'Avoid clopidogrel')
    expect(ehr.seen.authorize.length).toBe(before + 1)
    expect(ehr.seen.authorize.at(-1)?.get('client_id')).toBe('app-7f3a')
    expect(ehr.seen.profile.at(-1)?.patient).toBe('sample')
    expect([...hosts]).toEqual([ehr.origin])
    await page.context().close()
  })

  test('an issuer that is not registered is named and never called', async () => {
    const { page, hosts } = await visit(`${ehr.origin}/app/launch.html?iss=https://evil.example/fhir&launch=x`)
    await heading(page, 'This record system is not registered')
    expect(await page.getByText('evil.example').count()).toBe(1)
    expect([...hosts]).toEqual([ehr.origin])
    await page.context().close()
  })

  test('without a launch the user chooses a registered record system', async () => {
    const { page } = await visit(`${ehr.origin}/app/launch.html`)
    await page.getByRole('button', { name: /^Sign in to 127\.0\.0\.1/ }).click()
    await heading(page, 'Taken now')
    expect(ehr.seen.authorize.at(-1)?.get('scope')).toBe('openid fhirUser launch/patient patient/*.rs offline_access')
    expect(ehr.seen.authorize.at(-1)?.has('launch')).toBe(false)
    await page.context().close()
  })

  const GATES: readonly (readonly [string, string, string])[] = [
    ['a refused launch', 'denied', 'Access was refused'],
    ['a login without a patient', 'no-patient', 'No patient was chosen'],
  ]
  test.each(GATES)('%s has a page that says so', async (_title, story, title) => {
    const { page } = await open(story as Story)
    await heading(page, title)
    await page.context().close()
  })

  test('the page opened without a launch says where to begin', async () => {
    const { page } = await visit(`${ehr.origin}/app/`)
    await heading(page, 'Open Attune from the chart')
    await page.context().close()
  })

  const NOTICES: readonly (readonly [string, Story, string])[] = [
    ['scopes that were not granted', 'few-scopes', 'Not everything asked for was granted'],
    ['an answer that breaks off', 'cut-off', 'The answer broke off'],
    ['a failure of the server', 'broken', 'The record could not be assessed'],
    ['a record system that the server may not read', 'forbidden', 'Reading was refused'],
  ]
  test.each(NOTICES)('%s: said in words', async (_title, story, words) => {
    const { page } = await open(story)
    await page.getByText(words, { exact: true }).waitFor()
    await page.context().close()
  })

  test('an empty record is said to be empty, panel by panel', async () => {
    const { page } = await open('empty')
    await page.getByText('Nothing was assessed for clopidogrel.').waitFor()
    await openView(page, 'Genome')
    await page.getByText('That does not mean a normal result.').waitFor()
    await page.context().close()
  })

  test('progress is told while sources answer', async () => {
    const { page } = await open('slow')
    await page.getByText(/Reading the record: [1-9] of \d+ sources answered/).waitFor()
    await heading(page, 'Avoid clopidogrel')
    await page.context().close()
  })

  test('an expired token is renewed without a word, naming the client', async () => {
    const { page } = await open('renewed')
    await heading(page, 'Avoid clopidogrel')
    expect(Object.fromEntries(ehr.seen.token.at(-1) ?? [])).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'renew-me',
      client_id: 'app-7f3a',
    })
    await page.context().close()
  })

  test('a session that cannot be renewed says so and keeps what was open', async () => {
    const { page } = await open('ended')
    await page.getByText('The session has ended').waitFor({ timeout: 10_000 })
    await heading(page, 'Avoid clopidogrel')
    await page.context().close()
  })

  /** Whatever views there are: the navigation is made from them. */
  const viewsOf = (page: Page): Promise<string[]> =>
    page.locator('[role=tab]').evaluateAll((tabs) => tabs.map((tab) => tab.firstElementChild?.textContent ?? ''))

  test.each([980, 320])('nothing scrolls sideways at %i pixels', async (width) => {
    const { page } = await open('good', { width })
    await heading(page, 'Avoid clopidogrel')
    for (const tab of await viewsOf(page)) {
      await openView(page, tab)
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      expect(overflow, tab).toBe(0)
    }
    await page.context().close()
  })

  test.each([
    ['light', false, 980],
    ['dark', true, 980],
    ['light and narrow', false, 320],
  ] as const)('axe finds nothing serious on any tab (%s)', async (_title, dark, width) => {
    const { page } = await open('good', { dark, width })
    await heading(page, 'Avoid clopidogrel')
    await page.evaluate(axe.source)
    for (const tab of await viewsOf(page)) {
      await openView(page, tab)
      const found = await page.evaluate(async () => {
        const { violations } = await (window as unknown as { axe: typeof axe }).axe.run()
        return violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
      })
      expect(found, tab).toEqual([])
    }
    await page.context().close()
  })
})
