import type { WatchDistribution, WatchFigure, WatchThreshold } from '../../src/contract/monitoring.ts'
import { SeverityShape } from '../ui/Severity.tsx'
import styles from './Distribution.module.css'
import { LEVELS, percent } from './states.tsx'
import { TEXT } from './texts.ts'

const WIDTH = 240
const HEIGHT = 86
const TREND = 30

const inWords = ({ bins, now, reference }: WatchDistribution): string =>
  bins.map((bin, n) => `${bin}: ${percent(now[n] ?? 0)}, ${TEXT.was} ${percent(reference[n] ?? 0)}`).join('; ')

/** This window as bars, the reference as a line of steps. */
const Bars = ({ drawn }: { readonly drawn: WatchDistribution }) => {
  const { now, reference, bins } = drawn
  const top = Math.max(...now, ...reference, 0.001)
  const step = WIDTH / Math.max(1, bins.length)
  const y = (share: number) => HEIGHT - (share / top) * (HEIGHT - 6)
  const known = reference.some((share) => share > 0)
  const path = reference.map((share, n) => `${n === 0 ? 'M' : 'L'}${n * step} ${y(share)}H${(n + 1) * step}`).join('')
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={styles.bars} role="img" aria-label={inWords(drawn)}>
      <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className={styles.ground} />
      {now.map((share, n) => (
        <rect key={bins[n]} x={n * step + 1} width={Math.max(1, step - 2)} y={y(share)} height={HEIGHT - y(share)} className={styles.bar}>
          <title>{`${bins[n]}: ${percent(share)}`}</title>
        </rect>
      ))}
      {known ? <path d={path} className={styles.reference} /> : null}
    </svg>
  )
}

/** The index of the windows before, the last is now; the two limits as lines. */
const Trend = ({ trend, watch, act }: { readonly trend: readonly (number | null)[]; readonly watch: number; readonly act: number }) => {
  const values = trend.filter((value) => value !== null)
  if (values.length < 2) return null
  const top = Math.max(act * 1.25, ...values)
  const x = (n: number) => 4 + (n / Math.max(1, trend.length - 1)) * (WIDTH - 8)
  const y = (value: number) => TREND - 3 - (value / top) * (TREND - 6)
  const points = trend.flatMap((value, n) => (value === null ? [] : [{ n, value }]))
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${TREND}`}
      className={styles.trend}
      role="img"
      aria-label={points.map(({ value }) => value.toFixed(2)).join(', ')}
    >
      <line x1={0} x2={WIDTH} y1={y(watch)} y2={y(watch)} className={styles.watch} />
      <line x1={0} x2={WIDTH} y1={y(act)} y2={y(act)} className={styles.act} />
      <polyline points={points.map(({ n, value }) => `${x(n)},${y(value)}`).join(' ')} className={styles.line} />
      {points.map(({ n, value }) => (
        <circle key={n} cx={x(n)} cy={y(value)} r={n === trend.length - 1 ? 3 : 1.8} className={styles.dot} />
      ))}
    </svg>
  )
}

/** One input or score: its state, then and now, and how it came there. */
export const Distribution = ({
  drawn,
  figure,
  threshold,
}: {
  readonly drawn: WatchDistribution
  readonly figure: WatchFigure | undefined
  readonly threshold: WatchThreshold | undefined
}) => (
  <figure className={styles.figure}>
    <figcaption className={styles.caption}>
      <span className={styles.name}>
        {drawn.label}
        {drawn.unit && drawn.unit !== '{score}' ? <span className={styles.unit}> {drawn.unit}</span> : null}
      </span>
      {figure ? (
        <span className={styles.state}>
          <SeverityShape level={LEVELS[figure.state]} size={14} /> {TEXT.states[figure.state]}
        </span>
      ) : null}
    </figcaption>
    <Bars drawn={drawn} />
    <div className={styles.ends}>
      <span>{drawn.bins[0]}</span>
      <span>{drawn.bins.length > 1 ? drawn.bins.at(-1) : ''}</span>
    </div>
    {threshold ? <Trend trend={drawn.trend} watch={threshold.watch} act={threshold.act} /> : null}
    <p className={styles.words}>
      {figure?.value === null || figure === undefined ? null : `${TEXT.index} ${figure.value.toFixed(2)}, `}
      {TEXT.values(drawn.n)}
    </p>
  </figure>
)
