import type { Level } from '../Severity.tsx'
import { firstFrom, highestOf, isGap, lowestOf, type Series, type Span } from './series.ts'

/** Below this many points per pixel column nothing is left out. */
const PER_COLUMN = 4

/** What is kept of one pixel column: its ends, its extremes, the first of every mark, one gap. */
type Column = {
  readonly number: number
  readonly first: number
  last: number
  lowest: number
  highest: number
  gap: number
  readonly marks: Map<Level, number>
}

/**
 * Indices of the points to draw in a window `columns` pixels wide. Of every pixel column stay the first and the last point, the exact
 * lowest and highest, one of every mark and the ends of the first gap, so that no extreme, flag or visible gap is lost and no value is
 * made up. One point on either side of the window stays too, so that lines run to its edge.
 */
export const decimate = (series: Pick<Series, 'points' | 'gap'>, window: Span, columns: number): readonly number[] => {
  const { points } = series
  const from = Math.max(0, firstFrom(points, window.from) - 1)
  const to = Math.min(points.length, firstFrom(points, window.to + 1) + 1)
  if (to - from <= columns * PER_COLUMN) return Array.from({ length: to - from }, (_, at) => from + at)
  const kept: number[] = []
  const perColumn = (window.to - window.from) / columns || 1
  let column: Column | null = null
  for (let index = from; index < to; index += 1) {
    const number = Math.floor(((points[index]?.at ?? 0) - window.from) / perColumn)
    if (column === null || column.number !== number) {
      if (column) kept.push(...indicesOf(column))
      column = { number, first: index, last: index, lowest: -1, highest: -1, gap: -1, marks: new Map() }
    }
    take(column, index, series)
  }
  if (column) kept.push(...indicesOf(column))
  return kept
}

const take = (column: Column, index: number, { points, gap }: Pick<Series, 'points' | 'gap'>): void => {
  const point = points[index]
  if (!point) return
  column.last = index
  if (column.gap < 0 && index > column.first && opensGap(points[index - 1]?.at, point.at, gap)) column.gap = index
  if (isGap(point)) {
    if (column.gap < 0) column.gap = index
    return
  }
  if (column.lowest < 0 || valueAt(points, index, lowestOf) < valueAt(points, column.lowest, lowestOf)) column.lowest = index
  if (column.highest < 0 || valueAt(points, index, highestOf) > valueAt(points, column.highest, highestOf)) column.highest = index
  if (point.mark && !column.marks.has(point.mark)) column.marks.set(point.mark, index)
}

const valueAt = (points: Series['points'], index: number, of: typeof lowestOf): number => {
  const point = points[index]
  return (point && of(point)) ?? 0
}

const opensGap = (before: number | undefined, at: number, gap: number | undefined): boolean =>
  gap !== undefined && before !== undefined && at - before > gap

const indicesOf = (column: Column): number[] => {
  const { first, last, lowest, highest, gap, marks } = column
  const all = [first, last, lowest, highest, ...(gap > first ? [gap - 1, gap] : [gap]), ...marks.values()]
  return [...new Set(all)].filter((index) => index >= 0).sort((a, b) => a - b)
}

/** The drawn points as runs that may be joined: a missing value or too long a pause parts them. */
export const runsOf = (series: Pick<Series, 'points' | 'gap'>, indices: readonly number[]): readonly (readonly number[])[] => {
  const runs: number[][] = []
  let run: number[] = []
  const close = (): void => {
    if (run.length > 0) runs.push(run)
    run = []
  }
  for (const [place, index] of indices.entries()) {
    const point = series.points[index]
    if (!point || isGap(point)) {
      close()
      continue
    }
    const before = indices[place - 1]
    if (before === index - 1 && opensGap(series.points[before]?.at, point.at, series.gap)) close()
    run.push(index)
  }
  close()
  return runs
}
