import styles from './charts.module.css'
import { type Lane, type TimeScale, timeTicks, valueTicks } from './lanes.ts'
import { numberLabel } from './numbers.ts'
import type { Band } from './series.ts'
import { tickLabels } from './time.ts'

const edges = (x: TimeScale): readonly [number, number] => [x.range()[0] ?? 0, x.range()[1] ?? 0]

/** Values from bottom to top with a hairline each; the unit stands once, over the topmost. */
export const ValueAxis = ({ lane, x, height }: { readonly lane: Lane; readonly x: TimeScale; readonly height: number }) => {
  const [left, right] = edges(x)
  const ticks = valueTicks(lane.y, height)
  return (
    <g>
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={left} x2={right} y1={lane.y(tick)} y2={lane.y(tick)} className={styles.grid} />
          <text x={left - 8} y={lane.y(tick)} dy="0.32em" className={styles.value}>
            {numberLabel(tick)}
          </text>
        </g>
      ))}
      {lane.unit === '' ? null : (
        <text x={right} y={(lane.y.range()[1] ?? 0) + 10} className={styles.unit}>
          {lane.unit}
        </text>
      )}
    </g>
  )
}

const lengthOf = (x: TimeScale): number => Number(x.domain()[1]) - Number(x.domain()[0])

/** Round moments with their labels; two rows, so that the year or the day is never in doubt. */
export const TimeAxis = ({ x, width, bottom }: { readonly x: TimeScale; readonly width: number; readonly bottom: number }) => {
  const [left, right] = edges(x)
  return (
    <g>
      <line x1={left} x2={right} y1={bottom} y2={bottom} className={styles.axis} />
      {tickLabels(timeTicks(x, width), lengthOf(x)).map(({ at, label, context }) => (
        <g key={at}>
          <line x1={x(at)} x2={x(at)} y1={bottom} y2={bottom + 4} className={styles.axis} />
          <text x={x(at)} y={bottom + 16} className={styles.time}>
            {label}
          </text>
          <text x={x(at)} y={bottom + 29} className={styles.context}>
            {context}
          </text>
        </g>
      ))}
    </g>
  )
}

/** Ground between the edges, and a dashed line at each edge that is stated, so that a band can be seen without colour. */
export const Bands = ({ lane, x }: { readonly lane: Lane; readonly x: TimeScale }) => (
  <>
    {lane.bands.map((band) => (
      <BandGround key={`${band.name} ${band.low} ${band.high}`} band={band} lane={lane} x={x} />
    ))}
  </>
)

const BandGround = ({ band, lane, x }: { readonly band: Band; readonly lane: Lane; readonly x: TimeScale }) => {
  const [left, right] = edges(x)
  const [floor = 0, ceiling = 0] = lane.y.range()
  const low = band.low === undefined ? floor : lane.y(band.low)
  const high = band.high === undefined ? ceiling : lane.y(band.high)
  return (
    <g className={styles.band}>
      <rect x={left} y={Math.min(high, low)} width={Math.max(0, right - left)} height={Math.abs(low - high)} className={styles.ground} />
      {[band.low, band.high].map((edge) =>
        edge === undefined ? null : <line key={edge} x1={left} x2={right} y1={lane.y(edge)} y2={lane.y(edge)} className={styles.edge} />,
      )}
    </g>
  )
}
