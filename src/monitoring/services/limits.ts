import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { ServiceFigureId, ServiceLimit } from '../../contract/service-watch.ts'
import { AttuneError } from '../../errors.ts'

const FIGURES = ['unheard', 'calls', 'silence-rate', 'not-assessed', 'firing', 'zero'] as const satisfies readonly ServiceFigureId[]

const row = z.strictObject({
  figure: z.enum(FIGURES),
  by: z.enum(['sigmas', 'share', 'expected']),
  watch: z.number().positive(),
  act: z.number().positive(),
  /** Smallest change that counts, as a part of what was. */
  least: z.number().min(0),
  says: z.string().min(1),
  source: z.string().min(1),
})

const file = z.strictObject({
  says: z.string(),
  hysteresis: z.strictObject({ share: z.number().positive().max(1), says: z.string().min(1), source: z.string().min(1) }),
  dispersion: z.strictObject({ says: z.string().min(1), source: z.string().min(1) }),
  rows: z.array(row).length(FIGURES.length),
})

export type Limit = z.output<typeof row>
export type ServiceLimits = {
  readonly rows: readonly ServiceLimit[]
  readonly of: (figure: ServiceFigureId) => Limit
  /** Part of a limit below which its state is left. */
  readonly ease: number
}

/** What a site sets for single figures. */
export type LimitOverrides = Readonly<Record<string, { readonly watch?: number | undefined; readonly act?: number | undefined }>>

const override = (one: Limit, own: LimitOverrides[string] | undefined): Limit => {
  if (own === undefined) return one
  const { watch = one.watch, act = one.act } = own
  if (watch > act) throw new AttuneError('config-invalid', `monitoring.services.limits.${one.figure}: watch ${watch} is above act ${act}`)
  return { ...one, watch, act, source: `Set by this site. Default ${one.watch} and ${one.act}: ${one.source}` }
}

/**
 * Limits of a release (`models/monitoring-services.json`), with what a site sets in their place.
 * @throws AttuneError `config-invalid` for a figure that is not known, or limits in the wrong order
 */
export const readLimits = (path: string, overrides: LimitOverrides): ServiceLimits => {
  const { hysteresis, rows } = file.parse(JSON.parse(readFileSync(path, 'utf8')))
  const unknown = Object.keys(overrides).filter((figure) => !rows.some((one) => one.figure === figure))
  if (unknown.length > 0)
    throw new AttuneError('config-invalid', `monitoring.services.limits: unknown ${unknown.join(', ')}; known: ${FIGURES.join(', ')}`)
  const set = new Map(rows.map((one) => [one.figure, override(one, overrides[one.figure])]))
  return {
    rows: [...set.values()].map(({ figure, watch, act, says, source }) => ({ figure, watch, act, says, source })),
    of: (figure) => {
      const one = set.get(figure)
      if (!one) throw new TypeError(`no limit for ${figure}`)
      return one
    },
    ease: hysteresis.share,
  }
}
