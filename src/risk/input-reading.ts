import type { PatientFacts } from '../contract/facts.ts'
import type { GeneCall } from '../contract/genes.ts'
import type { Gap, Lineage } from '../contract/lineage.ts'
import type { ModelInput } from '../contract/risk.ts'
import { oncePer } from '../once-per.ts'
import type { InputSpec, InputSpecOf, InputValue } from './model-folder.ts'

/** One input of a model as the record gives it. `default` is the model's own term for missing (null: a state that it was trained with); `unusable` rules out equations that need it. */
export type InputReading =
  | { readonly state: 'known'; readonly value: InputValue; readonly input: ModelInput }
  | { readonly state: 'default'; readonly value: InputValue; readonly input: ModelInput; readonly effect: string }
  | { readonly state: 'unusable'; readonly input: ModelInput; readonly gap: Gap }

export type InputReadings = ReadonlyMap<string, InputReading>

/** What readers read from. */
export type RecordView = {
  readonly facts: PatientFacts
  readonly calls: readonly GeneCall[]
  /** Number of another model on the same record. */
  readonly compute: (spec: InputSpecOf<'computed'>) => Promise<InputReading>
}

type Known = {
  readonly value: InputValue
  /** What people read in place of the model's own value. */
  readonly shown?: number | string
  readonly facts?: readonly Lineage[]
  readonly note?: string
  /** Where it is not that of the spec. */
  readonly unit?: string
}

/** What every reading of an input says of it. */
const shell = oncePer(
  (spec: InputSpec): Omit<ModelInput, 'value' | 'origin' | 'facts'> => ({
    name: spec.name,
    label: spec.label,
    ...(spec.kind === 'genotype' ? { gene: spec.gene } : {}),
    ...(spec.quantity === undefined ? {} : { quantity: spec.quantity }),
    unit: spec.unit,
    ...(spec.modifiable === undefined ? {} : { modifiable: spec.modifiable }),
  }),
)

const takenFor = (value: InputValue, shown: number | string): Pick<ModelInput, 'taken'> =>
  value !== null && value !== shown ? { taken: value } : {}

export const known = (spec: InputSpec, { value, shown = value ?? '', facts = [], note, unit = spec.unit }: Known): InputReading => ({
  state: 'known',
  value,
  input: { ...shell(spec), unit, value: shown, ...takenFor(value, shown), origin: 'record', facts, ...(note ? { note } : {}) },
})

export const unusable = (spec: InputSpec, gap: Gap, facts: readonly Lineage[] = []): InputReading => ({
  state: 'unusable',
  input: { ...shell(spec), value: null, origin: 'record', facts, note: gap.because, gap: gap.code },
  gap,
})

/** The input is not in the record: the spec's missing rule decides. */
export const absent = (spec: InputSpec, gap: Gap): InputReading =>
  spec.missing.do === 'refuse'
    ? unusable(spec, gap)
    : {
        state: 'default',
        value: spec.missing.do === 'mask' ? null : spec.missing.value,
        effect: spec.missing.effect,
        input: { ...shell(spec), value: null, origin: 'default', facts: [], note: spec.missing.effect, gap: gap.code },
      }
