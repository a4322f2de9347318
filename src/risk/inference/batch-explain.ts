import { AttuneError } from '../../errors.ts'
import type { LoadedVariant } from '../load-model.ts'
import type { Values } from '../model-folder.ts'
import { reasonsOf } from '../reasons.ts'
import { encodeBatch, runMany } from './batch-run.ts'

/** What each input adds to the raw number of the first output; baseline and contributions of a row add up to it. */
export type BatchReasons = {
  readonly inputs: readonly string[]
  /** One number per row; NaN in the rows that have a problem. */
  readonly baseline: Float64Array
  readonly raw: Float64Array
  readonly value: Float64Array
  /** Row after row, one number per input of `inputs`. */
  readonly contributions: Float64Array
  readonly problems: ReadonlyMap<number, string>
}

/** Reasons of many rows on this thread. @throws AttuneError `model-failed` when nothing could be run */
export const explainMany = async (variant: LoadedVariant, values: readonly Values[]): Promise<BatchReasons> => {
  const { inputs, outputs } = variant
  const [output] = outputs
  const ran = await runMany(variant, encodeBatch(variant, values))
  const { raw, value } = ran.outputs[output.spec.id] ?? { raw: new Float64Array(), value: new Float64Array() }
  const problems = new Map(ran.problems)
  const baseline = new Float64Array(values.length).fill(Number.NaN)
  const contributions = new Float64Array(values.length * inputs.length).fill(Number.NaN)
  for (const [n, one] of values.entries()) {
    if (problems.has(n)) continue
    try {
      const reasons = await reasonsOf(variant, output, raw[n] ?? Number.NaN, one)
      const shares = new Map(reasons.contributions.map(({ input, contribution }) => [input, contribution]))
      baseline[n] = reasons.baseline
      contributions.set(
        inputs.map((input) => shares.get(input) ?? 0),
        n * inputs.length,
      )
    } catch (error) {
      if (!(error instanceof AttuneError)) throw error
      problems.set(n, error.detail)
    }
  }
  return { inputs, baseline, raw, value, contributions, problems }
}
