// @vitest-environment happy-dom
import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { pressKey, type View } from '../../smart-app/ui/charts/cursor.ts'
import { decimate, runsOf } from '../../smart-app/ui/charts/decimate.ts'
import { describePoint, summarize } from '../../smart-app/ui/charts/describe.ts'
import { lanesOf, padded, spanOf, timeScale, timeTicks, valueTicks } from '../../smart-app/ui/charts/lanes.ts'
import { Spark } from '../../smart-app/ui/charts/Spark.tsx'
import { isGap, nearestTo, ordered, type Point, type Series } from '../../smart-app/ui/charts/series.ts'
import { TableOrChart } from '../../smart-app/ui/charts/TableOrChart.tsx'
import { TimeChart } from '../../smart-app/ui/charts/TimeChart.tsx'
import { recordTime, tickLabels } from '../../smart-app/ui/charts/time.ts'

const LEVELS = [undefined, 'critical', 'caution', 'none'] as const

const pointIn = fc.record({
  at: fc.integer({ min: 0, max: 100_000 }),
  value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), { nil: null, freq: 8 }),
  mark: fc.constantFrom(...LEVELS),
})

const pointsIn = fc.array(pointIn, { maxLength: 600 }).map(ordered)
const WINDOW = { from: 0, to: 100_000 }

const columnOf = (point: Point, columns: number): number => Math.floor(point.at / ((WINDOW.to - WINDOW.from) / columns))

/** Lowest and highest value of each column of time. */
const extremes = (points: readonly Point[], columns: number): Map<number, readonly [number, number]> => {
  const found = new Map<number, readonly [number, number]>()
  for (const point of points) {
    if (point.value === null) continue
    const [low, high] = found.get(columnOf(point, columns)) ?? [point.value, point.value]
    found.set(columnOf(point, columns), [Math.min(low, point.value), Math.max(high, point.value)])
  }
  return found
}

describe('leaving points out of a long series', () => {
  test('keeps the exact lowest and highest value of every pixel column', () => {
    fc.assert(
      fc.property(pointsIn, fc.integer({ min: 1, max: 40 }), (points, columns) => {
        const kept = decimate({ points }, WINDOW, columns).flatMap((index) => points[index] ?? [])
        expect(extremes(kept, columns)).toEqual(extremes(points, columns))
      }),
    )
  })

  test('never makes up a point, never doubles one and never changes their order', () => {
    fc.assert(
      fc.property(pointsIn, fc.integer({ min: 1, max: 40 }), (points, columns) => {
        const indices = decimate({ points }, WINDOW, columns)
        expect(indices.every((index) => points[index] !== undefined)).toBe(true)
        expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b))
      }),
    )
  })

  test('keeps a point of every mark that a pixel column holds', () => {
    const marksOf = (points: readonly Point[], columns: number): string[] =>
      [...new Set(points.filter((point) => point.mark && !isGap(point)).map((point) => `${columnOf(point, columns)} ${point.mark}`))].sort()
    fc.assert(
      fc.property(pointsIn, fc.integer({ min: 1, max: 40 }), (points, columns) => {
        const kept = decimate({ points }, WINDOW, columns).flatMap((index) => points[index] ?? [])
        expect(marksOf(kept, columns)).toEqual(marksOf(points, columns))
      }),
    )
  })

  test('draws of 100,000 points a few per pixel', () => {
    const points = Array.from({ length: 100_000 }, (_, at) => ({ at, value: Math.sin(at / 900) }))
    expect(decimate({ points }, WINDOW, 800).length).toBeLessThanOrEqual(800 * 4)
  })
})

describe('a gap', () => {
  const minute = (at: number, value: number | null): Point => ({ at: at * 60_000, value })

  test('parts the line where a value is missing', () => {
    const points = [minute(0, 1), minute(1, 2), minute(2, null), minute(3, 4)]
    expect(runsOf({ points }, [0, 1, 2, 3])).toEqual([[0, 1], [3]])
  })

  test('parts the line where the pause is longer than the series allows', () => {
    const points = [minute(0, 1), minute(5, 2), minute(60, 3), minute(65, 4)]
    const series = { points, gap: 15 * 60_000 }
    expect(runsOf(series, decimate(series, { from: 0, to: 65 * 60_000 }, 200))).toEqual([
      [0, 1],
      [2, 3],
    ])
  })

  test('of a long series is still there when most points are left out', () => {
    const points = Array.from({ length: 50_000 }, (_, at) => minute(at < 25_000 ? at : at + 5_000, at % 7))
    const series = { points, gap: 15 * 60_000 }
    expect(runsOf(series, decimate(series, { from: 0, to: 55_000 * 60_000 }, 300))).toHaveLength(2)
  })
})

const seriesOf = (points: readonly Point[], more: Partial<Series> = {}): Series => ({
  id: 'a',
  name: 'Creatinine',
  unit: 'mg/dL',
  kind: 'line',
  points,
  ...more,
})

describe('ticks', () => {
  test('stand inside the axis, in order and each once', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ at: fc.integer({ min: -2e12, max: 4e12 }), value: fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 1000) }),
          {
            minLength: 1,
            maxLength: 30,
          },
        ),
        fc.integer({ min: 240, max: 1400 }),
        (points, width) => {
          const series = [seriesOf(ordered(points))]
          const window = padded(spanOf(series))
          const times = timeTicks(timeScale(window, width), width)
          expect(times.every((at) => at >= window.from && at <= window.to)).toBe(true)
          expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
          const [lane] = lanesOf(series, [], 168)
          const [low = 0, high = 0] = lane?.y.domain() ?? []
          const values = lane ? valueTicks(lane.y, 168) : []
          expect(values.every((value) => value >= low && value <= high)).toBe(true)
          expect(points.every(({ value }) => value >= low && value <= high)).toBe(true)
        },
      ),
    )
  })

  test('name the year once beside months', () => {
    const months = ['2025-11-01', '2025-12-01', '2026-01-01'].map((date) => recordTime(date) ?? 0)
    expect(tickLabels(months).map(({ label, context }) => [label, context])).toEqual([
      ['Nov', '2025'],
      ['Dec', ''],
      ['Jan', '2026'],
    ])
  })
})

describe('the time of a point', () => {
  test('is the record’s own wall clock wherever it is read', () => {
    expect(recordTime('2026-03-05T23:30:00-05:00')).toBe(Date.UTC(2026, 2, 5, 23, 30))
    expect(recordTime('2026-03')).toBe(Date.UTC(2026, 2, 1))
    expect(recordTime('1996')).toBe(Date.UTC(1996, 0, 1))
  })

  test('is none for what is no date', () => {
    expect(['', 'soon', null, undefined, '2026-13-40'].map((date) => recordTime(date))).toEqual([null, null, null, null, null])
  })
})

describe('units', () => {
  test('that differ never share an axis', () => {
    const lanes = lanesOf([seriesOf([]), seriesOf([], { id: 'b', unit: 'umol/L' }), seriesOf([], { id: 'c' })], [], 100)
    expect(lanes.map(({ unit, series }) => [unit, series.map(({ id }) => id)])).toEqual([
      ['mg/dL', ['a', 'c']],
      ['umol/L', ['b']],
    ])
  })
})

describe('the keyboard', () => {
  const day = (at: number, value: number | null, more: Partial<Point> = {}): Point => ({ at: at * 86_400_000, value, ...more })
  const series = [seriesOf([day(0, 1), day(10, 2), day(20, 3)]), seriesOf([day(1, 7), day(19, 8)], { id: 'b', name: 'Urea' })]
  const chart = { series, whole: spanOf(series) }
  const start: View = { cursor: null, window: chart.whole }
  const pressed = (...keys: string[]): View => keys.reduce((view, key) => pressKey(chart, view, key) ?? view, start)

  test('begins at the newest point and goes point by point, never past an end', () => {
    expect(pressed('ArrowRight').cursor).toEqual({ series: 0, index: 2 })
    expect(pressed('ArrowLeft').cursor).toEqual({ series: 0, index: 1 })
    expect(pressed('Home', 'ArrowLeft').cursor).toEqual({ series: 0, index: 0 })
    expect(pressed('Home', 'End').cursor).toEqual({ series: 0, index: 2 })
  })

  test('changes the series to the point nearest in time', () => {
    expect(pressed('End', 'ArrowDown').cursor).toEqual({ series: 1, index: 1 })
    expect(pressed('End', 'ArrowDown', 'ArrowDown', 'ArrowUp').cursor).toEqual({ series: 0, index: 2 })
  })

  test('zooms around the cursor and back to everything; the window follows the cursor', () => {
    const near = pressed('End', '+', '+')
    expect(near.window.to - near.window.from).toBeCloseTo((chart.whole.to - chart.whole.from) / 4)
    const followed = pressKey(chart, near, 'Home')
    expect(followed?.window.from).toBe(chart.whole.from)
    expect(pressed('End', '+', '+', '0').window).toEqual(chart.whole)
  })

  test('leaves other keys to the page', () => {
    expect(pressKey(chart, start, 'Tab')).toBeNull()
    expect(pressKey(chart, start, 'a')).toBeNull()
  })
})

describe('what a chart says', () => {
  test('of a part drawn on top of others are its own lowest and highest values, from its first value to its last', () => {
    const deep: Series = {
      id: 'deep',
      name: 'Deep sleep',
      unit: 'min',
      kind: 'bars',
      points: [
        { at: Date.UTC(1996, 0, 1), value: null },
        { at: Date.UTC(2026, 0, 1), value: 380, low: 300, high: 380, own: 80 },
        { at: Date.UTC(2026, 0, 2), value: 350, low: 290, high: 350, own: 60 },
      ],
    }
    expect(summarize(deep)).toContain('lowest 60\u00a0min, highest 80\u00a0min')
    expect(summarize(deep)).not.toContain('1996')
  })

  test('is date, name, value, unit and mark; a missing value is said to be missing', () => {
    const series = seriesOf([])
    const at = recordTime('2026-03-05') ?? 0
    expect(describePoint(series, { at, value: 1.4, mark: 'caution' })).toBe('5 Mar 2026, Creatinine 1.4\u00a0mg/dL, caution')
    expect(describePoint(series, { at, value: null })).toBe('5 Mar 2026, Creatinine no value')
  })

  test('holds for one point, no point and points that cannot be placed', () => {
    for (const points of [[], [{ at: 5, value: 3 }], [{ at: Number.NaN, value: 1 }]]) {
      const html = renderToStaticMarkup(<TimeChart label="Creatinine" series={[seriesOf(points)]} />)
      expect(html).not.toContain('NaN')
      expect(html).not.toContain('style=')
      expect(html).toContain('role="application"')
    }
  })

  test('is text, whatever the record sent as a name', () => {
    const html = renderToStaticMarkup(
      <TimeChart label="<img src=x onerror=alert(1)>" series={[seriesOf([{ at: 0, value: 1 }], { unit: '"><script>' })]} />,
    )
    expect(html).not.toMatch(/<img|<script/)
  })

  test('stands beside a table', () => {
    const host = document.createElement('div')
    host.innerHTML = renderToStaticMarkup(<TableOrChart label="Creatinine" chart="the chart" table="the table" />)
    expect([...host.querySelectorAll('button')].map((button) => [button.textContent, button.getAttribute('aria-pressed')])).toEqual([
      ['Chart', 'true'],
      ['Table', 'false'],
    ])
  })

  test('is nothing at all for a trend of one value', () => {
    expect(renderToStaticMarkup(<Spark points={[{ at: 0, value: 1 }]} />)).toBe('')
  })
})

test('the nearest point in time is found at both ends and between', () => {
  const points = [0, 10, 20].map((at) => ({ at, value: at }))
  expect([-5, 4, 6, 99].map((at) => nearestTo(points, at))).toEqual([0, 0, 1, 2])
  expect(nearestTo([], 3)).toBe(-1)
})
