import type { WatchedModel } from '../../src/contract/monitoring.ts'
import styles from './CallBars.module.css'
import { TEXT } from './texts.ts'

const WIDTH = 132
const HEIGHT = 30

/** Calls by window, the last is now; filled: those with an estimate. */
export const CallBars = ({ trend }: Pick<WatchedModel['calls'], 'trend'>) => {
  const top = Math.max(1, ...trend.map(({ asked }) => asked))
  const step = WIDTH / Math.max(1, trend.length)
  const tall = (n: number) => (n / top) * (HEIGHT - 2)
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className={styles.bars}
      role="img"
      aria-label={trend.map(({ asked, estimated }) => TEXT.calls(asked, estimated)).join('; ')}
    >
      {trend.map(({ asked, estimated }, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: windows have no other name
        <g key={n}>
          <rect x={n * step + 1} width={step - 3} y={HEIGHT - tall(asked) - 1} height={tall(asked) + 1} className={styles.asked} />
          <rect x={n * step + 1} width={step - 3} y={HEIGHT - tall(estimated)} height={tall(estimated)} className={styles.estimated} />
        </g>
      ))}
    </svg>
  )
}
