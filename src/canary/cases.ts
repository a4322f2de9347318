import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { AttuneError } from '../errors.ts'

const file = z.strictObject({
  about: z.string(),
  cases: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200),
        service: z.string().min(1),
        /** A hook request but for `hookInstance`; everything in it is invented. */
        request: z.record(z.string(), z.unknown()),
        /** Every card of the answer, in order, with words that stand in its summary. */
        expect: z.array(z.strictObject({ indicator: z.enum(['info', 'warning', 'critical']), says: z.array(z.string().min(1)).min(1) })),
      }),
    )
    .min(1),
})

export type CanaryCase = z.output<typeof file>['cases'][number]

/** @throws AttuneError `config-invalid` */
export const readCanaryCases = (path: string): readonly CanaryCase[] => {
  let raw: unknown
  try {
    raw = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new AttuneError('config-invalid', `the canary cases ${path} cannot be read`, { cause })
  }
  const result = file.safeParse(raw)
  if (result.success) return result.data.cases
  throw new AttuneError('config-invalid', `canary cases ${path}: ${z.prettifyError(result.error)}`)
}
