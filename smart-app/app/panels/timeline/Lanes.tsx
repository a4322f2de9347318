import { scaleUtc } from 'd3-scale'
import { type KeyboardEvent, type PointerEvent, useId, useMemo } from 'react'
import { TimeAxis } from '../../../ui/charts/Axes.tsx'
import { useWidth } from '../../../ui/charts/use-width.ts'
import type { Lane } from './items.ts'
import { LaneRow } from './LaneRow.tsx'
import styles from './Lanes.module.css'
import { dayOf } from './place.ts'
import { type Group, TEXT } from './texts.ts'
import { press, type Span, stopsOf, type View } from './window.ts'

const HEIGHTS: { readonly [kind in Lane['kind']]: number } = { bars: 20, marks: 20, values: 40 }
const HEAD = 20
const AXIS = 34
const GUTTER = 176
/** Narrower than this the names stand over their lanes. */
const NARROW = 560

type Row = { readonly lane: Lane; readonly top: number; readonly height: number; readonly heading: Group | null }

/** Lanes from top to bottom, a heading over each group; where it is narrow a line of its own for each name. */
const rowsOf = (lanes: readonly Lane[], narrow: boolean): { readonly rows: readonly Row[]; readonly bottom: number } => {
  let top = 4
  let group: Group | null = null
  const rows = lanes.map((lane): Row => {
    const heading = lane.group === group ? null : lane.group
    group = lane.group
    if (heading) top += HEAD
    if (narrow) top += 14
    const row = { lane, top, height: HEIGHTS[lane.kind], heading }
    top += row.height + 2
    return row
  })
  return { rows, bottom: top + 4 }
}

/** The picture: one axis for all lanes, one tab stop, a line at the day that is read out. */
export const Lanes = ({
  lanes,
  whole,
  view,
  now,
  onView,
}: {
  readonly lanes: readonly Lane[]
  readonly whole: Span
  readonly view: View
  readonly now: number
  readonly onView: (view: View) => void
}) => {
  const [box, width] = useWidth<HTMLDivElement>()
  const id = useId()
  const narrow = width < NARROW
  const stops = useMemo(() => stopsOf(lanes), [lanes])
  const { rows, bottom } = useMemo(() => rowsOf(lanes, narrow), [lanes, narrow])
  const left = narrow ? 6 : GUTTER
  const x = useMemo(
    () =>
      scaleUtc<number, number>()
        .domain([view.window.from, view.window.to])
        .range([left, Math.max(left + 40, width - 12)]),
    [view.window, left, width],
  )
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const next = press({ whole, stops }, view, event.key)
    if (!next) return
    event.preventDefault()
    onView(next)
  }
  const onPointer = (event: PointerEvent<SVGSVGElement>): void => {
    const bounds = event.currentTarget.getBoundingClientRect()
    const at = x.invert(event.clientX - bounds.left).getTime()
    if (at >= view.window.from && at <= view.window.to) onView({ ...view, cursor: dayOf(at) })
  }
  return (
    <div ref={box} className={styles.box}>
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex: the region answers keys, as the charts do */}
      <div
        role="application"
        aria-roledescription={TEXT.kind}
        aria-label={TEXT.chart}
        aria-describedby={id}
        tabIndex={0}
        className={styles.region}
        onKeyDown={onKeyDown}
      >
        <svg
          viewBox={`0 0 ${width} ${bottom + AXIS}`}
          width={width}
          height={bottom + AXIS}
          className={styles.svg}
          aria-hidden="true"
          onPointerDown={onPointer}
        >
          <clipPath id={`${id}-plot`}>
            <rect x={left - 52} y={0} width={Math.max(1, width - left + 45)} height={bottom} />
          </clipPath>
          {rows.map((row) => (
            <Names key={row.lane.id} row={row} narrow={narrow} width={width} />
          ))}
          <TimeAxis x={x} width={width - left} bottom={bottom} />
          <g clipPath={`url(#${id}-plot)`}>
            {rows.map(({ lane, top, height }) => (
              <LaneRow key={lane.id} lane={lane} x={x} top={top} height={height} window={view.window} />
            ))}
            <line x1={x(now)} x2={x(now)} y1={0} y2={bottom} className={styles.now} />
            {view.cursor === null ? null : <line x1={x(view.cursor)} x2={x(view.cursor)} y1={0} y2={bottom} className={styles.cursor} />}
          </g>
        </svg>
      </div>
      {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex: as above */}
      <p id={id} className="visually-hidden">
        {TEXT.keys}
      </p>
    </div>
  )
}

/** As much of a name as the gutter holds; the whole stands in the list of lanes and in the table. */
const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

const Names = ({
  row: { lane, top, height, heading },
  narrow,
  width,
}: {
  readonly row: Row
  readonly narrow: boolean
  readonly width: number
}) => {
  const two = !narrow && lane.kind === 'values'
  const name = cut(lane.name, narrow ? Math.floor(width / 9) : 22)
  return (
    <g>
      {heading ? (
        <>
          <line x1={0} x2={width} y1={top - (narrow ? 14 : 0) - HEAD + 2} y2={top - (narrow ? 14 : 0) - HEAD + 2} className={styles.rule} />
          <text x={0} y={top - (narrow ? 14 : 0) - 5} className={styles.group}>
            {TEXT.groups[heading]}
          </text>
        </>
      ) : null}
      <text x={0} y={narrow ? top - 3 : top + height / 2 - (two ? 5 : 0)} dy={narrow ? 0 : '0.34em'} className={styles.name}>
        {name}
        {two ? null : <tspan className={styles.unit}> {lane.unit}</tspan>}
      </text>
      {two ? (
        <text x={0} y={top + height / 2 + 13} className={styles.unit}>
          {lane.unit}
        </text>
      ) : null}
    </g>
  )
}
