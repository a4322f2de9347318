import styles from './charts.module.css'
import type { Band, Series } from './series.ts'

/** Which line is which, by dash as well as by colour, and what the ground behind them means. One series alone needs no name here. */
export const Legend = ({ series, bands }: { readonly series: readonly Series[]; readonly bands: readonly Band[] }) => {
  const named = series.length > 1 ? series : []
  if (named.length + bands.length === 0) return null
  return (
    <ul className={styles.legend}>
      {named.map((one, at) => (
        <li key={one.id}>
          <svg viewBox="0 0 24 12" width="24" height="12" aria-hidden="true" className={`${styles.series} ${styles[`s${at % 6}`]}`}>
            <path d={one.kind === 'bars' ? 'M12 1v10' : 'M1 6h22'} className={one.kind === 'bars' ? styles.bar : styles.line} />
          </svg>
          {one.name}
        </li>
      ))}
      {bands.map((band) => (
        <li key={`${band.name} ${band.low} ${band.high}`}>
          <svg viewBox="0 0 24 12" width="24" height="12" aria-hidden="true" className={styles.band}>
            <rect x="0" y="1.5" width="24" height="9" className={styles.ground} />
            <path d="M0 1.5h24M0 10.5h24" className={styles.edge} />
          </svg>
          {band.name}
        </li>
      ))}
    </ul>
  )
}
