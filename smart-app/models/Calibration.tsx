import type { CalibrationPoint } from '../../src/contract/models.ts'
import type { DataSet } from './figure-table.ts'
import styles from './plots.module.css'
import { TEXT } from './texts.ts'

const SIZE = 260
const LEFT = 36
const ROOM = 20
const STEPS = 60

const logit = (share: number): number => Math.log(share / (1 - share))
const logistic = (value: number): number => 1 / (1 + Math.exp(-value))

const SLOPE = 'Calibration slope'
const INTERCEPT = 'Calibration intercept'

/** Upper end of both axes: the next tenth above all dots; the whole without dots. */
const endOf = (points: readonly CalibrationPoint[]): number =>
  points.length === 0
    ? 1
    : Math.min(1, Math.ceil(Math.max(...points.flatMap(({ predicted, observed }) => [predicted, observed])) * 10) / 10)

/** The line that slope and intercept describe, and people by tenths, beside the diagonal on which every number would be right. */
export const Calibration = ({ set, points }: { readonly set: DataSet; readonly points: readonly CalibrationPoint[] }) => {
  const everyone = set.rows.find(({ group }) => group === TEXT.everyone)
  const slope = everyone?.figures.get(SLOPE)?.value
  const intercept = everyone?.figures.get(INTERCEPT)?.value
  if (slope === undefined || intercept === undefined) return null
  const end = endOf(points)
  const across = (share: number) => LEFT + (share / end) * (SIZE - LEFT - ROOM)
  const up = (share: number) => SIZE - LEFT - (share / end) * (SIZE - LEFT - ROOM)
  const line = Array.from({ length: STEPS }, (_, n) => {
    const predicted = (end * (n + 0.5)) / STEPS
    return [predicted, logistic(intercept + slope * logit(predicted))] as const
  })
    .filter(([, observed]) => observed <= end)
    .map(([predicted, observed]) => `${across(predicted).toFixed(1)},${up(observed).toFixed(1)}`)
  return (
    <figure className={styles.figure}>
      <figcaption>
        {TEXT.calibrationTitle}. {points.length > 0 ? TEXT.tenths : ''}
        {TEXT.calibrationLead}
      </figcaption>
      <svg
        viewBox={`0 0 ${SIZE} ${SIZE}`}
        className={styles.square}
        role="img"
        aria-label={`${TEXT.calibrationTitle}: ${SLOPE} ${slope}, ${INTERCEPT} ${intercept}`}
      >
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <g key={part}>
            <line x1={across(part * end)} x2={across(part * end)} y1={up(0)} y2={up(end)} className={styles.grid} />
            <line x1={across(0)} x2={across(end)} y1={up(part * end)} y2={up(part * end)} className={styles.grid} />
            <text x={across(part * end)} y={up(0) + 14} textAnchor="middle" className={styles.tick}>
              {Number((part * end * 100).toPrecision(3))}
            </text>
            <text x={LEFT - 6} y={up(part * end) + 3} textAnchor="end" className={styles.tick}>
              {Number((part * end * 100).toPrecision(3))}
            </text>
          </g>
        ))}
        <line x1={across(0)} x2={across(end)} y1={up(0)} y2={up(end)} className={styles.guide} />
        <polyline points={line.join(' ')} className={styles.curve} />
        {points.map(({ predicted, observed }) => (
          <circle key={`${predicted}`} cx={across(predicted)} cy={up(observed)} r="4" className={styles.point} />
        ))}
        <text x={across(end / 2)} y={SIZE - 4} textAnchor="middle" className={styles.label}>
          {TEXT.predicted}, %
        </text>
        <text x={LEFT - 6} y={12} textAnchor="start" className={styles.label}>
          {TEXT.observed}, %
        </text>
      </svg>
    </figure>
  )
}
