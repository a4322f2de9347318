import type { ReactNode } from 'react'
import styles from './Notice.module.css'
import { type Level, SeverityShape } from './Severity.tsx'

/** A ground with a shape and words: what went wrong, what is missing, what to know. */
export const Notice = ({
  level,
  title,
  children,
  actions,
}: {
  readonly level: Level
  readonly title?: string
  readonly children?: ReactNode
  readonly actions?: ReactNode
}) => (
  <div className={`${styles.notice} ${styles[level]}`}>
    <SeverityShape level={level} size={20} />
    <div className={styles.words}>
      {title ? <p className={styles.title}>{title}</p> : null}
      {children}
      {actions ? <div className={styles.actions}>{actions}</div> : null}
    </div>
  </div>
)
