import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import styles from './IntervalBar.module.css'
import { scaleOf } from './scale.ts'
import { TEXT } from './texts.ts'
import { modelled, modelledRange } from './words.ts'

const WIDTH = 320
const MIDDLE = 14

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

/** The estimate with its interval as a line, and other estimates as open rings. The figures stand beside it as text. */
export const IntervalBar = ({ estimate }: { readonly estimate: Estimated }) => {
  const { value, interval, comparison, unit } = estimate
  const others = comparison.filter((other) => other.unit === unit)
  if (!interval) return null
  const place = scaleOf([value, interval.low, interval.high, ...others.map((other) => other.value)], WIDTH)
  const label = `${modelled(value, unit)}, ${TEXT.interval(interval.level)} ${modelledRange(interval.low, interval.high, unit)}`
  return (
    <svg viewBox={`0 0 ${WIDTH} 28`} className={styles.bar} role="img" aria-label={label}>
      <line x1="0" x2={WIDTH} y1={MIDDLE} y2={MIDDLE} className={styles.axis} />
      <line x1={place(interval.low)} x2={place(interval.high)} y1={MIDDLE} y2={MIDDLE} className={styles.interval} />
      {others.map((other) => (
        <circle key={other.variant} cx={place(other.value)} cy={MIDDLE} r="5" className={styles.other} />
      ))}
      <rect x={place(value) - 3} y={MIDDLE - 12} width="6" height="24" rx="2" className={styles.value} />
    </svg>
  )
}
