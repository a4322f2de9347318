import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Running, serve } from '../../src/main.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { type Fault, type HostileEhr, startHostileEhr } from './hostile-ehr.ts'

const CHART = join(import.meta.dirname, '../../src/sandbox/patients/p01-clopidogrel-after-stent.json')
const WAIT = { timeout: 60_000 }

type Resource = { readonly resourceType: string; readonly id?: string }

const resources = (JSON.parse(readFileSync(CHART, 'utf8')) as { entry: { resource: Resource }[] }).entry.map(({ resource }) => resource)
const patient = resources.find(({ resourceType }) => resourceType === 'Patient')?.id ?? ''

const isType = (url: URL, type: string): boolean => url.pathname.startsWith(`/fhir/${type}`)

describe.skipIf(chromiumPath === null)('The app in front of an EHR that fails, through the real server', () => {
  let browser: Browser
  let ehr: HostileEhr
  let attune: Running
  const folder = mkdtempSync(join(tmpdir(), 'attune-faults-'))

  beforeAll(async () => {
    browser = await openBrowser()
    ehr = await startHostileEhr(patient, resources)
    const config = join(folder, 'attune.json')
    const network = { allowHttp: true, allowPrivateAddresses: true, app: { budgetMs: 8000 } }
    writeFileSync(
      config,
      JSON.stringify({ auth: 'open', network, clients: [{ id: 'anonymous', tenant: 'hostile', fhirServers: [ehr.fhir] }] }),
    )
    attune = await serve({ PORT: '0', ATTUNE_CONFIG: config, ATTUNE_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' })
  }, 600_000)
  afterAll(async () => {
    await browser?.close()
    await attune?.stop()
    await ehr?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    ehr.fault = () => false
    ehr.renews = false
  })

  const open = async (fault: Fault): Promise<Page> => {
    ehr.fault = fault
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en' })).newPage()
    await page.goto(`${attune.url}/app/launch.html?${new URLSearchParams({ iss: ehr.fhir, launch: 'x' })}`)
    await page
      .getByRole('heading', { name: /Example|^Name not|Reading the patient/ })
      .first()
      .waitFor(WAIT)
    return page
  }

  /** What a person reads of the sources that are missing. */
  const missing = async (page: Page, words: RegExp): Promise<void> => {
    await page.getByText(words).first().waitFor(WAIT)
    await page.context().close()
  }

  const done = (page: Page) => page.getByText('The record has been read and assessed.').waitFor({ ...WAIT, state: 'attached' })

  test('a source that hangs delays only itself: medicines and labs stand there while imaging is waited for', async () => {
    const page = await open((url) => isType(url, 'ImagingStudy'))
    const waiting = page.locator('main[data-progress="reading"]')
    await waiting.getByText('Omeprazole', { exact: false }).first().waitFor(WAIT)
    await page.getByRole('tab', { name: 'Labs and vitals' }).click()
    await waiting.getByText('Creatinine', { exact: true }).first().waitFor(WAIT)
    await page.getByRole('tab', { name: 'Imaging' }).click()
    await waiting.locator('[aria-busy="true"]').first().waitFor(WAIT)
    await missing(page, /imaging \(no answer in time\)/)
  })

  test('a refused kind of resource is named, and the others are read', async () => {
    const page = await open((url, response) => {
      if (!isType(url, 'AllergyIntolerance')) return false
      response.writeHead(403).end()
      return true
    })
    await done(page)
    await missing(page, /allergies \(not allowed\)/)
  })

  test('a busy server is said to be busy, not to hold nothing', async () => {
    const page = await open((url, response) => {
      if (!isType(url, 'Condition')) return false
      response.writeHead(503, { 'retry-after': '120' }).end()
      return true
    })
    await done(page)
    await missing(page, /problems \(record system busy\)/)
  })

  test('a page of HTML in place of FHIR could not be read, and nothing of it is shown', async () => {
    const page = await open((url, response) => {
      if (!isType(url, 'Procedure')) return false
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>Maintenance tonight</h1>')
      return true
    })
    await done(page)
    expect(await page.getByText('Maintenance tonight').count()).toBe(0)
    await missing(page, /procedures \(could not be read\)/)
  })

  test('a connection that drops in mid-page leaves what came before, marked as a part', async () => {
    const page = await open((url, response) => {
      if (url.searchParams.get('category') !== 'laboratory' || url.searchParams.get('page') !== '1') return false
      response.writeHead(200, { 'content-type': 'application/fhir+json' }).write('{"resourceType":"Bundle","entry":[{"resource":')
      setTimeout(() => response.destroy(), 50)
      return true
    })
    await done(page)
    await missing(page, /laboratory \(only in part\)/)
  })

  test('paging without end stops at the limit, and the rest is said to be missing', async () => {
    const page = await open((url, response) => {
      if (!isType(url, 'DocumentReference')) return false
      const next = new URL(url)
      next.searchParams.set('page', String(Number(url.searchParams.get('page') ?? 0) + 1))
      const entry = [{ resource: { resourceType: 'DocumentReference', id: `d${next.searchParams.get('page')}`, status: 'current' } }]
      response
        .writeHead(200, { 'content-type': 'application/fhir+json' })
        .end(JSON.stringify({ resourceType: 'Bundle', type: 'searchset', entry, link: [{ relation: 'next', url: next.href }] }))
      return true
    })
    await missing(page, /documents \(only in part\)/)
  })

  test('a token that ends at the second page is renewed once, and the whole record is read with the new one', async () => {
    ehr.renews = true
    const from = ehr.tokens.length
    const page = await open((url, response, token) => {
      if (url.searchParams.get('category') !== 'laboratory' || url.searchParams.get('page') !== '1' || token !== ehr.tokens[from])
        return false
      response.writeHead(401).end()
      return true
    })
    await done(page)
    expect(ehr.tokens.length - from).toBe(2)
    expect(await page.getByText('The session has ended').count()).toBe(0)
    expect(await page.getByText(/not read in full/).count()).toBe(0)
    await page.context().close()
  })

  test('a token that ends in mid-load and cannot be renewed: what came is kept, what did not is named, and the session is said to have ended', async () => {
    const page = await open((url, response) => {
      if (!isType(url, 'Condition') && !isType(url, 'Procedure')) return false
      response.writeHead(401).end()
      return true
    })
    await page.getByText('The session has ended').first().waitFor(WAIT)
    await page
      .getByRole('heading', { name: /Example/ })
      .first()
      .waitFor(WAIT)
    await missing(page, /problems \(the session ended first\)/)
  })

  test('a patient who may not be read is a refusal and not an expired session', async () => {
    const page = await open((url, response) => {
      if (!isType(url, 'Patient')) return false
      response.writeHead(403).end()
      return true
    })
    await page.getByText('Reading was refused').first().waitFor(WAIT)
    await page.context().close()
  })

  test('a server that answers slowly is told source by source, and ends in an assessment', async () => {
    const waiting = new Set<ReturnType<typeof setTimeout>>()
    let slow = true
    const page = await open((url, response) => {
      if (!slow || !isType(url, 'Observation')) return false
      waiting.add(
        setTimeout(
          () => response.writeHead(200, { 'content-type': 'application/fhir+json' }).end('{"resourceType":"Bundle","type":"searchset"}'),
          1500,
        ),
      )
      return true
    })
    await page.getByText(/Reading the record: \d+ of \d+ sources answered/).waitFor(WAIT)
    await done(page)
    slow = false
    await page.context().close()
  })
})
