import { allowedValues } from '../../../src/risk/encode.ts'
import type { InputSpec, InputValue, Values } from '../../../src/risk/model-folder.ts'

/** Where a count could be anything, people mostly have few. */
const USUAL_MOST = 8

const drawn = (spec: InputSpec, random: () => number): InputValue => {
  const allowed = allowedValues(spec)
  if (allowed) return allowed[Math.floor(random() * allowed.length)] ?? null
  const { low, high } = 'range' in spec && spec.range ? spec.range : { low: 0, high: USUAL_MOST }
  const most = spec.kind === 'asked' ? Math.min(high, Math.max(low + USUAL_MOST, 14)) : high
  const value = low + random() * (most - low)
  return spec.kind === 'measurement' ? Number(value.toFixed(1)) : Math.round(value)
}

/** Inputs of nobody: drawn from what the inputs allow, with the data of no patient. In every second row some are missing. */
export const madeUp = (specs: readonly InputSpec[], rows: number, random: () => number): Values[] =>
  Array.from({ length: rows }, (_, n) => {
    const share = n % 2 === 0 ? 0 : random()
    return Object.fromEntries(
      specs.map((spec) => {
        const value = drawn(spec, random)
        return [spec.name, spec.missing.do === 'mask' && random() < share ? null : value]
      }),
    )
  })
