import { type KeyboardEvent, type PointerEvent, useId, useMemo, useState } from 'react'
import { Bands, TimeAxis, ValueAxis } from './Axes.tsx'
import styles from './charts.module.css'
import { type Cursor, pressKey, startCursor, type View } from './cursor.ts'
import { type Describe, describePoint, summarize } from './describe.ts'
import { Legend } from './Legend.tsx'
import { lanesOf, PLOT, padded, plotHeight, spanOf, timeScale } from './lanes.ts'
import { CursorMark, Marks } from './Marks.tsx'
import { nearestInLanes } from './nearest.ts'
import { type Band, ordered, type Series } from './series.ts'
import { TEXT } from './texts.ts'
import { useWidth } from './use-width.ts'
import { ZoomBar } from './ZoomBar.tsx'

type Props = {
  /** What the chart shows, for example `Creatinine over time`. */
  readonly label: string
  readonly series: readonly Series[]
  readonly bands?: readonly Band[] | undefined
  /** The time axis; without them, from the first to the last point. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Height of one strip in pixels. */
  readonly height?: number | undefined
  /** What the cursor says about a point; without it date, name, value with unit and mark. */
  readonly describe?: Describe | undefined
}

/**
 * Values over time as SVG: printable, themed by tokens, one tab stop.
 *
 * For screen readers: `role="img"` on something that takes focus leaves the arrow keys with the reader's own browse mode, and a slider
 * would promise that a value can be set. `role="application"` on the small region that answers keys hands them through; what it says
 * stands in a polite live region, and nothing is only there: a summary of each series describes the region, and views offer the same
 * data as a table (`TableOrChart`).
 */
export const TimeChart = ({ label, series: given, bands = [], from, to, height = 168, describe = describePoint }: Props) => {
  const id = useId()
  const [frame, width] = useWidth()
  const series = useMemo(() => given.map((one) => ({ ...one, points: ordered(one.points) })), [given])
  const whole = useMemo(() => {
    const span = spanOf(series)
    return padded({ from: from ?? span.from, to: to ?? span.to })
  }, [series, from, to])
  const [view, setView] = useState<View | null>(null)
  const [said, setSaid] = useState('')
  const shown: View = view ?? { cursor: null, window: whole }
  const chart = { series, whole }
  const lanes = useMemo(() => lanesOf(series, bands, height), [series, bands, height])
  const x = useMemo(() => timeScale(shown.window, width), [shown.window, width])
  const bottom = plotHeight(lanes.length, height)
  const wordsOf = (cursor: Cursor | null): string => {
    const one = cursor ? series[cursor.series] : undefined
    const point = cursor ? one?.points[cursor.index] : undefined
    return one && point ? describe(one, point) : ''
  }
  const show = (next: View, speak: boolean): void => {
    setView(next)
    if (speak) setSaid(wordsOf(next.cursor))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const next = pressKey(chart, shown, event.key)
    if (next === null) return
    event.preventDefault()
    event.stopPropagation()
    show(next, true)
  }
  const onPointer = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect()
    const at = { x: ((event.clientX - box.left) / box.width) * width, y: ((event.clientY - box.top) / box.height) * (bottom + PLOT.axis) }
    const cursor = nearestInLanes(lanes, series, x, at)
    if (cursor) show({ ...shown, cursor }, false)
  }
  return (
    <figure className={styles.chart} ref={frame}>
      <figcaption className="visually-hidden">{label}</figcaption>
      <div className={styles.head}>
        <Legend series={series} bands={bands} />
        <ZoomBar chart={chart} view={shown} onView={(next) => show(next, true)} />
      </div>
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex: the region answers keys, see the comment on the component */}
      <div
        className={styles.region}
        role="application"
        aria-roledescription={TEXT.kind}
        aria-label={label}
        aria-describedby={`${id}-about`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => shown.cursor === null && show({ ...shown, cursor: startCursor(chart) }, true)}
        onPointerMove={onPointer}
        onPointerDown={onPointer}
      >
        <svg
          viewBox={`0 0 ${width} ${bottom + PLOT.axis}`}
          width={width}
          height={bottom + PLOT.axis}
          className={styles.svg}
          aria-hidden="true"
        >
          <clipPath id={`${id}-plot`}>
            <rect x={PLOT.left - 7} y={0} width={Math.max(1, width - PLOT.left - PLOT.right + 14)} height={bottom + 7} />
          </clipPath>
          {lanes.map((lane) => (
            <g key={lane.unit}>
              <Bands lane={lane} x={x} />
              <ValueAxis lane={lane} x={x} height={height} />
            </g>
          ))}
          <TimeAxis x={x} width={width} bottom={bottom} />
          <g clipPath={`url(#${id}-plot)`}>
            {lanes.map((lane) => (
              <Marks key={lane.unit} lane={lane} all={series} x={x} window={shown.window} />
            ))}
            <CursorMark cursor={shown.cursor} series={series} lanes={lanes} x={x} bottom={bottom} />
          </g>
        </svg>
      </div>
      {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex: as above */}
      <p className={styles.readout} aria-hidden="true">
        {wordsOf(shown.cursor) || TEXT.hint}
      </p>
      <p className="visually-hidden" id={`${id}-about`}>
        {series.map(summarize).join(' ')} {TEXT.keys}
      </p>
      <p className="visually-hidden" aria-live="polite" aria-atomic="true" data-chart-says="">
        {said}
      </p>
    </figure>
  )
}
