import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  brier,
  calibrationError,
  calibrationGroups,
  expectedByObserved,
  fitCalibration,
  fitIntercept,
  scaledBrier,
  smoothCurve,
} from '../../src/validation/calibration.ts'
import { auroc, averagePrecision, cutsOf } from '../../src/validation/discrimination.ts'
import { figuresOf, joinLevels, MEASURES } from '../../src/validation/figures.ts'
import { expit, LEVELS, logit, THRESHOLDS } from '../../src/validation/levels.ts'
import { netBenefit } from '../../src/validation/net-benefit.ts'
import { cellsOf, drawAgain, percentileInterval, randomOf } from '../../src/validation/resample.ts'
import { type Counts, countOne, sizeOf, type Tally, tallyOf } from '../../src/validation/tally.ts'
import { wilson } from '../../src/validation/wilson.ts'

type Row = { readonly p: number; readonly event: boolean }

/** A tally at full precision, one level per different score. */
const exact = (rows: readonly Row[]): Tally => {
  const levels = [...new Set(rows.map(({ p }) => p))].sort((a, b) => a - b)
  const count = (event: boolean) =>
    Float64Array.from(levels, (level) => rows.filter((row) => row.p === level && row.event === event).length)
  return { levels: Float64Array.from(levels), events: count(true), others: count(false) }
}

const onLevels = (rows: readonly Row[]): Tally => {
  const counts: Counts = new Map()
  for (const { p, event } of rows) countOne(counts, LEVELS.probability.keyOf(p), event)
  return tallyOf('probability', counts)
}

const tenths = fc.integer({ min: 1, max: 19 }).map((n) => n / 20)
const rowsWithTies = fc.array(fc.record({ p: tenths, event: fc.boolean() }), { minLength: 2, maxLength: 60 })
const both = (rows: readonly Row[]): boolean => rows.some(({ event }) => event) && rows.some(({ event }) => !event)
const judged = rowsWithTies.filter(both)

/** The example of the scikit-learn documentation of roc_auc_score and average_precision_score. */
const EXAMPLE = [
  { p: 0.1, event: false },
  { p: 0.4, event: false },
  { p: 0.35, event: true },
  { p: 0.8, event: true },
]

describe('discrimination', () => {
  it('gives the published example: AUROC 0.75, average precision 0.8333', () => {
    expect(auroc(exact(EXAMPLE))).toBe(0.75)
    expect(averagePrecision(exact(EXAMPLE))).toBeCloseTo(0.5 + 0.5 * (2 / 3), 14)
  })

  it('AUROC is the share of pairs that are in the right order, a tie one half', () => {
    fc.assert(
      fc.property(judged, (rows) => {
        const pairs = rows.filter(({ event }) => event).flatMap((a) => rows.filter(({ event }) => !event).map((b) => [a.p, b.p] as const))
        const right = pairs.reduce((sum, [a, b]) => sum + (a > b ? 1 : a === b ? 0.5 : 0), 0)
        expect(auroc(exact(rows))).toBeCloseTo(right / pairs.length, 12)
      }),
    )
  })

  it('AUROC is the area under the drawn curve, and average precision its sum of steps', () => {
    fc.assert(
      fc.property(judged, (rows) => {
        const cuts = cutsOf(exact(rows))
        let [area, precision, x, y] = [0, 0, 0, 0]
        for (const cut of cuts) {
          area += ((cut.falsePositiveRate - x) * (cut.sensitivity + y)) / 2
          precision += (cut.sensitivity - y) * cut.precision
          x = cut.falsePositiveRate
          y = cut.sensitivity
        }
        expect([x, y]).toEqual([1, 1])
        expect(area).toBeCloseTo(auroc(exact(rows)) ?? -1, 12)
        expect(precision).toBeCloseTo(averagePrecision(exact(rows)) ?? -1, 12)
      }),
    )
  })

  it('is not computed when everyone has the same outcome', () => {
    const all = EXAMPLE.map(({ p }) => ({ p, event: true }))
    expect([auroc(exact(all)), averagePrecision(exact(all)), cutsOf(exact(all)), scaledBrier(exact(all))]).toEqual([null, null, [], null])
  })
})

describe('calibration', () => {
  it('Brier score, expected by observed and calibration error are what their definitions give row by row', () => {
    fc.assert(
      fc.property(judged, (rows) => {
        const tally = exact(rows)
        const events = rows.filter(({ event }) => event).length
        expect(brier(tally)).toBeCloseTo(rows.reduce((sum, { p, event }) => sum + (p - Number(event)) ** 2, 0) / rows.length, 12)
        expect(expectedByObserved(tally)).toBeCloseTo(rows.reduce((sum, { p }) => sum + p, 0) / events, 12)
        const groups = calibrationGroups(tally)
        const off = groups.reduce((sum, { people, predicted, observed }) => sum + people * Math.abs(predicted - observed), 0)
        expect(calibrationError(tally)).toBeCloseTo(off / rows.length, 12)
        expect(groups.reduce((sum, { people }) => sum + people, 0)).toBe(rows.length)
        expect(groups.reduce((sum, one) => sum + one.events, 0)).toBe(events)
      }),
    )
  })

  it('a forecast of the event rate has a scaled Brier score of 0', () => {
    const rows = Array.from({ length: 20 }, (_, n) => ({ p: 0.25, event: n < 5 }))
    expect(scaledBrier(exact(rows))).toBeCloseTo(0, 14)
  })

  it('with two scores, slope and intercept have a closed form', () => {
    const rows = [
      ...Array.from({ length: 100 }, (_, n) => ({ p: 0.2, event: n < 10 })),
      ...Array.from({ length: 100 }, (_, n) => ({ p: 0.6, event: n < 70 })),
    ]
    const slope = (logit(0.7) - logit(0.1)) / (logit(0.6) - logit(0.2))
    const fit = fitCalibration(exact(rows))
    expect(fit?.slope).toBeCloseTo(slope, 9)
    expect(fit?.intercept).toBeCloseTo(logit(0.1) - slope * logit(0.2), 9)
  })

  it('the fit solves the equations of the likelihood: residuals add up to nothing, also times the log odds', () => {
    fc.assert(
      fc.property(judged, (rows) => {
        const fit = fitCalibration(exact(rows))
        if (fit) {
          const residual = ({ p, event }: Row) => Number(event) - expit(fit.intercept + fit.slope * logit(p))
          expect(rows.reduce((sum, row) => sum + residual(row), 0)).toBeCloseTo(0, 6)
          expect(rows.reduce((sum, row) => sum + residual(row) * logit(row.p), 0)).toBeCloseTo(0, 6)
        }
        const large = fitIntercept(exact(rows))
        expect(rows.reduce((sum, { p, event }) => sum + Number(event) - expit((large?.intercept ?? 99) + logit(p)), 0)).toBeCloseTo(0, 6)
      }),
    )
  })

  it('a score that separates the outcomes, or one score for all, has no slope', () => {
    const split = [0.1, 0.2, 0.7, 0.9].map((p) => ({ p, event: p > 0.5 }))
    const same = [true, false, true].map((event) => ({ p: 0.3, event }))
    expect([fitCalibration(exact(split)), fitCalibration(exact(same))]).toEqual([null, null])
  })

  it('probabilities that are right are found right, and the smoothed curve lies on the diagonal', () => {
    const rows = Array.from({ length: 9 }, (_, n) => (n + 1) / 10).flatMap((p) =>
      Array.from({ length: 1000 }, (_, n) => ({ p, event: n < p * 1000 })),
    )
    const tally = exact(rows)
    expect(fitCalibration(tally)).toMatchObject({ intercept: expect.closeTo(0, 9), slope: expect.closeTo(1, 9) })
    expect([expectedByObserved(tally), calibrationError(tally)]).toEqual([expect.closeTo(1, 12), expect.closeTo(0, 12)])
    for (const [n, p] of [0.2, 0.5, 0.8].entries()) expect(smoothCurve(tally, [0.2, 0.5, 0.8])[n]).toBeCloseTo(p, 1)
  })
})

describe('net benefit', () => {
  it('is true less weighted false positives, per person', () => {
    // 100 people, 20 events; at 20 % the model calls 15 of them and 25 others: 0.15 - 0.25 x 0.25.
    const rows = [
      ...Array.from({ length: 15 }, () => ({ p: 0.4, event: true })),
      ...Array.from({ length: 25 }, () => ({ p: 0.4, event: false })),
      ...Array.from({ length: 5 }, () => ({ p: 0.1, event: true })),
      ...Array.from({ length: 55 }, () => ({ p: 0.1, event: false })),
    ]
    expect(netBenefit(exact(rows), 0.2)).toEqual({ threshold: 0.2, model: 0.15 - 0.25 * 0.25, treatAll: 0, treated: 0.4 })
  })

  it('at a threshold below all scores the model treats everyone', () => {
    fc.assert(
      fc.property(judged, (rows) => {
        const one = netBenefit(exact(rows), 0.01)
        expect(one?.model).toBeCloseTo(one?.treatAll ?? -1, 12)
      }),
    )
  })
})

describe('levels', () => {
  it('keep the order of scores and the side of every threshold', () => {
    const p = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(p, p, fc.constantFrom(...THRESHOLDS), (a, b, threshold) => {
        const [x, y] = [a, b].map(LEVELS.probability.keyOf) as [number, number]
        if (a <= b) expect(x).toBeLessThanOrEqual(y)
        expect(LEVELS.probability.valueOf(x) >= threshold).toBe(a >= threshold)
      }),
      { numRuns: 2000 },
    )
  })

  it('are at most 2.5 % off in odds between 0.001 % and 99.999 %', () => {
    fc.assert(
      fc.property(fc.double({ min: -11.4, max: 11.4, noNaN: true }), (x) => {
        const held = LEVELS.probability.valueOf(LEVELS.probability.keyOf(expit(x)))
        expect(Math.abs(logit(held) - x)).toBeLessThanOrEqual(0.0251)
      }),
      { numRuns: 2000 },
    )
  })

  it('cost little: every figure of 4,000 rows is within 0.002 of the one from unrounded scores', () => {
    const random = randomOf('levels')
    const unit = () => random() / 2 ** 32
    const rows = Array.from({ length: 4000 }, () => {
      const p = expit(-2 + 2.6 * (unit() + unit() + unit() - 1.5))
      return { p, event: unit() < p }
    })
    const [levels, full] = [onLevels(rows), exact(rows)]
    for (const measure of Object.values(MEASURES.probability)) expect(measure(levels)).toBeCloseTo(measure(full) ?? Number.NaN, 2.4)
  })
})

describe('intervals', () => {
  it('Wilson: 81 of 263 gives 0.2553 to 0.3662 (Newcombe 1998, table I, method 3)', () => {
    const { low, high } = wilson(81, 263)
    expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.2553', '0.3662'])
  })

  it('a resample has as many rows as the data, and only their levels', () => {
    fc.assert(
      fc.property(judged, fc.string(), (rows, seed) => {
        const tally = exact(rows)
        const again = drawAgain(tally, cellsOf(tally), randomOf(seed))
        expect(sizeOf(again).people).toBe(rows.length)
        again.levels.forEach((_, n) => {
          if ((tally.events[n] ?? 0) === 0) expect(again.events[n]).toBe(0)
          if ((tally.others[n] ?? 0) === 0) expect(again.others[n]).toBe(0)
        })
      }),
    )
  })

  it('the bootstrap finds the standard error of a share', () => {
    const rows = Array.from({ length: 400 }, (_, n) => ({ p: 0.5, event: n < 100 }))
    const random = randomOf('share')
    const tally = exact(rows)
    const shares = Array.from({ length: 2000 }, () => sizeOf(drawAgain(tally, cellsOf(tally), random)).events / 400)
    const interval = percentileInterval(shares)
    const error = Math.sqrt((0.25 * 0.75) / 400)
    expect(interval?.low).toBeCloseTo(0.25 - 1.96 * error, 2)
    expect(interval?.high).toBeCloseTo(0.25 + 1.96 * error, 2)
  })

  it('95 % intervals hold the truth about 95 times in 100: slope and expected by observed of 60 made-up data sets', () => {
    const random = randomOf('coverage')
    const unit = () => random() / 2 ** 32
    const held = { slope: 0, eo: 0 }
    for (let set = 0; set < 60; set += 1) {
      const rows = Array.from({ length: 400 }, () => {
        const p = expit(-1 + 3 * (unit() + unit() + unit() - 1.5))
        return { p, event: unit() < p }
      })
      const { figures } = figuresOf({ scale: 'probability', tally: onLevels(rows) }, { replicates: 100, seed: set }, 'x')
      for (const name of ['slope', 'eo'] as const) {
        const figure = figures[name]
        if (figure && 'interval' in figure && figure.interval && figure.interval.low <= 1 && figure.interval.high >= 1) held[name] += 1
      }
    }
    for (const count of Object.values(held)) expect(count).toBeGreaterThan(60 * 0.85)
  })

  it('the calibration error lies in its own interval, although resampling raises it', () => {
    const random = randomOf('ece')
    const unit = () => random() / 2 ** 32
    for (let set = 0; set < 20; set += 1) {
      const rows = Array.from({ length: 600 }, () => {
        const p = expit(-1 + 3 * (unit() + unit() + unit() - 1.5))
        return { p, event: unit() < p }
      })
      const { ece } = figuresOf({ scale: 'probability', tally: onLevels(rows) }, { replicates: 60, seed: set }, 'x').figures
      if (!ece || !('interval' in ece) || !ece.interval) throw new Error('no interval')
      expect(ece.interval.low).toBeLessThanOrEqual(ece.value)
      expect(ece.interval.high).toBeGreaterThanOrEqual(ece.value)
    }
  })

  it('patients are drawn with all their rows: intervals of doubled rows are as wide as those of single ones', () => {
    const rows = Array.from({ length: 300 }, (_, n) => ({ p: [0.1, 0.3, 0.6][n % 3] ?? 0, event: (n * 7) % 10 < (n % 3) * 3 + 1 }))
    const single = exact(rows)
    const twice = exact([...rows, ...rows])
    const place = (p: number) => single.levels.indexOf(p)
    const cells = Uint32Array.from(rows.flatMap(({ p, event }) => [2 * place(p) + Number(event), 2 * place(p) + Number(event)]))
    const starts = Uint32Array.from(rows, (_, n) => 2 * n)
    const draws = { replicates: 400, seed: 3 }
    const width = (interval: { low: number; high: number } | null | undefined) => (interval ? interval.high - interval.low : Number.NaN)
    const read = (sample: Parameters<typeof figuresOf>[0]) => {
      const figure = figuresOf(sample, draws, 'x').figures.auroc
      return figure && 'interval' in figure ? width(figure.interval) : Number.NaN
    }
    const [alone, byRow, byPatient] = [
      read({ scale: 'probability', tally: single }),
      read({ scale: 'probability', tally: twice }),
      read({ scale: 'probability', tally: twice, cells: { cells, starts } }),
    ]
    expect(byPatient / alone).toBeGreaterThan(0.85)
    expect(byPatient / alone).toBeLessThan(1.15)
    expect(byRow / alone).toBeLessThan(0.8)
  })

  it('the same seed gives the same interval, another seed another', () => {
    const tally = exact(Array.from({ length: 90 }, (_, n) => ({ p: ((n % 9) + 0.5) / 10, event: (n * 5) % 11 < n % 9 })))
    const run = (seed: number) => figuresOf({ scale: 'probability', tally }, { replicates: 50, seed }, 'everyone').figures
    expect(run(1)).toEqual(run(1))
    expect(run(2)).not.toEqual(run(1))
  })
})

describe('what is drawn', () => {
  it('is joined until no step holds fewer than the least number of people, and loses nobody', () => {
    fc.assert(
      fc.property(judged, fc.integer({ min: 1, max: 20 }), (rows, least) => {
        const joined = joinLevels(exact(rows), least)
        expect(sizeOf(joined)).toEqual(sizeOf(exact(rows)))
        if (joined.levels.length > 1)
          joined.levels.forEach((_, n) => {
            expect((joined.events[n] ?? 0) + (joined.others[n] ?? 0)).toBeGreaterThanOrEqual(least)
          })
      }),
    )
  })
})
