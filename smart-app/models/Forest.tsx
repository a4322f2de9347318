import type { ModelFigure } from '../../src/contract/models.ts'
import { type DataSet, figureWords } from './figure-table.ts'
import styles from './plots.module.css'
import { TEXT } from './texts.ts'

const WIDTH = 400
const LEFT = 172
const RIGHT = 16
const ROW = 22
const TOP = 8

/** The first measure that has intervals; that is what a reader compares groups by. */
const measureOf = ({ measures, rows }: DataSet): string | undefined =>
  measures.find((measure) => rows.some(({ figures }) => figures.get(measure)?.low !== null && figures.has(measure)))

const hasInterval = (figure: ModelFigure | undefined): figure is ModelFigure & { readonly low: number; readonly high: number } =>
  figure !== undefined && figure.low !== null && figure.high !== null

/** Groups below each other with their intervals. The same figures stand in the table. */
export const Forest = ({ set }: { readonly set: DataSet }) => {
  const measure = measureOf(set)
  if (measure === undefined) return null
  const rows = set.rows.flatMap(({ group, figures }) => {
    const figure = figures.get(measure)
    return hasInterval(figure) ? [{ group, figure }] : []
  })
  if (rows.length < 2) return null
  const low = Math.min(...rows.map(({ figure }) => figure.low))
  const high = Math.max(...rows.map(({ figure }) => figure.high))
  const room = (high - low || 1) * 0.06
  const place = (value: number) => LEFT + ((value - low + room) / (high - low + 2 * room)) * (WIDTH - LEFT - RIGHT)
  const height = TOP + rows.length * ROW + 24
  const all = rows.find(({ group }) => group === TEXT.everyone)
  return (
    <figure className={styles.figure}>
      <figcaption>{TEXT.forest(measure)}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${height}`}
        className={styles.plot}
        role="img"
        aria-label={rows.map(({ group, figure }) => `${group} ${figureWords(figure)}`).join('; ')}
      >
        {all ? <line x1={place(all.figure.value)} x2={place(all.figure.value)} y1={0} y2={height - 24} className={styles.guide} /> : null}
        {rows.map(({ group, figure }, n) => {
          const y = TOP + n * ROW + ROW / 2
          return (
            <g key={group}>
              <text x={LEFT - 10} y={y + 4} textAnchor="end" className={styles.label}>
                {group.length > 24 ? `${group.slice(0, 23)}…` : group}
              </text>
              <line x1={place(figure.low)} x2={place(figure.high)} y1={y} y2={y} className={styles.interval} />
              <rect x={place(figure.value) - 4} y={y - 4} width="8" height="8" className={styles.point} />
            </g>
          )
        })}
        {[low, high].map((value, n) => (
          <text key={value} x={place(value)} y={height - 6} textAnchor={n === 0 ? 'start' : 'end'} className={styles.tick}>
            {Number(value.toPrecision(3))}
          </text>
        ))}
      </svg>
    </figure>
  )
}
