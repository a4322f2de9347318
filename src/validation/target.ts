import { AttuneError } from '../errors.ts'
import type { LoadedOutput, LoadedVariant, Model } from '../risk/load-model.ts'
import type { OutputSpec } from '../risk/model-folder.ts'
import { probabilityFactor } from '../risk/recalibration.ts'
import type { Scale } from './levels.ts'

/** What of a model is held against what happened. */
export type Target = {
  readonly model: Model
  readonly variant: LoadedVariant
  readonly output: LoadedOutput
  /** `number`: the outcome is a measured number (a dose, an eGFR). */
  readonly scale: Scale | 'number'
  /** Model unit to probability. */
  readonly factor: number
}

const scaleOf = (spec: OutputSpec): Pick<Target, 'scale' | 'factor'> => {
  const factor = probabilityFactor(spec)
  if (factor !== null) return { scale: 'probability', factor }
  const { unit } = spec
  // Ratios, points and ranks order people; they are no probabilities.
  if (unit === '1' || /^\{[^}]*\}$/.test(unit)) return { scale: 'score', factor: 1 }
  return { scale: 'number', factor: 1 }
}

const refuse = (because: string): AttuneError => new AttuneError('input-unreadable', because)

const names = (all: readonly { readonly spec: { readonly id: string } }[]): string => all.map(({ spec }) => spec.id).join(', ')

/** Columns that a variant needs: inputs with a stated default may be left out. */
const needs = (model: Model, { inputs }: LoadedVariant): string[] =>
  inputs.filter((name) => model.inputs.find((spec) => spec.name === name)?.missing.do === 'refuse')

/** The named variant, or the first in the model's own order for which the file has the columns. */
const variantOf = (model: Model, named: string | null, columns: readonly string[]): LoadedVariant => {
  if (named !== null) {
    const found = model.variants.find(({ spec }) => spec.id === named)
    if (!found) throw refuse(`${model.ref.id} has no variant ${named}; it has ${names(model.variants)}`)
    return found
  }
  const fed = model.variants.find(
    (variant) => variant.spec.off === undefined && needs(model, variant).every((name) => columns.includes(name)),
  )
  if (fed) return fed
  const lacking = model.variants.map(
    (variant) =>
      `${variant.spec.id} lacks ${needs(model, variant)
        .filter((name) => !columns.includes(name))
        .join(', ')}`,
  )
  throw refuse(`the file has not the columns of any variant of ${model.ref.id}: ${lacking.join('; ')}`)
}

/** @throws AttuneError `input-unreadable` when the model has no such variant or output, or the file lacks a column that it needs */
export const chooseTarget = (
  model: Model,
  named: { variant: string | null; output: string | null },
  columns: readonly string[],
): Target => {
  const variant = variantOf(model, named.variant, columns)
  if (variant.spec.off !== undefined) throw refuse(`${variant.spec.id} is off: ${variant.spec.off}`)
  const missing = needs(model, variant).filter((name) => !columns.includes(name))
  if (missing.length > 0) throw refuse(`the file has no column ${missing.join(', ')}, which ${model.ref.id}/${variant.spec.id} needs`)
  const output = named.output === null ? variant.outputs[0] : variant.outputs.find(({ spec }) => spec.id === named.output)
  if (!output) throw refuse(`${variant.spec.id} has no output ${named.output}; it has ${names(variant.outputs)}`)
  return { model, variant, output, ...scaleOf(output.spec) }
}
