/** Languages that the app speaks in full. Clinical sentences come from the server in the language they were reviewed in. */
export type Language = 'en' | 'de'

export const LANGUAGES: readonly Language[] = ['en', 'de']

const KEY = 'attune.language'

const isLanguage = (value: string | null | undefined): value is Language => LANGUAGES.some((language) => language === value)

const stored = (): string | null => {
  try {
    return sessionStorage.getItem(KEY)
  } catch {
    return null // a browser that stores nothing speaks its own language
  }
}

const chosen = (): Language => {
  const kept = stored()
  if (isLanguage(kept)) return kept
  return (globalThis.navigator?.languages ?? []).map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en'
}

/** Language of this page: chosen by the user for this window, else the browser's, else English. Fixed while the page is open. */
export const LANGUAGE: Language = chosen()

/** The texts of this page's language. Both are written by people; a text without its translation does not compile. */
export const inLanguage = <Texts>(texts: { readonly [language in Language]: Texts }): Texts => texts[LANGUAGE]

/** Takes another language from now on; the page starts anew, the session stays. */
export const speak = (language: Language): void => {
  try {
    sessionStorage.setItem(KEY, language)
  } catch {
    return
  }
  location.reload()
}
