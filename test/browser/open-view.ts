import type { Page } from 'playwright-core'

/** Opens a view by its title. In a narrow window the views stand behind a button that names the open one. */
export const openView = async (page: Page, title: string | RegExp): Promise<void> => {
  const tab = page.getByRole('tab', typeof title === 'string' ? { name: new RegExp(`^${title}( \\(|$)`) } : { name: title })
  const views = page.getByRole('button', { name: /^(Views|Ansichten) / })
  if ((await views.isVisible()) && (await views.getAttribute('aria-expanded')) === 'false') await views.click()
  await tab.click()
}

/** Opens a view by its address, as a link within the app does. */
export const goToView = async (page: Page, view: string): Promise<void> => {
  await page.evaluate((id) => {
    location.hash = id
  }, view)
  await page.locator(`#view[aria-labelledby="view-${view}"]`).waitFor({ timeout: 30_000 })
}
