import type { ReactNode } from 'react'
import logo from '../../ui/attune.svg'
import { type Level, SeverityShape } from '../../ui/Severity.tsx'
import styles from './Gate.module.css'
import { LanguageSwitch } from './LanguageSwitch.tsx'

/** A page that stands in place of the app: signing in, refused, expired, nothing to show. */
export const Gate = ({ level, title, children }: { readonly level: Level; readonly title: string; readonly children?: ReactNode }) => (
  <main className={styles.gate}>
    <div className={styles.sheet}>
      <div className={styles.head}>
        <img src={logo} alt="" width="24" height="24" className={styles.logo} />
        <span className={styles.brand}>Attune</span>
        <LanguageSwitch />
      </div>
      <div className={styles.title}>
        <SeverityShape level={level} size={26} />
        <h1>{title}</h1>
      </div>
      {children}
    </div>
  </main>
)

/** Steps that a gate offers. */
export const GateActions = ({ children }: { readonly children: ReactNode }) => <div className={styles.actions}>{children}</div>
