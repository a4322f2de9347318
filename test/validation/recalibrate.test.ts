import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { correct } from '../../src/risk/recalibration.ts'
import { expit, LEVELS, logit } from '../../src/validation/levels.ts'
import { chooseCorrection, recalibrate } from '../../src/validation/recalibrate.ts'
import { randomOf } from '../../src/validation/resample.ts'
import type { Scored } from '../../src/validation/study.ts'
import { type Counts, countOne, tallyOf } from '../../src/validation/tally.ts'
import { compose, nextVersion } from '../../src/validation/write-version.ts'

/** People whose outcome is drawn from their score after a known change of its log odds. */
const people = (count: number, truth: { intercept: number; slope: number }, seed = 'people'): Scored[] => {
  const random = randomOf(seed)
  const unit = () => random() / 2 ** 32
  return Array.from({ length: count }, (_, n) => {
    const score = expit(-1 + 4 * (unit() + unit() + unit() - 1.5))
    const outcome = Number(unit() < expit(truth.intercept + truth.slope * logit(score)))
    const key = LEVELS.probability.keyOf(score)
    return { score, key, outcome, band: null, patient: n, half: n % 2 === 0 ? 0 : 1, groups: {}, interval: null }
  })
}

const tallyFrom = (rows: readonly Scored[]) => {
  const counts: Counts = new Map()
  for (const { key, outcome } of rows) countOne(counts, key, outcome === 1)
  return tallyOf('probability', counts)
}

describe('which correction is made', () => {
  it.each([
    ['none', { intercept: 0, slope: 1 }],
    ['intercept', { intercept: -0.7, slope: 1 }],
    ['intercept-and-slope', { intercept: 0.2, slope: 0.6 }],
  ])('%s', (method, truth) => {
    const chosen = chooseCorrection(tallyFrom(people(4000, truth)))
    expect(chosen?.method).toBe(method)
    expect(chosen?.correction.intercept).toBeCloseTo(truth.intercept, 0.5)
    expect(chosen?.correction.slope).toBeCloseTo(truth.slope, 0.5)
  })

  it('none about 95 times in 100 where nothing is wrong', () => {
    const methods = Array.from(
      { length: 80 },
      (_, n) => chooseCorrection(tallyFrom(people(600, { intercept: 0, slope: 1 }, `right ${n}`)))?.method,
    )
    expect(methods.filter((method) => method === 'none').length).toBeGreaterThan(80 * 0.87)
  })

  it('is measured on the other half only', () => {
    const rows = people(3000, { intercept: -0.5, slope: 0.7 })
    const made = recalibrate(rows, { replicates: 10, seed: 1 })
    if ('because' in made) throw new Error(made.because)
    const halves = [0, 1].map((half) => rows.filter((row) => row.half === half))
    expect(made.fitted).toEqual({ people: 1500, events: halves[0]?.filter(({ outcome }) => outcome === 1).length })
    expect(made.heldOut).toMatchObject({ people: 1500, events: halves[1]?.filter(({ outcome }) => outcome === 1).length })
    expect(made.correction).toEqual(chooseCorrection(tallyFrom(halves[0] ?? []))?.correction)
    // What happens to the held-out half has no part in the fit.
    const turned = rows.map((row) => (row.half === 1 ? { ...row, outcome: 1 - row.outcome } : row))
    const again = recalibrate(turned, { replicates: 0, seed: 1 })
    expect('because' in again ? again.because : again.correction).toEqual(made.correction)
  })

  it('is refused where higher scores go with fewer events', () => {
    expect(recalibrate(people(3000, { intercept: 0, slope: -0.8 }), { replicates: 0, seed: 1 })).toEqual({
      because: 'The fitted slope is not above 0: higher scores do not go with more events here. That is not mended by recalibration.',
    })
  })
})

describe('a correction', () => {
  const correction = fc.record({
    intercept: fc.double({ min: -2, max: 2, noNaN: true }),
    slope: fc.double({ min: 0.5, max: 2, noNaN: true }),
  })
  const probability = fc.double({ min: 1e-3, max: 1 - 1e-3, noNaN: true })

  it('keeps the order of people, and stays between 0 and 1 at the ends', () => {
    fc.assert(
      fc.property(probability, probability, correction, (a, b, one) => {
        if (a < b) expect(correct(a, one)).toBeLessThanOrEqual(correct(b, one))
        for (const p of [0, 1]) expect(correct(p, one)).toSatisfy((value: number) => value >= 0 && value <= 1)
      }),
    )
  })

  it('of a corrected model is one correction', () => {
    fc.assert(
      fc.property(probability, correction, correction, (p, first, then) => {
        expect(correct(correct(p, first), then)).toBeCloseTo(correct(p, compose(first, then)), 7)
      }),
    )
  })
})

describe('the version of a recalibrated model', () => {
  it.each([
    ['1.0.0', 'North Clinic', '1.1.0-north-clinic'],
    ['1.1.0-north-clinic', 'North Clinic', '1.2.0-north-clinic'],
    ['2.3.4', null, '2.4.0-site'],
    ['1.0.0', '§§', '1.1.0-site'],
  ])('%s at %s is %s', (version, site, next) => {
    expect(nextVersion(version, site)).toBe(next)
  })
})
