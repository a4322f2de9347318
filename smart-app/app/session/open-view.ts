const KEY = 'attune.view'

/** The tab that was open, kept for this window, so that opening again from the chart leads back to it. Holds no patient data. */
export const rememberView = (tab: string): void => {
  try {
    sessionStorage.setItem(KEY, tab)
  } catch {
    // A browser that stores nothing opens on the first tab again.
  }
}

export const rememberedView = (known: readonly string[]): string | null => {
  try {
    const tab = sessionStorage.getItem(KEY)
    return tab !== null && known.includes(tab) ? tab : null
  } catch {
    return null
  }
}
