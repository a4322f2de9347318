import type { PatientFacts } from '../contract/facts.ts'
import type { GeneCall } from '../contract/genes.ts'
import { refuseValue } from './encode.ts'
import { absent, type InputReading, type InputReadings, known, unusable } from './input-reading.ts'
import type { InputSpec, InputSpecOf, InputValue } from './model-folder.ts'
import { readGenotype } from './read-genotype.ts'
import { readMeasurement } from './read-measurement.ts'
import { readMedicine } from './read-medicine.ts'
import { readAge, readRace } from './read-person.ts'

type Reader<K extends InputSpec['kind']> = (spec: InputSpecOf<K>, facts: PatientFacts, calls: readonly GeneCall[]) => InputReading

/** One reader per kind of input; no model has reading code of its own. */
const READERS: { readonly [K in InputSpec['kind']]: Reader<K> } = {
  age: readAge,
  measurement: readMeasurement,
  race: readRace,
  genotype: readGenotype,
  medicine: readMedicine,
}

/** Inputs of a model from a patient's facts and gene calls, as `features.json` declares them. */
export const readInputs = (specs: readonly InputSpec[], facts: PatientFacts, calls: readonly GeneCall[]): InputReadings =>
  new Map(specs.map((spec) => [spec.name, (READERS[spec.kind] as Reader<InputSpec['kind']>)(spec as never, facts, calls)])) // table and union walk together

const isValue = (value: unknown): value is InputValue => value === null || typeof value === 'number' || typeof value === 'string'

/** Inputs given by name (test vectors, `attune predict`), held to the same ranges and missing rules as those from a record. */
export const takeInputs = (specs: readonly InputSpec[], given: Readonly<Record<string, unknown>>): InputReadings =>
  new Map(
    specs.map((spec): [string, InputReading] => {
      const value = given[spec.name] ?? null
      if (value === null)
        return [spec.name, absent(spec, { about: spec.name, code: 'not-found', because: `${spec.label} (${spec.name}) is not given.` })]
      const because = isValue(value) ? refuseValue(spec, value) : `${spec.label} is neither a number nor a word.`
      if (because !== null || !isValue(value))
        return [spec.name, unusable(spec, { about: spec.name, code: 'out-of-range', because: because ?? '' })]
      return [spec.name, known(spec, spec.kind === 'medicine' ? { value, shown: value === 1 ? 'yes' : 'no' } : { value })]
    }),
  )
