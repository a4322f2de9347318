import styles from './TopBar.module.css'
import { TEXTS } from './texts.ts'

const LINKS = [
  { href: '/cds-services', words: TEXTS.discovery },
  { href: '/models/', words: TEXTS.models },
  { href: '/docs', words: TEXTS.apiDocs },
  { href: '/app/launch.html', words: TEXTS.standalone },
]

export const TopBar = () => (
  <header className={styles.top}>
    <div className={styles.words}>
      <h1>{TEXTS.title}</h1>
      <p>{TEXTS.lead}</p>
    </div>
    <nav aria-label={TEXTS.links} className={styles.links}>
      {LINKS.map(({ href, words }) => (
        <a key={href} href={href} target="_blank" rel="noopener noreferrer">
          {words}
          <span className="visually-hidden"> ({TEXTS.newTab})</span>
        </a>
      ))}
    </nav>
  </header>
)
