import type { Ingredient, PatientFacts } from '../contract/facts.ts'
import type { GeneCall } from '../contract/genes.ts'
import type { Gap } from '../contract/lineage.ts'
import type { Standing } from '../contract/monitoring.ts'
import type { Reason, RiskEstimate } from '../contract/risk.ts'
import { AttuneError } from '../errors.ts'
import { oncePer, oncePerPair } from '../once-per.ts'
import { type Choice, chooseVariant, valuesFor } from './choose-variant.ts'
import { refuseValue } from './encode.ts'
import { readInputs, takeInputs } from './features.ts'
import { absent, type InputReading, type InputReadings, known, unusable } from './input-reading.ts'
import { intervalFor, whyNoInterval } from './interval.ts'
import type { LoadedVariant, Model } from './load-model.ts'
import type { Circumstance, InputSpecOf, Manifest, Values } from './model-folder.ts'
import { readCondition } from './read-condition.ts'
import { reasonsOf } from './reasons.ts'
import type { Models } from './registry.ts'
import { bandOf, type Output, runVariant } from './run-variant.ts'
import { tellMissing, tellReasons } from './tell.ts'

type Estimated = Extract<RiskEstimate, { state: 'estimated' }>
type Refused = Extract<RiskEstimate, { state: 'refused' }>

/** One question of a model with the variants that answer it, in order of preference. */
export type Asked = {
  readonly model: Model
  readonly question: string
  readonly title: string
  readonly when: readonly Circumstance[]
  readonly sex: Manifest['questions'][number]['sex']
  readonly variants: readonly LoadedVariant[]
}

/** What the estimate is made for, beyond the inputs. */
type Situation = { readonly calls: readonly GeneCall[]; readonly alreadyTaken: boolean }

const refuse = ({ model, question, title, variants }: Asked, readings: InputReadings, because: readonly Gap[]): Refused => {
  const used = new Set(variants.flatMap(({ inputs }) => inputs))
  return {
    state: 'refused',
    model: model.ref,
    question,
    title,
    because,
    inputs: [...readings].filter(([name]) => used.has(name)).map(([, { input }]) => input),
  }
}

/** Contributions per input, largest first. An input that does what the reference person's does has no line. */
const explain = async (variant: LoadedVariant, { output, raw }: Output, readings: InputReadings, values: Values) => {
  const { baseline, contributions, modalities } = await reasonsOf(variant, output, raw, values)
  const { scale } = output.spec
  return {
    baseline,
    total: raw,
    baselineBasis: variant.spec.referenceSays,
    reasons: tellReasons(contributions, readings).map((reason): Reason => ({ ...reason, scale })),
    ...(modalities ? { modalities: modalities.map((modality): Reason => ({ ...modality, scale })) } : {}),
  }
}

const missingOf = ({ inputs }: LoadedVariant, readings: InputReadings, { skipped }: Choice): Estimated['missing'] => {
  const used = new Set(inputs)
  const defaults = tellMissing([...readings].filter(([name]) => used.has(name)).map(([, reading]) => reading))
  const variants = skipped.map(({ variant, because }) => ({
    name: variant.id,
    label: variant.label,
    effect: because.map((gap) => gap.because).join(' '),
  }))
  return [...variants, ...defaults]
}

/** Bounds of whom the variant is for, of which nobody knows whether they hold: what bounds it is not in its equation. */
const openBounds = ({ spec }: LoadedVariant, readings: InputReadings): string[] =>
  (spec.valid ?? []).flatMap(({ input, says }) => {
    const reading = readings.get(input)
    return reading === undefined || reading.state === 'known' ? [] : [`${reading.input.label} is not known. ${says}`]
  })

const populationOf = (
  { manifest }: Model,
  chosen: LoadedVariant,
  readings: InputReadings,
  { output, value }: Output,
  { alreadyTaken }: Situation,
): Estimated['population'] => {
  const values = valuesFor(chosen, readings)
  const { limits, statements } = manifest.population
  const broken = limits.filter(({ input, low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY }) => {
    const given = values[input]
    return typeof given === 'number' && (given < low || given > high)
  })
  const { typical } = output.spec
  const says = [
    ...broken.map((limit) => limit.says),
    ...(typical && (value < typical.low || value > typical.high) ? [typical.says] : []),
    ...openBounds(chosen, readings),
    ...(alreadyTaken && manifest.alreadyTaken ? [manifest.alreadyTaken] : []),
  ]
  return { fits: says.length === 0, limits: [...statements, ...says] }
}

export const hasMeaning = ({ output: { spec }, raw }: Output): boolean => spec.rawAbove === undefined || raw > spec.rawAbove

/** The other variants, and the chosen one with an input left out (for example race). */
const compare = async (chosen: LoadedVariant, choice: Choice, readings: InputReadings): Promise<Estimated['comparison']> => {
  const rows: { variant: string; value: number; unit: string }[] = []
  const add = async (variant: LoadedVariant, label: string, values: Values) => {
    const [output] = await runVariant(variant, values)
    if (!hasMeaning(output)) return
    rows.push({ variant: label, value: output.value, unit: output.output.spec.unit })
    for (const seen of observedIn(output)) rows.push({ variant: `${label}, ${seen.label}`, value: seen.value, unit: seen.unit })
  }
  for (const { input, value, label } of chosen.spec.without)
    if (readings.get(input)?.state === 'known') await add(chosen, label, { ...valuesFor(chosen, readings), [input]: value })
  for (const other of choice.usable) if (other !== chosen) await add(other, other.spec.label, valuesFor(other, readings))
  return rows
}

/** What a study saw in people with this value. */
const observedIn = ({ output: { spec }, value }: Output): NonNullable<Estimated['also']> => {
  const row = spec.observed?.rows.find(({ low, high }) => value >= low && value <= high)
  return spec.observed && row ? [{ label: spec.observed.label, value: row.value, unit: spec.observed.unit }] : []
}

/** Classes as the source names them, each with the value it begins at. */
const bandsOf = ({ output: { spec } }: Output): Pick<Estimated, 'bands'> =>
  spec.bands
    ? {
        bands: spec.bands.map(({ label, below }, n) => {
          const from = spec.bands?.[n - 1]?.below
          return { label, ...(from === undefined ? {} : { from }), ...(below === undefined ? {} : { below }) }
        }),
      }
    : {}

/** Our own models give every percentage as the chance of an event; of a site's graph nobody here knows what its percentage is of. */
const isChance = ({ manifest }: Model, { output: { spec } }: Output): boolean => manifest.kind !== 'external' && spec.unit === '%'

/** Further numbers of the same equation family: other outcomes, other horizons. */
const alsoOf = (others: readonly Output[]): NonNullable<Estimated['also']> =>
  others
    .filter((one) => hasMeaning(one) && one.output.spec.hidden === undefined)
    .map((one) => ({ label: one.output.spec.label, value: one.value, unit: one.output.spec.unit }))

/** What only the other variants of the question take. */
const alsoRead = ({ variants }: Asked, used: ReadonlySet<string>, readings: InputReadings): Pick<Estimated, 'alsoRead'> => {
  const names = new Set(variants.flatMap(({ inputs }) => inputs.filter((name) => !used.has(name))))
  const inputs = [...readings].filter(([name]) => names.has(name)).map(([, { input }]) => input)
  return inputs.length > 0 ? { alsoRead: inputs } : {}
}

const outsideOf = ({ model }: Asked): Gap => ({
  about: model.ref.id,
  code: 'out-of-range',
  because: 'The inputs together lie outside what the equation can say.',
})

const titleOf = ({ title }: Asked, { spec }: LoadedVariant): string => `${title} (${spec.label})`

const inputsOf = (chosen: LoadedVariant, readings: InputReadings): Estimated['inputs'] => {
  const used = new Set(chosen.inputs)
  return [...readings].filter(([name]) => used.has(name)).map(([, { input }]) => input)
}

const finish = async (
  asked: Asked,
  chosen: LoadedVariant,
  choice: Choice,
  readings: InputReadings,
  situation: Situation,
): Promise<RiskEstimate> => {
  const { model, question } = asked
  const values = valuesFor(chosen, readings)
  const [main, ...others] = await runVariant(chosen, values)
  if (!hasMeaning(main)) return refuse(asked, readings, [outsideOf(asked)])
  const explained = await explain(chosen, main, readings, values)
  const used = new Set(chosen.inputs)
  const band = bandOf(main)
  const also = [...alsoOf(others), ...observedIn(main)]
  return {
    state: 'estimated',
    model: model.ref,
    question,
    variant: chosen.spec.id,
    title: titleOf(asked, chosen),
    value: main.value,
    unit: main.output.spec.unit,
    ...(band ? { band: band.label } : {}),
    ...bandsOf(main),
    ...(isChance(model, main) ? { chance: true as const } : {}),
    ...(others.length > 0 ? { label: main.output.spec.label } : {}),
    ...(also.length > 0 ? { also } : {}),
    interval: intervalFor(model.manifest, chosen.spec.id, values, main),
    ...explained,
    inputs: inputsOf(chosen, readings),
    ...alsoRead(asked, used, readings),
    missing: missingOf(chosen, readings, choice),
    population: populationOf(model, chosen, readings, main, situation),
    limits: [...model.manifest.limits, ...whyNoInterval(model.manifest, chosen.spec.id)],
    comparison: await compare(chosen, choice, readings),
    execution: main.execution,
  }
}

const answer = async (asked: Asked, readings: InputReadings, situation: Situation): Promise<RiskEstimate> => {
  const choice = chooseVariant(asked.variants, readings, situation.calls)
  const [chosen] = choice.usable
  // Refused: what the least demanding variant lacks.
  if (!chosen) return refuse(asked, readings, choice.skipped.at(-1)?.because ?? [])
  try {
    return await finish(asked, chosen, choice, readings, situation)
  } catch (error) {
    return refuseFault(asked, readings, error)
  }
}

/** A model that fails costs its own number and nothing else. */
const refuseFault = (asked: Asked, readings: InputReadings, error: unknown): Refused => {
  if (!(error instanceof AttuneError)) throw error
  return refuse(asked, readings, [{ about: asked.model.ref.id, code: 'unavailable', because: 'The model could not be run.' }])
}

export const questionsOf = (model: Model, variants = model.variants): readonly Asked[] =>
  variants === model.variants ? allQuestions(model) : questionsWith(model, variants)

const questionsWith = (model: Model, variants: Model['variants']): readonly Asked[] =>
  model.manifest.questions
    .map(({ id, title, when = [], sex }) => ({
      model,
      question: id,
      title,
      when,
      sex,
      variants: variants.filter(({ spec }) => spec.question === id),
    }))
    .filter((asked) => asked.variants.length > 0)

const allQuestions = oncePer((model: Model) => questionsWith(model, model.variants))

const isTaken = ({ manifest }: Model, { medicines }: PatientFacts): boolean =>
  medicines.some(
    ({ state, drug }) => state === 'active' && drug.ingredients.some(({ rxcui }) => manifest.drugs.some((one) => one.rxcui === rxcui)),
  )

/** Why nothing of a model may be used. */
const notOn = (id: string, standing: Exclude<Standing, { use: 'on' }>): string =>
  standing.use === 'off' ? standing.because : `the model ${id} runs in the shadow only.`

/** The number of a question without its reasons, as an input of another model takes it. Refused as `answer` refuses. */
const numberOf = async (
  asked: Asked,
  readings: InputReadings,
  calls: readonly GeneCall[],
): Promise<Refused | Pick<Estimated, 'state' | 'title' | 'value' | 'inputs'>> => {
  const choice = chooseVariant(asked.variants, readings, calls)
  const [chosen] = choice.usable
  if (!chosen) return refuse(asked, readings, choice.skipped.at(-1)?.because ?? [])
  try {
    const [main] = await runVariant(chosen, valuesFor(chosen, readings))
    if (!hasMeaning(main)) return refuse(asked, readings, [outsideOf(asked)])
    return { state: 'estimated', title: titleOf(asked, chosen), value: main.value, inputs: inputsOf(chosen, readings) }
  } catch (error) {
    return refuseFault(asked, readings, error)
  }
}

/** An input that another model gives, on the same record, with the resources that went into it. */
const computeFrom = async (
  models: Models,
  spec: InputSpecOf<'computed'>,
  facts: PatientFacts,
  calls: readonly GeneCall[],
): Promise<InputReading> => {
  const about = spec.name
  const model = models.get(spec.model)
  const variants = model?.variants.filter(({ spec: { id } }) => id === spec.variant) ?? []
  const [asked] = model ? questionsOf(model, variants) : []
  if (!model || !asked)
    return absent(spec, { about, code: 'unavailable', because: `${spec.label}: the model ${spec.model} is not served.` })
  const standing = models.standing(spec.model)
  if (standing.use !== 'on') return absent(spec, { about, code: 'unavailable', because: `${spec.label}: ${notOn(spec.model, standing)}` })
  const readings = await readingsFor(models, model, facts, calls)
  const notAsked = ruledOut(asked, facts)
  const one = notAsked.length > 0 ? refuse(asked, readings, notAsked) : await numberOf(asked, readings, calls)
  const lineage = one.inputs.flatMap((input) => input.facts)
  if (one.state === 'refused')
    return absent(spec, { about, code: 'incomplete', because: `${spec.label}: ${one.because.map(({ because }) => because).join(' ')}` })
  const because = refuseValue(spec, one.value)
  if (because !== null) return unusable(spec, { about, code: 'out-of-range', because }, lineage)
  return known(spec, { value: one.value, shown: Number(one.value.toPrecision(4)), facts: lineage, note: `computed: ${one.title}` })
}

/** Inputs of a model on a record, for the questions that follow on the same record. */
const readOf = oncePer(
  (_facts: PatientFacts) => new Map<Model, { readonly calls: readonly GeneCall[]; readonly readings: Promise<InputReadings> }>(),
)

/** Each model reads a record once, however many of its questions are asked. */
export const readingsFor = (models: Models, model: Model, facts: PatientFacts, calls: readonly GeneCall[]): Promise<InputReadings> => {
  const known = readOf(facts)
  const before = known.get(model)
  if (before?.calls === calls) return before.readings
  const readings = readInputs(model.inputs, { facts, calls, compute: (spec) => computeFrom(models, spec, facts, calls) })
  known.set(model, { calls, readings })
  return readings
}

const circumstanceOf = oncePerPair(({ ref }: Model, { has: _, otherwise: __, ...asked }: Circumstance) => ({
  ...asked,
  name: ref.id,
  unit: '',
  kind: 'condition' as const,
  missing: { do: 'refuse' as const },
}))

/** What a circumstance has against the question. What a question presumes may be unclear; what rules it out may not. */
const against = (one: Circumstance, model: Model, facts: PatientFacts): Gap[] => {
  const { has, otherwise } = one
  const reading = readCondition(circumstanceOf(model, one), facts)
  if (reading.state === 'unusable') return has === 'present' ? [] : [reading.gap]
  const met = (reading.value === 1) === (has === 'present')
  return met ? [] : [{ about: model.ref.id, code: 'not-asked', because: otherwise }]
}

/** Why a question about one sex is not asked; what the record does not say is not guessed. */
const againstSex = ({ model, sex: wanted }: Asked, { patient }: PatientFacts): Gap[] => {
  const own = patient?.sex ?? 'unknown'
  if (wanted === undefined || own === wanted.is) return []
  const open = own === 'unknown'
  const because = open ? `The sex is not recorded. ${wanted.otherwise}` : wanted.otherwise
  return [{ about: open ? 'sex' : model.ref.id, code: open ? 'not-found' : 'not-asked', because }]
}

/** Why the question is not asked of this person; nothing is computed then. */
export const ruledOut = (asked: Asked, facts: PatientFacts): Gap[] => {
  const { model, when } = asked
  if (facts.patient?.deceased) return [{ about: model.ref.id, code: 'not-asked', because: 'The record says that the person has died.' }]
  return [...againstSex(asked, facts), ...when.flatMap((one) => against(one, model, facts))]
}

/** A model that is switched off says so in place of each number; one in the shadow says nothing to anybody. */
const estimateModel = async (
  models: Models,
  model: Model,
  facts: PatientFacts,
  calls: readonly GeneCall[],
  variants = model.variants,
): Promise<RiskEstimate[]> => {
  const standing = models.standing(model.ref.id)
  if (standing.use === 'shadow') return []
  if (standing.use === 'on') return compute(models, model, facts, calls, variants)
  const readings = await readingsFor(models, model, facts, calls)
  return questionsOf(model, variants).map((asked) =>
    refuse(asked, readings, [{ about: model.ref.id, code: 'unavailable', because: standing.because }]),
  )
}

/** What a model in the shadow says, for those who watch it. */
export const estimateInShadow = (models: Models, model: Model, facts: PatientFacts, calls: readonly GeneCall[]): Promise<RiskEstimate[]> =>
  compute(models, model, facts, calls, model.variants)

const compute = async (
  models: Models,
  model: Model,
  facts: PatientFacts,
  calls: readonly GeneCall[],
  variants: Model['variants'],
): Promise<RiskEstimate[]> => {
  const readings = await readingsFor(models, model, facts, calls)
  const situation = { calls, alreadyTaken: isTaken(model, facts) }
  return Promise.all(
    questionsOf(model, variants).map((asked) => {
      const because = ruledOut(asked, facts)
      return because.length > 0 ? refuse(asked, readings, because) : answer(asked, readings, situation)
    }),
  )
}

/** One question of one model; null where the model is not served. Nothing else is run. */
export const estimateQuestion = async (
  models: Models,
  id: string,
  question: string,
  facts: PatientFacts,
  calls: readonly GeneCall[],
): Promise<RiskEstimate | null> => {
  const model = models.get(id)
  if (!model) return null
  const variants = model.variants.filter(({ spec }) => spec.question === question)
  const [only] = await estimateModel(models, model, facts, calls, variants)
  return only ?? null
}

/** Estimates of all models that concern a drug: a number with interval and reasons, or a stated refusal. Never throws for a patient's data. */
export const estimate = async (
  models: Models,
  facts: PatientFacts,
  calls: readonly GeneCall[],
  about: Ingredient,
): Promise<RiskEstimate[]> => (await Promise.all(models.forDrug(about).map((model) => estimateModel(models, model, facts, calls)))).flat()

/** Estimates of the models that speak of the person and not of a drug, for the app. */
export const estimatePerson = async (models: Models, facts: PatientFacts, calls: readonly GeneCall[]): Promise<RiskEstimate[]> => {
  const general = models.all.filter(({ manifest }) => manifest.drugs.length === 0)
  const estimates = await Promise.all(general.map((model) => estimateModel(models, model, facts, calls)))
  return estimates.flat().map((one) => ({ ...one, general: true }))
}

/** The same from inputs given by name, as `attune predict` takes them; one answer per question. `variant` asks for one variant only. */
export const estimateFrom = (model: Model, given: Readonly<Record<string, unknown>>, variant?: string): Promise<RiskEstimate[]> => {
  const variants = variant === undefined ? model.variants : model.variants.filter(({ spec }) => spec.id === variant)
  const readings = takeInputs(model.inputs, given)
  return Promise.all(questionsOf(model, variants).map((asked) => answer(asked, readings, { calls: [], alreadyTaken: false })))
}
