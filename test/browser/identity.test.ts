import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPages } from './built-pages.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { launchAddress, type MockEhr, type Story, startMockEhr } from './mock-ehr.ts'

describe.skipIf(chromiumPath === null)('who the patient is, and the EHR’s style', () => {
  let pages: Awaited<ReturnType<typeof buildPages>>
  let browser: Browser
  let ehr: MockEhr

  beforeAll(async () => {
    pages = await buildPages()
    browser = await openBrowser()
    ehr = await startMockEhr(pages.folder)
  })
  afterAll(async () => {
    await browser?.close()
    await ehr?.close()
    pages?.remove()
  })

  type Visit = { readonly page: Page; readonly troubles: string[]; readonly hosts: Set<string> }

  const open = async (story: Story, dark = false): Promise<Visit> => {
    const context = await browser.newContext({ viewport: { width: 980, height: 620 }, colorScheme: dark ? 'dark' : 'light' })
    const page = await context.newPage()
    const troubles: string[] = []
    const hosts = new Set<string>()
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (line) => {
      if (/Content Security Policy|Refused to/.test(line.text())) troubles.push(line.text())
    })
    page.on('request', (request) => hosts.add(new URL(request.url()).origin))
    await page.goto(launchAddress(ehr.origin, story))
    await page.getByRole('heading', { name: 'Avoid clopidogrel', exact: true }).waitFor()
    return { page, troubles, hosts }
  }

  const strip = (page: Page) => page.getByRole('region', { name: 'Patient' })
  const property = (page: Page, name: string): Promise<string> =>
    page.evaluate((one) => document.documentElement.style.getPropertyValue(one), name)

  test('the strip stands also where the EHR asks for no banner, with name, birth, age and sex', async () => {
    const { page } = await open('good')
    const text = ((await strip(page).textContent()) ?? '').replaceAll(/\s+/g, ' ')
    expect(text).toMatch(/Born \d{1,2} \w{3} \d{4} \(\d+ years\)/)
    expect(text).not.toContain('Allergies')
    await page.context().close()
  })

  test('the full banner names numbers, allergies with the dangerous ones first, death and confidentiality', async () => {
    const { page, troubles } = await open('banner')
    const text = ((await strip(page).textContent()) ?? '').replaceAll(/\s+/g, ' ')
    for (const part of [
      'MRN SYN-000001',
      'National register 943 476 5919',
      'Allergies Penicillin (high risk), <b>Latex</b>',
      'Deceased',
      'Restricted record',
    ])
      expect(text).toContain(part)
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('allergies that were not read never look like no allergies', async () => {
    const { page } = await open('banner-unread')
    await strip(page).getByText('could not be read').waitFor()
    expect(await strip(page).getByText('no entry').count()).toBe(0)
    await page.context().close()
  })

  test('a style that can be read is taken, and the page says so', async () => {
    const { page, troubles } = await open('styled')
    await page.getByText('Style of the record system in use (4 settings).').waitFor()
    expect(await property(page, '--accent')).toBe('rgb(91 42 134)')
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('in a dark page a style made for light pages is not taken', async () => {
    const { page } = await open('styled', true)
    await page.getByText('Style of the record system: 1 of 4 settings in use').click()
    expect(await page.getByText('made for a page of the other brightness').count()).toBe(2)
    expect(await property(page, '--page')).toBe('')
    await page.context().close()
  })

  test('a style that cannot be read or would load something is refused, member by member', async () => {
    const { page, troubles, hosts } = await open('styled-badly')
    await page.getByText('Style of the record system: 0 of 5 settings in use').waitFor()
    expect(await page.locator('html').getAttribute('style')).toBeNull()
    expect({ troubles, hosts: [...hosts] }).toEqual({ troubles: [], hosts: [ehr.origin] })
    await page.context().close()
  })

  test('a style on another host is not even asked for', async () => {
    const { page, troubles, hosts } = await open('styled-elsewhere')
    await page.getByText('offers a style that could not be read').waitFor()
    expect({ troubles, hosts: [...hosts] }).toEqual({ troubles: [], hosts: [ehr.origin] })
    await page.context().close()
  })
})
