import type { Gap } from '../contract/lineage.ts'
import type { WhatIf, WhatIfChange, WhatIfPoint, WhatIfRequest } from '../contract/risk.ts'
import { AttuneError } from '../errors.ts'
import { chooseVariant, valuesFor } from './choose-variant.ts'
import { refuseValue } from './encode.ts'
import { takeInputs } from './features.ts'
import { encodeBatch, runMany } from './inference/batch-run.ts'
import type { LoadedOutput, LoadedVariant, Model } from './load-model.ts'
import type { InputSpec, Values } from './model-folder.ts'
import type { Models } from './registry.ts'

/** Most made-up people of one what-if. */
export const MOST_POINTS = 1024

const SAYS =
  'Each number is the estimate for a person with these values. It does not say what would happen to this person if a value changed: the model knows nothing of treatment.'

type Axis = { readonly name: string; readonly values: readonly (number | string)[] }
type Read = { readonly axis: Axis } | { readonly gap: Gap }

const gap = (about: string, code: Gap['code'], because: string): { gap: Gap } => ({ gap: { about, code, because } })

/** Both ends count, and rounding does not cost the last one; a sum of steps is not left with its rounding errors. */
const row = (low: number, high: number, step: number): number[] => {
  const count = Math.floor((high - low) / step + 1e-9)
  return Array.from({ length: Math.min(count, MOST_POINTS) + 1 }, (_, n) => Number((low + n * step).toPrecision(12)))
}

const valuesOf = (change: WhatIfChange, modifiable: NonNullable<InputSpec['modifiable']>): readonly (number | string)[] | null => {
  if ('values' in change) return change.values.length > 0 ? change.values : null
  const step = change.step ?? ('step' in modifiable ? modifiable.step : 1)
  const fine = [change.low, change.high, step].every(Number.isFinite) && step > 0 && change.high >= change.low
  return fine ? row(change.low, change.high, step) : null
}

/** Why the value may not be tried; null when it may. */
const against = (
  spec: InputSpec,
  modifiable: NonNullable<InputSpec['modifiable']>,
  { spec: variant }: LoadedVariant,
  value: number | string,
) => {
  if ('values' in modifiable)
    return modifiable.values.includes(value) ? null : `${spec.label} ${value} is not one of ${modifiable.values.join(', ')}.`
  if (typeof value !== 'number' || value < modifiable.low || value > modifiable.high)
    return `${spec.label} ${value} is outside ${modifiable.low} to ${modifiable.high} ${spec.unit}, where a what-if may go.`
  const valid = variant.valid?.find(({ input, low, high }) => input === spec.name && (value < low || value > high))
  return refuseValue(spec, value) ?? valid?.says ?? null
}

const readAxis = (model: Model, variant: LoadedVariant, [name, change]: readonly [string, WhatIfChange]): Read => {
  const spec = model.inputs.find((one) => one.name === name)
  if (!spec) return gap(name, 'not-found', `The model has no input ${name.slice(0, 60)}.`)
  if (!spec.modifiable)
    return gap(name, 'not-asked', `${spec.label} is not an input that a what-if may change: the model's features name those that may.`)
  if (!variant.inputs.includes(name)) return gap(name, 'not-asked', `${spec.label} is not in the equation that these inputs lead to.`)
  const values = valuesOf(change, spec.modifiable)
  if (!values) return gap(name, 'out-of-range', `${spec.label}: the values to try are not a row of numbers.`)
  for (const value of values) {
    const because = against(spec, spec.modifiable, variant, value)
    if (because !== null) return gap(name, 'out-of-range', because)
  }
  return { axis: { name, values } }
}

/** Every combination, the last axis changing fastest. */
const everyPoint = (axes: readonly Axis[]): Record<string, number | string>[] =>
  axes.reduce<Record<string, number | string>[]>(
    (points, { name, values }) => points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  )

const pointOf = (values: WhatIfPoint['values'], output: LoadedOutput, raw = Number.NaN, value = Number.NaN): WhatIfPoint => {
  const { rawAbove, bands } = output.spec
  if (rawAbove !== undefined && raw <= rawAbove) return { values, value: null }
  const band = bands?.find(({ below }) => below === undefined || value < below)
  return { values, value, ...(band ? { band: band.label } : {}) }
}

type Ready =
  | { readonly variant: LoadedVariant; readonly values: Values; readonly axes: readonly Axis[] }
  | { readonly because: readonly Gap[] }

const prepare = (model: Model, variants: readonly LoadedVariant[], { inputs, change }: WhatIfRequest): Ready => {
  const readings = takeInputs(model.inputs, inputs)
  const choice = chooseVariant(variants, readings, [])
  const [variant] = choice.usable
  if (!variant) return { because: choice.skipped.at(-1)?.because ?? [] }
  const entries = Object.entries(change)
  if (entries.length === 0) return { because: [gap('change', 'not-asked', 'No input to change is named.').gap] }
  const read = entries.map((entry) => readAxis(model, variant, entry))
  const because = read.flatMap((one) => ('gap' in one ? [one.gap] : []))
  if (because.length > 0) return { because }
  const axes = read.flatMap((one) => ('axis' in one ? [one.axis] : []))
  const count = axes.reduce((product, { values }) => product * values.length, 1)
  if (count > MOST_POINTS)
    return { because: [gap('change', 'out-of-range', `${count} combinations are more than ${MOST_POINTS}; take larger steps.`).gap] }
  return { variant, values: valuesFor(variant, readings), axes }
}

const estimateAll = async (
  model: Model,
  { id: question, title }: Model['manifest']['questions'][number],
  { variant, values, axes }: Exclude<Ready, { because: readonly Gap[] }>,
): Promise<WhatIf> => {
  const points = everyPoint(axes)
  const ran = await runMany(variant, encodeBatch(variant, [values, ...points.map((point) => ({ ...values, ...point }))]))
  const [output] = variant.outputs
  const { raw, value: numbers } = ran.outputs[output.spec.id] ?? { raw: [], value: [] }
  const [problem] = ran.problems.values()
  if (problem !== undefined) throw new AttuneError('model-failed', `what-if: ${problem}`)
  const at = (point: WhatIfPoint['values'], n: number) => pointOf(point, output, raw[n], numbers[n])
  const own = Object.fromEntries(
    axes.flatMap(({ name }) => {
      const value = values[name]
      return value === null || value === undefined ? [] : [[name, value] as const]
    }),
  )
  const { spec } = output
  return {
    state: 'estimated',
    model: model.ref,
    question,
    variant: variant.spec.id,
    title: `${title} (${variant.spec.label})`,
    label: spec.label,
    unit: spec.unit,
    asGiven: at(own, 0),
    points: points.map((point, n) => at(point, n + 1)),
    says: SAYS,
    limits: model.manifest.limits,
  }
}

/**
 * Estimates for made-up people who have the given values but for the changed ones, one answer per question of the model, in one run of
 * the graph each. Only inputs that the model's features declare modifiable; whatever else is asked is refused, with the reason.
 */
export const whatIf = (model: Model, request: WhatIfRequest): Promise<WhatIf[]> =>
  Promise.all(
    model.manifest.questions.flatMap((asked): (WhatIf | Promise<WhatIf>)[] => {
      const { id, title } = asked
      const variants = model.variants.filter(
        ({ spec }) => spec.question === id && (request.variant === undefined || spec.id === request.variant),
      )
      if (variants.length === 0) return []
      const refused = (because: readonly Gap[]): WhatIf => ({ state: 'refused', model: model.ref, question: id, title, because })
      const ready = prepare(model, variants, request)
      if ('because' in ready) return [refused(ready.because)]
      return [
        estimateAll(model, asked, ready).catch((error: unknown) => {
          if (!(error instanceof AttuneError)) throw error
          return refused([gap(model.ref.id, 'unavailable', 'The model could not be run.').gap])
        }),
      ]
    }),
  )

/** The same of a model that is served and switched on; null when there is none of that name. */
export const whatIfServed = async (models: Models, request: WhatIfRequest): Promise<readonly WhatIf[] | null> => {
  const model = models.get(request.model)
  const standing = models.standing(request.model)
  if (!model || standing.use === 'shadow') return null
  if (standing.use === 'on') return whatIf(model, request)
  return model.manifest.questions.map(({ id, title }) => ({
    state: 'refused',
    model: model.ref,
    question: id,
    title,
    because: [gap(model.ref.id, 'unavailable', standing.because).gap],
  }))
}
