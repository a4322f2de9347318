import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import { type KeyboardEvent, useId, useState } from 'react'
import { useWidth } from '../../../ui/charts/use-width.ts'
import { Said } from '../../words/Said.tsx'
import { numberWords, quantityWords, unitWords } from '../../words/values.ts'
import { modelled } from '../risks/words.ts'
import styles from './Curve.module.css'
import { extentOf, nearest, step, type Tried } from './curve.ts'
import { TEXT } from './texts.ts'

type Mark = { readonly x: number; readonly y: number; readonly word: string; readonly kind: 'record' | 'chosen' }

type Props = {
  readonly label: string
  readonly points: readonly Tried[]
  readonly marks: readonly Mark[]
  readonly input: { readonly label: string; readonly unit: string }
  readonly unit: string
}

const HEIGHT = 220
const ROOM = { left: 44, right: 12, top: 20, bottom: 36 } as const

/** One tab stop; arrow keys walk along the values, and what they meet is said. The table beside it holds the same. */
export const Curve = ({ label, points, marks, input, unit }: Props) => {
  const [box, width] = useWidth<HTMLDivElement>()
  const [at, setAt] = useState<number | null>(null)
  const about = useId()
  const chosen = marks.find(({ kind }) => kind === 'chosen')
  const start = nearest(points, chosen?.x ?? points[0]?.x ?? 0)
  const point = at === null ? undefined : points[at]
  const x = scaleLinear([points[0]?.x ?? 0, points.at(-1)?.x ?? 1], [ROOM.left, Math.max(ROOM.left + 40, width - ROOM.right)])
  const y = scaleLinear(
    extentOf(
      points,
      marks.map((mark) => mark.y),
    ),
    [HEIGHT - ROOM.bottom, ROOM.top],
  ).nice(4)
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = step(event.key, at ?? start, points.length)
    if (next === null) return
    event.preventDefault()
    setAt(next)
  }
  const words = point
    ? TEXT.here(
        quantityWords(point.x, input.unit),
        point.y === null ? TEXT.noMeaning : `${modelled(point.y, unit)}${point.band ? `, ${point.band}` : ''}`,
      )
    : ''
  return (
    <div ref={box} className={styles.curve}>
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex: the region answers keys, as the time charts do */}
      <div
        role="application"
        aria-label={label}
        aria-describedby={about}
        tabIndex={0}
        className={styles.region}
        onKeyDown={onKeyDown}
        onFocus={() => at === null && setAt(start)}
      >
        <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} className={styles.svg} aria-hidden="true">
          {y.ticks(4).map((tick) => (
            <g key={tick}>
              <line x1={ROOM.left} x2={width - ROOM.right} y1={y(tick)} y2={y(tick)} className={styles.grid} />
              <text x={ROOM.left - 6} y={y(tick)} dy="0.32em" textAnchor="end">
                {numberWords(tick)}
              </text>
            </g>
          ))}
          <text x={ROOM.left - 6} y={10} textAnchor="start">
            {unitWords(unit)}
          </text>
          {x.ticks(Math.max(2, Math.floor(width / 90))).map((tick) => (
            <text key={tick} x={x(tick)} y={HEIGHT - ROOM.bottom + 16} textAnchor="middle">
              {numberWords(tick)}
            </text>
          ))}
          <text x={width - ROOM.right} y={HEIGHT - 4} textAnchor="end">
            {input.label} {unitWords(input.unit)}
          </text>
          <path
            d={
              line<Tried>()
                .defined((one) => one.y !== null)
                .x((one) => x(one.x))
                .y((one) => y(one.y ?? 0))([...points]) ?? ''
            }
            className={styles.line}
          />
          {marks.map((mark) => (
            <g key={mark.kind} className={styles[mark.kind]}>
              <line x1={x(mark.x)} x2={x(mark.x)} y1={ROOM.top - 4} y2={HEIGHT - ROOM.bottom} />
              <circle cx={x(mark.x)} cy={y(mark.y)} r={mark.kind === 'chosen' ? 5 : 4} />
              <text x={x(mark.x)} y={mark.kind === 'chosen' ? ROOM.top - 8 : HEIGHT - ROOM.bottom - 4} dx={4}>
                {mark.word}
              </text>
            </g>
          ))}
          {point && point.y !== null ? <circle cx={x(point.x)} cy={y(point.y)} r="8" className={styles.cursor} /> : null}
        </svg>
      </div>
      {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex: as above */}
      <p className={styles.readout} aria-hidden="true">
        {words || '← →'}
      </p>
      <p id={about} className="visually-hidden">
        {TEXT.keys}
      </p>
      <p className="visually-hidden" aria-live="polite" data-curve-says="">
        <Said>{words}</Said>
      </p>
    </div>
  )
}
