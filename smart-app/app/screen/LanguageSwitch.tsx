import { LANGUAGE, LANGUAGES, speak } from '../language.ts'
import styles from './LanguageSwitch.module.css'

/** The languages' own names: a reader finds theirs also on a page in another one. */
const NAMES = { en: 'English', de: 'Deutsch' } as const

/** Each in its own language, and the pair named in both. */
export const LanguageSwitch = () => (
  // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame and begin a form
  <div role="group" aria-label="Language / Sprache" className={`${styles.pair} screen-only`}>
    {LANGUAGES.map((language) => (
      <button
        key={language}
        type="button"
        lang={language}
        aria-pressed={language === LANGUAGE}
        className={styles.one}
        onClick={() => (language === LANGUAGE ? undefined : speak(language))}
      >
        {NAMES[language]}
      </button>
    ))}
  </div>
)
