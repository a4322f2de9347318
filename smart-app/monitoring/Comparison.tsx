import type { WatchedComparison } from '../../src/contract/monitoring.ts'
import { KeyValue } from '../ui/KeyValue.tsx'
import { Panel } from '../ui/Panel.tsx'
import styles from './Comparison.module.css'
import { percent } from './states.tsx'
import { TEXT } from './texts.ts'

const WIDTH = 480
const HEIGHT = 110
const FOOT = 16

/** How far the challenger's numbers lie from the champion's. */
const Differences = ({ differences: { bins, shares, unit } }: Pick<WatchedComparison, 'differences'>) => {
  const top = Math.max(0.001, ...shares)
  const step = WIDTH / bins.length
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT + FOOT}`}
      className={styles.plot}
      role="img"
      aria-label={bins.map((bin, n) => `${bin}: ${percent(shares[n] ?? 0)}`).join('; ')}
    >
      <line x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} className={styles.ground} />
      {bins.map((bin, n) => (
        <rect
          key={bin}
          x={n * step + 1}
          width={step - 2}
          y={HEIGHT - ((shares[n] ?? 0) / top) * (HEIGHT - 6)}
          height={((shares[n] ?? 0) / top) * (HEIGHT - 6)}
          className={styles.bar}
        >
          <title>{`${bin} ${unit}: ${percent(shares[n] ?? 0)}`}</title>
        </rect>
      ))}
      <line x1={WIDTH / 2} x2={WIDTH / 2} y1={0} y2={HEIGHT} className={styles.zero} />
      <text x={0} y={HEIGHT + 12} className={styles.tick}>
        lower
      </text>
      <text x={WIDTH / 2} y={HEIGHT + 12} textAnchor="middle" className={styles.tick}>
        {`same, ${unit}`}
      </text>
      <text x={WIDTH} y={HEIGHT + 12} textAnchor="end" className={styles.tick}>
        higher
      </text>
    </svg>
  )
}

/** A challenger beside its champion, on the same records. */
export const Comparison = ({ comparison }: { readonly comparison: WatchedComparison }) => {
  const { champion, both, onlyChampion, onlyChallenger, neither, sameBand, meanDifference } = comparison
  const rows = [
    { term: 'Both gave an estimate', value: both.toLocaleString('en') },
    { term: `Only ${champion}`, value: onlyChampion.toLocaleString('en') },
    { term: 'Only this one', value: onlyChallenger.toLocaleString('en') },
    { term: 'Neither', value: neither.toLocaleString('en') },
    ...(sameBand === null ? [] : [{ term: 'In the same band', value: percent(sameBand) }]),
    ...(meanDifference === null
      ? []
      : [{ term: 'Mean difference', value: `${Number(meanDifference.toPrecision(3))} ${comparison.differences.unit}` }]),
  ]
  return (
    <Panel title={TEXT.comparison} lead={TEXT.comparisonLead(champion)}>
      <div className={styles.sides}>
        <Differences differences={comparison.differences} />
        <KeyValue pairs={rows} />
      </div>
    </Panel>
  )
}
