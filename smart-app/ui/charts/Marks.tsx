import { curveLinear, curveStepAfter, line } from 'd3-shape'
import { memo } from 'react'
import type { Level } from '../Severity.tsx'
import styles from './charts.module.css'
import type { Cursor } from './cursor.ts'
import { decimate, runsOf } from './decimate.ts'
import type { Lane, TimeScale } from './lanes.ts'
import { DOT, MARKS } from './marks.ts'
import { highestOf, isGap, lowestOf, type Point, type Series, type Span } from './series.ts'

type Drawn = { readonly series: Series; readonly lane: Lane; readonly x: TimeScale; readonly indices: readonly number[] }

/** Fewer than this many points a line's points are dots as well: each is a measurement. */
const DOTTED = 160

/** Everything of one strip that is data. Redrawn when window or data change, not when the cursor moves. */
export const Marks = memo(
  ({ lane, all, x, window }: { readonly lane: Lane; readonly all: readonly Series[]; readonly x: TimeScale; readonly window: Span }) => {
    const columns = Math.max(1, Math.round((x.range()[1] ?? 1) - (x.range()[0] ?? 0)))
    return (
      <>
        {lane.series.map((series) => {
          const drawn = { series, lane, x, indices: decimate(series, window, columns) }
          return (
            <g key={series.id} className={`${styles.series} ${styles[`s${all.indexOf(series) % 6}`]}`}>
              {series.kind === 'bars' ? <Bars {...drawn} /> : null}
              {series.kind === 'line' || series.kind === 'step' ? <Line {...drawn} /> : null}
              {series.kind === 'bars' ? null : <Whiskers {...drawn} />}
              <Points {...drawn} />
            </g>
          )
        })}
      </>
    )
  },
)

const Line = ({ series, lane, x, indices }: Drawn) => {
  const draw = line<number>()
    .defined((index) => series.points[index]?.value != null)
    .x((index) => x(series.points[index]?.at ?? 0))
    .y((index) => lane.y(series.points[index]?.value ?? 0))
    .curve(series.kind === 'step' ? curveStepAfter : curveLinear)
  const path = runsOf(series, indices)
    .map((run) => draw([...run]) ?? '')
    .join('')
  return <path d={path} className={styles.line} />
}

const at = (points: readonly Point[], indices: readonly number[]): readonly Point[] =>
  indices.flatMap((index) => {
    const point = points[index]
    return point && !isGap(point) ? [point] : []
  })

/** From low to high; from zero where a point has no ends of its own. One path for all, however many. */
const Bars = ({ series, lane, x, indices }: Drawn) => {
  const zero = Math.max(0, lane.y.domain()[0] ?? 0)
  const path = at(series.points, indices)
    .map((point) => `M${x(point.at).toFixed(1)} ${lane.y(point.low ?? zero).toFixed(1)}V${lane.y(highestOf(point) ?? 0).toFixed(1)}`)
    .join('')
  return <path d={path} className={indices.length > DOTTED ? styles.thinBar : styles.bar} />
}

const Whiskers = ({ series, lane, x, indices }: Drawn) => {
  const path = at(series.points, indices)
    .filter((point) => point.low !== undefined && point.high !== undefined)
    .map((point) => `M${x(point.at).toFixed(1)} ${lane.y(point.low ?? 0).toFixed(1)}V${lane.y(point.high ?? 0).toFixed(1)}`)
    .join('')
  return path === '' ? null : <path d={path} className={styles.whisker} />
}

/** Points grouped by mark, one path each: thousands cost no more elements than one. */
const Points = ({ series, lane, x, indices }: Drawn) => {
  const crowded = indices.length > DOTTED
  const byMark = new Map<Level, string[]>()
  for (const point of at(series.points, indices)) {
    const mark = point.mark ?? 'none'
    if (mark === 'none' && (series.kind === 'bars' || (crowded && series.kind !== 'points'))) continue
    const y = point.value ?? lowestOf(point) ?? 0
    const shape = mark === 'none' && crowded ? DOT : MARKS[mark]
    const paths = byMark.get(mark) ?? []
    paths.push(`M${x(point.at).toFixed(1)} ${lane.y(y).toFixed(1)}${shape}`)
    byMark.set(mark, paths)
  }
  return (
    <>
      {[...byMark].map(([mark, paths]) => (
        <path key={mark} d={paths.join('')} className={`${styles.point} ${mark === 'none' && crowded ? styles.dot : styles[mark]}`} />
      ))}
    </>
  )
}

/** The crosshair: a line through the moment, a ring at the point. */
export const CursorMark = ({
  cursor,
  series,
  lanes,
  x,
  bottom,
}: {
  readonly cursor: Cursor | null
  readonly series: readonly Series[]
  readonly lanes: readonly Lane[]
  readonly x: TimeScale
  readonly bottom: number
}) => {
  const one = cursor ? series[cursor.series] : undefined
  const point = cursor ? one?.points[cursor.index] : undefined
  const lane = one && lanes.find((candidate) => candidate.series.includes(one))
  if (!point || !lane) return null
  const y = point.value ?? highestOf(point)
  return (
    <g className={styles.cursor}>
      <line x1={x(point.at)} x2={x(point.at)} y1={0} y2={bottom} />
      {y === null ? null : <circle cx={x(point.at)} cy={lane.y(y)} r={7} />}
    </g>
  )
}
