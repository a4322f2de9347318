import type { GeneCall } from '../contract/genes.ts'
import type { Gap } from '../contract/lineage.ts'
import { holds } from './encode.ts'
import type { InputReadings } from './input-reading.ts'
import type { LoadedVariant, Model } from './load-model.ts'
import type { Values, Variant } from './model-folder.ts'
import { statesTested } from './read-genotype.ts'

export type Choice = {
  /** Variants that can be computed, the preferred one first. */
  readonly usable: readonly LoadedVariant[]
  readonly skipped: readonly { readonly variant: Variant; readonly because: readonly Gap[] }[]
}

/** Inputs of a variant by name; inputs that cannot be used are left out. */
export const valuesFor = ({ input }: Variant, readings: InputReadings): Values => {
  const values: Record<string, number | string | null> = {}
  for (const column of input.columns) {
    const reading = readings.get(column.input)
    if (reading && reading.state !== 'unusable') values[column.input] = reading.value
  }
  return values
}

const unusableInputs = (variant: Variant, readings: InputReadings): Gap[] => {
  const names = new Set(variant.input.columns.map(({ input }) => input))
  return [...names].flatMap((name) => {
    const reading = readings.get(name)
    return reading?.state === 'unusable' ? [reading.gap] : []
  })
}

const blocks = (variant: Variant, readings: InputReadings, calls: readonly GeneCall[]): readonly Gap[] => {
  const gaps = unusableInputs(variant, readings)
  if (gaps.length > 0) return gaps
  const { needsAnyOf } = variant
  if (needsAnyOf && !needsAnyOf.inputs.some((name) => readings.get(name)?.state === 'known'))
    return [{ about: variant.id, code: 'incomplete', because: needsAnyOf.because }]
  const values = valuesFor(variant, readings)
  const rule = variant.unless?.find(({ when, gene, tested }) => holds(when, values) && !statesTested(calls, gene, tested))
  return rule ? [{ about: variant.id, code: 'incomplete', because: rule.because }] : []
}

/** The first variant in the manifest's order for which enough is known; nothing is imputed to reach a better one. */
export const chooseVariant = (model: Model, readings: InputReadings, calls: readonly GeneCall[]): Choice => {
  const judged = model.variants.map((variant) => ({ variant, because: blocks(variant.spec, readings, calls) }))
  return {
    usable: judged.filter(({ because }) => because.length === 0).map(({ variant }) => variant),
    skipped: judged.filter(({ because }) => because.length > 0).map(({ variant, because }) => ({ variant: variant.spec, because })),
  }
}
