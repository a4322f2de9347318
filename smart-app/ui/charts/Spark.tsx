import { scaleLinear } from 'd3-scale'
import type { Level } from '../Severity.tsx'
import styles from './charts.module.css'
import { decimate, runsOf } from './decimate.ts'
import { MARKS } from './marks.ts'
import { highestOf, isGap, lowestOf, ordered, type Point } from './series.ts'

const [WIDTH, HEIGHT, ROOM] = [104, 26, 5]

type Range = { readonly low?: number | undefined; readonly high?: number | undefined }

/**
 * A trend in one line of text: the course, the range as ground, the newest point with its mark. It repeats what stands beside it and is
 * hidden from screen readers; with `label` it speaks for itself.
 */
export const Spark = ({
  points: given,
  range,
  label,
}: {
  readonly points: readonly Point[]
  readonly range?: Range | null | undefined
  readonly label?: string | undefined
}) => {
  const points = ordered(given)
  const values = points.flatMap((point) => (isGap(point) ? [] : [lowestOf(point) ?? 0, highestOf(point) ?? 0]))
  const [first, last] = [points[0], points.findLast((point) => !isGap(point))]
  if (!first || !last || values.length < 4) return null
  const ends = range ? [range.low, range.high].filter((edge) => edge !== undefined) : []
  const y = scaleLinear([lowest([...values, ...ends]), highest([...values, ...ends])], [HEIGHT - ROOM, ROOM])
  const x = scaleLinear([first.at, Math.max(last.at, first.at + 1)], [ROOM, WIDTH - ROOM])
  const spot = (point: Point): string => `${x(point.at).toFixed(1)} ${y(point.value ?? highestOf(point) ?? 0).toFixed(1)}`
  const drawn = runsOf({ points }, decimate({ points }, { from: first.at, to: last.at }, WIDTH)).map((run) =>
    run.flatMap((index) => points[index] ?? []),
  )
  const bars = drawn.flat().filter(({ value }) => value === null)
  const path = drawn
    .map((run) =>
      run
        .filter(({ value }) => value !== null)
        .map(spot)
        .join('L'),
    )
    .filter((part) => part !== '')
    .map((part) => `M${part}`)
    .join('')
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      className={`${styles.spark} ${styles.s0}`}
      role="img"
      aria-hidden={label === undefined}
      aria-label={label ?? ''}
    >
      {range && ends.length > 0 ? <Ground range={range} y={y} /> : null}
      <path d={path} className={styles.sparkLine} />
      <path d={bars.map((point) => `M${spot(point)}V${y(lowestOf(point) ?? 0).toFixed(1)}`).join('')} className={styles.sparkBar} />
      {last.value === null ? null : (
        <path d={`M${spot(last)}${MARKS[last.mark ?? 'none']}`} className={`${styles.point} ${styles[markOf(last)]}`} />
      )}
    </svg>
  )
}

const markOf = (point: Point): Level => point.mark ?? 'none'

// Not Math.min(...values): a long series has more values than a call may have arguments.
const lowest = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b))
const highest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b))

const Ground = ({ range, y }: { readonly range: Range; readonly y: (value: number) => number }) => {
  const low = range.low === undefined ? HEIGHT : y(range.low)
  const high = range.high === undefined ? 0 : y(range.high)
  return (
    <g className={styles.band}>
      <rect x={0} y={Math.min(low, high)} width={WIDTH} height={Math.abs(low - high)} className={styles.ground} />
    </g>
  )
}
