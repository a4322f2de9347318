import { scaleLinear } from 'd3-scale'
import { memo } from 'react'
import { decimate } from '../../../ui/charts/decimate.ts'
import type { TimeScale } from '../../../ui/charts/lanes.ts'
import type { Point } from '../../../ui/charts/series.ts'
import { numberWords } from '../../words/values.ts'
import { type Box, boxesOf, clustersOf } from './draw.ts'
import type { Item, Lane } from './items.ts'
import { within } from './items.ts'
import styles from './Lanes.module.css'
import type { Span } from './window.ts'

type Props = { readonly lane: Lane; readonly x: TimeScale; readonly top: number; readonly height: number; readonly window: Span }

const edges = (x: TimeScale): readonly [number, number] => [x.range()[0] ?? 0, x.range()[1] ?? 0]

/** Data of one lane; drawn again when window or data change, not when the cursor moves. */
export const LaneRow = memo((props: Props) => {
  if (props.lane.kind === 'bars') return <Bars {...props} />
  return props.lane.kind === 'values' ? <Values {...props} /> : <Marks {...props} />
})

/** Length of the dashes that stand for an end that nobody recorded. */
const STUB = 22

const Bars = ({ lane, x, top, height }: Props) => {
  const [left, right] = edges(x)
  const boxes = boxesOf(lane.items, x, left, right)
  return (
    <>
      {boxes.map((box) => (
        <Bar key={box.item.id} box={box} x={x} middle={top + height / 2} height={height} />
      ))}
    </>
  )
}

const Bar = ({
  box: { item, left, right },
  x,
  middle,
  height,
}: {
  readonly box: Box
  readonly x: TimeScale
  readonly middle: number
  readonly height: number
}) => {
  const { bar } = item
  if (!bar) return null
  const [, far] = edges(x)
  const thick = bar.share === null ? 6 : 5 + bar.share * (height - 9)
  const sure = Math.max(left, x(bar.startTo))
  const y = middle - thick / 2
  const look = styles[bar.look]
  return (
    <g>
      {bar.start === 'unclear' ? (
        <rect x={Math.min(left, sure - STUB)} y={y} width={Math.max(STUB, sure - left)} height={thick} className={styles.dashed} />
      ) : null}
      {right > sure ? <rect x={sure} y={y} width={right - sure} height={thick} rx={2} className={`${styles.bar} ${look}`} /> : null}
      {bar.look === 'never' ? <path d={`M${left - 4} ${middle - 4}l8 8m0 -8l-8 8`} className={styles.cross} /> : null}
      {bar.end === 'unclear' && bar.look !== 'never' ? (
        <rect x={right} y={y} width={STUB} height={thick} className={styles.dashed} />
      ) : null}
      {bar.end === 'open' ? (
        <path d={`M${right} ${middle - thick / 2 - 2}l6 ${thick / 2 + 2}l-6 ${thick / 2 + 2}`} className={styles.arrow} />
      ) : null}
      {right - sure > bar.label.length * 6.4 + 10 && right <= far ? (
        <text
          x={sure + 5}
          y={middle}
          dy="0.34em"
          className={`${styles.label} ${thick > 11 && bar.look === 'taken' ? styles.inside : styles.beside}`}
        >
          {bar.label}
        </text>
      ) : null}
    </g>
  )
}

const Values = ({ lane, x, top, height, window }: Props) => {
  const points = lane.items.filter(({ value }) => value != null).map((item): Point => ({ at: item.from, value: item.value ?? null }))
  const [left, right] = edges(x)
  const columns = Math.max(1, Math.round(right - left))
  const kept = decimate({ points }, window, columns)
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { value } of points) {
    if (value === null) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  const y = scaleLinear<number, number>(low === high ? [low - 1, high + 1] : [low, high], [top + height - 6, top + 6])
  const at = (index: number): string => `${x(points[index]?.at ?? 0).toFixed(1)} ${y(points[index]?.value ?? 0).toFixed(1)}`
  const coarse = within(lane, window.from, window.to).filter((item) => item.coarse)
  return (
    <g>
      <path d={kept.length > 0 ? `M${kept.map(at).join('L')}` : ''} className={styles.line} />
      {kept.length <= 120 ? <path d={kept.map((index) => `M${at(index)}h0`).join('')} className={styles.dots} /> : null}
      {left > 100 && points.length > 0 ? (
        <>
          <text x={left - 8} y={top + 10} className={styles.end}>
            {numberWords(high)}
          </text>
          {low === high ? null : (
            <text x={left - 8} y={top + height - 3} className={styles.end}>
              {numberWords(low)}
            </text>
          )}
        </>
      ) : null}
      {coarse.map((item) => (
        <Covered key={item.id} item={item} x={x} top={top} height={height} />
      ))}
    </g>
  )
}

const Marks = ({ lane, x, top, height, window }: Props) => {
  const items = within(lane, window.from, window.to)
  const points = items.filter((item) => item.to === item.from || !item.coarse)
  const middle = top + height / 2
  return (
    <g>
      {items
        .filter((item) => item.coarse || x(item.to) - x(item.from) > 6)
        .slice(0, 400)
        .map((item) => (
          <Covered key={item.id} item={item} x={x} top={top} height={height} />
        ))}
      {clustersOf(points, x).map(({ x: at, count, first }) => (
        <g key={first.id}>
          <path d={`M${at} ${middle - 5}l5 5l-5 5l-5 -5z`} className={count > 1 ? styles.many : styles.mark} />
          {count > 1 ? (
            <text x={at + 7} y={middle} dy="0.34em" className={styles.count}>
              {count}
            </text>
          ) : null}
        </g>
      ))}
    </g>
  )
}

/** The time that an inexact date covers, or that a stay lasts: never a point. */
const Covered = ({
  item,
  x,
  top,
  height,
}: {
  readonly item: Item
  readonly x: TimeScale
  readonly top: number
  readonly height: number
}) => {
  const [left, right] = edges(x)
  const [from, to] = [Math.max(left, x(item.from)), Math.min(right, x(item.to))]
  return (
    <rect
      x={from}
      y={top + height / 2 - 4}
      width={Math.max(2, to - from)}
      height={8}
      className={item.coarse ? styles.dashed : styles.stay}
    />
  )
}
