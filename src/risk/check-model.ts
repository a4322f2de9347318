import { AttuneError } from '../errors.ts'
import { refuseValue } from './encode.ts'
import type { FolderParts } from './load-model.ts'
import { type InputSpec, SOURCE_ATTRIBUTES, type Values, type Variant } from './model-folder.ts'

const missingIn = (wanted: readonly string[], have: ReadonlySet<string>): string[] => wanted.filter((one) => !have.has(one))

const referenceProblems = (variant: Variant, inputs: readonly InputSpec[]): string[] =>
  inputs
    .filter(({ name }) => variant.input.columns.some(({ input }) => input === name))
    .flatMap((spec) => {
      const value = (variant.reference as Values)[spec.name]
      if (value === undefined) return [`variant ${variant.id}: the reference person has no ${spec.name}`]
      const because = refuseValue(spec, value)
      return because === null ? [] : [`variant ${variant.id}: reference person: ${because}`]
    })

const variantProblems = (variant: Variant, { inputs, coefficients, manifest }: FolderParts): string[] => {
  const names = new Set(inputs.map(({ name }) => name))
  const terms = new Set(Object.keys(coefficients.equations[variant.id]?.terms ?? {}))
  const columns = variant.input.columns.map(({ term }) => term)
  const used = [
    ...variant.input.columns.map(({ input }) => input),
    ...(variant.needsAnyOf?.inputs ?? []),
    ...variant.without.map(({ input }) => input),
  ]
  return [
    ...missingIn(used, names).map((input) => `variant ${variant.id} uses the input ${input}, which features.json does not have`),
    ...missingIn(columns, terms).map((term) => `variant ${variant.id}: no coefficient for ${term}`),
    ...missingIn([...terms], new Set(columns)).map((term) => `variant ${variant.id}: coefficient ${term} has no column`),
    ...(new Set(columns).size === columns.length ? [] : [`variant ${variant.id}: a term has two columns`]),
    ...(manifest.intervals.variants[variant.id]?.at(-1)?.when.length === 0
      ? []
      : [`variant ${variant.id}: the last interval row is not for everyone`]),
    ...referenceProblems(variant, inputs),
  ]
}

const intervalProblems = ({ manifest: { intervals } }: FolderParts): string[] =>
  Object.entries(intervals.variants).flatMap(([variant, rows]) =>
    rows
      .filter((row) => !(intervals.low in row.quantiles && intervals.high in row.quantiles))
      .map((row) => `intervals ${variant}/${row.group}: no quantile ${intervals.low} or ${intervals.high}`),
  )

const cardProblems = ({ card, manifest }: FolderParts): string[] => {
  const have = card.attributes.map(({ id }) => id)
  return [
    ...(card.model === manifest.id && card.version === manifest.version ? [] : ['card.json is of another model or version']),
    ...missingIn(SOURCE_ATTRIBUTES, new Set(have)).map((id) => `card.json has no source attribute ${id}`),
    ...missingIn(have, new Set(SOURCE_ATTRIBUTES)).map((id) => `card.json has an unknown source attribute ${id}`),
  ]
}

const vectorProblems = ({ vectors, manifest }: FolderParts): string[] => [
  ...(manifest.vectors.names.includes(vectors.model) ? [] : ['vectors.json is of another model']),
  ...manifest.variants
    .filter(({ id }) => !vectors.vectors.some(({ inputs }) => inputs[manifest.vectors.variantInput] === id))
    .map(({ id }) => `vectors.json has no vector for variant ${id}`),
]

/** Holds the files of a folder against each other. @throws AttuneError `model-invalid` with every problem */
export const checkFolder = (parts: FolderParts): void => {
  const problems = [
    ...(parts.coefficients.id === parts.manifest.id ? [] : ['coefficients.json is of another model']),
    ...parts.manifest.variants.flatMap((variant) => variantProblems(variant, parts)),
    ...intervalProblems(parts),
    ...cardProblems(parts),
    ...vectorProblems(parts),
  ]
  if (problems.length > 0) throw new AttuneError('model-invalid', problems.join('; '))
}
