import type { ReactNode } from 'react'
import styles from './KeyValue.module.css'

export type Pair = { readonly term: string; readonly value: ReactNode }

/** Terms and their values, in two columns where there is room. */
export const KeyValue = ({ pairs }: { readonly pairs: readonly Pair[] }) => (
  <dl className={styles.list}>
    {pairs.map((pair) => (
      <div key={pair.term} className={styles.pair}>
        <dt>{pair.term}</dt>
        <dd>{pair.value}</dd>
      </div>
    ))}
  </dl>
)
