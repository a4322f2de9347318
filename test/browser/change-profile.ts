import type { BrowserContext, Page, Route } from 'playwright-core'

/** Changes each event of the app's profile on its way to the page. */
export const changeProfile = (where: Page | BrowserContext, change: (event: Record<string, unknown>) => unknown): Promise<unknown> =>
  where.route('**/api/profile', async (route: Route) => {
    const response = await route.fetch()
    const lines = (await response.text()).split('\n').filter((line) => line.trim() !== '')
    await route.fulfill({ response, body: `${lines.map((line) => JSON.stringify(change(JSON.parse(line)))).join('\n')}\n` })
  })
