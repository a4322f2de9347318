import type { ReactNode } from 'react'
import { type Level, SeverityShape } from '../../ui/Severity.tsx'
import styles from './Gate.module.css'

/** A page that stands in place of the app: signing in, refused, expired, nothing to show. */
export const Gate = ({ level, title, children }: { readonly level: Level; readonly title: string; readonly children?: ReactNode }) => (
  <main className={styles.gate}>
    <div className={styles.sheet}>
      <SeverityShape level={level} size={28} />
      <h1>{title}</h1>
      {children}
    </div>
  </main>
)

/** Steps that a gate offers. */
export const GateActions = ({ children }: { readonly children: ReactNode }) => <div className={styles.actions}>{children}</div>
