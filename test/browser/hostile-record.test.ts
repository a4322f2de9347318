import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Running, serve } from '../../src/main.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { type HostileEhr, startHostileEhr } from './hostile-ehr.ts'
import { EVIL, hostileCodes, hostileWords, PATIENT, type Resource, wrongTypes } from './hostile-record.ts'
import { settled } from './open-app.ts'
import { goToView } from './open-view.ts'
import { VIEW_IDS } from './view-ids.ts'

const built = existsSync(join(import.meta.dirname, '../../dist/public/app/index.html'))
const WIDTHS = [980, 320] as const

/** Both widths for the first record, the narrow one for the others; both for all with ATTUNE_TEST_WHOLE=1. */
const widthsFor = (record: string): readonly number[] =>
  record === RECORDS[0]?.[0] || process.env.ATTUNE_TEST_WHOLE === '1' ? WIDTHS : [WIDTHS[1]]

/** What stands in the place of a part that broke. */
const BROKEN = 'This part could not be shown'

const RECORDS: readonly (readonly [name: string, resources: () => readonly Resource[]])[] = [
  ['with markup in every word', hostileWords],
  ['with markup in every code, unit, status, address and date', () => [...hostileWords().slice(0, 1), ...hostileCodes()]],
  ['with every member of a wrong type', wrongTypes],
  ['of a patient and nothing else', () => [{ resourceType: 'Patient', id: PATIENT }]],
]

/** Markup in every word, and every member of a wrong type; all four with ATTUNE_TEST_WHOLE=1. */
const RUN = RECORDS.filter((_record, at) => process.env.ATTUNE_TEST_WHOLE === '1' || at % 2 === 0)

/** What went wrong on a page, beside what can be seen in it. */
type Watched = { readonly page: Page; readonly troubles: string[] }

const watched = async (browser: Browser, allowed: readonly string[]): Promise<Watched> => {
  const context = await browser.newContext({ viewport: { width: WIDTHS[0], height: 620 }, locale: 'en-GB' })
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(`script: ${error.message}`))
  page.on('console', (line) => {
    if (/Content Security Policy|Refused to|Uncaught/.test(line.text())) troubles.push(`console: ${line.text()}`)
  })
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  context.on('request', (request) => {
    const url = new URL(request.url())
    if (/^https?:$/.test(url.protocol) && !allowed.includes(url.origin)) troubles.push(`request: ${url.href}`)
  })
  context.on('page', (other) => troubles.push(`window: ${other.url()}`))
  return { page, troubles }
}

/** Opens every folded part and shows every table in place of its picture. */
const unfold = async (page: Page): Promise<void> => {
  await page.evaluate(async () => {
    const area = document.querySelector('#view') ?? document.body
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)))
    for (let round = 0; round < 2; round += 1) {
      for (const fold of area.querySelectorAll('details')) fold.open = true
      for (const button of [...area.querySelectorAll<HTMLButtonElement>('button[aria-expanded=false]')].slice(0, 150))
        if (button.isConnected && button.getAttribute('aria-haspopup') === null) button.click()
      await frame()
    }
  })
  await settled(page)
}

const tables = async (page: Page): Promise<void> => {
  await page.evaluate(() => {
    for (const button of document.querySelectorAll<HTMLButtonElement>('#view [role=group] button[aria-pressed=false]:last-child'))
      button.click()
  })
  await settled(page)
}

/** What a person or a script could find wrong in the page as it stands. */
const wrongIn = (page: Page): Promise<string[]> =>
  page.evaluate(
    ([evil, broken]) => {
      const found: string[] = []
      if ('__ran' in window) found.push('a script of the record ran')
      const text = document.querySelector('#view')?.textContent ?? ''
      if (text.trim() === '') found.push('the view is empty')
      if (text.includes(broken)) found.push('the view broke')
      if (/[\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent ?? ''))
        found.push('characters that turn the direction of what stands beside them')
      if (/\bundefined\b|\[object Object\]|\bNaN\b|Invalid Date/.test(text))
        found.push(`said: ${/.{0,60}(\bundefined\b|\[object Object\]|\bNaN\b|Invalid Date).{0,40}/.exec(text)?.[0]}`)
      for (const element of document.querySelectorAll(
        '[href], [src], [action], [srcdoc], iframe, base, object, embed, meta[http-equiv=refresh]',
      )) {
        const address = element.getAttribute('href') ?? element.getAttribute('src') ?? ''
        const odd = /^(IFRAME|BASE|OBJECT|EMBED|META)$/.test(element.tagName)
        const url = new URL(address, location.href)
        if (odd || !/^(https?|blob):$/.test(url.protocol) || url.hostname === evil)
          found.push(`${element.tagName}: ${address.slice(0, 80)}`)
      }
      for (const element of document.querySelectorAll('*'))
        for (const { name } of element.attributes) if (name.startsWith('on')) found.push(`${element.tagName} ${name}`)
      const { scrollWidth, clientWidth } = document.documentElement
      if (scrollWidth > clientWidth) {
        const wide = [...document.querySelectorAll('body *')]
          .filter(
            (one) =>
              one.getBoundingClientRect().right > clientWidth + 1 ||
              (one.scrollWidth > clientWidth && getComputedStyle(one).overflowX === 'visible'),
          )
          .reverse()
        found.push(
          `${scrollWidth} wide: ${wide
            .slice(0, 4)
            .map((one) => `${one.tagName}.${one.className} "${one.textContent?.slice(0, 30)}"`)
            .join(' | ')}`,
        )
      }
      return [...new Set(found)]
    },
    [EVIL, BROKEN] as const,
  )

describe.skipIf(chromiumPath === null || !built)('A hostile record, through the real server', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  describe.each(RUN)('%s', (name, resources) => {
    let ehr: HostileEhr
    let attune: Running
    let opened: Watched
    const folder = mkdtempSync(join(tmpdir(), 'attune-hostile-'))

    beforeAll(async () => {
      ehr = await startHostileEhr(PATIENT, resources())
      const config = join(folder, 'attune.json')
      const network = { allowHttp: true, allowPrivateAddresses: true, app: { budgetMs: 20_000 } }
      writeFileSync(
        config,
        JSON.stringify({ auth: 'open', network, clients: [{ id: 'anonymous', tenant: 'hostile', fhirServers: [ehr.fhir] }] }),
      )
      attune = await serve({ PORT: '0', ATTUNE_CONFIG: config, ATTUNE_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' })
      opened = await watched(browser, [new URL(attune.url).origin, new URL(ehr.fhir).origin])
      await opened.page.goto(`${attune.url}/app/launch.html?${new URLSearchParams({ iss: ehr.fhir, launch: 'x' })}`)
      await settled(opened.page)
    }, 600_000)
    afterAll(async () => {
      await opened?.page.context().close()
      await attune?.stop()
      await ehr?.close()
      rmSync(folder, { recursive: true, force: true })
    })

    test('is read and assessed, and no window, dialog, foreign host or policy was touched', () => {
      expect(opened.troubles).toEqual([])
    })

    test.each(VIEW_IDS)(
      '"%s" has a state, shows text as text, unfolded too, and nothing sticks out',
      { timeout: 120_000 },
      async (view) => {
        const { page, troubles } = opened
        const found: Record<string, readonly string[]> = {}
        for (const width of widthsFor(name)) {
          await page.setViewportSize({ width, height: 700 })
          await goToView(page, view)
          await settled(page)
          await unfold(page)
          found[`${width}`] = await wrongIn(page)
          await tables(page)
          found[`${width}, tables`] = await wrongIn(page)
        }
        expect({ found, troubles: troubles.splice(0) }).toEqual({
          found: Object.fromEntries(Object.keys(found).map((key) => [key, []])),
          troubles: [],
        })
      },
    )
  })
})
