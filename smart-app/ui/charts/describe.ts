import { amountLabel, numberLabel } from './numbers.ts'
import { isGap, type Point, type Series } from './series.ts'
import { TEXT } from './texts.ts'
import { momentLabel } from './time.ts'

export type Describe = (series: Series, point: Point) => string

const amountOf = (series: Series, point: Point): string => {
  if (point.text !== undefined) return point.text
  if (isGap(point)) return TEXT.noValue
  const ends =
    point.low !== undefined && point.high !== undefined
      ? `${numberLabel(point.low)} ${TEXT.to} ${amountLabel(point.high, series.unit)}`
      : ''
  if (point.value === null) return ends
  return [amountLabel(point.value, series.unit), ends === '' ? '' : `(${ends})`].filter(Boolean).join(' ')
}

/** Date, name, value with unit, mark: what the cursor says unless the view has better words. */
export const describePoint: Describe = (series, point) =>
  [momentLabel(point.at), `${series.name} ${amountOf(series, point)}`, point.mark ? TEXT.marks[point.mark] : '']
    .filter((part) => part !== '')
    .join(', ')

/** One sentence per series for those who do not see the picture. */
export const summarize = (series: Series): string => {
  let first: Point | undefined
  let last: Point | undefined
  let [lowest, highest, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  for (const point of series.points) {
    if (isGap(point)) continue
    count += 1
    lowest = Math.min(lowest, point.own ?? point.low ?? point.value ?? lowest)
    highest = Math.max(highest, point.own ?? point.high ?? point.value ?? highest)
    first ??= point
    last = point
  }
  if (count === 0 || !first || !last) return `${series.name}: ${TEXT.noPoints}`
  const amount = (value: number): string => amountLabel(value, series.unit)
  return TEXT.summary(series.name, numberLabel(count), momentLabel(first.at), momentLabel(last.at), amount(lowest), amount(highest))
}
