import { AttuneError } from '../errors.ts'
import { valuesFor } from './choose-variant.ts'
import { takeInputs } from './features.ts'
import type { InputReadings } from './input-reading.ts'
import type { LoadedVariant, Model } from './load-model.ts'
import type { Values, VectorFile } from './model-folder.ts'
import { bandOf, type Output, runRows, runVariant } from './run-variant.ts'

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

/** Whether a vector is about this model, where several answer to one name. */
export const isAbout = ({ manifest }: Model, { inputs }: Vector): boolean =>
  Object.entries(manifest.vectors.when ?? {}).every(([name, value]) => inputs[name] === undefined || inputs[name] === value)

type Row = Model['manifest']['vectors']['expected'][string]
/** One expected number or word, and the output that has to give it. */
type Wanted = {
  readonly name: string
  readonly expected: unknown
  readonly row: Row
  readonly variant: LoadedVariant
  readonly values: Values
}

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

/** Inputs by name; a list under one name is spread over the inputs that it stands for. */
export const namedInputs = ({ manifest }: Model, { inputs }: Pick<Vector, 'inputs'>): Vector['inputs'] => {
  const { list } = manifest.vectors
  const given = list ? inputs[list.name] : undefined
  if (!list || given === undefined) return inputs
  if (!Array.isArray(given) || given.length !== list.inputs.length)
    throw new AttuneError('input-unreadable', `${list.name} is no list of ${list.inputs.length} values`)
  return { ...inputs, ...Object.fromEntries(list.inputs.map((name, at) => [name, given[at]])) }
}

const valuesOf = (variant: LoadedVariant, readings: InputReadings): Values => {
  for (const name of variant.inputs) {
    const reading = readings.get(name)
    if (reading?.state === 'unusable') throw new AttuneError('input-unreadable', reading.gap.because)
  }
  return valuesFor(variant, readings)
}

/** How far an output is from what is expected; a word is right or it is not. */
const distance = (output: Output, { read, factor = 1 }: Row, expected: unknown): number => {
  if (read === 'band') return bandOf(output)?.id === expected ? 0 : Number.POSITIVE_INFINITY
  return typeof expected === 'number' ? Math.abs(output[read] * factor - expected) : Number.POSITIVE_INFINITY
}

/** What a vector asks for, or its result when it cannot be run. */
const plan = (model: Model, vector: Vector): readonly Wanted[] | VectorResult => {
  const wanted: Wanted[] = []
  const rows = new Map<LoadedVariant, Values>()
  let readings: InputReadings | null = null
  for (const [name, expected] of Object.entries(vector.expected)) {
    const id = variantFor(model, name, vector)
    const row = model.manifest.vectors.expected[name]
    if (id === null || row === undefined) return failed(vector, `the model has no number called ${name}`)
    const variant = model.variants.find(({ spec }) => spec.id === id)
    if (!variant) return { id: vector.id, state: 'skipped', because: `${id} is not in this release` }
    try {
      readings ??= takeInputs(model.inputs, namedInputs(model, vector)) // the same for every variant
      const values = rows.get(variant) ?? valuesOf(variant, readings)
      rows.set(variant, values)
      wanted.push({ name, expected, row, variant, values })
    } catch (error) {
      if (error instanceof AttuneError) return failed(vector, error.detail)
      throw error
    }
  }
  return wanted.length === 0 ? failed(vector, 'nothing is expected') : wanted
}

type Ran = ReadonlyMap<Values, readonly Output[] | AttuneError>

const runAlone = async (variant: LoadedVariant, values: Values): Promise<readonly Output[] | AttuneError> => {
  try {
    return await runVariant(variant, values)
  } catch (error) {
    if (error instanceof AttuneError) return error
    throw error
  }
}

/** All rows of a variant in one run; where that fails, row by row, so that each vector has its own result. */
const runAll = async (wanted: readonly Wanted[]): Promise<Ran> => {
  const ran = new Map<Values, readonly Output[] | AttuneError>()
  for (const variant of new Set(wanted.map((one) => one.variant))) {
    const rows = [...new Set(wanted.filter((one) => one.variant === variant).map(({ values }) => values))]
    const together = await runRows(variant, rows).catch((error: unknown) => {
      if (error instanceof AttuneError) return null
      throw error
    })
    for (const [n, values] of rows.entries()) ran.set(values, together?.[n] ?? (await runAlone(variant, values)))
  }
  return ran
}

const compare = (vector: Vector, wanted: readonly Wanted[], ran: Ran): VectorResult => {
  let difference = 0
  for (const { name, expected, row, values } of wanted) {
    const outputs = ran.get(values)
    if (outputs instanceof AttuneError) return failed(vector, outputs.detail)
    const output = outputs?.find(({ output: { spec } }) => spec.id === fill(row.output, vector))
    if (!output) return failed(vector, `the model has no number called ${name}`)
    difference = Math.max(difference, distance(output, row, expected))
  }
  return { id: vector.id, state: difference <= vector.tolerance ? 'passed' : 'failed', difference, tolerance: vector.tolerance }
}

/** Runs test vectors through the ONNX graphs. A variant that the model does not have is skipped, never passed. */
export const runVectors = async (model: Model, vectors: readonly Vector[]): Promise<VectorResult[]> => {
  const planned = vectors.map((vector) => ({ vector, plan: plan(model, vector) }))
  const ran = await runAll(planned.flatMap((one) => ('state' in one.plan ? [] : one.plan)))
  return planned.map((one) => ('state' in one.plan ? one.plan : compare(one.vector, one.plan, ran)))
}
