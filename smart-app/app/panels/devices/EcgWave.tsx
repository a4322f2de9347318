import { useId } from 'react'
import type { DeviceSeries } from '../../../../src/contract/devices.ts'
import { useWidth } from '../../../ui/charts/use-width.ts'
import { fixedWords } from '../../words/numbers.ts'
import { own } from '../../words/own.ts'
import styles from './Ecg.module.css'
import { TEXT } from './texts.ts'

/** CSS: one millimetre is 96/25.4 pixels. */
const PIXELS = 96 / 25.4
/** Paper of electrocardiography: 25 mm a second, 10 mm a millivolt. */
const [PER_SECOND, PER_MILLIVOLT] = [25, 10]
const MOST_SECONDS = 30

/** To millivolts, for the picture alone. */
const UNITS: { readonly [unit: string]: number } = { mV: 1, uV: 0.001, V: 1000 }

type Wave = { readonly rate: number; readonly millivolts: readonly (number | null)[]; readonly lost: number }

/** Samples at an even rate, in millivolts; null where the curve cannot be drawn on ECG paper. */
export const waveOf = ({ points, unit }: DeviceSeries): Wave | null => {
  const [run] = points.steps
  const factor = own(UNITS, unit)
  if (factor === undefined || !run || points.steps.length !== 1 || run[0] <= 0) return null
  const most = Math.floor((MOST_SECONDS * 1000) / run[0]) + 1
  const millivolts = points.values.slice(0, most).map((value) => (typeof value === 'number' ? value * factor : null))
  return { rate: 1000 / run[0], millivolts, lost: points.values.filter((value) => typeof value !== 'number').length }
}

const pathOf = (values: readonly (number | null)[], rate: number, top: number): string => {
  let path = ''
  let pen = 'M'
  for (const [index, value] of values.entries()) {
    if (value === null) {
      pen = 'M'
      continue
    }
    path += `${pen}${((index / rate) * PER_SECOND).toFixed(2)} ${((top - value) * PER_MILLIVOLT).toFixed(2)}`
    pen = 'L'
  }
  return path
}

/** Millivolts above and below zero that the rows show, in whole half millivolts, within what a heart makes. */
const reachOf = (values: readonly (number | null)[]): { readonly top: number; readonly bottom: number } => {
  let [top, bottom] = [1, -0.5]
  for (const value of values) {
    if (value === null) continue
    if (value > top) top = value
    if (value < bottom) bottom = value
  }
  return { top: Math.min(4, Math.ceil(top * 2) / 2), bottom: Math.max(-4, Math.floor(bottom * 2) / 2) }
}

/** A curve on ECG paper in rows of whole seconds, at true size. It is shown, never read. */
export const EcgWave = ({ series }: { readonly series: DeviceSeries }) => {
  const id = useId()
  const [frame, width] = useWidth()
  const wave = waveOf(series)
  if (!wave) return null
  const { rate, millivolts, lost } = wave
  const seconds = millivolts.length / rate
  const perRow = Math.max(1, Math.floor((width - 2) / PIXELS / PER_SECOND))
  const samples = Math.round(perRow * rate)
  const { top, bottom } = reachOf(millivolts)
  const size = { width: perRow * PER_SECOND, height: (top - bottom) * PER_MILLIVOLT }
  const rows = Array.from({ length: Math.ceil(millivolts.length / samples) }, (_, row) => row)
  const whole = series.points.values.length / rate
  return (
    <figure className={styles.wave} ref={frame}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: rows that do not fit are scrolled, so they must be reached by keyboard */}
      <div role="img" aria-label={TEXT.curve(series.name, fixedWords(seconds, 0))} className={styles.rows} tabIndex={0}>
        {rows.map((row) => (
          <svg
            key={row}
            viewBox={`0 0 ${size.width} ${size.height}`}
            width={size.width * PIXELS}
            height={size.height * PIXELS}
            aria-hidden="true"
            className={styles.paper}
          >
            <defs>
              <pattern id={`${id}-small-${row}`} width="1" height="1" patternUnits="userSpaceOnUse">
                <path d="M1 0H0V1" className={styles.small} />
              </pattern>
              <pattern id={`${id}-large-${row}`} width="5" height="5" patternUnits="userSpaceOnUse">
                <rect width="5" height="5" fill={`url(#${id}-small-${row})`} />
                <path d="M5 0H0V5" className={styles.large} />
              </pattern>
            </defs>
            <rect width={size.width} height={size.height} fill={`url(#${id}-large-${row})`} />
            <path d={pathOf(millivolts.slice(row * samples, (row + 1) * samples + 1), rate, top)} className={styles.trace} />
          </svg>
        ))}
      </div>
      <figcaption>
        {series.name} · {TEXT.paper}
        {whole > seconds + 1 ? ` · ${TEXT.cut(MOST_SECONDS)}` : ''}
        {lost > 0 ? ` · ${TEXT.lost(lost)}` : ''}
      </figcaption>
    </figure>
  )
}
