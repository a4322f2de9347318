import type { ReactNode } from 'react'
import styles from './Severity.module.css'

/** How serious something is, most serious first. `unknown` is "not assessed", never "nothing found". */
export type Level = 'critical' | 'warning' | 'caution' | 'info' | 'ok' | 'none' | 'unknown'

/** One shape per level, so that the level can be told without colour. Drawn on a 16 x 16 grid. */
const SHAPES: { readonly [level in Level]: ReactNode } = {
  critical: (
    <>
      <path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z" className={styles.body} />
      <path d="m5.2 5.2 5.6 5.6m0-5.6-5.6 5.6" className={styles.mark} />
    </>
  ),
  warning: (
    <>
      <path d="M8 1.2 15.4 14.6H.6z" className={styles.body} />
      <path d="M8 5.8v4.1m0 2v.4" className={styles.mark} />
    </>
  ),
  caution: (
    <>
      <path d="M8 .6 15.4 8 8 15.4.6 8z" className={styles.body} />
      <path d="M8 4.6v4.1m0 2.2v.4" className={styles.mark} />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="7.2" className={styles.body} />
      <path d="M8 7.4v4m0-6.9v.4" className={styles.mark} />
    </>
  ),
  ok: (
    <>
      <rect x="1" y="1" width="14" height="14" rx="3.5" className={styles.body} />
      <path d="m4.4 8.3 2.5 2.5 4.8-5.2" className={styles.mark} />
    </>
  ),
  none: <path d="M2.5 8h11" className={styles.stroke} />,
  unknown: (
    <>
      <circle cx="8" cy="8" r="6.6" className={styles.dashed} />
      <path d="M6.2 6.3c.2-2.2 3.7-2.1 3.6 0 0 1.2-1.8 1.3-1.8 2.6m0 2.2v.3" className={styles.thin} />
    </>
  ),
}

/** The shape of a level without its word; the word must stand beside it. */
export const SeverityShape = ({ level, size = 16 }: { readonly level: Level; readonly size?: number }) => (
  <svg viewBox="0 0 16 16" width={size} height={size} className={`${styles.shape} ${styles[level]}`} aria-hidden="true" focusable="false">
    {SHAPES[level]}
  </svg>
)

/** Severity as word, shape and colour together. */
export const Severity = ({ level, children }: { readonly level: Level; readonly children: ReactNode }) => (
  <span className={`${styles.badge} ${styles[level]}`}>
    <SeverityShape level={level} />
    <span>{children}</span>
  </span>
)
