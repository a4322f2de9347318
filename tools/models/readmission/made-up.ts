import { allowedValues } from '../../../src/risk/encode.ts'
import type { Condition, InputSpec, InputValue, Values } from '../../../src/risk/model-folder.ts'

/** Where a count could be anything, people mostly have few. */
const USUAL_MOST = 8

const drawn = (spec: InputSpec, never: readonly InputValue[], random: () => number): InputValue => {
  const allowed = allowedValues(spec)?.filter((value) => !never.includes(value))
  if (allowed) return allowed[Math.floor(random() * allowed.length)] ?? null
  const { low, high } = 'range' in spec && spec.range ? spec.range : { low: 0, high: USUAL_MOST }
  const most = spec.kind === 'encounters-before' ? Math.min(high, USUAL_MOST) : high
  const value = low + random() * (most - low)
  return spec.kind === 'measurement' ? Number(value.toFixed(1)) : Math.round(value)
}

/**
 * Inputs of nobody: drawn from what the inputs allow, with the data of no patient, and never those that the model is not for. In every
 * second row some are missing.
 */
export const madeUp = (specs: readonly InputSpec[], notFor: readonly Condition[], rows: number, random: () => number): Values[] =>
  Array.from({ length: rows }, (_, n) => {
    const share = n % 2 === 0 ? 0 : random()
    return Object.fromEntries(
      specs.map((spec) => {
        const value = drawn(
          spec,
          notFor.flatMap((when) => when[spec.name] ?? []),
          random,
        )
        return [spec.name, spec.missing.do === 'mask' && random() < share ? null : value]
      }),
    )
  })
