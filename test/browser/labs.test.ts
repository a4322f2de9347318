import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProfileEvent } from '../../src/contract/profile.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { theTerms } from '../builders/knowledge.ts'
import { aPatient, LOINC, type PatientBuilder, UCUM } from '../builders/patient.ts'
import { events } from '../smart-app/sample-profile.ts'
import { buildPages } from './built-pages.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { launchAddress, type MockEhr, startMockEhr } from './mock-ehr.ts'
import { settled } from './open-app.ts'

type Resource = Parameters<PatientBuilder['with']>[0]

let number = 0
const lab = (code: string, name: string, members: object): Resource => {
  number += 1
  return {
    resourceType: 'Observation',
    id: `o${number}`,
    status: 'final',
    category: [{ coding: [{ code: 'laboratory' }] }],
    code: { coding: [{ system: LOINC, code }], text: name },
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: '2026-11-01T08:10:00Z',
    ...members,
  } as Resource
}
const amount = (value: number, code: string, more: object = {}) => ({ valueQuantity: { value, unit: code, system: UCUM, code, ...more } })
const range = (low: number, high: number) => ({ referenceRange: [{ low: { value: low }, high: { value: high } }] })

/** What the server would stream for these resources: the real readers, the sample's assessment. */
const streamOf = (resources: readonly Resource[]): string => {
  const record = aPatient().record()
  const facts = readFacts({ ...record, resources: [...record.resources, ...resources] as typeof record.resources }, theTerms())
  const own = events.map((event): ProfileEvent => (event.event === 'facts' ? { event: 'facts', facts } : event))
  return own.map((event) => `${JSON.stringify(event)}\n`).join('')
}

const EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'

/** Every string of a resource made hostile but for what says which kind of resource it is. */
const hostile = (value: unknown, key = ''): unknown => {
  if (Array.isArray(value)) return value.map((one) => hostile(one, key))
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, hostile(one, name)]))
  if (typeof value !== 'string' || ['resourceType', 'reference', 'system', 'effectiveDateTime', 'id'].includes(key)) return value
  return key === 'code' && value === 'laboratory' ? value : `${EVIL}${value}`
}

const FULL = lab('2160-0', 'Creatinine', {
  ...amount(1.4, 'mg/dL'),
  ...range(0.6, 1.2),
  interpretation: [{ coding: [{ code: 'X1', display: 'raised' }], text: 'raised' }],
  method: { text: 'Enzymatic' },
  specimen: { display: 'Serum' },
  device: { display: 'Analyser' },
  performer: [{ display: 'Central Laboratory' }],
  note: [{ text: 'note' }],
})

describe.skipIf(chromiumPath === null)('labs and vitals in a browser', () => {
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

  type Visit = { readonly page: Page; readonly troubles: string[] }

  const open = async (resources: readonly Resource[], { view = 'labs', width = 980, dark = false } = {}): Promise<Visit> => {
    const context = await browser.newContext({
      viewport: { width, height: 620 },
      locale: 'en-GB',
      colorScheme: dark ? 'dark' : 'light',
    })
    await context.addInitScript((id) => {
      sessionStorage.setItem('attune.view', JSON.stringify({ launch: '', view: id }))
    }, view)
    const body = streamOf(resources)
    await context.route('**/api/profile', (route) => route.fulfill({ contentType: 'application/x-ndjson', body }))
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    const troubles: string[] = []
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (line) => {
      if (/Content Security Policy|Refused to/.test(line.text())) troubles.push(line.text())
    })
    await page.goto(launchAddress(ehr.origin, 'no-drug'))
    await page.getByRole('heading', { name: view === 'labs' ? 'Labs and vitals' : 'Other omics', exact: true }).waitFor()
    await settled(page)
    return { page, troubles }
  }

  const openRow = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
  const says = (page: Page) => page.locator('[data-chart-says]').textContent()
  const textOf = async (page: Page): Promise<string> => ((await page.locator('main').textContent()) ?? '').replaceAll('\u00a0', ' ')

  test('every string of a result is text, whatever it holds', async () => {
    const { page, troubles } = await open([
      hostile(FULL) as Resource,
      hostile(lab('99999-9', 'House test', { valueString: 'word' })) as Resource,
    ])
    for (const row of await page.locator('[data-row] button').all()) await row.click()
    await page.getByRole('button', { name: 'Table', exact: true }).first().click()
    expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined()
    expect(await page.locator('main img, main script').count()).toBe(0)
    expect(await textOf(page)).toContain(EVIL)
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('results of wrong types leave the others as they are, and what could not be read is said', async () => {
    const wrong = [
      lab('718-7', 'Haemoglobin', { valueQuantity: 'twelve' }),
      lab('718-7', 'Haemoglobin', { valueQuantity: { value: {} }, effectiveDateTime: 7, referenceRange: 'none', interpretation: 4 }),
      { ...lab('718-7', 'Haemoglobin', {}), code: 'Haemoglobin', component: { nothing: true }, note: 'x', method: [] } as Resource,
    ]
    const { page, troubles } = await open([...wrong, FULL])
    expect(await textOf(page)).toContain('1.4 mg/dL')
    expect(await textOf(page)).toContain('could not be read')
    expect(troubles).toEqual([])
    await page.context().close()
  })

  test('a result of 30 years ago is shown with its age, one without a date as undated and never as the newest', async () => {
    const { page } = await open([
      lab('718-7', 'Haemoglobin', { ...amount(12.1, 'g/dL'), effectiveDateTime: '1996-03-01' }),
      lab('718-7', 'Haemoglobin', { ...amount(9.9, 'g/dL'), effectiveDateTime: undefined }),
    ])
    const row = page.locator('tr[data-row]')
    expect((await row.textContent())?.replaceAll('\u00a0', ' ')).toMatch(/12\.1 g\/dL.*1 Mar 1996older than 30 years/)
    await openRow(page, 'Haemoglobin')
    await page.getByRole('button', { name: 'Table', exact: true }).click()
    expect(await textOf(page)).toContain('When it was taken is not known: not taken as the newest.')
    await page.context().close()
  })

  test('two units of one analyte are one course, and the conversion stands beside the value', async () => {
    const { page } = await open([
      lab('2345-7', 'Glucose', amount(97, 'mg/dL')),
      lab('14749-6', 'Glucose', { ...amount(5.4, 'mmol/L'), effectiveDateTime: '2025-11-01' }),
    ])
    await openRow(page, 'Glucose')
    await page.getByRole('application').focus()
    await page.keyboard.press('Home')
    expect((await says(page))?.replaceAll('\u00a0', ' ')).toBe('1 Nov 2025: 5.4 mmol/L, (5.4 mmol/L = 97.3 mg/dL)')
    await page.context().close()
  })

  test('a chart is one tab stop: arrows go from point to point, plus zooms, and the words are said', async () => {
    const { page } = await open([
      FULL,
      lab('2160-0', 'Creatinine', { ...amount(1.0, 'mg/dL'), ...range(0.6, 1.2), effectiveDateTime: '2026-05-01' }),
      lab('2160-0', 'Creatinine', { ...amount(0.9, 'mg/dL'), ...range(0.6, 1.2), effectiveDateTime: '2025-05-01' }),
    ])
    await openRow(page, 'Creatinine')
    await page.getByRole('button', { name: 'Table', exact: true }).focus()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('application')
    expect(await says(page)).toContain('1.4\u00a0mg/dL')
    await page.keyboard.press('ArrowLeft')
    expect(await says(page)).toBe('1 May 2026: 1\u00a0mg/dL, In range')
    await page.keyboard.press('Home')
    await page.keyboard.press('+')
    expect(await says(page)).toBe('1 May 2025: 0.9\u00a0mg/dL, In range')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).not.toBe('application')
    await page.context().close()
  })

  test('the filter is reached by a slash inside the view, and the switch says how many rows it hides', async () => {
    const { page } = await open([FULL, lab('718-7', 'Haemoglobin', { ...amount(13, 'g/dL'), ...range(12, 16) })])
    await page.getByText('(hides 1 row)').waitFor()
    await page.getByRole('button', { name: 'Haemoglobin', exact: true }).focus()
    await page.keyboard.press('/')
    await page.keyboard.type('2160')
    expect(await page.locator('tr[data-row]').count()).toBe(1)
    await page.keyboard.press('Escape')
    await page.getByRole('checkbox').check()
    expect(await page.locator('tr[data-row]').allTextContents()).toHaveLength(1)
    await page.getByText('1 row is hidden.').waitFor()
    await page.context().close()
  })

  test('a laboratory that calls normal what its own range does not is contradicted in words', async () => {
    const { page } = await open([
      lab('6768-6', 'ALP', { ...amount(142, 'U/L'), ...range(40, 129), interpretation: [{ coding: [{ code: 'N' }] }] }),
    ])
    expect(await textOf(page)).toContain('flag from the lab, yet above the range given')
    await page.context().close()
  })

  test('blood pressure is one row, systolic over diastolic, and bars in the chart', async () => {
    const part = (code: string, name: string, value: number) => ({
      code: { coding: [{ system: LOINC, code }], text: name },
      ...amount(value, 'mm[Hg]'),
    })
    const pressure = (systolic: number, diastolic: number, date: string) =>
      lab('85354-9', 'Blood pressure', {
        category: [{ coding: [{ code: 'vital-signs' }] }],
        effectiveDateTime: date,
        component: [part('8480-6', 'Systolic', systolic), part('8462-4', 'Diastolic', diastolic)],
      })
    const { page } = await open([pressure(142, 91, '2026-11-01'), pressure(128, 80, '2026-05-01')])
    expect(await page.locator('tr[data-row]').textContent()).toContain('142/91\u00a0mmHg')
    await openRow(page, 'Blood pressure')
    await page.getByRole('application').focus()
    expect(await says(page)).toBe('1 Nov 2026: 142/91\u00a0mmHg')
    await page.context().close()
  })

  test('nothing at all is said to be nothing, and what would be recognised is told', async () => {
    const labs = await open([])
    await labs.page.getByText('No laboratory result and no vital sign in what was read.').first().waitFor()
    await labs.page.context().close()
    const omics = await open([], { view: 'omics' })
    await omics.page.getByText('No proteomic or metabolomic result in what was read.').first().waitFor()
    await omics.page.getByRole('heading', { name: 'What would be recognised' }).waitFor()
    expect(await textOf(omics.page)).toContain('proximity extension assay')
    await omics.page.context().close()
  })

  test('omics results stand in their own view, with their method', async () => {
    const { page } = await open(
      [
        lab('20649-0', 'Leucine', {
          ...amount(171, 'umol/L'),
          category: [{ coding: [{ code: 'laboratory' }] }, { text: 'Metabolomics' }],
          method: { text: 'LC-MS/MS' },
        }),
      ],
      { view: 'omics' },
    )
    expect(await textOf(page)).toContain('LC-MS/MS')
    await page.getByRole('button', { name: 'Leucine', exact: true }).waitFor()
    await page.context().close()
  })

  test.each([
    ['light', 980, false],
    ['dark', 980, true],
    ['light and narrow', 320, false],
  ])('axe finds nothing and nothing scrolls sideways, with a row open (%s)', async (_title, width, dark) => {
    const { page } = await open([FULL, lab('2160-0', 'Creatinine', { ...amount(0.9, 'mg/dL'), effectiveDateTime: '2025-05-01' })], {
      width,
      dark,
    })
    await openRow(page, 'Creatinine')
    await page.evaluate(axe.source)
    for (const shape of ['Chart', 'Table']) {
      await page.getByRole('button', { name: shape, exact: true }).click()
      const found = await page.evaluate(async () => {
        const { violations } = await (window as unknown as { axe: typeof axe }).axe.run()
        return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
      })
      expect(found, shape).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
    }
    await page.context().close()
  })

  /** Results of one analyte, an hour apart, some of them missing and some out of their range. */
  const many = (count: number): Resource[] =>
    Array.from({ length: count }, (_, at) =>
      lab('2345-7', 'Glucose', {
        ...(at % 997 === 0 ? { dataAbsentReason: { text: 'sensor off' } } : amount(90 + 40 * Math.sin(at / 300) + (at % 17), 'mg/dL')),
        ...range(70, 180),
        effectiveDateTime: new Date(Date.UTC(2012, 0, 1) + at * 3_600_000).toISOString(),
      }),
    )

  test.each([20_000, 100_000])('a chart of %i results opens and answers keys', { timeout: 600_000 }, async (count) => {
    const { page, troubles } = await open(many(count))
    const opened = performance.now()
    await openRow(page, 'Glucose')
    await page.getByRole('application').waitFor()
    const drawn = performance.now()
    await page.getByRole('application').focus()
    const before = await says(page)
    const pressed = performance.now()
    for (let step = 0; step < 20; step += 1) await page.keyboard.press('ArrowLeft')
    for (let step = 0; step < 5; step += 1) await page.keyboard.press('+')
    const answered = performance.now()
    console.log(`chart of ${count} results: open ${Math.round(drawn - opened)} ms, 25 keys ${Math.round(answered - pressed)} ms`)
    expect(await says(page)).not.toBe(before)
    expect(await page.locator('svg path').count()).toBeLessThan(200)
    expect(troubles).toEqual([])
    await page.context().close()
  })
})
