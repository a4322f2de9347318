import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import { TEXT } from '../../text.ts'
import { modelledWords, unitWords } from '../../words/values.ts'
import styles from './IntervalBar.module.css'
import { scaleOf } from './scale.ts'

const WIDTH = 320
const MIDDLE = 20

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

/** The estimate with its interval as a line, and other estimates as open rings. The figures stand beside it as text. */
export const IntervalBar = ({ estimate }: { readonly estimate: Estimated }) => {
  const { value, interval, comparison, unit } = estimate
  const others = comparison.filter((other) => other.unit === unit)
  const ends = interval ? [interval.low, interval.high] : []
  const place = scaleOf([value, ...ends, ...others.map((other) => other.value)], WIDTH)
  if (!interval) return null
  const label = `${modelledWords(value)} ${unitWords(unit)}, ${TEXT.risks.interval(interval.level)} ${modelledWords(interval.low)} to ${modelledWords(interval.high)}`
  return (
    <svg viewBox={`0 0 ${WIDTH} 52`} className={styles.bar} role="img" aria-label={label}>
      <line x1="0" x2={WIDTH} y1={MIDDLE} y2={MIDDLE} className={styles.axis} />
      <line x1={place(interval.low)} x2={place(interval.high)} y1={MIDDLE} y2={MIDDLE} className={styles.interval} />
      {others.map((other) => (
        <circle key={other.variant} cx={place(other.value)} cy={MIDDLE} r="5" className={styles.other} />
      ))}
      <rect x={place(value) - 3} y={MIDDLE - 12} width="6" height="24" rx="2" className={styles.value} />
      <End at={place(interval.low)} words={modelledWords(interval.low)} />
      <End at={place(interval.high)} words={modelledWords(interval.high)} />
    </svg>
  )
}

const End = ({ at, words }: { readonly at: number; readonly words: string }) => (
  <text x={at} y="48" textAnchor="middle" className={styles.words}>
    {words}
  </text>
)
