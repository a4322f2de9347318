import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Running, serve } from '../../src/main.ts'
import { chromiumPath } from './chromium.ts'
import { type HostileEhr, startHostileEhr } from './hostile-ehr.ts'
import { goToView } from './open-view.ts'
import { VIEW_IDS } from './view-ids.ts'

const CHART = join(import.meta.dirname, '../../src/sandbox/patients/p01-clopidogrel-after-stent.json')

type Resource = { readonly resourceType: string; readonly id?: string; readonly [member: string]: unknown }

/** Texts that stand nowhere but in this patient's chart. */
const MARKERS = {
  name: 'Quillfeatherstonehaugh',
  mrn: 'MRN-77310952',
  note: 'zanzibarite-genotype-note',
  problem: 'Xylophonist-elbow-4711',
}

const markedChart = (): Resource[] => {
  const { entry } = JSON.parse(readFileSync(CHART, 'utf8')) as { entry: { resource: Resource }[] }
  return entry.map(({ resource }) => {
    if (resource.resourceType === 'Patient')
      return { ...resource, name: [{ family: MARKERS.name, given: ['Ada'] }], identifier: [{ system: 'urn:x', value: MARKERS.mrn }] }
    if (resource.resourceType === 'Condition') return { ...resource, code: { ...(resource.code as object), text: MARKERS.problem } }
    return resource.resourceType === 'Observation' ? { ...resource, note: [{ text: MARKERS.note }] } : resource
  })
}

/** All that a page of the app left in what browsers keep, as one text for each kind of store. */
const keptBy = async (page: Page, context: BrowserContext): Promise<Readonly<Record<string, string>>> => {
  const stores = await page.evaluate(async () => {
    const databases = await indexedDB.databases()
    const cached = await Promise.all(
      (await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)),
    )
    return {
      localStorage: JSON.stringify({ ...localStorage }),
      sessionStorage: JSON.stringify({ ...sessionStorage }),
      indexedDB: JSON.stringify(databases),
      caches: JSON.stringify(cached),
      serviceWorkers: JSON.stringify((await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope)),
      address: location.href,
      historyState: JSON.stringify(history.state),
      windowName: window.name,
      title: document.title,
    }
  })
  const session = await context.newCDPSession(page)
  const { entries } = await session.send('Page.getNavigationHistory')
  await session.detach()
  return { ...stores, cookies: JSON.stringify(await context.cookies()), history: JSON.stringify(entries) }
}

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  )

/** Chromium writes texts in one byte or two for each letter. */
const holds = (bytes: Buffer, text: string): boolean =>
  bytes.includes(Buffer.from(text, 'latin1')) || bytes.includes(Buffer.from(text, 'utf16le'))

const whereIs = (stores: Readonly<Record<string, string>>, text: string): string[] =>
  Object.entries(stores).flatMap(([name, kept]) => (kept.includes(text) ? [name] : []))

describe.skipIf(chromiumPath === null)('What a browser keeps of a patient', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-storage-'))
  const profile = join(folder, 'profile')
  let ehr: HostileEhr
  let attune: Running
  let context: BrowserContext
  let page: Page
  const chart = markedChart()
  const patient = chart.find(({ resourceType }) => resourceType === 'Patient')?.id ?? ''

  beforeAll(async () => {
    ehr = await startHostileEhr(patient, chart)
    ehr.renews = true
    const config = join(folder, 'attune.json')
    writeFileSync(
      config,
      JSON.stringify({
        auth: 'open',
        network: { allowHttp: true, allowPrivateAddresses: true },
        clients: [{ id: 'anonymous', tenant: 'storage', fhirServers: [ehr.fhir] }],
      }),
    )
    attune = await serve({ PORT: '0', ATTUNE_CONFIG: config, ATTUNE_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' })
    context = await chromium.launchPersistentContext(profile, {
      executablePath: chromiumPath ?? '',
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
      locale: 'en',
    })
    page = await context.newPage()
    await page.goto(`${attune.url}/app/launch.html?${new URLSearchParams({ iss: ehr.fhir, launch: 'x' })}`)
    await read()
    for (const view of VIEW_IDS) await goToView(page, view)
  }, 600_000)
  afterAll(async () => {
    await context?.close()
    await attune?.stop()
    await ehr?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const read = () => page.locator('main[data-progress="done"]').waitFor({ timeout: 90_000 })
  const shown = () => page.getByText(MARKERS.name, { exact: false }).first().waitFor({ timeout: 30_000 })
  const token = (): string => ehr.tokens.at(-1) ?? 'none was given'
  const found = async () => {
    const stores = await keptBy(page, context)
    return Object.fromEntries(Object.entries({ ...MARKERS, token: token() }).map(([what, text]) => [what, whereIs(stores, text)]))
  }
  const NOWHERE = { name: [], mrn: [], note: [], problem: [], token: [] }

  test('while the session lasts is its token, for this window alone, and nothing of the chart', async () => {
    await shown()
    expect(await found()).toEqual({ ...NOWHERE, token: ['sessionStorage'] })
  })

  test('is no more after the page was loaded again and every view opened', async () => {
    await page.reload()
    await read()
    await shown()
    for (const view of VIEW_IDS) await goToView(page, view)
    expect(await found()).toEqual({ ...NOWHERE, token: ['sessionStorage'] })
  }, 600_000)

  test('is nothing once the session was ended, and nothing of the chart is in the files of the browser', async () => {
    await page.getByRole('button', { name: 'End session' }).first().click()
    await page.getByRole('heading', { name: 'Session ended', exact: true }).waitFor()
    expect(await found()).toEqual(NOWHERE)
    await context.close()
    const files = filesUnder(profile)
    expect(files.some((file) => holds(readFileSync(file), '/app/launch.html'))).toBe(true) // the search finds what is there
    // Chromium journals sessionStorage on disk and strikes out late: SECURITY.md says so. The token was told to be revoked.
    const withToken = files.filter((file) => holds(readFileSync(file), token()))
    expect(withToken.filter((file) => !file.includes('Session Storage'))).toEqual([])
    const residue = files.flatMap((file) => {
      const bytes = readFileSync(file)
      return Object.entries(MARKERS).flatMap(([what, text]) => (holds(bytes, text) ? [`${what} in ${file.slice(profile.length)}`] : []))
    })
    expect(residue).toEqual([])
  }, 600_000)
})
