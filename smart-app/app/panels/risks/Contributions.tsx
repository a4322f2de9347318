import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import { TEXT } from '../../text.ts'
import styles from './Contributions.module.css'
import { scaleOf } from './scale.ts'

const WIDTH = 120
const HEIGHT = 14

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>
type Step = { readonly label: string; readonly from: number; readonly to: number }

/** Each reason starts where the one before it ended, so that the bars visibly add up. */
const stepsOf = (estimate: Estimated): Step[] => {
  const steps: Step[] = []
  for (const reason of estimate.reasons) {
    const from = steps.at(-1)?.to ?? estimate.baseline
    steps.push({ label: reason.label, from, to: from + reason.contribution })
  }
  return steps
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`

/** Baseline, contributions and their total: a list that reads well aloud, with bars for the eye. */
export const Contributions = ({ estimate }: { readonly estimate: Estimated }) => {
  const steps = stepsOf(estimate)
  const total = steps.at(-1)?.to ?? estimate.baseline
  const place = scaleOf([estimate.baseline, ...steps.map((step) => step.to)], WIDTH)
  const scale = estimate.reasons[0]?.scale
  if (scale === undefined) return null
  return (
    <div className={styles.contributions}>
      <h4>{TEXT.risks.reasons}</h4>
      <p className={styles.note}>{TEXT.risks.reasonsLead(scale)}</p>
      <ul className={styles.list}>
        <li className={styles.end}>
          <span>{TEXT.risks.baseline}</span>
          <Mark at={place(estimate.baseline)} />
          <span className={styles.number}>{estimate.baseline.toFixed(3)}</span>
        </li>
        {steps.map((step) => (
          <li key={step.label}>
            <span>{step.label}</span>
            <Bar from={place(step.from)} to={place(step.to)} />
            <span className={styles.number}>{signed(step.to - step.from)}</span>
          </li>
        ))}
        <li className={styles.end}>
          <span>{TEXT.risks.total}</span>
          <Mark at={place(total)} />
          <span className={styles.number}>{total.toFixed(3)}</span>
        </li>
      </ul>
    </div>
  )
}

const Bar = ({ from, to }: { readonly from: number; readonly to: number }) => (
  <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={styles.bar} aria-hidden="true" preserveAspectRatio="none">
    <rect
      x={Math.min(from, to)}
      y="2"
      width={Math.max(Math.abs(to - from), 1)}
      height={HEIGHT - 4}
      className={to < from ? styles.down : styles.up}
    />
  </svg>
)

const Mark = ({ at }: { readonly at: number }) => (
  <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={styles.bar} aria-hidden="true" preserveAspectRatio="none">
    <rect x={at - 1} y="0" width="2" height={HEIGHT} className={styles.mark} />
  </svg>
)
