import { readFileSync } from 'node:fs'
import type { RiskEstimate, WhatIf } from '../contract/risk.ts'
import { AttuneError } from '../errors.ts'
import { scoreObservation } from '../exporters/score-observation.ts'
import { estimateFrom } from '../risk/estimate.ts'
import type { Model } from '../risk/load-model.ts'
import { SCORE_SYSTEM } from '../risk/polygenic/score-folder.ts'
import { namedInputs } from '../risk/vectors.ts'
import { whatIf } from '../risk/what-if.ts'
import { isVcf, readDosages } from './dosages.ts'
import { openModels } from './models/open-models.ts'
import { printJson, progress, say, UsageError, type Verb } from './verb.ts'
import { readChanges, showWhatIf } from './what-if-options.ts'

type Inputs = Readonly<Record<string, unknown>>
const isInputs = (value: unknown): value is Inputs => typeof value === 'object' && value !== null && !Array.isArray(value)

/** One object of inputs by name, `{ "inputs": {…} }` as in vector files, or a list of either. */
const readInputs = (file: string): { readonly inputs: Inputs }[] => {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'))
  } catch (cause) {
    throw new AttuneError('input-unreadable', `${file === '-' ? 'standard input' : file} is not readable JSON`, { cause })
  }
  return (Array.isArray(content) ? content : [content]).map((entry: unknown) => {
    const inputs = isInputs(entry) && isInputs(entry.inputs) ? entry.inputs : entry
    if (isInputs(inputs)) return { inputs }
    throw new AttuneError('input-unreadable', 'inputs are an object: name of the input to its value')
  })
}

/** The variant that the inputs themselves name, in the words of vector files (`algorithm`, `model` and `horizon`). */
const namedVariant = (model: Model, inputs: Inputs): string | undefined => {
  const named = Object.values(model.manifest.vectors.expected).flatMap(({ variant }) => {
    const parts = [...variant.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
    if (parts.length === 0 || !parts.every((name) => inputs[name] !== undefined)) return []
    return [variant.replace(/\{(\w+)\}/g, (_, name: string) => String(inputs[name]))]
  })
  return named[0]
}

const variantOf = (model: Model, inputs: Inputs, option: unknown): string | undefined => {
  const asked = option ?? namedVariant(model, inputs)
  if (asked === undefined) return undefined
  if (model.variants.some(({ spec }) => spec.id === asked)) return String(asked)
  throw new UsageError(`${model.ref.id} has no variant ${String(asked)}; it has ${model.variants.map(({ spec }) => spec.id).join(', ')}.`)
}

/** Names that vector files use beside those of inputs: what chooses a variant or a model, and a list of inputs. */
const otherNames = ({ manifest: { vectors } }: Model): string[] => [
  ...Object.values(vectors.expected).flatMap(({ variant, output }) =>
    [...`${variant} ${output}`.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
  ),
  ...Object.keys(vectors.when ?? {}),
  ...(vectors.list ? [vectors.list.name] : []),
]

/** A misspelt input would otherwise pass for one that is not given. */
const tellUnknown = (model: Model, inputs: Inputs): void => {
  const names = new Set([...model.inputs.map(({ name }) => name), ...otherNames(model)])
  const unknown = Object.keys(inputs).filter((name) => !names.has(name))
  if (unknown.length > 0)
    progress(`Not used, since ${model.ref.id} has no such input: ${unknown.map((name) => name.slice(0, 60)).join(', ')}.`)
}

const show = (estimate: RiskEstimate): void => {
  if (estimate.state === 'refused') {
    say(`${estimate.title}: not computed`)
    for (const gap of estimate.because) say(`  ${gap.because}`)
    return
  }
  const { interval, value, unit } = estimate
  const range = interval ? ` (${interval.level * 100} % interval ${interval.low.toFixed(1)} to ${interval.high.toFixed(1)})` : ''
  const { label, band, also = [] } = estimate
  say(`${estimate.title}: ${label ? `${label} ` : ''}${value.toFixed(2)} ${unit}${band ? `, ${band}` : ''}${range}`)
  for (const other of also) say(`  ${other.label}: ${other.value.toFixed(2)} ${other.unit}`)
  for (const reason of estimate.reasons) say(`  ${reason.contribution.toFixed(4).padStart(8)}  ${reason.label}`)
  for (const { label: modality, contribution } of estimate.modalities ?? [])
    say(`  ${contribution.toFixed(4).padStart(8)}  all of ${modality} against none of it`)
  for (const missing of estimate.missing) say(`  missing: ${missing.label}. ${missing.effect}`)
  for (const other of estimate.comparison) say(`  ${other.variant}: ${other.value.toFixed(2)} ${other.unit}`)
  for (const limit of [...estimate.population.limits, ...estimate.limits]) say(`  ${limit}`)
}

/** One set of inputs, whose it is where a file of genotypes says it, and what came of it. */
type Answered = { readonly sample?: string; readonly notes?: readonly string[]; readonly estimates: readonly RiskEstimate[] }

const showAnswered = ({ sample, notes = [], estimates }: Answered): void => {
  if (sample !== undefined) say(`${sample}:`)
  for (const note of notes) say(`  ${note}`)
  estimates.forEach(show)
}

/** Answers to inputs are estimates; those to a file of genotypes name the sample. */
const printAnswers = (answered: readonly Answered[], samples: boolean): void => {
  const estimates = answered.flatMap((one) => one.estimates)
  if (samples) printJson(answered.map(({ sample, notes, estimates: own }) => ({ sample, notes, estimates: own })))
  else printJson(estimates.length === 1 ? estimates[0] : estimates)
}

type Options = Readonly<Record<string, unknown>>

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** Scores of a file of genotypes as a Bundle of Observations, one per sample, for the record. */
const printObservations = (answered: readonly Answered[], options: Options): void => {
  const [patient, collected] = [textOf(options.patient), textOf(options.collected)]
  if (patient !== null && answered.length > 1)
    throw new UsageError(`--patient names one person, but the file has ${answered.length} samples.`)
  const issued = new Date().toISOString()
  const entry = answered.flatMap(({ sample = '', notes = [], estimates }) =>
    estimates.map((estimate) => {
      const resource = scoreObservation(estimate, { sample, notes, patient, collected, issued, system: SCORE_SYSTEM })
      return { fullUrl: `urn:uuid:${resource.id}`, resource }
    }),
  )
  printJson({ resourceType: 'Bundle', type: 'collection', entry })
}

const answerWhatIf = async (model: Model, given: readonly { readonly inputs: Inputs }[] | null, options: Options): Promise<number> => {
  if (given === null) throw new UsageError('--what-if takes inputs, not a VCF: a genotype cannot be changed.')
  const change = readChanges(String(options['what-if']))
  const answers: WhatIf[] = []
  for (const one of given.map((sets) => namedInputs(model, sets))) {
    const variant = variantOf(model, one, options.variant)
    answers.push(...(await whatIf(model, { model: model.ref.id, inputs: one, change, ...(variant === undefined ? {} : { variant }) })))
  }
  if (options.json === true) printJson(answers)
  else answers.forEach(showWhatIf)
  return answers.some(({ state }) => state === 'estimated') ? 0 : 1
}

export const predict: Verb = {
  name: 'predict',
  summary: 'Run a risk model on inputs given by name',
  usage:
    'attune predict MODEL FILE|- [--variant NAME] [--what-if CHANGES] [--json]     (FILE: inputs as JSON, or a VCF for polygenic scores)\n' +
    '       --what-if sbp=110:170:10,smoking=0|1 : the estimates for people with these values and the others as given\n' +
    '       --fhir [--patient Patient/ID] [--collected DATE] : a polygenic score as an Observation, which is read back from a record',
  options: {
    variant: { type: 'string' },
    'what-if': { type: 'string' },
    fhir: { type: 'boolean' },
    patient: { type: 'string' },
    collected: { type: 'string' },
  },
  run: async ({ values, positionals }) => {
    const [name, file] = positionals
    if (!name || !file) throw new UsageError('Name a model and a file of inputs (or - for standard input).')
    const given = isVcf(file) ? null : readInputs(file)
    if (values.fhir === true && given !== null) throw new UsageError('--fhir writes scores of a VCF.')
    const opened = await openModels(true, null, name)
    try {
      const model = opened.all.find(({ manifest }) => manifest.id === name || manifest.vectors.names.includes(name))
      if (!model) throw new UsageError(`There is no model "${name}". Known: ${opened.all.map(({ ref }) => ref.id).join(', ')}.`)
      if (values['what-if'] !== undefined) return await answerWhatIf(model, given, values)
      const answered: Answered[] = []
      for (const one of given ?? (await readDosages(model, file))) {
        const inputs = namedInputs(model, one)
        if (given !== null) tellUnknown(model, inputs)
        answered.push({ ...one, estimates: await estimateFrom(model, inputs, variantOf(model, inputs, values.variant)) })
      }
      if (values.fhir === true) printObservations(answered, values)
      else if (values.json === true) printAnswers(answered, given === null)
      else answered.forEach(showAnswered)
      return answered.every(({ estimates }) => estimates.some(({ state }) => state === 'estimated')) ? 0 : 1
    } finally {
      await opened.close()
    }
  },
}
