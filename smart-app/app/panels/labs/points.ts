import type { Band, Point, Series } from '../../../ui/charts/series.ts'
import { recordTime } from '../../../ui/charts/time.ts'
import { unitWords } from '../../words/values.ts'
import type { Result, Row } from './rows.ts'
import { TEXT } from './texts.ts'
import { flagWord, levelOf, pairOf, shortValue } from './words.ts'

/** What the cursor says of a result: value and flag in words. */
const textOf = ({ measurement, conversion }: Result): string =>
  [shortValue(measurement.value), conversion === undefined ? '' : `(${conversion})`, measurement.flag ? flagWord(measurement.flag) : '']
    .filter((part) => part !== '')
    .join(', ')

const markOf = ({ measurement: { flag } }: Result): Point['mark'] => {
  const level = levelOf(flag)
  return level === 'ok' || level === 'none' ? undefined : level
}

const pointOf = (result: Result): Point | null => {
  const at = recordTime(result.measurement.lineage.date)
  if (at === null) return null
  const [mark, text] = [markOf(result), textOf(result)]
  const pair = pairOf(result.measurement.value)
  if (pair) {
    const values = pair.map(({ value }) => value)
    return { at, value: null, low: Math.min(...values), high: Math.max(...values), mark, text }
  }
  return { at, value: result.trend ?? null, mark, text }
}

/** Results with a date, oldest first. A result without a number stays as a gap. */
export const pointsOf = (row: Row): readonly Point[] => row.results.flatMap((result) => pointOf(result) ?? []).toReversed()

const unitOf = (row: Row): string => {
  const pair = pairOf(row.newest.measurement.value)
  return unitWords(row.analyte.unit ?? pair?.[0].unit ?? '')
}

export const seriesOf = (row: Row, points: readonly Point[]): Series => ({
  id: row.id,
  name: row.analyte.name,
  unit: unitOf(row),
  kind: points.some((point) => point.low !== undefined) ? 'bars' : 'line',
  points,
})

/** The range that came with the newest result which has one in the unit of the chart; ranges for therapy are named as such. */
export const bandsOf = ({ analyte, results }: Row): readonly Band[] => {
  for (const { measurement } of results) {
    const { range, value } = measurement
    if (range === null || (range.low === undefined && range.high === undefined)) continue
    if (value.kind !== 'quantity' || value.unit !== analyte.unit) continue
    return [{ low: range.low, high: range.high, name: range.kind === undefined ? TEXT.rangeBand : TEXT.rangeKind(range.kind) }]
  }
  return []
}

export const isDrawable = (points: readonly Point[]): boolean => points.some((point) => point.value !== null || point.low !== undefined)
