import type { InputDescription } from '../../contract/models.ts'
import type { Aggregate } from '../aggregate.ts'
import type { InputSpec, InputSpecOf } from '../model-folder.ts'

const AGGREGATES: { readonly [A in Aggregate]: string } = {
  first: 'first measurement',
  last: 'last measurement',
  min: 'lowest measurement',
  max: 'highest measurement',
  mean: 'mean of the measurements',
  slope: 'change per hour of the measurements',
  count: 'number of measurements',
  sum: 'sum of the measurements',
}

const measuredAs = ({ aggregate, window }: InputSpecOf<'measurement'>): string => {
  if (aggregate === 'latest') return 'newest measurement'
  const { from = 0, to = 0 } = window ?? {}
  return `${AGGREGATES[aggregate]} from ${from} to ${to} hours ago`
}

/** How an input of a kind is read from the record, in words. */
const READ_AS: Readonly<Record<string, (spec: InputSpec) => string>> = {
  age: () => 'age on the day, from the date of birth',
  sex: () => 'administrative sex of the record',
  race: () => 'recorded race',
  measurement: (spec) => (spec.kind === 'measurement' ? measuredAs(spec) : 'measurement'),
  answer: () => 'newest coded answer',
  genotype: (spec) => ('gene' in spec ? `genotype of ${spec.gene}` : 'genotype'),
  medicine: () => 'active medicines',
  condition: () => 'conditions of the record',
  relatives: () => 'family history of the record',
  procedures: () => 'procedures of the record, by day',
  origin: () => 'recorded race, ethnicity and country of birth',
  later: (spec) => (spec.kind === 'later' ? `${spec.input} and ${spec.add}` : 'another input and more'),
  agreed: (spec) => (spec.kind === 'agreed' ? `what these agree on: ${spec.parts.join(', ')}` : 'several inputs'),
  grade: () => 'conditions of the record with their severity',
  'only-with-condition': () => 'conditions of the record',
  computed: (spec) => (spec.kind === 'computed' ? `computed by ${spec.model}, ${spec.variant}` : 'computed by another model'),
  dosage: (spec) => (spec.kind === 'dosage' ? `number of ${spec.effect} at ${spec.chrom}:${spec.pos}, ${spec.build}` : 'number of alleles'),
  asked: () => 'not read from the record; has to be given',
}

type Coded = { readonly system: string; readonly code: string; readonly display?: string | undefined }
type Ingredient = { readonly rxcui: string; readonly name: string }

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'

const codesOf = (spec: InputSpec): InputDescription['codes'] => {
  const some = spec as { readonly codes?: readonly Coded[]; readonly ingredients?: readonly Ingredient[] } // kinds without codes have neither
  return [
    ...(some.codes ?? []).map(({ system, code, display }) => ({ system, code, display: display ?? '' })),
    ...(some.ingredients ?? []).map(({ rxcui, name }) => ({ system: RXNORM, code: rxcui, display: name })),
  ]
}

const missingOf = ({ missing }: InputSpec): string => ('effect' in missing ? missing.effect : 'Without it nothing is computed.')

/** One input of `features.json` as people read it. */
export const describeInput = (spec: InputSpec): InputDescription => ({
  name: spec.name,
  label: spec.label,
  unit: spec.unit,
  readAs: READ_AS[spec.kind]?.(spec) ?? spec.kind,
  codes: codesOf(spec),
  range: 'range' in spec && spec.range ? spec.range : null,
  freshDays: 'freshDays' in spec ? (spec.freshDays ?? null) : null,
  missing: missingOf(spec),
  sensitive: spec.sensitive ?? null,
  modifiable: spec.modifiable ?? null,
  note: spec.note ?? null,
})
