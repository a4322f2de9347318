import type { Page } from 'playwright-core'

/** What somebody meets who goes through a page by Tab alone. */
export type Walk = {
  /** How the walk ended: past the last stop, at a stop seen before (a trap), or not at all. */
  readonly end: 'left the page' | 'trapped' | 'no end'
  readonly stops: readonly string[]
  /** Stops that look the same with the focus and without it. */
  readonly unseen: readonly string[]
  /** Stops that are hidden, have no size or stay outside of the window. */
  readonly hidden: readonly string[]
  /** Things to press or fill in that Tab never came to. */
  readonly missed: readonly string[]
}

type Stop = { readonly name: string; readonly index: number; readonly hidden: boolean }
type Step = { readonly before: { readonly name: string; readonly unchanged: boolean } | null; readonly stop: Stop | null }

type Walker = { readonly step: () => Step; readonly missed: (reached: readonly number[]) => string[] }

/** Puts the walker into the page: names, looks and positions of everything that takes the focus. */
const prepare = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [tabindex]')]
    const seen = (element: Element): boolean => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    const nameOf = (element: Element): string =>
      `${element.tagName.toLowerCase()} "${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 50)}"`
    const shape = (element: Element): string => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor, textDecorationLine, stroke, visibility } =
        getComputedStyle(element)
      return [
        outlineStyle,
        outlineWidth,
        outlineColor,
        boxShadow,
        borderColor,
        backgroundColor,
        textDecorationLine,
        stroke,
        visibility,
      ].join()
    }
    /** The look of a thing, of what stands in it (a chart's cursor), beside it (a switch's own picture) and of its label. */
    const look = (element: Element): string =>
      [element, ...[...element.querySelectorAll('*')].slice(0, 40), element.nextElementSibling, element.closest('label')]
        .map((one) => (one ? shape(one) : ''))
        .join('\n')
    const outside = (element: Element): boolean => {
      const box = (element.closest('label') ?? element).getBoundingClientRect()
      return box.width < 1 || box.height < 1 || box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth
    }
    /** Of a group of radios one is a tab stop, and the arrows go on from there. */
    const inVisitedGroup = (element: Element, reached: readonly number[]): boolean =>
      element instanceof HTMLInputElement &&
      element.type === 'radio' &&
      reached.some((index) => (all[index] as HTMLInputElement | undefined)?.name === element.name)

    let last: { readonly element: Element; readonly look: string } | null = null
    const walker: Walker = {
      step: () => {
        const element = document.activeElement
        const before = last?.element.isConnected ? { name: nameOf(last.element), unchanged: look(last.element) === last.look } : null
        if (!element || element === document.body) {
          last = null
          return { before, stop: null }
        }
        last = { element, look: look(element) }
        return {
          before,
          stop: { name: nameOf(element), index: all.indexOf(element as HTMLElement), hidden: !seen(element) || outside(element) },
        }
      },
      missed: (reached) =>
        all
          .filter(
            (element, index) => element.isConnected && element.tabIndex >= 0 && !element.matches(':disabled') && !reached.includes(index),
          )
          .filter((element) => seen(element) && !element.closest('[inert]') && !inVisitedGroup(element, reached))
          .map(nameOf),
    }
    Object.assign(window, { walker })
    ;(document.activeElement as HTMLElement | null)?.blur()
    window.scrollTo(0, 0)
  })

const step = (page: Page): Promise<Step> => page.evaluate(() => (window as unknown as { walker: Walker }).walker.step())

/** Goes through the whole page by Tab alone, from its beginning until the focus leaves it. */
export const walkByTab = async (page: Page, most = 400): Promise<Walk> => {
  await prepare(page)
  const stops: Stop[] = []
  const unseen: string[] = []
  let end: Walk['end'] = 'no end'
  while (stops.length < most) {
    await page.keyboard.press('Tab')
    const { before, stop } = await step(page)
    if (before?.unchanged) unseen.push(before.name)
    if (stop === null) {
      end = 'left the page'
      break
    }
    if (stop.index >= 0 && stops.some(({ index }) => index === stop.index)) {
      end = 'trapped'
      break
    }
    stops.push(stop)
  }
  const reached = stops.map(({ index }) => index)
  const missed = await page.evaluate((indexes) => (window as unknown as { walker: Walker }).walker.missed(indexes), reached)
  return { end, stops: stops.map(({ name }) => name), unseen, hidden: stops.filter(({ hidden }) => hidden).map(({ name }) => name), missed }
}
