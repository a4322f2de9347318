import type { DataSet } from './figure-table.ts'
import styles from './plots.module.css'
import { TEXT } from './texts.ts'

const SIZE = 240
const PAD = 34
const STEPS = 60

const logit = (share: number): number => Math.log(share / (1 - share))
const logistic = (value: number): number => 1 / (1 + Math.exp(-value))

const SLOPE = 'Calibration slope'
const INTERCEPT = 'Calibration intercept'

/** The line that slope and intercept describe, beside the diagonal on which every number would be right. */
export const Calibration = ({ set }: { readonly set: DataSet }) => {
  const everyone = set.rows.find(({ group }) => group === TEXT.everyone)
  const slope = everyone?.figures.get(SLOPE)?.value
  const intercept = everyone?.figures.get(INTERCEPT)?.value
  if (slope === undefined || intercept === undefined) return null
  const place = (share: number) => PAD + share * (SIZE - PAD - 8)
  const points = Array.from({ length: STEPS + 1 }, (_, n) => {
    const predicted = 0.005 + (n / STEPS) * 0.99
    return [predicted, logistic(intercept + slope * logit(predicted))] as const
  })
  const line = points.map(([x, y]) => `${place(x).toFixed(1)},${(SIZE - place(y)).toFixed(1)}`).join(' ')
  return (
    <figure className={styles.figure}>
      <figcaption>
        {TEXT.calibrationTitle}. {TEXT.calibrationLead}
      </figcaption>
      <svg
        viewBox={`0 0 ${SIZE} ${SIZE}`}
        className={styles.square}
        role="img"
        aria-label={`${TEXT.calibrationTitle}: ${SLOPE} ${slope}, ${INTERCEPT} ${intercept}`}
      >
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <g key={share}>
            <line x1={place(share)} x2={place(share)} y1={SIZE - place(0)} y2={SIZE - place(1)} className={styles.grid} />
            <line x1={place(0)} x2={place(1)} y1={SIZE - place(share)} y2={SIZE - place(share)} className={styles.grid} />
            <text x={place(share)} y={SIZE - 18} textAnchor="middle" className={styles.tick}>
              {share * 100}
            </text>
            <text x={PAD - 5} y={SIZE - place(share) + 3} textAnchor="end" className={styles.tick}>
              {share * 100}
            </text>
          </g>
        ))}
        <line x1={place(0)} x2={place(1)} y1={SIZE - place(0)} y2={SIZE - place(1)} className={styles.guide} />
        <polyline points={line} className={styles.curve} />
        <text x={place(0.5)} y={SIZE - 4} textAnchor="middle" className={styles.label}>
          {TEXT.predicted}, %
        </text>
        <text x={PAD} y={14} className={styles.label}>
          {TEXT.observed}, %
        </text>
      </svg>
    </figure>
  )
}
