import { AttuneError } from '../errors.ts'
import { ucumCode } from '../terminology/units.ts'
import { refuseValue } from './encode.ts'
import { namesIn, parseFormula } from './formula.ts'
import { chaiCard } from './governance/chai-card.ts'
import { chaiProblems } from './governance/chai-schema.ts'
import { sensitiveProblems } from './governance/sensitive.ts'
import { type FolderParts, fileOf } from './load-model.ts'
import { type Graph, type InputSpec, SOURCE_ATTRIBUTES, type Values, type Variant } from './model-folder.ts'

const missingIn = (wanted: readonly string[], have: ReadonlySet<string>): string[] => wanted.filter((one) => !have.has(one))

const twice = (names: readonly string[]): string[] => [...new Set(names.filter((name, n) => names.indexOf(name) !== n))]

const referenceProblems = ({ file, input, reference }: Graph, { inputs }: FolderParts): string[] =>
  inputs
    .filter(({ name }) => input.columns.some((column) => column.input === name))
    .flatMap((spec) => {
      const value = (reference as Values)[spec.name]
      if (value === undefined) return [`graph ${file}: the reference person has no ${spec.name}`]
      const because = refuseValue(spec, value)
      return because === null ? [] : [`graph ${file}: reference person: ${because}`]
    })

const graphProblems = (graph: Graph, parts: FolderParts): string[] => {
  const names = new Set(parts.inputs.map(({ name }) => name))
  const { columns } = graph.input
  const used = [...columns.map(({ input }) => input), ...graph.sameAsPatient]
  const terms = basesOf(graph, parts).flatMap((id) => parts.numbers.bases.get(id)?.columns ?? [])
  const have = columns.map(({ term }) => term)
  return [
    ...missingIn(used, names).map((input) => `graph ${graph.file} uses the input ${input}, which features.json does not have`),
    ...twice(have).map((term) => `graph ${graph.file}: the term ${term} has two columns`),
    ...missingIn([...new Set(terms)], new Set(have)).map((term) => `graph ${graph.file}: no column for ${term}`),
    ...missingIn(have, new Set(terms)).map((term) => `graph ${graph.file}: no coefficient for ${term}`),
    ...referenceProblems(graph, parts),
  ]
}

const basesOf = ({ file }: Graph, { manifest }: FolderParts): string[] =>
  manifest.variants.filter(({ graph }) => graph === file).flatMap(({ outputs }) => outputs.map(({ basis }) => basis))

const outputProblems = (variant: Variant, { manifest, numbers }: FolderParts): string[] =>
  variant.outputs.flatMap(({ id, basis, value, bands = [], conformal }) => {
    const unknown = namesIn(parseFormula(value)).filter((name) => name !== 'raw')
    const limits = bands.slice(0, -1).map(({ below }) => below)
    const rising = limits.every((limit, n) => limit !== undefined && (n === 0 || limit > (limits[n - 1] ?? limit)))
    return [
      ...(numbers.bases.has(basis) ? [] : [`variant ${variant.id}: ${fileOf(manifest)} has no ${manifest.kind} ${basis}`]),
      ...unknown.map((name) => `variant ${variant.id}: the value of ${id} uses ${name}; it may use raw only`),
      ...(rising && bands.at(-1)?.below === undefined ? [] : [`variant ${variant.id}: the bands of ${id} leave a gap`]),
      ...(conformal === undefined || bands.some((band) => band.id === conformal.abstain)
        ? []
        : [`variant ${variant.id}: ${id} has no band ${conformal.abstain} to abstain in`]),
    ]
  })

const variantProblems = (variant: Variant, parts: FolderParts): string[] => {
  const { inputs, manifest } = parts
  const names = new Set(inputs.map(({ name }) => name))
  const used = [
    ...(variant.needsAnyOf?.inputs ?? []),
    ...(variant.valid ?? []).map(({ input }) => input),
    ...(variant.notFor ?? []).flatMap(({ when }) => Object.keys(when)),
    ...(variant.inOrder ?? []).flatMap((one) => one.inputs),
    ...(variant.leavesOut ?? []),
    ...variant.without.map(({ input }) => input),
  ]
  const rows = manifest.intervals?.variants[variant.id]
  return [
    ...missingIn(used, names).map((input) => `variant ${variant.id} uses the input ${input}, which features.json does not have`),
    ...(manifest.graphs.some(({ file }) => file === variant.graph) ? [] : [`variant ${variant.id}: there is no graph ${variant.graph}`]),
    ...(manifest.questions.some(({ id }) => id === variant.question) ? [] : [`variant ${variant.id}: no question ${variant.question}`]),
    ...(manifest.intervals === undefined || manifest.intervals.none?.[variant.id] !== undefined || rows?.at(-1)?.when.length === 0
      ? []
      : [`variant ${variant.id}: the last interval row is not for everyone`]),
    ...outputProblems(variant, parts),
  ]
}

/** A measurement is converted to the unit of its input, so that has to be one. */
const unitProblems = ({ inputs }: FolderParts): string[] =>
  inputs.flatMap((spec) => {
    if (spec.kind !== 'measurement') return []
    return [spec.unit, ...(spec.convert ?? []).map(({ from }) => from)]
      .filter((unit) => ucumCode(unit) === null)
      .map((unit) => `features.json: ${spec.name}: "${unit}" is not a unit`)
  })

/** An aggregate is of a window, the latest value is of none. */
const windowProblems = ({ inputs }: FolderParts): string[] =>
  inputs.flatMap((spec) => {
    if (spec.kind !== 'measurement') return []
    const { aggregate, window, name } = spec
    if (aggregate === 'latest') return window ? [`features.json: ${name} takes the latest value and has a window`] : []
    if (!window) return [`features.json: ${name} takes the ${aggregate} and has no window`]
    return window.from > window.to ? [] : [`features.json: the window of ${name} is empty`]
  })

const partsOf = (spec: InputSpec): readonly string[] => {
  if (spec.kind === 'any' || spec.kind === 'agreed') return spec.parts
  return spec.kind === 'beyond' || spec.kind === 'later' ? [spec.input] : []
}

/** Inputs that are made from others are read after them. */
const derivedProblems = ({ inputs }: FolderParts): string[] =>
  inputs.flatMap((spec, n) => {
    const wanted = partsOf(spec)
    const before = new Set(inputs.slice(0, n).map(({ name }) => name))
    return missingIn(wanted, before).map((name) => `features.json: ${spec.name} is made from ${name}, which is not an input before it`)
  })

const BOUND_NAMES = ['value', 'quantile']

const intervalProblems = ({ manifest: { intervals } }: FolderParts): string[] => [
  ...(intervals?.bound === undefined ? [] : missingIn(namesIn(parseFormula(intervals.bound)), new Set(BOUND_NAMES))).map(
    (name) => `intervals: the bound uses ${name}; it may use value and quantile only`,
  ),
  ...Object.entries(intervals?.variants ?? {}).flatMap(([variant, rows]) =>
    rows
      .filter((row) => intervals && !(intervals.low in row.quantiles && intervals.high in row.quantiles))
      .map((row) => `intervals ${variant}/${row.group}: no quantile ${intervals?.low} or ${intervals?.high}`),
  ),
]

/** The 31 attributes one by one, then every element of the card that is made from them. */
const cardProblems = ({ card, manifest, inputs, vectors }: FolderParts): readonly string[] => {
  const have = card.attributes.map(({ id }) => id)
  const problems = [
    ...(card.model === manifest.id && card.version === manifest.version ? [] : ['card.json is of another model or version']),
    ...missingIn(SOURCE_ATTRIBUTES, new Set(have)).map((id) => `card.json has no source attribute ${id}`),
    ...missingIn(have, new Set(SOURCE_ATTRIBUTES)).map((id) => `card.json has an unknown source attribute ${id}`),
    ...twice(have).map((id) => `card.json has the source attribute ${id} twice`),
  ]
  return problems.length > 0 ? problems : chaiProblems(chaiCard({ manifest, inputs, card, vectors: vectors.vectors.length }))
}

const LEARNED = new Set(['trees', 'network'])

/** Whoever learned from data says from which, and how it did on people whom it had not seen, for everyone and by group. */
const learningProblems = ({ manifest: { kind, training, performance = [] } }: FolderParts): string[] => {
  if (!LEARNED.has(kind)) return []
  const by = new Set(performance.map((row) => row.by))
  return [
    ...(training === undefined ? ['manifest.json does not say what the model was trained on (training)'] : []),
    ...(by.has('all') && by.size > 1 ? [] : ['manifest.json has no figures for everyone and by group (performance)']),
  ]
}

/** Holds the files of a folder against each other. @throws AttuneError `model-invalid` with every problem */
export const checkFolder = (parts: FolderParts): void => {
  const { manifest, numbers, vectors } = parts
  const problems = [
    ...(numbers.id === manifest.id ? [] : [`${fileOf(manifest)} is of another model`]),
    ...twice(parts.inputs.map(({ name }) => name)).map((name) => `features.json has the input ${name} twice`),
    ...twice(manifest.variants.map(({ id }) => id)).map((id) => `there are two variants ${id}`),
    ...manifest.graphs.flatMap((graph) => graphProblems(graph, parts)),
    ...manifest.variants.flatMap((variant) => variantProblems(variant, parts)),
    ...derivedProblems(parts),
    ...windowProblems(parts),
    ...intervalProblems(parts),
    ...sensitiveProblems(parts.inputs),
    ...learningProblems(parts),
    ...unitProblems(parts),
    ...cardProblems(parts),
    ...(manifest.vectors.names.includes(vectors.model) ? [] : ['vectors.json is of another model']),
  ]
  if (problems.length > 0) throw new AttuneError('model-invalid', problems.join('; '))
}
