import type { Ingredient, PatientFacts } from '../contract/facts.ts'
import type { GeneCall } from '../contract/genes.ts'
import type { Gap } from '../contract/lineage.ts'
import type { Reason, RiskEstimate } from '../contract/risk.ts'
import { AttuneError } from '../errors.ts'
import { type Choice, chooseVariant, valuesFor } from './choose-variant.ts'
import { readInputs, takeInputs } from './features.ts'
import type { InputReadings } from './input-reading.ts'
import { intervalFor } from './interval.ts'
import type { LoadedVariant, Model } from './load-model.ts'
import type { Values } from './model-folder.ts'
import { contributionsOf } from './reference.ts'
import type { Models } from './registry.ts'
import { type Outputs, runVariant } from './run-variant.ts'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>

/** What the estimate is made for, beyond the inputs. */
type Situation = { readonly calls: readonly GeneCall[]; readonly alreadyTaken: boolean }

const refuse = (model: Model, readings: InputReadings, because: readonly Gap[]): RiskEstimate => ({
  state: 'refused',
  model: model.ref,
  title: model.manifest.title,
  because,
  inputs: [...readings.values()].map(({ input }) => input),
})

/** Contributions per input, largest first. An input that does what the reference person's does has no line. */
const explain = (model: Model, { spec, equation }: LoadedVariant, readings: InputReadings, values: Values) => {
  const { baseline, contributions } = contributionsOf(equation, spec.input.columns, values, spec.reference)
  const reasons = contributions
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .map(({ input, contribution }): Reason => {
      const shown = readings.get(input)?.input
      const value = shown?.value === null || shown === undefined ? 'not known' : `${shown.value}${shown.unit ? ` ${shown.unit}` : ''}`
      return { label: `${shown?.label ?? input}: ${value}`, contribution, scale: model.manifest.output.scale }
    })
  return { baseline, baselineBasis: spec.referenceSays, reasons }
}

const addsUp = ({ baseline, reasons }: { baseline: number; reasons: readonly Reason[] }, raw: number): boolean =>
  Math.abs(reasons.reduce((sum, { contribution }) => sum + contribution, baseline) - raw) <= 1e-9

const missingOf = ({ spec }: LoadedVariant, readings: InputReadings, { skipped }: Choice): Estimated['missing'] => {
  const used = new Set(spec.input.columns.map(({ input }) => input))
  const inputs = [...readings].flatMap(([name, reading]) =>
    reading.state === 'default' && used.has(name) ? [{ name, label: reading.input.label, effect: reading.effect }] : [],
  )
  const variants = skipped.map(({ variant, because }) => ({
    name: variant.id,
    label: variant.label,
    effect: because.map((gap) => gap.because).join(' '),
  }))
  return [...variants, ...inputs]
}

const populationOf = ({ manifest }: Model, values: Values, value: number, { alreadyTaken }: Situation): Estimated['population'] => {
  const { limits, statements } = manifest.population
  const broken = limits.filter(({ input, low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY }) => {
    const given = values[input]
    return typeof given === 'number' && (given < low || given > high)
  })
  const { typical } = manifest.output
  const says = [
    ...broken.map((limit) => limit.says),
    ...(value < typical.low || value > typical.high ? [typical.says] : []),
    ...(alreadyTaken && manifest.alreadyTaken ? [manifest.alreadyTaken] : []),
  ]
  return { fits: says.length === 0, limits: [...statements, ...says] }
}

/** The other variants, and the chosen one with an input left out (for example race). */
const compare = async (model: Model, chosen: LoadedVariant, choice: Choice, readings: InputReadings): Promise<Estimated['comparison']> => {
  const rows: { variant: string; value: number; unit: string }[] = []
  const add = async (variant: LoadedVariant, label: string, values: Values) => {
    const { raw, value } = await runVariant(variant, values)
    if (raw > model.manifest.output.rawAbove) rows.push({ variant: label, value, unit: model.manifest.output.unit })
  }
  for (const { input, value, label } of chosen.spec.without)
    if (readings.get(input)?.state === 'known') await add(chosen, label, { ...valuesFor(chosen.spec, readings), [input]: value })
  for (const other of choice.usable) if (other !== chosen) await add(other, other.spec.label, valuesFor(other.spec, readings))
  return rows
}

const finish = async (
  model: Model,
  chosen: LoadedVariant,
  choice: Choice,
  readings: InputReadings,
  situation: Situation,
): Promise<RiskEstimate> => {
  const { manifest } = model
  const values = valuesFor(chosen.spec, readings)
  const { raw, value }: Outputs = await runVariant(chosen, values)
  if (!(raw > manifest.output.rawAbove))
    return refuse(model, readings, [
      { about: model.ref.id, code: 'out-of-range', because: 'The inputs together lie outside what the equation can say.' },
    ])
  const explained = explain(model, chosen, readings, values)
  if (!addsUp(explained, raw)) throw new AttuneError('model-failed', `${model.ref.id}: contributions do not add up to the output`)
  const used = new Set(chosen.spec.input.columns.map(({ input }) => input))
  return {
    state: 'estimated',
    model: model.ref,
    variant: chosen.spec.id,
    title: `${manifest.title} (${chosen.spec.label})`,
    value,
    unit: manifest.output.unit,
    interval: intervalFor(manifest, chosen.spec.id, values, raw),
    ...explained,
    inputs: [...readings].filter(([name]) => used.has(name)).map(([, { input }]) => input),
    missing: missingOf(chosen, readings, choice),
    population: populationOf(model, values, value, situation),
    limits: manifest.limits,
    comparison: await compare(model, chosen, choice, readings),
    execution: chosen.session.provider,
  }
}

const estimateOne = async (model: Model, readings: InputReadings, situation: Situation): Promise<RiskEstimate> => {
  const choice = chooseVariant(model, readings, situation.calls)
  const [chosen] = choice.usable
  // Refused: what the least demanding variant lacks.
  if (!chosen) return refuse(model, readings, choice.skipped.at(-1)?.because ?? [])
  try {
    return await finish(model, chosen, choice, readings, situation)
  } catch (error) {
    // A model that fails costs its own number and nothing else.
    if (!(error instanceof AttuneError)) throw error
    return refuse(model, readings, [{ about: model.ref.id, code: 'unavailable', because: 'The model could not be run.' }])
  }
}

const isTaken = ({ manifest }: Model, { medicines }: PatientFacts): boolean =>
  medicines.some(
    ({ state, drug }) => state === 'active' && drug.ingredients.some(({ rxcui }) => manifest.drugs.some((one) => one.rxcui === rxcui)),
  )

/** Estimates of all models that concern a drug: a number with interval and reasons, or a stated refusal. Never throws for a patient's data. */
export const estimate = (models: Models, facts: PatientFacts, calls: readonly GeneCall[], about: Ingredient): Promise<RiskEstimate[]> =>
  Promise.all(
    models
      .forDrug(about)
      .map((model) => estimateOne(model, readInputs(model.inputs, facts, calls), { calls, alreadyTaken: isTaken(model, facts) })),
  )

/** The same from inputs given by name, as `attune predict` takes them. `variant` asks for one variant only. */
export const estimateFrom = (model: Model, given: Readonly<Record<string, unknown>>, variant?: string): Promise<RiskEstimate> => {
  const asked = variant === undefined ? model : { ...model, variants: model.variants.filter(({ spec }) => spec.id === variant) }
  return estimateOne(asked, takeInputs(model.inputs, given), { calls: [], alreadyTaken: false })
}
