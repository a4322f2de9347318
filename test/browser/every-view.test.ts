import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox } from '../service/running-sandbox.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { type Opened, openApp, settled } from './open-app.ts'
import { goToView } from './open-view.ts'
import { besideRecord, textsOf } from './record-words.ts'
import { VIEW_IDS } from './view-ids.ts'

const built = existsSync(join(import.meta.dirname, '../../dist/public/index.html'))
const STORY = 'whole-record'
const RECORD = JSON.parse(readFileSync(join(import.meta.dirname, '../../src/sandbox/patients/p19-whole-record.json'), 'utf8'))

/** How the page is looked at: size and scheme. */
const LOOKS = [
  { name: 'light', width: 980, height: 620, colorScheme: 'light', forcedColors: 'none' },
  { name: 'dark', width: 1280, height: 800, colorScheme: 'dark', forcedColors: 'none' },
  { name: 'narrow', width: 320, height: 700, colorScheme: 'light', forcedColors: 'none' },
  { name: 'forced colours', width: 980, height: 620, colorScheme: 'light', forcedColors: 'active' },
] as const

type Axe = { readonly axe: typeof axe }

/** Every rule of axe, not only the serious ones. */
const violations = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const found = await (window as unknown as Axe).axe.run()
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)
  })

/** What sticks out on the right, by its selector; nothing where the page does not scroll sideways. */
const sticksOut = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    return [...document.querySelectorAll('main *')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .slice(0, 5)
      .map((element) => `${element.tagName} ${element.className} ${element.textContent?.slice(0, 40)}`)
  })

/** Things to press that are smaller than 24 by 24 pixels and not within a line of text (WCAG 2.2, 2.5.8 with its exception for inline targets). */
const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, [role=button], [role=tab], input, select, summary, [role=slider], [role=switch]')]
      .filter((element) => element.checkVisibility() && !element.closest('.visually-hidden'))
      .map((element) => ({ element, box: (element.closest('label') ?? element).getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && box.height > 1 && (box.width < 24 || box.height < 24))
      .map(
        ({ element, box }) =>
          `${element.tagName} "${element.textContent?.slice(0, 30)}" ${Math.round(box.width)}x${Math.round(box.height)}`,
      ),
  )

describe.skipIf(chromiumPath === null || !built)('every view of the app, on the whole record of a patient', () => {
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

  /** One page per language, with the drug in hand, is taken through all views: what a person does, and a launch less for each. */
  const pages = new Map<string, Promise<Opened>>()
  const show = async (view: string, locale: string): Promise<Opened> => {
    const opening = pages.get(locale) ?? openApp(browser, sandbox, STORY, { locale })
    pages.set(locale, opening)
    const opened = await opening
    await settled(opened.page)
    await goToView(opened.page, view)
    await settled(opened.page)
    return opened
  }

  test.each(VIEW_IDS)(
    '"%s": axe finds nothing, nothing sticks out, nothing to press is too small, the policy stops nothing, in every look',
    { timeout: 300_000 },
    async (view) => {
      const { page, troubles } = await show(view, 'en-GB')
      if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
      const found: Record<string, unknown> = {}
      for (const { name, width, height, ...media } of LOOKS) {
        await page.setViewportSize({ width, height })
        await page.emulateMedia(media)
        await settled(page)
        const trouble = { axe: await violations(page), out: await sticksOut(page), small: await smallTargets(page) }
        if (Object.values(trouble).some((list) => list.length > 0)) found[name] = trouble
      }
      expect({ found, troubles: troubles.splice(0) }).toEqual({ found: {}, troubles: [] })
    },
  )

  /** Words that people read or hear in the page, outside of what is marked as being in another language. */
  const words = (page: Page): Promise<string[]> =>
    page.evaluate(() => {
      const unmarked = (element: Element | null | undefined): boolean =>
        !element?.closest('[lang]:not(html), code, script, style, noscript')
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      const texts: string[] = []
      for (let node = walker.nextNode(); node; node = walker.nextNode())
        if (unmarked(node.parentElement)) texts.push(node.textContent ?? '')
      const spoken = ['aria-label', 'title', 'alt', 'placeholder', 'aria-roledescription', 'aria-description'].flatMap((name) =>
        [...document.querySelectorAll(`[${name}]`)].filter(unmarked).map((element) => element.getAttribute(name) ?? ''),
      )
      return [...texts, ...spoken]
    })

  /** Words of English that are none of German: one of them in a German page is a text that was left. */
  const ENGLISH =
    /\b(the|of|and|with|not|without|is|are|were|this|that|from|which|no|its|on|at|or|only|age|sex|years?|old|too|has|have|been|for|to|by|since|until|than|because|could|should|may|patient’s)\b/

  /**
   * One rule for what may stand in a German page without being German: what the record itself says. Names of tests, drugs, people and
   * places, texts of notes and answers have the language of whoever wrote them, which the record does not state, so they are shown
   * as they came and carry no `lang`. What the server says about them is English and is marked as that. The test knows the record's
   * words from the record, not from a mark in the page: a mark could hide a sentence of ours.
   */
  test.each(VIEW_IDS)(
    '"%s" in German: no English that is not marked as English and not the record’s own',
    { timeout: 180_000 },
    async (view) => {
      const { page } = await show(view, 'de-DE')
      expect(await page.locator('html').getAttribute('lang')).toBe('de')
      const story = sandbox.stories.find(({ id }) => id === STORY)
      const beside = besideRecord(textsOf([RECORD, story?.order.display ?? '']))
      const left = (await words(page)).map((text) => text.trim()).filter((text) => text.includes(' ') && ENGLISH.test(beside(text)))
      const out = await sticksOut(page)
      expect({ left: [...new Set(left)], out }).toEqual({ left: [], out: [] })
    },
  )
})
