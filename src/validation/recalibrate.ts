import { type Correction, correct } from '../risk/recalibration.ts'
import { fitCalibration, fitIntercept, logLikelihood } from './calibration.ts'
import { type Draws, type Figures, figuresOf, type Sample } from './figures.ts'
import { LEVELS } from './levels.ts'
import { gather } from './material.ts'
import { LEAST_EVENTS } from './report.ts'
import type { Scored } from './study.ts'
import { type Counts, sizeOf, type Tally, tallyOf } from './tally.ts'

export type Method = 'none' | 'intercept' | 'intercept-and-slope'

/** A correction that was fitted on one half of the patients, and what it does to the other half. */
export type Recalibration = {
  readonly method: Method
  readonly correction: Correction
  /** Twice the gain in log likelihood on the fitting half, and the bound that it was held against. */
  readonly tests: readonly { readonly question: string; readonly statistic: number; readonly bound: number; readonly passed: boolean }[]
  readonly fitted: { readonly people: number; readonly events: number }
  readonly heldOut: { readonly people: number; readonly events: number; readonly before: Figures; readonly after: Figures }
}

/** 95 % points of chi-square with 2 and 1 degrees of freedom. */
const BOUNDS = { two: 5.991464547107979, one: 3.841458820694124 } as const

const SAME: Correction = { intercept: 0, slope: 1 }

/**
 * The least change that the data ask for, by closed testing with likelihood ratios (Vergouwe 2017, doi:10.1002/sim.7179): none, the
 * intercept, or intercept and slope. Revising single coefficients is training and is not done here.
 */
export const chooseCorrection = (tally: Tally): Pick<Recalibration, 'method' | 'correction' | 'tests'> | null => {
  const both = fitCalibration(tally)
  const one = fitIntercept(tally)
  if (!both || !one) return null
  const gain = 2 * (both.logLikelihood - logLikelihood(tally, SAME.intercept, SAME.slope))
  const first = { question: 'Does any correction fit better than none?', statistic: gain, bound: BOUNDS.two, passed: gain > BOUNDS.two }
  if (!first.passed) return { method: 'none', correction: SAME, tests: [first] }
  const more = 2 * (both.logLikelihood - one.logLikelihood)
  const second = {
    question: 'Does intercept and slope fit better than the intercept alone?',
    statistic: more,
    bound: BOUNDS.one,
    passed: more > BOUNDS.one,
  }
  return second.passed
    ? { method: 'intercept-and-slope', correction: { intercept: both.intercept, slope: both.slope }, tests: [first, second] }
    : { method: 'intercept', correction: { intercept: one.intercept, slope: 1 }, tests: [first, second] }
}

/** Rows with another score, as something to draw from: whole patients where some have several rows. */
const sampleOf = (scored: readonly Scored[], scoreOf: (score: number) => number): Sample => {
  const rows = scored.map((row) => ({ ...row, key: LEVELS.probability.keyOf(scoreOf(row.score)) }))
  const { part, cells } = gather({ scale: 'probability', bands: null }, rows)
  const counts: Counts = 'counts' in part ? part.counts : new Map()
  return { scale: 'probability', tally: tallyOf('probability', counts), ...(cells ? { cells } : {}) }
}

const asItIs = (score: number): number => score

/**
 * Fits a correction on one half of the patients and measures it on the other, so that no figure is of people it was fitted to.
 * @returns why there is none, when a half has too few people, or when the fit has no finite or no rising answer
 */
export const recalibrate = (scored: readonly Scored[], draws: Draws): Recalibration | { readonly because: string } => {
  const halves = ([0, 1] as const).map((half) => scored.filter((row) => row.half === half))
  const [fitting = [], heldOut = []] = halves
  for (const half of halves) {
    const { events, others } = sizeOf(sampleOf(half, asItIs).tally)
    if (events < LEAST_EVENTS || others < LEAST_EVENTS)
      return {
        because: `Each half of the patients needs ${LEAST_EVENTS} people with the event and as many without; one has ${events} and ${others}.`,
      }
  }
  const chosen = chooseCorrection(sampleOf(fitting, asItIs).tally)
  if (!chosen) return { because: 'No correction fits: the regression has no finite answer.' }
  if (!(chosen.correction.slope > 0))
    return {
      because: 'The fitted slope is not above 0: higher scores do not go with more events here. That is not mended by recalibration.',
    }
  const sizes = (rows: readonly Scored[]) => ({ people: rows.length, events: rows.filter(({ outcome }) => outcome === 1).length })
  const figures = (scoreOf: (score: number) => number, name: string) => figuresOf(sampleOf(heldOut, scoreOf), draws, name).figures
  return {
    ...chosen,
    fitted: sizes(fitting),
    heldOut: {
      ...sizes(heldOut),
      before: figures(asItIs, 'held out'),
      after: figures((score) => correct(score, chosen.correction), 'held out'),
    },
  }
}
