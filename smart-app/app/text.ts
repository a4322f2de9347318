import { inLanguage } from './language.ts'
import { DE } from './text/de.ts'
import { EN } from './text/en.ts'

/** The words of the whole app in the reader's language; each view keeps its own beside it. */
export const TEXT = inLanguage({ en: EN, de: DE })
