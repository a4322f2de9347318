import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { FigureId } from '../contract/monitoring.ts'
import { AttuneError } from '../errors.ts'

const FIGURES = [
  'psi',
  'missing',
  'out-of-range',
  'unit-unknown',
  'stale',
  'contradictory',
  'score-psi',
  'coverage',
  'abstention',
  'estimated-auroc',
  'estimated-brier',
  'auroc',
  'brier',
  'calibration-slope',
  'expected-observed',
  'mean-error',
  'mean-absolute-error',
] as const satisfies readonly FigureId[]

const row = z.strictObject({
  figure: z.enum(FIGURES),
  /** `distance`: population stability index. `errors`: standard errors worse than the reference. */
  by: z.enum(['distance', 'errors']),
  watch: z.number().positive(),
  act: z.number().positive(),
  says: z.string().min(1),
  source: z.string().min(1),
})

const file = z.strictObject({
  says: z.string(),
  certainty: z.strictObject({ z: z.number().positive(), says: z.string().min(1), source: z.string().min(1) }),
  hysteresis: z.strictObject({ share: z.number().positive().max(1), says: z.string().min(1), source: z.string().min(1) }),
  rows: z.array(row).length(FIGURES.length),
})

export type Threshold = z.output<typeof row>
export type Thresholds = {
  readonly z: number
  /** Part of a limit below which its state is left. */
  readonly ease: number
  readonly of: ReadonlyMap<FigureId, Threshold>
  readonly rows: readonly Threshold[]
}

/** What a site sets for single figures. */
export type Overrides = Readonly<Record<string, { readonly watch?: number | undefined; readonly act?: number | undefined }>>

const override = (one: Threshold, own: Overrides[string] | undefined): Threshold => {
  if (own === undefined) return one
  const { watch = one.watch, act = one.act } = own
  if (watch > act) throw new AttuneError('config-invalid', `monitoring.thresholds.${one.figure}: watch ${watch} is above act ${act}`)
  return { ...one, watch, act, source: `Set by this site. Default ${one.watch} and ${one.act}: ${one.source}` }
}

/**
 * Thresholds of a release (`models/monitoring.json`), with what a site sets in their place.
 * @throws AttuneError `config-invalid` for a figure that is not known, or thresholds in the wrong order
 */
export const readThresholds = (path: string, overrides: Overrides): Thresholds => {
  const { certainty, hysteresis, rows } = file.parse(JSON.parse(readFileSync(path, 'utf8')))
  const unknown = Object.keys(overrides).filter((figure) => !rows.some((one) => one.figure === figure))
  if (unknown.length > 0)
    throw new AttuneError('config-invalid', `monitoring.thresholds: unknown ${unknown.join(', ')}; known: ${FIGURES.join(', ')}`)
  const set = rows.map((one) => override(one, overrides[one.figure]))
  return { z: certainty.z, ease: hysteresis.share, of: new Map(set.map((one) => [one.figure, one])), rows: set }
}
