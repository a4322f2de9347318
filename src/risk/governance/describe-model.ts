import type { ModelDetail, OutputDescription, ServedModel, VariantDescription } from '../../contract/models.ts'
import type { Standing } from '../../contract/monitoring.ts'
import type { Basis } from '../basis.ts'
import type { LoadedOutput, LoadedVariant, Model } from '../load-model.ts'
import type { Manifest, OutputSpec } from '../model-folder.ts'
import type { ModelHealth } from '../registry.ts'
import type { CardSource } from './card-source.ts'
import { describeInput } from './describe-inputs.ts'
import { figuresOf, withheldOf } from './figures.ts'
import { sourceAttributes } from './source-attributes.ts'

export const sourceOf = ({ manifest, inputs, card, vectors }: Model): CardSource => ({ manifest, inputs, card, vectors: vectors.length })

/** A folder that passed its checks. */
type Serving = Extract<ModelHealth, { state: 'serving' }>

const useOf = (standing: Standing): ServedModel['use'] => {
  if (standing.use === 'off') return { state: 'off', because: standing.because }
  if (standing.use === 'shadow')
    return { state: 'shadow', because: standing.challengerOf === null ? null : `Compared with ${standing.challengerOf}.` }
  return { state: 'on', because: null }
}

/** What the server knows of a model while it runs; `at`: when its vectors were run. */
export type Running = { readonly health: Serving; readonly use: Standing; readonly at: string }

/** One row of the registry. */
export const summarise = ({ ref, manifest, vectors }: Model, { health, use, at }: Running): ServedModel => ({
  state: 'serving',
  id: ref.id,
  name: manifest.name,
  title: manifest.title,
  version: ref.version,
  sha256: ref.sha256,
  kind: manifest.kind,
  standing: manifest.standing,
  verified: manifest.verified,
  questions: manifest.questions.map(({ title }) => title),
  drugs: manifest.drugs.map(({ name }) => name),
  use: useOf(use),
  execution: health.execution,
  fallback: health.fallback,
  vectors: { passed: health.vectors, of: vectors.length, at },
  variants: manifest.variants.length,
  off: manifest.variants.flatMap(({ id, label, off }) => (off === undefined ? [] : [{ variant: id, label, because: off }])),
})

const bandsOf = ({ bands = [], unit }: OutputSpec): string[] =>
  bands.map(({ below, label }) => (below === undefined ? `${label}: the rest` : `${label}: below ${below}${unit === '' ? '' : ` ${unit}`}`))

const recalibrationOf = ({ recalibration }: OutputSpec): string | null => {
  if (!recalibration) return null
  const { date, method, slope, intercept, of, data } = recalibration
  return `Recalibrated on ${date} (${method}: slope ${slope}, intercept ${intercept}) from version ${of.version}, on ${data.fittedPeople} people with ${data.fittedEvents} events${data.site === null ? '' : ` of ${data.site}`}.`
}

type Term = { readonly name: string; readonly coefficient: number }
type WithTerms = Basis & { readonly intercept: number; readonly terms: readonly Term[] }
const hasTerms = (basis: Basis): basis is WithTerms => 'terms' in basis && 'intercept' in basis

const describeOutput = ({ spec, basis }: LoadedOutput): OutputDescription => ({
  label: spec.label,
  unit: spec.unit,
  value: spec.value,
  scale: spec.scale,
  bands: bandsOf(spec),
  recalibration: recalibrationOf(spec),
  terms: hasTerms(basis)
    ? {
        intercept: String(basis.intercept),
        rows: basis.terms.map(({ name, coefficient }) => ({ name, coefficient: String(coefficient) })),
      }
    : null,
})

const describeVariant = ({ spec, inputs, outputs }: LoadedVariant, { questions }: Manifest): VariantDescription => ({
  id: spec.id,
  label: spec.label,
  question: questions.find(({ id }) => id === spec.question)?.title ?? spec.question,
  off: spec.off ?? null,
  inputs,
  outputs: outputs.filter((output) => output.spec.hidden !== true).map(describeOutput),
})

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`)

const trainingOf = ({ training }: Manifest): ModelDetail['training'] => {
  if (!training) return null
  const { data, split, library, recipe, seed, rows, events, people, calibration, monotone } = training
  return [
    { label: 'Data', text: `${sentence(data)} ${rows} rows, ${people} people, ${events} events. SHA-256 ${training.dataSha256}` },
    { label: 'Split', text: split },
    { label: 'Recipe', text: `${recipe}; ${library}; seed ${seed}` },
    { label: 'Calibration', text: `${sentence(calibration.method)} On: ${calibration.on}` },
    ...monotone.map(({ input, direction, because }) => ({ label: `Fixed sign: ${input}`, text: `${direction}. ${because}` })),
  ]
}

/** Everything that people may see of a model: the registry's page and `GET /api/models/{id}`. */
export const describeModel = (model: Model, summary: ServedModel, calibration: ModelDetail['calibration']): ModelDetail => {
  const { manifest, inputs, card, variants } = model
  return {
    summary,
    citation: manifest.citation,
    licence: manifest.licence,
    asOf: card.asOf,
    attributes: sourceAttributes(sourceOf(model)),
    inputs: inputs.map(describeInput),
    variants: variants.map((variant) => describeVariant(variant, manifest)),
    population: manifest.population.statements,
    limits: manifest.limits,
    files: manifest.graphs.map(({ file, sha256 }) => ({ file, sha256 })),
    figures: figuresOf(manifest),
    withheld: withheldOf(manifest),
    calibration,
    training: trainingOf(manifest),
  }
}
