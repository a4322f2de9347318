import { AttuneError } from '../errors.ts'
import { valuesFor } from './choose-variant.ts'
import { takeInputs } from './features.ts'
import type { LoadedVariant, Model } from './load-model.ts'
import type { VectorFile } from './model-folder.ts'
import { bandOf, type Output, runVariant } from './run-variant.ts'

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

type Row = Model['manifest']['vectors']['expected'][string]
/** One expected number or word, and the output that has to give it. */
type Wanted = { readonly name: string; readonly expected: unknown; readonly row: Row; readonly variant: LoadedVariant }

const failed = ({ id, tolerance }: Vector, because: string): VectorResult => ({
  id,
  state: 'failed',
  difference: Number.POSITIVE_INFINITY,
  tolerance,
  because,
})

/** `risk_{years}y` with the vector's own years. */
const fill = (pattern: string, { inputs }: Vector): string => pattern.replace(/\{(\w+)\}/g, (_, name: string) => String(inputs[name]))

/** Variant that an expected name is about; null when the model does not know the name. */
export const variantFor = (model: Model, name: string, vector: Vector): string | null => {
  const row = Object.hasOwn(model.manifest.vectors.expected, name) ? model.manifest.vectors.expected[name] : undefined
  return row ? fill(row.variant, vector) : null
}

const outputsOf = async (model: Model, variant: LoadedVariant, vector: Vector): Promise<readonly Output[]> => {
  const readings = takeInputs(model.inputs, vector.inputs)
  for (const name of variant.inputs) {
    const reading = readings.get(name)
    if (reading?.state === 'unusable') throw new AttuneError('input-unreadable', reading.gap.because)
  }
  return runVariant(variant, valuesFor(variant, readings))
}

/** How far an output is from what is expected; a word is right or it is not. */
const distance = (output: Output, { read, factor = 1 }: Row, expected: unknown): number => {
  if (read === 'band') return bandOf(output)?.id === expected ? 0 : Number.POSITIVE_INFINITY
  return typeof expected === 'number' ? Math.abs(output[read] * factor - expected) : Number.POSITIVE_INFINITY
}

const compare = async (model: Model, vector: Vector, wanted: readonly Wanted[]): Promise<VectorResult> => {
  const ran = new Map<LoadedVariant, readonly Output[]>()
  let difference = 0
  for (const { name, expected, row, variant } of wanted) {
    const outputs = ran.get(variant) ?? (await outputsOf(model, variant, vector))
    ran.set(variant, outputs)
    const output = outputs.find(({ output: { spec } }) => spec.id === fill(row.output, vector))
    if (!output) return failed(vector, `the model has no number called ${name}`)
    difference = Math.max(difference, distance(output, row, expected))
  }
  return { id: vector.id, state: difference <= vector.tolerance ? 'passed' : 'failed', difference, tolerance: vector.tolerance }
}

/** Runs one test vector through the ONNX graph. A variant that the model does not have is skipped, never passed. */
export const runVector = async (model: Model, vector: Vector): Promise<VectorResult> => {
  const wanted: Wanted[] = []
  for (const [name, expected] of Object.entries(vector.expected)) {
    const id = variantFor(model, name, vector)
    const row = model.manifest.vectors.expected[name]
    if (id === null || row === undefined) return failed(vector, `the model has no number called ${name}`)
    const variant = model.variants.find(({ spec }) => spec.id === id)
    if (!variant) return { id: vector.id, state: 'skipped', because: `${id} is not in this release` }
    wanted.push({ name, expected, row, variant })
  }
  if (wanted.length === 0) return failed(vector, 'nothing is expected')
  try {
    return await compare(model, vector, wanted)
  } catch (error) {
    if (error instanceof AttuneError) return failed(vector, error.detail)
    throw error
  }
}
