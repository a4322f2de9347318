import type { GeneCall } from '../contract/genes.ts'
import type { Gap } from '../contract/lineage.ts'
import { holds } from './encode.ts'
import type { InputReadings } from './input-reading.ts'
import { inSentence } from './latest.ts'
import type { LoadedVariant } from './load-model.ts'
import type { Values, Variant } from './model-folder.ts'
import { statesTested } from './read-genotype.ts'

export type Choice = {
  /** Variants that can be computed, the preferred one first. */
  readonly usable: readonly LoadedVariant[]
  readonly skipped: readonly { readonly variant: Variant; readonly because: readonly Gap[] }[]
}

/** Inputs of a variant by name; inputs that cannot be used are left out. */
export const valuesFor = ({ inputs }: LoadedVariant, readings: InputReadings): Values => {
  const values: Record<string, number | string | null> = {}
  for (const name of inputs) {
    const reading = readings.get(name)
    if (reading && reading.state !== 'unusable') values[name] = reading.value
  }
  return values
}

/** Of all inputs of the model: what forbids a variant need not be in its equation. */
const knownValues = (readings: InputReadings): Values =>
  Object.fromEntries([...readings].flatMap(([name, reading]) => (reading.state === 'unusable' ? [] : [[name, reading.value]])))

const unusableInputs = ({ inputs, spec }: LoadedVariant, readings: InputReadings): Gap[] => {
  const open = [...inputs, ...(spec.leavesOut ?? [])].flatMap((name) => {
    const reading = readings.get(name)
    return reading?.state === 'unusable' ? [reading] : []
  })
  const asked = open.filter(({ gap }) => gap.code === 'not-asked')
  const others = open.filter(({ gap }) => gap.code !== 'not-asked').map(({ gap }) => gap)
  if (asked.length < 2) return [...others, ...asked.map(({ gap }) => gap)]
  const labels = asked.map(({ input }) => inSentence(input.label)).join(', ')
  return [...others, { about: 'inputs', code: 'not-asked', because: `Not read from the record in this release, to be given: ${labels}.` }]
}

/** Bounds of a variant, also on inputs that bound its population without being in the equation. */
const outsideOf = ({ spec }: LoadedVariant, readings: InputReadings): Gap[] =>
  (spec.valid ?? []).flatMap(({ input, low, high, says }): Gap[] => {
    const reading = readings.get(input)
    if (reading?.state === 'unusable' && reading.gap.code === 'out-of-range') return [reading.gap]
    const value = reading?.state === 'known' ? reading.value : null
    return typeof value === 'number' && (value < low || value > high) ? [{ about: input, code: 'out-of-range', because: says }] : []
  })

/** Numbers that contradict each other by their order. */
const outOfOrder = ({ spec }: LoadedVariant, readings: InputReadings): Gap[] =>
  (spec.inOrder ?? []).flatMap(({ inputs, says }): Gap[] => {
    const numbers = inputs.flatMap((name) => {
      const reading = readings.get(name)
      return reading?.state === 'known' && typeof reading.value === 'number' ? [reading.value] : []
    })
    const falls = numbers.some((value, n) => value < (numbers[n - 1] ?? value))
    return falls ? [{ about: inputs[0] ?? spec.id, code: 'conflict', because: says }] : []
  })

const blocks = (variant: LoadedVariant, readings: InputReadings, calls: readonly GeneCall[]): readonly Gap[] => {
  const { id, off, needsAnyOf, notFor, unless } = variant.spec
  if (off !== undefined) return [{ about: id, code: 'unavailable', because: off }]
  const gaps = unusableInputs(variant, readings)
  if (gaps.length > 0) return gaps
  if (needsAnyOf && needsAnyOf.inputs.filter((name) => readings.get(name)?.state === 'known').length < (needsAnyOf.atLeast ?? 1))
    return [{ about: id, code: 'incomplete', because: needsAnyOf.because }]
  const outside = outsideOf(variant, readings)
  if (outside.length > 0) return outside
  const disorder = outOfOrder(variant, readings)
  if (disorder.length > 0) return disorder
  const other = notFor?.find(({ when }) => holds(when, knownValues(readings)))
  if (other) return [{ about: id, code: 'out-of-range', because: other.says }]
  const rule = unless?.find(({ when, gene, tested }) => holds(when, knownValues(readings)) && !statesTested(calls, gene, tested))
  return rule ? [{ about: id, code: 'incomplete', because: rule.because }] : []
}

/**
 * The first variant in the manifest's order for which enough is known; nothing is imputed to reach a better one.
 * Variants that are only for comparison come after the others, and what they lack is no gap of the estimate.
 */
export const chooseVariant = (variants: readonly LoadedVariant[], readings: InputReadings, calls: readonly GeneCall[]): Choice => {
  const judged = variants.map((variant) => ({ variant, because: blocks(variant, readings, calls) }))
  const main = judged.filter(({ variant }) => variant.spec.beside !== true)
  const asked = main.length > 0 ? main : judged
  const able = ({ because }: (typeof judged)[number]) => because.length === 0
  return {
    usable: asked.some(able)
      ? [...asked.filter(able), ...judged.filter((one) => able(one) && !asked.includes(one))].map((one) => one.variant)
      : [],
    skipped: asked.filter((one) => !able(one)).map(({ variant, because }) => ({ variant: variant.spec, because })),
  }
}
