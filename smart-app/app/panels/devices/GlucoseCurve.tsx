import { scaleLinear } from 'd3-scale'
import { area, line } from 'd3-shape'
import { type KeyboardEvent, type PointerEvent, useId, useState } from 'react'
import type { GlucoseProfile } from '../../../../src/contract/devices.ts'
import { useWidth } from '../../../ui/charts/use-width.ts'
import { fixedWords } from '../../words/numbers.ts'
import { minuteWords } from './clock.ts'
import styles from './Glucose.module.css'
import { TEXT } from './texts.ts'

const HEIGHT = 240
const ROOM = { left: 40, right: 10, top: 10, bottom: 26 } as const

type Curve = GlucoseProfile['curve']

const valuesOf = (curve: Curve, percent: number): readonly (number | null)[] =>
  curve.percentiles.find((one) => one.percent === percent)?.values ?? []

/** The axis that AGP reports have, longer only where readings go beyond it. */
const topOf = ({ curve, unit }: GlucoseProfile): number => {
  const usual = unit === 'mg/dL' ? 350 : 20
  return Math.max(usual, ...curve.percentiles.flatMap(({ values }) => values.flatMap((value) => (value === null ? [] : [value]))))
}

/** All points of the curve, and its beginning once more at midnight of the other side. */
const stops = (curve: Curve): number[] => [...curve.minutes.keys(), 0]

export const digitsOf = (unit: GlucoseProfile['unit']): number => (unit === 'mg/dL' ? 0 : 1)

const wordsAt = (profile: GlucoseProfile, index: number): string => {
  const { curve, unit } = profile
  const time = minuteWords(curve.minutes[index] ?? 0)
  const readings = curve.readings[index] ?? 0
  const [low, quarter, median, upper, high] = [5, 25, 50, 75, 95].map((percent) => valuesOf(curve, percent)[index] ?? null)
  if (low == null || quarter == null || median == null || upper == null || high == null) return TEXT.curveNothing(time, readings)
  const words = (value: number): string => fixedWords(value, digitsOf(unit))
  return TEXT.curveSays(
    time,
    `${words(median)}\u00a0${unit}`,
    TEXT.between(words(quarter), words(upper)),
    TEXT.between(words(low), words(high)),
    readings,
  )
}

const KEYS: { readonly [key: string]: (index: number, last: number) => number } = {
  ArrowLeft: (index) => index - 1,
  ArrowRight: (index) => index + 1,
  PageUp: (index) => index - 8,
  PageDown: (index) => index + 8,
  Home: () => 0,
  End: (_index, last) => last,
}

/** The day's percentiles: two grounds and the median over the target range. One tab stop; arrow keys walk the quarter hours. */
export const GlucoseCurve = ({ profile }: { readonly profile: GlucoseProfile }) => {
  const id = useId()
  const [frame, width] = useWidth()
  const [index, setIndex] = useState<number | null>(null)
  const [said, setSaid] = useState('')
  const { curve, range, unit } = profile
  const last = curve.minutes.length - 1
  const step = (curve.minutes[1] ?? 15) - (curve.minutes[0] ?? 0)
  const x = scaleLinear([0, (last + 1) * step], [ROOM.left, Math.max(ROOM.left + 1, width - ROOM.right)])
  const y = scaleLinear([0, topOf(profile)], [HEIGHT - ROOM.bottom, ROOM.top])
  const place = (stop: number): number => x(stop * step)
  const go = (to: number, speak: boolean): void => {
    const next = Math.min(last, Math.max(0, to))
    setIndex(next)
    if (speak) setSaid(wordsAt(profile, next))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = KEYS[event.key]
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    go(move(index ?? 0, last), true)
  }
  const onPointer = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect()
    go(Math.round(x.invert(((event.clientX - box.left) / box.width) * width) / step), false)
  }
  const band = (low: number, high: number): string => {
    const [lows, highs] = [valuesOf(curve, low), valuesOf(curve, high)]
    const draw = area<number>()
      .defined((stop) => lows[stop] != null && highs[stop] != null)
      .x((_stop, at) => place(at))
      .y0((stop) => y(lows[stop] ?? 0))
      .y1((stop) => y(highs[stop] ?? 0))
    return draw(stops(curve)) ?? ''
  }
  const medians = valuesOf(curve, 50)
  const median = line<number>()
    .defined((stop) => medians[stop] != null)
    .x((_stop, at) => place(at))
    .y((stop) => y(medians[stop] ?? 0))
  const every = width < 480 ? 6 : 3
  return (
    <figure className={styles.curve} ref={frame}>
      <figcaption className="visually-hidden">{TEXT.curveLabel}</figcaption>
      <ul className={styles.legend}>
        {TEXT.curveLegend.map((name, at) => (
          <li key={name}>
            <svg viewBox="0 0 24 12" width="24" height="12" aria-hidden="true">
              {at === 2 ? (
                <path d="M1 6h22" className={styles.median} />
              ) : (
                <rect x="0" y="1" width="24" height="10" className={[styles.wide, styles.half, '', styles.target][at]} />
              )}
            </svg>
            {name}
          </li>
        ))}
      </ul>
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex: the region answers keys, as in ui/charts/TimeChart */}
      <div
        className={styles.region}
        role="application"
        aria-label={TEXT.curveLabel}
        aria-describedby={`${id}-keys`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => index === null && go(Math.round(last / 2), true)}
        onPointerMove={onPointer}
        onPointerDown={onPointer}
      >
        <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} aria-hidden="true" className={styles.svg}>
          <rect
            x={ROOM.left}
            width={Math.max(0, width - ROOM.left - ROOM.right)}
            y={y(range.high)}
            height={Math.max(0, y(range.low) - y(range.high))}
            className={styles.target}
          />
          {y.ticks(6).map((tick) => (
            <g key={tick}>
              <line x1={ROOM.left} x2={width - ROOM.right} y1={y(tick)} y2={y(tick)} className={styles.grid} />
              <text x={ROOM.left - 6} y={y(tick)} dy="0.32em" textAnchor="end">
                {tick}
              </text>
            </g>
          ))}
          <path d={band(5, 95)} className={styles.wide} />
          <path d={band(25, 75)} className={styles.half} />
          {[range.low, range.high].map((limit) => (
            <line key={limit} x1={ROOM.left} x2={width - ROOM.right} y1={y(limit)} y2={y(limit)} className={styles.limit} />
          ))}
          <path d={median(stops(curve)) ?? ''} className={styles.median} />
          {Array.from({ length: 24 / every + 1 }, (_, at) => at * every).map((hour) => (
            <text key={hour} x={x(hour * 60)} y={HEIGHT - 8} textAnchor={hour === 24 ? 'end' : 'middle'}>
              {hour === 24 ? '24:00' : minuteWords(hour * 60)}
            </text>
          ))}
          <text x={width - ROOM.right} y={ROOM.top + 4} textAnchor="end" className={styles.unit}>
            {unit}
          </text>
          {index === null ? null : (
            <line x1={place(index)} x2={place(index)} y1={ROOM.top} y2={HEIGHT - ROOM.bottom} className={styles.cursor} />
          )}
        </svg>
      </div>
      {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex: as above */}
      <p className={styles.readout} aria-hidden="true">
        {index === null ? TEXT.clock[profile.clock] : wordsAt(profile, index)}
      </p>
      <p className="visually-hidden" id={`${id}-keys`}>
        {TEXT.clock[profile.clock]}. {TEXT.curveKeys}
      </p>
      <p className="visually-hidden" aria-live="polite" data-chart-says="">
        {said}
      </p>
    </figure>
  )
}
