import { AttuneError } from '../errors.ts'
import type { OutputSpec } from './model-folder.ts'

/** A probability is `expit(intercept + slope x logit p)` in place of p; order is kept as long as the slope is above 0. */
export type Correction = { readonly intercept: number; readonly slope: number }

/** Probabilities of 0 and 1 have no log odds. */
const EDGE = 1e-12

export const correct = (p: number, { intercept, slope }: Correction): number => {
  const held = Math.min(1 - EDGE, Math.max(EDGE, p))
  return 1 / (1 + Math.exp(-(intercept + slope * Math.log(held / (1 - held)))))
}

/** What turns an output's unit into a probability; null when the output is none. */
export const probabilityFactor = ({ unit, scale }: Pick<OutputSpec, 'unit' | 'scale'>): number | null => {
  if (unit === '%') return 0.01
  return unit === '1' && scale === 'log odds' ? 1 : null
}

/**
 * What a site's recalibration (manifest, `recalibration` of an output) makes of the number that the graph gives. Graph, equation and
 * contributions stay those of the model: they add up to `raw` as before, and only the last step from there to the probability is moved.
 * @throws AttuneError `model-invalid` when the output is no probability
 */
export const correctionOf = (spec: OutputSpec): ((value: number) => number) => {
  const { recalibration } = spec
  if (!recalibration) return (value) => value
  const factor = probabilityFactor(spec)
  if (factor === null) throw new AttuneError('model-invalid', `output ${spec.id} is no probability and cannot be recalibrated`)
  return (value) => correct(value * factor, recalibration) / factor
}
