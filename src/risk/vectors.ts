import { AttuneError } from '../errors.ts'
import { valuesFor } from './choose-variant.ts'
import { takeInputs } from './features.ts'
import type { LoadedVariant, Model } from './load-model.ts'
import type { Values, VectorFile } from './model-folder.ts'
import { type Outputs, runVariant } from './run-variant.ts'

export type Vector = VectorFile['vectors'][number]
export type VectorResult =
  | {
      readonly id: string
      readonly state: 'passed' | 'failed'
      readonly difference: number
      readonly tolerance: number
      readonly because?: string
    }
  | { readonly id: string; readonly state: 'skipped'; readonly because: string }

const valuesOf = (model: Model, { spec }: LoadedVariant, vector: Vector): Values => {
  const readings = takeInputs(model.inputs, vector.inputs)
  for (const { input } of spec.input.columns) {
    const reading = readings.get(input)
    if (reading?.state === 'unusable') throw new AttuneError('input-unreadable', reading.gap.because)
  }
  return valuesFor(spec, readings)
}

const failed = ({ id, tolerance }: Vector, because: string): VectorResult => ({
  id,
  state: 'failed',
  difference: Number.POSITIVE_INFINITY,
  tolerance,
  because,
})

const compare = (model: Model, vector: Vector, outputs: Outputs): VectorResult => {
  const wanted = Object.entries(vector.expected)
  if (wanted.length === 0) return failed(vector, 'nothing is expected')
  let difference = 0
  for (const [name, expected] of wanted) {
    const which = model.manifest.vectors.expected[name]
    if (!which || typeof expected !== 'number') return failed(vector, `the model has no number called ${name}`)
    difference = Math.max(difference, Math.abs(outputs[which] - expected))
  }
  return { id: vector.id, state: difference <= vector.tolerance ? 'passed' : 'failed', difference, tolerance: vector.tolerance }
}

/** Runs one test vector through the ONNX graph. A variant that the model does not have is skipped, never passed. */
export const runVector = async (model: Model, vector: Vector): Promise<VectorResult> => {
  const asked = vector.inputs[model.manifest.vectors.variantInput]
  const variant = model.variants.find(({ spec }) => spec.id === asked)
  if (!variant) return { id: vector.id, state: 'skipped', because: `${String(asked)} is not in this release` }
  try {
    return compare(model, vector, await runVariant(variant, valuesOf(model, variant, vector)))
  } catch (error) {
    if (error instanceof AttuneError) return failed(vector, error.detail)
    throw error
  }
}
